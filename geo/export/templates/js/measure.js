/* Measures the shortest way over the Earth between places clicked on the map or found with the search box. */
"use strict";

((A) => {
  const { el } = A;
  let on = false;
  let stops = [];

  const legs = () => stops.slice(1).map((stop, at) => A.geodesic.distance(stops[at], stop));
  const letter = (at) => (at < 26 ? String.fromCharCode(65 + at) : String(at + 1));

  function pointOf(thing) {
    const data = A.table(thing.table);
    const lon = data.value(thing.row, "lon"), lat = data.value(thing.row, "lat");
    if (lon !== null && lat !== null) return { lon, lat, name: A.nameOf(thing), error: data.value(thing.row, "location_error_m") };
    const box = A.boxOf(thing);
    if (!box) return null;
    const name = A.t("measure_middle", { name: A.nameOf(thing) });
    return { lon: ((box.west + box.east) / 2) * 360 - 180, lat: A.world.latitude((box.north + box.south) / 2), name, error: null };
  }

  function add(stop) {
    stops.push(stop);
    changed();
    const ways = legs();
    A.say(ways.length ? `${A.t("measure_total")}: ${A.kmAndMiles(ways.reduce((sum, each) => sum + each, 0))}` : A.t("measure_next"));
  }

  function nameOf(stop) {
    if (stop.name) return stop.name;
    return `${A.number(Math.abs(stop.lat), 4)}° ${stop.lat < 0 ? "S" : "N"}, ${A.number(Math.abs(stop.lon), 4)}° ${A.t(stop.lon < 0 ? "west" : "east")}`;
  }

  function draw() {
    const box = A.byId("measure");
    box.hidden = !on;
    document.body.classList.toggle("measuring", on);
    if (!on) return;
    const ways = legs();
    const button = (key, run, disabled) => el("button", { type: "button", class: "small", disabled, "data-measure": key, onclick: run }, A.t(`measure_${key}`));
    A.replace(box,
      el("header", {}, el("h2", {}, A.t("measure_title")),
        el("button", { type: "button", class: "icon close", "aria-label": A.t("measure_end"), onclick: () => toggle(false) }, "×")),
      stops.length < 2 ? el("p", { class: "note" }, A.t(stops.length ? "measure_next" : "measure_hint")) : null,
      el("ol", { class: "stops" }, stops.map((stop, at) => el("li", {},
        el("span", { class: "stop-letter", "aria-hidden": "true" }, letter(at)),
        el("span", { class: "stop-name" }, nameOf(stop), stop.error ? el("span", { class: "stop-error" }, ` ± ${A.metres(stop.error)}`) : null),
        at ? el("span", { class: "stop-leg" }, A.kmAndMiles(ways[at - 1])) : null))),
      stops.length > 1 ? el("p", { class: "total" }, el("span", {}, A.t("measure_total")),
        el("strong", { id: "measure-total" }, A.kmAndMiles(ways.reduce((sum, each) => sum + each, 0)))) : null,
      el("div", { class: "row" }, button("undo", () => {
        stops.pop();
        changed();
      }, !stops.length), button("clear", () => {
        stops = [];
        changed();
      }, !stops.length), button("end", () => toggle(false))));
  }

  function changed() {
    const focused = document.activeElement && document.activeElement.dataset.measure;
    draw();
    const again = focused && document.querySelector(`[data-measure="${focused}"]`);
    if (again) (again.disabled ? A.byId("search") : again).focus();
    A.redraw();
    A.link.changed();
  }

  function toggle(next) {
    if (next === on) return;
    on = next;
    if (!on) stops = [];
    A.map.doubleClickZoom[on ? "disable" : "enable"]();
    if (on) {
      A.select(null);
      if (A.narrow.matches) A.showView(null);
      A.say(A.t("measure_hint"));
    }
    A.map.getContainer().classList.toggle("crosshair", on);
    changed();
    A.markTools();
    const tool = document.querySelector("[data-tool=measure]");
    if (!on) (tool.offsetParent ? tool : A.byId("tools-toggle")).focus({ preventScroll: true });
  }

  A.measure = {
    get on() {
      return on;
    },
    /* A click of the map, taken while measuring: a point under it gives its exact place and name. */
    click(event, reach) {
      if (!on) return false;
      const thing = A.under(event.latlng, reach, false).find(({ table, row }) => A.table(table).value(row, "lon") !== null);
      add(thing ? pointOf(thing) : { lon: event.latlng.lng, lat: event.latlng.lat, name: null, error: null });
      return true;
    },
    /* A thing found with the search box, taken while measuring. */
    take(thing) {
      const stop = on ? pointOf(thing) : null;
      if (!stop) return false;
      add(stop);
      if (!A.map.getBounds().contains([stop.lat, stop.lon])) A.map.panTo([stop.lat, stop.lon]);
      return true;
    },
    end: () => toggle(false),
    /* What is measured, in one line; null where nothing is. */
    words: () => (on && stops.length > 1 ? `${stops.map((stop, at) => letter(at)).join("–")}: ${A.kmAndMiles(legs().reduce((sum, each) => sum + each, 0))}` : null),
  };

  A.overlays.push((context, seen, colours) => {
    if (!on || !stops.length) return;
    const place = ({ lon, lat }) => [seen.x(A.world.x(lon)), seen.y(A.world.y(lat))];
    for (const [colour, width] of [[colours.halo, 5], [colours.selection, 2.2]]) {
      context.beginPath();
      stops.slice(1).forEach((stop, at) => A.geodesic.along(stops[at], stop).forEach((each, step) => context[step ? "lineTo" : "moveTo"](...place(each))));
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.stroke();
    }
    context.textAlign = "center";
    context.textBaseline = "middle";
    stops.forEach((stop, at) => {
      const [x, y] = place(stop);
      context.beginPath();
      context.arc(x, y, 9, 0, 2 * Math.PI);
      context.fillStyle = colours.selection;
      context.fill();
      context.strokeStyle = colours.halo;
      context.lineWidth = 2;
      context.stroke();
      context.font = A.draw.font(11, 700);
      context.fillStyle = colours.halo;
      context.fillText(letter(at), x, y + 0.5);
    });
  });

  A.link.register("measure", {
    get: () => (on && stops.length ? stops.map(({ lon, lat }) => `${lat.toFixed(5)}/${lon.toFixed(5)}`).join(",") : null),
    set(value) {
      const given = (value || "").split(",").map((each) => each.split("/").map(Number)).filter(([lat, lon]) => Math.abs(lat) <= 90 && Math.abs(lon) <= 360);
      if (!given.length && !on) return;
      toggle(given.length > 0);
      stops = given.map(([lat, lon]) => ({ lon, lat, name: null, error: null }));
      changed();
    },
  });

  A.startMeasure = () => {
    A.byId("stage").append(el("section", { id: "measure", hidden: true, "data-t-label": "measure_title" }));
    A.addTool("measure", { run: () => toggle(!on), pressed: () => on });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !on || document.querySelector("dialog[open]") || !A.byId("results-box").hidden) return;
      event.stopImmediatePropagation();
      toggle(false);
    }, true);
    A.on("language", draw);
  };
})(Corredor);
