/* The table view: every layer's rows, sorted and paged, without the map. */
"use strict";

((A) => {
  const { el, byId } = A;
  const PAGE = 100;
  const state = { name: "parks", sort: null, down: false, words: "", all: false, page: 0 };
  let rows = [];
  let opener = null;

  const isOpen = () => !byId("table-view").hidden;

  function sortBy(name) {
    state.down = state.sort === name ? !state.down : false;
    state.sort = name;
    state.page = 0;
    drawRows();
    const button = document.querySelector(`#table-view [data-sort="${name}"]`);
    if (button) button.focus();
    const column = A.rows.table(state.name).byName.get(name);
    A.say(A.t(state.down ? "table_sorted_down" : "table_sorted_up", { column: A.label(column) }));
  }

  function head(columns) {
    return el("tr", {}, columns.map((column) => {
      const mine = state.sort === column.name;
      return el("th", { scope: "col", "aria-sort": mine ? (state.down ? "descending" : "ascending") : "none",
        class: column.type === "number" ? "figure" : null },
      el("button", { type: "button", "data-sort": column.name, onclick: () => sortBy(column.name) },
        A.label(column), el("span", { class: "sort-mark", "aria-hidden": "true" }, mine ? (state.down ? "▼" : "▲") : "")));
    }));
  }

  function cell(table, row, column, first) {
    const text = A.rows.text(table, row, column);
    const shown = text === null ? [el("span", { "aria-hidden": "true" }, "–"), el("span", { class: "visually-hidden" }, A.t("no_data"))] : text;
    const attributes = { class: [column.type === "number" ? "figure" : "", text === null ? "missing" : ""].join(" ").trim() || null };
    if (!first) return el("td", attributes, el("div", { class: "cell" }, shown));
    const thing = { table: state.name, row };
    return el("th", { scope: "row", ...attributes }, A.isThing(state.name)
      ? el("button", { type: "button", class: "row-link", onclick: () => A.select(thing, { zoom: true, focus: true }) }, text === null ? A.nameOf(thing) : shown)
      : el("div", { class: "cell" }, shown));
  }

  function drawRows() {
    const table = A.rows.table(state.name);
    rows = A.rows.kept(state.name, state);
    const pages = Math.max(1, Math.ceil(rows.length / PAGE));
    state.page = Math.min(state.page, pages - 1);
    const columns = A.rows.columns(state.name, state.all);
    const part = rows.slice(state.page * PAGE, (state.page + 1) * PAGE);
    const count = A.t("table_rows", { n: A.number(rows.length), all: A.number(table.size) });
    A.replace(byId("table-scroll"),
      el("table", { class: "rows" },
        el("caption", {}, el("span", {}, A.rows.title(state.name), el("span", { class: "layer-count" }, count))),
        el("thead", {}, head(columns)),
        el("tbody", {}, part.map((row) => el("tr", {}, columns.map((column, at) => cell(table, row, column, at === 0)))))),
      rows.length ? null : el("p", { class: "table-empty" }, A.t("table_none")));
    pager(pages);
    for (const button of document.querySelectorAll("#table-view [data-save]")) button.disabled = !rows.length;
  }

  function pager(pages) {
    const first = state.page * PAGE;
    const button = (step, words, sign, off) => el("button", { type: "button", class: "plain-button", "data-page": step, "aria-label": words, disabled: off,
      onclick: () => turn(step) }, sign);
    A.replace(byId("table-pager"),
      button("first", A.t("page_first"), "«", state.page === 0), button("back", A.t("page_back"), "‹", state.page === 0),
      el("span", { class: "page-words" }, rows.length
        ? A.t("table_page", { from: A.number(first + 1), to: A.number(Math.min(first + PAGE, rows.length)), n: A.number(rows.length) }) : ""),
      button("on", A.t("page_on"), "›", state.page >= pages - 1), button("last", A.t("page_last"), "»", state.page >= pages - 1));
  }

  function turn(step) {
    const pages = Math.ceil(rows.length / PAGE);
    state.page = { first: 0, back: state.page - 1, on: state.page + 1, last: pages - 1 }[step];
    drawRows();
    byId("table-scroll").scrollTop = 0;
    const again = document.querySelector(`#table-pager [data-page=${step}]`);
    if (again && !again.disabled) again.focus();
    else byId("table-scroll").focus();
    A.say(document.querySelector("#table-pager .page-words").textContent);
  }

  function save(kind) {
    if (kind === "csv") A.save(state.name, A.csv(state.name, rows), "text/csv;charset=utf-8", "csv");
    else A.save(state.name, A.geojson(state.name, rows), "application/geo+json", "geojson");
    A.say(A.t("table_saved", { n: A.number(rows.length), kind: kind === "csv" ? "CSV" : "GeoJSON" }));
  }

  function choose(name) {
    Object.assign(state, { name, sort: null, down: false, words: "", page: 0 });
    draw();
    byId("table-choice").focus();
  }

  function draw() {
    if (!isOpen()) return;
    const view = byId("table-view");
    const chips = byId("chips");
    const short = A.rows.columns(state.name, false).length < A.rows.columns(state.name, true).length;
    A.replace(view,
      el("header", { class: "table-head" },
        el("div", { class: "table-bar" },
          el("h2", { id: "table-title", tabindex: "-1" }, A.t("table")),
          el("label", { for: "table-choice", class: "visually-hidden" }, A.t("table_choice")),
          el("select", { id: "table-choice", onchange: (event) => choose(event.target.value) },
            A.rows.names().map((name) => el("option", { value: name, selected: name === state.name }, `${A.rows.title(name)} (${A.number(A.rows.table(name).size)})`))),
          el("button", { type: "button", class: "icon close", "aria-label": A.t("table_close"), onclick: () => A.closeTable() }, "×")),
        el("div", { class: "table-bar" },
          el("label", { for: "table-words", class: "visually-hidden" }, A.t("filter_list")),
          el("input", { id: "table-words", type: "search", value: state.words, placeholder: A.t("filter_list"), maxlength: 200,
            oninput: (event) => {
              Object.assign(state, { words: event.target.value, page: 0 });
              drawRows();
              A.say(A.t("table_rows", { n: A.number(rows.length), all: A.number(A.rows.table(state.name).size) }));
            } }),
          short ? el("label", { class: "check" }, el("input", { type: "checkbox", id: "table-all", checked: state.all,
            onchange: (event) => {
              state.all = event.target.checked;
              drawRows();
            } }), el("span", {}, A.t("table_all"))) : null,
          el("span", { class: "table-saves" },
            el("button", { type: "button", class: "plain-button", "data-save": "csv", "aria-label": A.t("save_csv"), onclick: () => save("csv") }, "↓ CSV"),
            A.hasGeometry(state.name) ? el("button", { type: "button", class: "plain-button", "data-save": "geojson", "aria-label": A.t("save_geojson"), onclick: () => save("geojson") }, "↓ GeoJSON") : null)),
        chips),
      el("div", { id: "table-scroll", tabindex: "0", role: "region", "aria-labelledby": "table-title" }),
      el("nav", { id: "table-pager", "aria-label": A.t("table_pages") }));
    drawRows();
  }

  A.openTable = (name) => {
    if (name) Object.assign(state, { name, sort: null, down: false, words: "", page: 0 });
    if (!isOpen()) opener = document.activeElement;
    if (A.narrow.matches) A.showView(null);
    A.select(null);
    byId("table-view").hidden = false;
    document.body.classList.add("has-table");
    document.querySelector(".folium-map").inert = true;
    draw();
    byId("table-title").focus({ preventScroll: true });
    mark();
  };

  A.closeTable = () => {
    if (!isOpen()) return;
    byId("stage").insertBefore(byId("chips"), byId("table-view"));
    byId("table-view").hidden = true;
    A.replace(byId("table-view"));
    document.body.classList.remove("has-table");
    document.querySelector(".folium-map").inert = false;
    if (opener && opener.isConnected) opener.focus();
    mark();
  };

  function mark() {
    for (const button of document.querySelectorAll("[data-open-table]")) button.setAttribute("aria-pressed", String(isOpen()));
  }

  A.startTable = () => {
    for (const button of document.querySelectorAll("[data-open-table]")) button.addEventListener("click", () => (isOpen() ? A.closeTable() : A.openTable()));
    byId("table-view").addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !byId("card").hidden) return;
      event.stopPropagation();
      A.closeTable();
    });
  };

  A.on("language", draw);
  A.on("filters", () => {
    if (!isOpen()) return;
    state.page = 0;
    drawRows();
  });
})(Corredor);
