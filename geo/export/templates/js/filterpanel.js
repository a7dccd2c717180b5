/* The filter panel, the years, and the chips of what is active. */
"use strict";

((A) => {
  const { el, svg, byId } = A;
  const count = () => A.filters.rows("parks").length;
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");

  /* ---- one choice a facet ---- */

  function options(facet) {
    const chosen = A.filters.get(facet);
    const several = chosen.length > 1;
    const found = A.filters.choices(facet);
    return [el("option", { value: "*", selected: !chosen.length }, A.t("filter_any")),
      several ? el("option", { value: "**", selected: true, disabled: true }, A.t("filter_several", { n: A.number(chosen.length) })) : null,
      found.map(({ value, count: parks, label }) =>
        el("option", { value: `=${value}`, selected: !several && chosen[0] === value }, `${label} (${A.number(parks)})`))];
  }

  function choose(facet, text) {
    A.filters.set(facet, text === "*" ? [] : [text.slice(1)]);
  }

  function facetRow(facet) {
    const id = `filter-${facet}`;
    return el("div", { class: "facet" }, el("label", { for: id }, A.t(`filter_${facet}`)),
      el("select", { id, "data-facet": facet, onchange: (event) => choose(facet, event.target.value) }, options(facet)));
  }

  function filterBox(open) {
    return el("details", { id: "filter-box", class: "fold", open },
      el("summary", {}, el("span", { class: "fold-title" }, A.t("filters")), el("span", { class: "fold-state" }, "")),
      el("div", { class: "fold-body" },
        el("div", { class: "facets" }, A.filters.facets.map(facetRow)),
        el("p", { class: "legend-note" }, A.t("filters_note")),
        el("button", { type: "button", class: "link", "data-action": "reset-filters", onclick: reset }, A.t("filters_reset"))));
  }

  function reset() {
    stop();
    A.filters.reset();
  }

  /* ---- years ---- */

  let span = null;
  function years() {
    if (span) return span;
    const parks = A.table("parks");
    const all = Array.from({ length: parks.size }, (_, row) => A.yearOf(row)).filter((year) => year !== null);
    let opened = 0;
    for (let row = 0; row < parks.size; row++) if (parks.value(row, "opened_year") !== null) opened++;
    span = { first: Math.min(...all), last: Math.max(...all), dated: all.length, opened, parks: parks.size };
    return span;
  }

  let timer = null;
  function stop() {
    clearInterval(timer);
    timer = null;
    const button = byId("play");
    if (button) A.replace(button, A.t("time_play"));
  }

  function play() {
    if (timer) {
      stop();
      return;
    }
    const { first, last } = years();
    const from = Math.max(first, 2000);
    if (A.filters.upTo === null || A.filters.upTo >= last) A.filters.setTime(from);
    A.replace(byId("play"), A.t("time_stop"));
    timer = setInterval(() => {
      const next = (A.filters.upTo ?? last) + 1;
      if (next >= last) stop();
      setYear(Math.min(next, last));
    }, 600);
  }

  const setYear = (year) => A.filters.setTime(year >= years().last ? null : year);

  function timeBox(open) {
    const { first, last, dated, opened, parks } = years();
    if (!dated) return null;
    const share = A.number(dated / parks, 0, { style: "percent" });
    return el("details", { id: "time-box", class: "fold", open },
      el("summary", {}, el("span", { class: "fold-title" }, A.t("time")), el("span", { class: "fold-state" }, "")),
      el("div", { class: "fold-body" },
        el("div", { class: "slider" },
          el("label", { for: "time-year" }, A.t("time_label")), el("output", { id: "time-shown", for: "time-year", class: "slider-value" }),
          el("input", { id: "time-year", type: "range", min: first, max: last, step: 1, value: A.filters.upTo ?? last,
            oninput: (event) => {
              stop();
              setYear(Number(event.target.value));
            } }),
          el("span", { class: "slider-ends", "aria-hidden": "true" }, el("span", {}, String(first)), el("span", {}, String(last)))),
        el("label", { class: "check" },
          el("input", { id: "time-undated", type: "checkbox", checked: A.filters.undated, onchange: (event) => A.filters.setTime(A.filters.upTo, event.target.checked) }),
          el("span", {}, A.t("time_undated", { n: A.number(parks - dated) }))),
        still.matches ? null : el("button", { type: "button", id: "play", class: "plain-button", onclick: play }, A.t(timer ? "time_stop" : "time_play")),
        el("p", { class: "legend-note" }, A.t("time_note", { dated: A.number(dated), parks: A.number(parks), share, opened: A.number(opened), seen: A.number(dated - opened) }))));
  }

  /* ---- what is active ---- */

  const cross = () => svg("svg", { viewBox: "0 0 12 12", width: 12, height: 12, "aria-hidden": "true" },
    svg("path", { d: "M2.5 2.5l7 7M9.5 2.5l-7 7", stroke: "currentColor", "stroke-width": 1.8, "stroke-linecap": "round" }));

  function chip(one) {
    const name = one.facet === "year" || one.facet === "undated" ? "" : `${A.t(`filter_${one.facet}`)}: `;
    return el("li", {}, el("button", { type: "button", class: "pill", "data-facet": one.facet, "aria-label": A.t("chip_remove", { name: `${name}${one.label}` }),
      onclick: () => {
        const at = [...byId("chips").querySelectorAll(".pill")].findIndex((node) => node.dataset.facet === one.facet);
        if (one.facet === "year") stop();
        A.filters.remove(one);
        const left = byId("chips").querySelectorAll(".pill");
        if (left.length) left[Math.min(Math.max(at, 0), left.length - 1)].focus();
        else byId("search").focus({ preventScroll: true });
      } }, el("span", { class: "pill-words" }, name ? el("span", { class: "pill-facet" }, name) : null, one.label), cross()));
  }

  function said() {
    const kept = count(), all = A.table("parks").size;
    return kept ? A.t("filter_result", { n: A.number(kept), all: A.number(all) }) : A.t("filter_empty");
  }

  function drawChips() {
    const active = A.filters.active();
    const box = byId("chips");
    box.hidden = !active.length;
    A.replace(box, active.length ? [
      el("p", { class: "pills-count", "data-empty": count() ? null : "true" }, said()),
      el("ul", { class: "pill-list" }, active.map(chip),
        active.length > 1 ? el("li", {}, el("button", { type: "button", class: "link", onclick: reset }, A.t("filters_reset"))) : null)] : []);
  }

  function state() {
    const facets = A.filters.active().filter(({ facet }) => facet !== "year" && facet !== "undated");
    const filters = document.querySelector("#filter-box .fold-state"), time = document.querySelector("#time-box .fold-state");
    filters.textContent = facets.length ? A.number(facets.length) : "";
    document.querySelector("[data-action=reset-filters]").hidden = !A.filters.active().length;
    if (!time) return;
    const { last } = years();
    const words = A.filters.upTo === null ? A.t("time_all") : A.t("chip_year", { year: A.filters.upTo });
    time.textContent = A.filters.upTo === null && A.filters.undated ? "" : words;
    byId("time-shown").textContent = words;
    byId("time-year").value = A.filters.upTo ?? last;
    byId("time-year").setAttribute("aria-valuetext", words);
    byId("time-undated").checked = A.filters.undated;
  }

  function follow() {
    if (!byId("filter-box")) return;
    for (const node of document.querySelectorAll("#filter-box [data-facet]")) A.replace(node, options(node.dataset.facet).flat());
    state();
    drawChips();
    A.say(A.filters.active().length ? said() : A.t("filters_none"));
  }

  function draw() {
    const isOpen = (id) => Boolean(byId(id) && byId(id).open);
    A.replace(byId("explore"), filterBox(isOpen("filter-box")), timeBox(isOpen("time-box")));
    state();
    drawChips();
  }

  A.link.register("filter", { get: () => A.filters.write() || null, set: (text) => A.filters.read(text) });
  A.on("filters", follow);
  A.on("filters", A.link.changed);
  A.on("language", draw);
})(Corredor);
