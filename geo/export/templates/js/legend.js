/* The legend of a switch: how to colour and size it, its classes with their counts, its notes. */
"use strict";

((A) => {
  const { el } = A;
  const shapeOf = (style, each) => each.shape || style.shape;

  const fillOf = (layer, each) => (A.isArea(layer) || A.isCells(layer) ? A.areaFill(layer.styling, each) : each.fill);

  function choice(id, label, options, chosen, run) {
    // Long choices need the whole width.
    const wide = options.some(([, words]) => words.length > 30) && id !== "party";
    return el("div", { class: wide ? "choice wide" : "choice" }, el("label", { for: id }, label),
      el("select", { id, onchange: (event) => run(event.target.value) },
        options.map(([value, words]) => el("option", { value, selected: value === chosen }, words))));
  }

  /* A choice among the layer's ways to be coloured or sized. */
  function waysToDraw(layer, kind, label, choose) {
    const ways = layer.style[kind];
    if (ways.length < 2) return null;
    const present = String(ways.indexOf(kind === "sizings" ? layer.sizing : layer.styling));
    return choice(`${kind === "sizings" ? "size" : "colour"}-${layer.key}`, label,
      ways.map((way, at) => [String(at), A.words(way.label)]), present, (at) => {
        choose(ways[Number(at)]);
        A.emit("styling", layer.key);
      });
  }

  /* Which party's parks to ring. */
  function partyChoice(layer) {
    const parties = A.table("developers");
    const all = Array.from({ length: parties.size }, (_, row) => [parties.value(row, "developer_id"), parties.value(row, "name"), parties.value(row, "parks") || 0]);
    const known = all.filter(([, , parks]) => parks > 0).sort((one, other) => one[1].localeCompare(other[1], A.lang));
    return choice("party", A.t("party"), [["", A.t("party_none")], ...known.map(([id, name, parks]) => [id, `${name} (${A.number(parks)})`])],
      layer.party || "", (id) => {
        layer.setParty(id || null);
        A.emit("styling", layer.key);
      });
  }

  /* The year of a series, on a slider; the map follows while it moves. */
  function yearSlider(layer) {
    const { years } = layer;
    if (years.length < 2) return null;
    const shown = el("output", { for: "wage-year", class: "slider-value" }, String(layer.year));
    return el("div", { class: "slider" },
      el("label", { for: "wage-year" }, A.t("year_of_wages")), shown,
      el("input", { id: "wage-year", type: "range", min: 0, max: years.length - 1, step: 1, value: years.indexOf(layer.year),
        "aria-valuetext": String(layer.year),
        oninput: (event) => {
          layer.setYear(years[Number(event.target.value)]);
          shown.textContent = String(layer.year);
          event.target.setAttribute("aria-valuetext", String(layer.year));
          A.emit("values", layer.key);
        } }));
  }

  function rows(layer, classes, counts, swatch) {
    return classes.map((each, at) => {
      const count = counts ? counts[at] : null;
      if (count === 0 && each.key === "no_data") return null;
      return el("li", { class: "legend-row", "data-class": each.key, "data-empty": count === 0 ? "true" : null },
        swatch(each),
        el("span", { class: "legend-words" }, A.words(each.label)),
        count === null ? null : el("span", { class: "legend-count" }, A.number(count)));
    });
  }

  /* The part of a legend that follows the filters. */
  function body(layer) {
    const { style, styling } = layer;
    if (layer.refresh && (A.isPoints(layer) || A.isArea(layer) || A.isCells(layer))) layer.refresh();
    const classes = layer.classes || [...styling.classes, ...(styling.no_data ? [styling.no_data] : [])];
    const list = (label, content) => el("ul", { class: "legend-rows", "aria-label": label }, content);
    const parts = [];
    const party = A.isPoints(layer) && "party" in layer;
    if (party && !layer.party) parts.push(el("p", { class: "legend-note" }, A.t("party_hint")));
    else {
      parts.push(list(A.t("legend_of", { layer: A.words(style.label) }),
        rows(layer, classes, layer.counts, (each) => A.swatch(shapeOf(style, each), fillOf(layer, each), each.size || style.size))));
    }
    if (layer.sized) {
      parts.push(el("p", { class: "legend-head" }, A.words(layer.sizing.label)),
        list(A.words(layer.sizing.label), rows(layer, layer.sizes, layer.sizeCounts, (each) => A.swatch("size", null, each.size))));
    }
    const notes = [styling.note, style.note].filter(Boolean).map((note) => el("p", { class: "legend-note" }, A.words(note)));
    return [...parts, ...notes, el("p", { class: "legend-links" }, unlocatedLink(layer), tableLink(layer))];
  }

  const tableLink = ({ style }) => (A.rows.names().includes(style.layer) ? el("button", { type: "button", class: "link", "data-action": "table",
    "aria-label": A.t("table_of", { layer: A.words(style.label) }), onclick: () => A.openTable(style.layer) }, A.t("table_see")) : null);

  function unlocatedLink(layer) {
    if (!A.isPoints(layer) || layer.table.name !== "parks" || !layer.missing) return null;
    return el("button", { type: "button", class: "link", "data-action": "unlocated", onclick: () => A.showView("unlocated") },
      A.t("not_located_short", { n: A.number(layer.missing) }));
  }

  A.legend = (layer) => {
    const { style, styling } = layer;
    if (styling.rule === "one") {
      return style.note ? el("div", { class: "legend", "data-legend": layer.key }, el("p", { class: "legend-note" }, A.words(style.note))) : null;
    }
    if (A.isPoints(layer)) layer.load();
    const single = style.stylings.length === 1 && (A.isArea(layer) || A.isCells(layer) || layer.key === "ownership");
    return el("div", { class: "legend", id: `legend-${layer.key}`, "data-legend": layer.key },
      single ? el("p", { class: "legend-note" }, A.words(styling.label)) : null,
      waysToDraw(layer, "stylings", A.t("colour_by"), (way) => layer.setStyling(way)),
      waysToDraw(layer, "sizings", A.t("size_by"), (way) => layer.setSizing(way)),
      style.shape === "ring" ? partyChoice(layer) : null,
      A.isWage(layer) ? yearSlider(layer) : null,
      el("div", { class: "legend-body" }, body(layer)));
  };

  /* What the address carries of the legends' choices. */
  const party = A.layers.get("developers"), wage = A.layers.get("states_wage"), parks = A.layers.get("parks");
  A.link.register("size", {
    get: () => (parks.sizing && parks.sizing.column) || null,
    set(column) {
      parks.setSizing(parks.style.sizings.find((each) => each.column === column) || parks.style.sizings[0] || null);
      A.emit("styling", "parks");
    },
  });
  A.link.register("party", {
    get: () => party.party || null,
    set(id) {
      party.setParty(A.table("developers").find(id) < 0 ? null : id);
      A.emit("styling", "developers");
    },
  });
  A.link.register("wages", {
    get: () => (wage.chosen && wage.chosen !== wage.years[wage.years.length - 1] ? String(wage.chosen) : null),
    set(text) {
      const year = Number(text);
      if (wage.years.includes(year)) wage.setYear(year);
      else if (wage.chosen) wage.setYear(wage.years[wage.years.length - 1]);
      A.emit("styling", "states_wage");
    },
  });
  A.on("values", A.link.changed);

  /* Counts and classes again, the controls and the focus left alone. */
  A.refreshLegends = () => {
    for (const key of A.shown) {
      const layer = A.layers.get(key);
      const place = document.querySelector(`[data-legend="${key}"] .legend-body`);
      if (place) A.replace(place, body(layer));
    }
  };
})(Corredor);
