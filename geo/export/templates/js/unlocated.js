/* The list of parks without a point, by state. */
"use strict";

((A) => {
  const { el } = A;
  let filter = "";

  function rows() {
    const parks = A.table("parks");
    const found = [];
    for (let row = 0; row < parks.size; row++) if (parks.value(row, "lon") === null && A.filters.passes("parks", row)) found.push(row);
    return found;
  }

  function draw() {
    const view = A.byId("unlocated");
    if (view.hidden) return;
    const all = rows();
    const list = el("div", { id: "unlocated-list" });
    A.replace(view,
      el("header", { class: "view-head" },
        el("button", { type: "button", class: "icon back", "aria-label": A.t("back"), onclick: () => A.showView("layers") }, "‹"),
        el("h2", { tabindex: "-1" }, A.t("unlocated_title")),
        el("span", { class: "layer-count" }, A.number(all.length))),
      el("p", { class: "note" }, A.t(all.length ? "unlocated_note" : A.filters.active().length ? "filter_empty" : "unlocated_all")),
      el("div", { class: "filter" },
        el("label", { for: "unlocated-filter", class: "visually-hidden" }, A.t("filter_list")),
        el("input", { id: "unlocated-filter", type: "search", value: filter, placeholder: A.t("filter_list"),
          oninput: (event) => {
            filter = event.target.value;
            drawList(list, all);
          } })),
      list);
    drawList(list, all);
  }

  function drawList(list, all) {
    const parks = A.table("parks");
    const words = A.plain(filter).split(/\s+/).filter(Boolean);
    const kept = all.filter((row) => {
      const text = A.plain(["name", "municipality", "state"].map((name) => parks.value(row, name) || "").join(" "));
      return words.every((word) => text.includes(word));
    });
    const states = [...new Set(kept.map((row) => parks.value(row, "state") || ""))].sort((one, other) => one.localeCompare(other, "es"));
    A.replace(list, states.map((state) => {
      const mine = kept.filter((row) => (parks.value(row, "state") || "") === state);
      return el("section", {}, el("h3", { class: "list-head" }, state, el("span", { class: "layer-count" }, A.number(mine.length))),
        el("ul", { class: "things" }, mine.map((row) => el("li", {},
          A.thingButton({ table: "parks", row }, `${A.kindOf({ table: "parks", row })} · ${parks.value(row, "municipality")}`)))));
    }));
    A.say(A.t("search_count", { n: A.number(kept.length) }));
  }

  A.drawUnlocated = draw;
  for (const event of ["language", "filters"]) A.on(event, draw);
})(Corredor);
