/* Start: the map's controls, the pointer, the keyboard, and the state kept in the address. */
"use strict";

((A) => {
  const DEFAULT_SHOWN = [...A.shown].sort().join(",");

  function readHash() {
    const state = new URLSearchParams(location.hash.slice(1));
    const lang = state.get("lang") || (navigator.language || "es").slice(0, 2);
    return { lang: lang === "en" ? "en" : "es", on: state.get("on"), view: state.get("view"), thing: state.get("thing") };
  }

  function writeHash() {
    const state = new URLSearchParams();
    state.set("lang", A.lang);
    const centre = A.map.getCenter();
    state.set("view", [A.map.getZoom().toFixed(2), centre.lat.toFixed(4), centre.lng.toFixed(4)].join("/"));
    const shown = [...A.shown].sort().join(",");
    if (shown !== DEFAULT_SHOWN) state.set("on", shown);
    if (A.selected) {
      const data = A.table(A.selected.table);
      state.set("thing", `${A.selected.table}/${data.value(A.selected.row, data.key)}`);
    }
    history.replaceState(null, "", `#${state.toString().replaceAll("%2F", "/").replaceAll("%2C", ",")}`);
  }

  function wholeCountry() {
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
    for (const view of ["layers", "unlocated"]) A.byId(view).hidden = view !== name;
    document.body.classList.toggle("has-sheet", name !== null);
    for (const tab of document.querySelectorAll("[data-view]")) tab.setAttribute("aria-pressed", String(tab.dataset.view === name));
    if (name && A.narrow.matches) A.select(null);
    if (name === "unlocated") {
      A.drawUnlocated();
      A.byId("unlocated").querySelector("h2").focus({ preventScroll: true });
    }
    A.byId("sheet").scrollTop = 0;
  };

  function controls(map) {
    const Zoom = L.Control.extend({
      onAdd() {
        const button = (label, sign, run) => A.el("button", { type: "button", "data-t-label": label, "aria-label": A.t(label), onclick: run }, sign);
        const box = A.el("div", { class: "zoom" },
          button("zoom_in", "+", () => map.zoomIn()), button("zoom_out", "−", () => map.zoomOut()),
          button("whole_country", "⤢", () => map.flyToBounds(wholeCountry(), { ...A.mapPadding(), duration: 0.6 })));
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
      credits.addAttribution(last);
    });
  }

  function pointer(map) {
    const touch = window.matchMedia("(pointer: coarse)").matches;
    const tip = A.el("div", { class: "tip", hidden: true });
    A.byId("stage").append(tip);
    map.on("click", (event) => {
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
      if (event.key === "Escape" && !A.byId("about").open) {
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

  function restore(state) {
    if (state.on !== null) {
      A.shown.clear();
      for (const key of state.on.split(",")) if (A.layers.has(key)) A.shown.add(key);
    }
    const [zoom, lat, lon] = (state.view || "").split("/").map(Number);
    if ([zoom, lat, lon].every(Number.isFinite) && state.view) A.map.setView([lat, lon], zoom, { animate: false });
    else A.map.fitBounds(wholeCountry(), { ...A.mapPadding(), animate: false });
  }

  function selectFromHash(state) {
    if (!state.thing || !state.thing.includes("/")) return;
    const [table, ...key] = state.thing.split("/");
    const row = A.isThing(table) ? A.table(table).find(key.join("/")) : -1;
    if (row >= 0) A.select({ table, row }, { zoom: !state.view });
  }

  A.start = (map) => {
    A.map = map;
    map.setMinZoom(3.5).setMaxZoom(16);
    const state = readHash();
    controls(map);
    buttons();
    pointer(map);
    A.startSearch();
    restore(state);
    A.addScene(map);
    A.setLanguage(state.lang);
    A.showView(A.narrow.matches ? null : "layers");
    selectFromHash(state);
    map.on("moveend", writeHash);
    for (const event of ["language", "layers", "selection"]) A.on(event, writeHash);
    window.addEventListener("resize", () => map.invalidateSize());
    document.documentElement.dataset.ready = "true";
  };
})(Corredor);
