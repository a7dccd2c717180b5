/* Start: the map's controls, the pointer, the keyboard, and the state kept in the address. */
"use strict";

((A) => {
  const DEFAULT_SHOWN = [...A.shown].sort().join(",");

  function wholeCountry() {
    if (A.about.bounds) {
      const [west, south, east, north] = A.about.bounds;
      return [[south, west], [north, east]];
    }
    const boxes = [...A.shapes().polygons.states.values()].map((shape) => shape.box);
    const corner = (x, y) => [A.world.latitude(y), x * 360 - 180];
    const west = Math.min(...boxes.map((box) => box.west)), east = Math.max(...boxes.map((box) => box.east));
    const north = Math.min(...boxes.map((box) => box.north)), south = Math.max(...boxes.map((box) => box.south));
    // Far islands would shrink the country: start the frame at its western coast.
    return [corner(Math.max(west, A.world.x(-117.4)), south), corner(east, north)];
  }

  /* How much of the map's edges the card and the bars cover. */
  A.mapPadding = () => {
    const phone = A.narrow.matches;
    const card = !A.byId("card").hidden;
    const height = A.map.getSize().y;
    return {
      paddingTopLeft: [phone ? 22 : 48, phone ? 76 : 32],
      paddingBottomRight: [card && !phone ? 400 : 20, phone ? (card ? height * 0.55 : 76) : 24],
    };
  };

  /* One view of the side panel: layers, the parks without a point, or (on a phone) none. */
  A.showView = (name) => {
    for (const view of ["layers", "unlocated", "owners"]) A.byId(view).hidden = view !== name;
    document.body.classList.toggle("has-sheet", name !== null);
    for (const tab of document.querySelectorAll("[data-view]")) tab.setAttribute("aria-pressed", String(tab.dataset.view === name));
    if (name && A.narrow.matches) A.select(null);
    const list = { unlocated: A.drawUnlocated, owners: A.drawOwners }[name];
    if (list) {
      list();
      A.byId(name).querySelector("h2").focus({ preventScroll: true });
    }
    A.byId("sheet").scrollTop = 0;
  };

  function controls(map) {
    const Zoom = L.Control.extend({
      onAdd() {
        const button = (label, sign, run) => A.el("button", { type: "button", "data-t-label": label, "aria-label": A.t(label), onclick: run }, sign);
        const box = A.el("div", { class: "zoom" },
          button("zoom_in", "+", () => map.zoomIn()), button("zoom_out", "−", () => map.zoomOut()),
          button("whole_country", "⤢", () => A.showWhole()));
        L.DomEvent.disableClickPropagation(box);
        return box;
      },
    });
    L.control.scale({ imperial: false, maxWidth: 120, position: "bottomleft" }).addTo(map);
    new Zoom({ position: "bottomleft" }).addTo(map);
    const credits = L.control.attribution({ prefix: "Leaflet", position: "bottomright" }).addTo(map);
    let last = null;
    A.on("language", () => {
      if (last) credits.removeAttribution(last);
      last = A.t("attribution");
      if (A.about.tiles) last += ` · ${A.t("attribution_tiles", { host: A.about.tiles })}`;
      credits.addAttribution(last);
    });
  }

  function pointer(map) {
    const touch = window.matchMedia("(pointer: coarse)").matches;
    const tip = A.el("div", { class: "tip", hidden: true });
    A.byId("stage").append(tip);
    map.on("click", (event) => {
      if (A.measure.click(event, touch ? 18 : 9)) return;
      const things = A.under(event.latlng, touch ? 18 : 9);
      if (A.narrow.matches) A.showView(null);
      if (things.length > 1) A.choose(things);
      else A.select(things[0] || null);
    });
    if (touch) return;
    map.on("mousemove", (event) => {
      const [thing] = A.under(event.latlng, 7, false);
      tip.hidden = !thing;
      map.getContainer().style.cursor = thing ? "pointer" : "";
      if (!thing) return;
      tip.textContent = A.nameOf(thing);
      const left = Math.min(event.containerPoint.x + 14, map.getSize().x - 220);
      tip.style.transform = `translate(${left}px, ${event.containerPoint.y + 14}px)`;
    });
    map.on("mouseout movestart", () => {
      tip.hidden = true;
    });
  }

  function buttons() {
    for (const node of document.querySelectorAll("[data-lang]")) node.addEventListener("click", () => A.setLanguage(node.dataset.lang));
    for (const node of document.querySelectorAll("[data-open-about]")) node.addEventListener("click", A.openAbout);
    for (const node of document.querySelectorAll("[data-view]")) {
      node.addEventListener("click", () => {
        const open = A.narrow.matches && !A.byId(node.dataset.view).hidden && document.body.classList.contains("has-sheet");
        A.showView(open ? null : node.dataset.view);
      });
    }
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !document.querySelector("dialog[open]")) {
        if (!A.byId("card").hidden) A.select(null);
        else if (A.narrow.matches) A.showView(null);
      }
      if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) {
        event.preventDefault();
        A.byId("search").focus();
      }
    });
    A.byId("about").addEventListener("click", (event) => {
      if (event.target === A.byId("about")) A.byId("about").close();
    });
    A.narrow.addEventListener("change", () => A.showView(A.narrow.matches ? null : "layers"));
  }

  /* What the address carries of the page itself; other parts register theirs. */
  function registerLinks(map) {
    const { register } = A.link;
    register("lang", { get: () => A.lang, set: (lang) => A.setLanguage((lang || A.about.lang || navigator.language || "es").slice(0, 2)) });
    register("on", {
      get: () => ([...A.shown].sort().join(",") === DEFAULT_SHOWN ? null : [...A.shown].sort().join(",") || "none"),
      set(text) {
        const wanted = new Set((text === null ? DEFAULT_SHOWN : text).split(","));
        for (const key of A.layers.keys()) A.setShown(key, wanted.has(key));
      },
    });
    register("view", {
      get: () => [map.getZoom().toFixed(2), map.getCenter().lat.toFixed(4), map.getCenter().lng.toFixed(4)].join("/"),
      set(text) {
        const [zoom, lat, lon] = (text || "").split("/").map(Number);
        if (text && [zoom, lat, lon].every(Number.isFinite)) map.setView([lat, lon], zoom, { animate: false });
        else map.fitBounds(wholeCountry(), { ...A.mapPadding(), animate: false });
      },
    });
    register("thing", {
      get: () => A.selected && `${A.selected.table}/${A.table(A.selected.table).value(A.selected.row, A.table(A.selected.table).key)}`,
      set(text) {
        const [table, ...key] = (text || "").split("/");
        const row = A.isThing(table) ? A.table(table).find(key.join("/")) : -1;
        if (row >= 0) A.select({ table, row }, { zoom: !/[#&]view=/.test(location.hash) });
        else if (A.selected) A.select(null);
      },
    });
  }

  A.start = (map) => {
    A.map = map;
    map.setMinZoom(3.5).setMaxZoom(16);
    map.fitBounds(wholeCountry(), { ...A.mapPadding(), animate: false });
    A.showWhole = () => map.flyToBounds(wholeCountry(), { ...A.mapPadding(), duration: 0.6 });
    controls(map);
    buttons();
    pointer(map);
    A.startSearch();
    A.startTable();
    A.addTool("owners", { run: () => A.showView("owners") });
    A.startCompare();
    A.startMeasure();
    A.startTools();
    A.addScene(map);
    A.showView(A.narrow.matches ? null : "layers");
    registerLinks(map);
    A.link.start();
    A.offerTour();
    map.on("moveend", A.link.changed);
    window.addEventListener("resize", () => map.invalidateSize());
    document.documentElement.dataset.ready = "true";
  };
})(Corredor);
