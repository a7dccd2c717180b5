/* Printing: one A4 sheet across with the title, the map, the legend of what is on, the scale, the sources and the date. */
"use strict";

((A) => {
  const { el } = A;
  let before = null;

  /* The legend of a layer that is on, without its controls. */
  function legendOf(item) {
    const copy = item.querySelector(".legend") ? item.querySelector(".legend").cloneNode(true) : null;
    const choice = item.querySelector(".choice select");
    const by = choice ? choice.options[choice.selectedIndex].text : null;
    if (copy) {
      for (const node of copy.querySelectorAll(".choice, button, select, input, details")) node.remove();
      // A class without a feature on the map needs no place on paper.
      for (const node of copy.querySelectorAll(".legend-row")) if ((node.querySelector(".legend-count") || {}).textContent === "0") node.remove();
      for (const node of [copy, ...copy.querySelectorAll("[id]")]) node.removeAttribute("id");
    }
    const name = item.querySelector(".layer-name").textContent, swatch = item.querySelector(".layer-row > .swatch");
    return el("li", {}, el("p", { class: "print-layer" }, swatch ? swatch.cloneNode(true) : null, el("span", {}, by ? `${name}: ${choice.id.startsWith("colour-") ? by.toLowerCase() : by}` : name)), copy);
  }

  function sheet() {
    const about = A.about;
    const thing = A.selected;
    const filters = A.filters ? A.filters.active().map(({ label }) => label).join(" · ") : null;
    const today = new Date().toLocaleDateString(A.lang === "en" ? "en-US" : "es-MX", { day: "numeric", month: "long", year: "numeric" });
    return [
      el("header", { id: "print-head", class: "print-part" }, el("p", { class: "mark" }, "Corredor"), el("h1", {}, A.words(about.title)),
        thing ? el("p", {}, [A.kindOf(thing), A.nameOf(thing), A.placeOf(thing)].filter(Boolean).join(" · ").slice(0, 200)) : null,
        filters ? el("p", {}, `${A.t("print_filters")}: ${filters.slice(0, 240)}`) : null,
        A.measure.words() ? el("p", {}, A.measure.words()) : null),
      el("section", { id: "print-side", class: "print-part" }, el("h2", {}, A.t("print_legend")),
        el("ul", {}, [...document.querySelectorAll('#layer-list .layer[data-shown="true"]')].map(legendOf))),
      el("footer", { id: "print-foot", class: "print-part" },
        el("p", {}, A.t("about_credits")),
        el("p", {}, `${A.t("about_not_crea")} ${A.t("about_version", { date: about.date, version: about.version })} · ${A.t("printed_on", { date: today })}`)),
    ];
  }

  /* Turns the page into the sheet and back; the map keeps what it shows. */
  function prepare() {
    if (before) return;
    before = { centre: A.map.getCenter(), zoom: A.map.getZoom(), bounds: A.map.getBounds() };
    A.hideToast();
    document.body.classList.add("printing");
    A.emit("theme");
    document.body.append(...sheet());
    const side = A.byId("print-side");
    document.body.classList.toggle("tight", side.scrollHeight > side.clientHeight);
    A.map.invalidateSize({ animate: false, pan: false });
    A.map.fitBounds(before.bounds, { animate: false, padding: [0, 0] });
    A.paintNow();
  }

  function restore() {
    if (!before) return;
    document.body.classList.remove("printing", "tight");
    for (const part of document.querySelectorAll(".print-part")) part.remove();
    A.map.invalidateSize({ animate: false, pan: false });
    A.map.setView(before.centre, before.zoom, { animate: false });
    before = null;
    A.emit("theme");
    A.paintNow();
  }

  A.print = () => {
    prepare();
    window.print();
  };
  window.addEventListener("beforeprint", prepare);
  window.addEventListener("afterprint", restore);
})(Corredor);
