/* The list of layers: a switch for each, and the legend that belongs to it. */
"use strict";

((A) => {
  const GROUPS = ["industry", "corridor", "territory", "ground"];
  const { el } = A;

  const shapeOf = (style, each) => each.shape || style.shape;

  function legendRows(layer) {
    const { style, styling } = layer;
    const classes = layer.classes || [...styling.classes, ...(styling.no_data ? [styling.no_data] : [])];
    return classes.map((each, at) => {
      const count = layer.counts ? layer.counts[at] : null;
      if (count === 0 && each.key === "no_data") return null;
      return el("li", { class: "legend-row" },
        A.swatch(shapeOf(style, each), each.fill, each.size || style.size),
        el("span", { class: "legend-words" }, A.words(each.label)),
        count === null ? null : el("span", { class: "legend-count" }, A.number(count)));
    });
  }

  function stylingChoice(layer) {
    const id = `colour-${layer.key}`;
    const choice = el("select", { id, onchange: (event) => {
      layer.setStyling(layer.style.stylings[Number(event.target.value)]);
      A.emit("styling", layer.key);
    } });
    layer.style.stylings.forEach((styling, at) => {
      choice.append(el("option", { value: at, selected: styling === layer.styling }, A.words(styling.label)));
    });
    return el("div", { class: "choice" }, el("label", { for: id }, A.t("colour_by")), choice);
  }

  function legend(layer) {
    const { style, styling } = layer;
    const note = style.note ? el("p", { class: "legend-note" }, A.words(style.note)) : null;
    if (styling.rule === "one") return note ? el("div", { class: "legend", "data-legend": layer.key }, note) : null;
    if (A.isPoints(layer) || A.isArea(layer)) layer.load();
    const parts = [];
    if (style.stylings.length > 1) parts.push(stylingChoice(layer));
    parts.push(el("ul", { class: "legend-rows", "aria-label": A.t("legend_of", { layer: A.words(style.label) }) }, legendRows(layer)));
    if (A.isArea(layer)) parts.unshift(el("p", { class: "legend-note" }, areaTitle(layer)));
    if (note) parts.push(note);
    if (layer.key === "parks") parts.push(unlocatedLink(layer));
    return el("div", { class: "legend", id: `legend-${layer.key}`, "data-legend": layer.key }, parts);
  }

  function areaTitle({ styling, table }) {
    const year = styling.column === "wage_daily_mxn" && table.size ? table.value(0, "wage_year") : null;
    return year === null ? A.words(styling.label) : `${A.words(styling.label)}, ${year}`;
  }

  function unlocatedLink(layer) {
    const missing = layer.table.size - layer.rows.length;
    if (!missing) return null;
    return el("button", { type: "button", class: "link", "data-action": "unlocated", onclick: () => A.showView("unlocated") },
      A.t("not_located_short", { n: A.number(missing) }));
  }

  function countOf(layer) {
    return A.isPoints(layer) && layer.ready ? A.number(layer.rows.length) : "";
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
        el("span", { class: "layer-count" }, shown ? countOf(layer) : ""),
        styling.rule === "one" ? A.swatch(shapeOf(style, first), first.fill, style.size) : null),
      shown ? legend(layer) : null);
  }

  function draw() {
    const focused = document.activeElement && document.activeElement.id;
    for (const key of A.shown) A.layers.get(key).load();
    A.replace(A.byId("layer-list"), GROUPS.map((group) => {
      const members = [...A.layers.values()].filter((layer) => layer.style.group === group);
      return el("section", { class: "layer-group" },
        el("h3", {}, A.t(`group_${group}`)),
        el("ul", { class: "layers" }, members.map(row)));
    }));
    if (focused && A.byId(focused)) A.byId(focused).focus();
  }

  /* Says a change aloud to a screen reader. */
  A.say = (text) => {
    A.byId("live").textContent = text;
  };

  for (const event of ["language", "layers", "styling", "theme"]) A.on(event, draw);
})(Corredor);
