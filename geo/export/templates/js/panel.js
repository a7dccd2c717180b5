/* The list of layers: a switch for each, and the legend that belongs to it. */
"use strict";

((A) => {
  const GROUPS = ["industry", "corridor", "territory", "ground"];
  const { el } = A;

  const shapeOf = (style, each) => each.shape || style.shape;

  function countOf(layer) {
    if (!A.isPoints(layer) || !layer.ready) return "";
    layer.refresh();
    return A.number(layer.total);
  }

  function row(layer) {
    const { style, styling } = layer;
    const shown = A.shown.has(layer.key);
    const id = `switch-${layer.key}`;
    const first = styling.classes[0];
    const input = el("input", { type: "checkbox", role: "switch", id, "data-layer": layer.key, checked: shown,
      onchange: (event) => {
        A.setShown(layer.key, event.target.checked);
        A.say(A.t(event.target.checked ? "layer_on" : "layer_off", { layer: A.words(style.label) }));
      } });
    return el("li", { class: "layer", "data-shown": String(shown) },
      el("label", { class: "layer-row", for: id },
        input, el("span", { class: "toggle", "aria-hidden": "true" }),
        el("span", { class: "layer-name" }, A.words(style.label)),
        el("span", { class: "layer-count", "data-count": layer.key }, shown ? countOf(layer) : ""),
        styling.rule === "one" ? A.swatch(shapeOf(style, first), first.fill, style.size) : null),
      shown ? A.legend(layer) : null);
  }

  function draw() {
    const focused = document.activeElement && document.activeElement.id;
    for (const key of A.shown) A.layers.get(key).load();
    A.replace(A.byId("layer-list"), GROUPS.map((group) => {
      const members = [...A.layers.values()].filter(({ style }) => style.group === group && !style.hidden);
      return members.length > 0 && el("section", { class: "layer-group" },
        el("h3", {}, A.t(`group_${group}`)),
        el("ul", { class: "layers" }, members.map(row)));
    }));
    if (focused && A.byId(focused)) A.byId(focused).focus();
  }

  /* Numbers only: a slider that is being moved keeps its thumb. */
  function recount() {
    for (const place of document.querySelectorAll("[data-count]")) {
      if (A.shown.has(place.dataset.count)) place.textContent = countOf(A.layers.get(place.dataset.count));
    }
    A.refreshLegends();
  }

  /* Says a change aloud to a screen reader. */
  A.say = (text) => {
    A.byId("live").textContent = text;
  };

  for (const event of ["language", "layers", "styling", "theme"]) A.on(event, draw);
  for (const event of ["filters", "values"]) A.on(event, recount);
})(Corredor);
