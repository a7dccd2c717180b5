/* The search box: parks, parties, municipalities and assembly plants, accents and case ignored. */
"use strict";

((A) => {
  const { el } = A;
  const TABLES = ["parks", "developers", "assembly_plants", "municipalities", "states", "metro_areas", "national"];
  const MOST = 30;
  let index = null;
  let results = [];
  let active = -1;

  function build() {
    index = [];
    TABLES.forEach((table, rank) => {
      const data = A.table(table);
      for (let row = 0; row < data.size; row++) {
        const names = [data.value(row, "name")];
        for (const other of (data.value(row, "alt_names") || "").split("|")) if (other) names.push(other);
        const company = data.value(row, "company");
        if (company) names.push(company);
        const place = [data.value(row, "municipality"), data.value(row, "state")].filter(Boolean).join(" ");
        index.push({ table, row, rank, names, plain: names.map(A.plain), place: A.plain(place) });
      }
    });
  }

  /* Lower is better; null is no match. Every word must stand in one name, or in the place beside it. */
  function score(entry, words) {
    let best = null;
    entry.plain.forEach((name, at) => {
      let sum = at ? 1 : 0;
      for (const word of words) {
        const found = name.indexOf(word);
        if (found === 0) sum += 0;
        else if (found > 0 && /[^a-z0-9ñ]/.test(name[found - 1])) sum += 2;
        else if (found > 0) sum += 6;
        else if (entry.place.includes(word)) sum += 9;
        else return;
      }
      if (words.every((word) => !name.includes(word))) return;
      if (name === words.join(" ")) sum -= 5;
      else if (name.length > words.join(" ").length) sum += Math.min(name.length, 80) / 100;
      if (best === null || sum < best) {
        best = sum;
        entry.hit = at;
      }
    });
    return best === null ? null : best + entry.rank * 0.9;
  }

  function find(text) {
    if (!index) build();
    const words = A.plain(text).split(/\s+/).filter(Boolean);
    if (!words.length) return [];
    return index.map((entry) => ({ entry, value: score(entry, words) })).filter((each) => each.value !== null)
      .sort((one, other) => one.value - other.value || (one.entry.plain[0] < other.entry.plain[0] ? -1 : 1))
      .map((each) => each.entry);
  }

  function option(entry, at) {
    const thing = { table: entry.table, row: entry.row };
    const data = A.table(entry.table);
    const missing = data.byName.has("lon") && entry.table !== "developers" && data.value(entry.row, "lon") === null;
    return el("li", { role: "option", id: `result-${at}`, "aria-selected": "false", class: "result", "data-table": entry.table,
      onmousedown: (event) => event.preventDefault(), onclick: () => choose(at) },
      el("span", { class: "result-name" }, A.nameOf(thing)),
      el("span", { class: "result-note" }, [A.kindOf(thing), A.placeOf(thing)].filter(Boolean).join(" · ")),
      entry.hit ? el("span", { class: "result-note" }, A.t("developer_also", { names: entry.names[entry.hit] })) : null,
      missing ? el("span", { class: "badge warn" }, A.t("not_located")) : null);
  }

  function show() {
    const input = A.byId("search");
    const text = input.value.trim();
    const found = find(text);
    results = found.slice(0, MOST);
    active = -1;
    const list = A.byId("results");
    A.replace(list, results.map(option));
    const note = A.byId("results-note");
    if (!text) note.textContent = "";
    else if (!found.length) note.textContent = A.t("search_none", { text: text.slice(0, 60) });
    else if (found.length > MOST) note.textContent = A.t("search_more", { shown: MOST, n: A.number(found.length) });
    else note.textContent = found.length === 1 ? A.t("search_count_one") : A.t("search_count", { n: A.number(found.length) });
    A.byId("search-clear").hidden = !input.value;
    toggle(Boolean(text));
  }

  function toggle(open) {
    A.byId("results-box").hidden = !open;
    const input = A.byId("search");
    input.setAttribute("aria-expanded", String(open && results.length > 0));
    if (!open) input.removeAttribute("aria-activedescendant");
  }

  function mark(next) {
    const options = A.byId("results").children;
    if (!options.length) return;
    if (active >= 0) options[active].setAttribute("aria-selected", "false");
    active = (next + options.length) % options.length;
    options[active].setAttribute("aria-selected", "true");
    options[active].scrollIntoView({ block: "nearest" });
    A.byId("search").setAttribute("aria-activedescendant", `result-${active}`);
  }

  function choose(at) {
    const entry = results[at];
    if (!entry) return;
    toggle(false);
    if (A.measure.take({ table: entry.table, row: entry.row })) {
      clear();
      return;
    }
    A.byId("search").blur();
    A.showView(A.narrow.matches ? null : "layers");
    A.select({ table: entry.table, row: entry.row }, { zoom: true, focus: true });
  }

  function onKey(event) {
    if (event.key === "ArrowDown") mark(active + 1);
    else if (event.key === "ArrowUp") mark(active < 0 ? -1 : active - 1);
    else if (event.key === "Enter") choose(Math.max(active, 0));
    else if (event.key === "Escape") {
      if (A.byId("results-box").hidden) clear();
      else toggle(false);
      event.stopPropagation();
    } else return;
    event.preventDefault();
  }

  function clear() {
    A.byId("search").value = "";
    show();
    A.byId("search").focus();
  }

  A.startSearch = () => {
    const input = A.byId("search");
    input.addEventListener("input", show);
    input.addEventListener("focus", () => input.value.trim() && show());
    input.addEventListener("blur", () => toggle(false));
    input.addEventListener("keydown", onKey);
    A.byId("search-clear").addEventListener("mousedown", (event) => event.preventDefault());
    A.byId("search-clear").addEventListener("click", clear);
    A.on("language", () => !A.byId("results-box").hidden && show());
  };
})(Corredor);
