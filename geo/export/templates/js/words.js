/* Spanish and English: the interface's words, labels of values, numbers in the language's format. */
"use strict";

((A) => {
  const strings = A.json("data-strings");
  const LOCALES = { es: "es-MX", en: "en-US" };
  const formats = new Map();

  A.lang = "es";

  /* Words of the interface; {name} takes the parameter of that name. */
  A.t = (key, parameters) => {
    const words = strings.ui[key];
    const text = words ? words[A.lang] : key;
    return parameters ? text.replace(/\{(\w+)\}/g, (whole, name) => (name in parameters ? parameters[name] : whole)) : text;
  };

  A.words = (pair) => (pair ? pair[A.lang] : "");
  A.place = (name) => (Object.hasOwn(strings.places, name) ? A.words(strings.places[name]) : name);
  A.groundNames = strings.ground_names;
  A.compared = strings.compared;
  A.countryClaims = strings.country_claims;

  A.number = (value, decimals = 0, options = {}) => {
    const id = `${A.lang}|${decimals}|${JSON.stringify(options)}`;
    if (!formats.has(id)) {
      formats.set(id, new Intl.NumberFormat(LOCALES[A.lang], { maximumFractionDigits: decimals, ...options }));
    }
    return formats.get(id).format(value);
  };

  A.metres = (metres) => (metres < 1000 ? `${A.number(metres)} m` : `${A.number(metres / 1000, 1)} km`);

  /* Label of a value of a column with named values: from the legend's classes, else from the strings. */
  A.valueLabel = (column, value) => {
    const named = strings.values[column];
    if (named && Object.hasOwn(named, value)) return A.words(named[value]);
    for (const layer of A.style.layers) {
      for (const styling of layer.stylings) {
        const styled = styling.column === column || (column === "kind" && styling.column === "owner_kind");
        if (!styled || styling.rule !== "values") continue;
        const found = styling.classes.find((each) => each.values.length === 1 && each.values[0] === value);
        if (found) return A.words(found.label);
      }
    }
    return null;
  };

  /* Columns that hold several values, with what separates them. */
  const LISTS = { modes: ";", alt_names: "|" };
  const YEAR = /(^|_)year$/;
  const DECIMALS = { km: 1, m: 0, ha: 1, degrees: 5, ratio: 2 };
  const MONEY = /\/day$/;

  A.decimalsOf = (column) => (column.unit in DECIMALS ? DECIMALS[column.unit] : MONEY.test(column.unit) ? 2 : column.decimals);

  /* A column's value in words, with its unit; null where it is missing. */
  A.format = (column, value) => {
    if (value === null || value === undefined) return null;
    if (column.type === "flag") return A.t(value ? "yes" : "no");
    if (column.type !== "number") {
      const names = column.name in LISTS ? String(value).split(LISTS[column.name]) : [String(value)];
      return names.map((each) => A.valueLabel(column.name, each) || each).join(", ");
    }
    if (YEAR.test(column.name)) return String(value);
    if (column.unit === "share") return A.number(value, 1, { style: "percent" });
    const unit = strings.units[column.unit];
    const decimals = A.decimalsOf(column);
    const minimum = MONEY.test(column.unit) ? { minimumFractionDigits: 2 } : {};
    const text = A.number(value, decimals, minimum);
    return unit ? `${text}${column.unit === "degrees" ? "" : "\u00a0"}${A.words(unit)}` : text;
  };

  A.label = (column) => column[A.lang];

  /* Lower case without accents: what the search compares. */
  A.plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();

  A.setLanguage = (lang) => {
    A.lang = lang === "en" ? "en" : "es";
    document.documentElement.lang = A.lang;
    document.title = `${A.t("app_name")} · ${A.words(A.about.title)}`;
    for (const node of document.querySelectorAll("[data-t]")) node.textContent = A.t(node.dataset.t);
    for (const node of document.querySelectorAll("[data-t-label]")) node.setAttribute("aria-label", A.t(node.dataset.tLabel));
    for (const node of document.querySelectorAll("[data-t-hint]")) node.setAttribute("placeholder", A.t(node.dataset.tHint));
    for (const node of document.querySelectorAll("[data-about]")) node.textContent = A.words(A.about[node.dataset.about]);
    for (const node of document.querySelectorAll("[data-lang]")) {
      node.setAttribute("aria-pressed", String(node.dataset.lang === A.lang));
    }
    A.emit("language");
  };
})(Corredor);
