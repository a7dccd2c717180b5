/* Which rows the reader wants: facets and years, one mask a table, and the words of what is active. */
"use strict";

((A) => {
  /* Value of a facet for rows where the column says nothing. */
  const NONE = "";
  const POINTS = ["parks", "assembly_plants", "auto_parts_plants", "establishments"];
  const each = (tables, column) => Object.fromEntries(tables.map((table) => [table, column]));

  /* Facets in the order of the panel: the column of each table that has one. */
  const FACETS = {
    state: { ...each([...POINTS, "municipalities", "states", "wages"], "cve_ent") },
    metro: { ...each(POINTS, "metro_area"), municipalities: "metro_area_name", metro_areas: "name" },
    branch: { ...each(POINTS, "corridor_branch"), corridor: "branch", corridor_areas: "branch" },
    kind: { parks: "kind" },
    developer: { parks: "developers", developers: "developer_id", park_developers: "developer_id" },
    owner: { parks: "owner_kind" },
    confidence: { parks: "confidence" },
    study: { parks: "study_set" },
  };

  let chosen = new Map();
  let upTo = null;
  let undated = true;
  let version = 0;
  const masks = new Map();
  const stored = new Map();

  /* Parties that developed a park, by their identifiers. */
  A.developersOf = (row) => {
    const links = A.table("park_developers");
    return links.where("park_id", A.table("parks").value(row, "park_id"))
      .filter((link) => links.value(link, "role") === "developer").map((link) => links.value(link, "developer_id"));
  };

  /* The year a park opened, else the first in which the register names it. */
  A.yearOf = (row) => {
    const parks = A.table("parks");
    return parks.value(row, "opened_year") ?? parks.value(row, "first_seen_year");
  };

  /* Values of a column for all rows, read once: a list of texts a row. */
  function valuesOf(facet, name) {
    const id = `${facet}|${name}`;
    if (!stored.has(id)) {
      const table = A.table(name), column = FACETS[facet][name];
      stored.set(id, Array.from({ length: table.size }, (_, row) => {
        if (column === "developers") return A.developersOf(row);
        const value = table.value(row, column);
        return value === null ? [] : [String(value)];
      }));
    }
    return stored.get(id);
  }

  const fits = (values, wanted) => (values.length ? values.some((value) => wanted.has(value)) : wanted.has(NONE));

  function inTime(row) {
    if (upTo === null && undated) return true;
    const year = A.yearOf(row);
    return year === null ? undated : upTo === null || year <= upTo;
  }

  const touchesParks = () => chosen.size > 0 || upTo !== null || !undated;

  /* 1 for every row that passes, or null where all do. A facet can be left out, to count its choices. */
  function build(name, without = null) {
    const table = A.table(name);
    const active = [...chosen].filter(([facet]) => facet !== without && name in FACETS[facet]);
    const linked = (name === "developers" || name === "park_developers") && touchesParks();
    const timed = name === "parks" && (upTo !== null || !undated);
    if (!active.length && !linked && !timed) return null;
    const mask = new Uint8Array(table.size).fill(1);
    for (const [facet, wanted] of active) {
      const values = valuesOf(facet, name);
      for (let row = 0; row < mask.length; row++) if (!fits(values[row], wanted)) mask[row] = 0;
    }
    if (timed) for (let row = 0; row < mask.length; row++) if (!inTime(row)) mask[row] = 0;
    if (linked) keepLinked(name, table, mask);
    return mask;
  }

  /* A party or its link passes where one of its parks does. */
  function keepLinked(name, table, mask) {
    const links = A.table("park_developers"), parks = A.table("parks");
    const passes = (link) => A.filters.passes("parks", parks.find(links.value(link, "park_id")));
    for (let row = 0; row < mask.length; row++) {
      if (!mask[row]) continue;
      const mine = name === "developers" ? links.where("developer_id", table.value(row, "developer_id")) : [row];
      if (!mine.some(passes)) mask[row] = 0;
    }
  }

  function mask(name) {
    if (!masks.has(name)) masks.set(name, build(name));
    return masks.get(name);
  }

  function changed() {
    version++;
    masks.clear();
    A.emit("filters");
  }

  const label = (facet, value) => {
    if (value === NONE) return A.t(facet === "owner" || facet === "developer" ? "filter_unknown" : "filter_none");
    if (facet === "state") return A.table("states").value(A.table("states").find(value), "name") || value;
    if (facet === "developer") return A.table("developers").value(A.table("developers").find(value), "name") || value;
    if (facet === "study") return A.t(value === "true" ? "study_in" : "study_out");
    const column = { branch: "corridor_branch", kind: "kind", owner: "owner_kind", confidence: "confidence" }[facet];
    return (column && A.valueLabel(column, value)) || value;
  };

  /* The choices of a facet with the number of parks that each would leave. */
  function choices(facet) {
    const left = build("parks", facet);
    const counts = new Map();
    valuesOf(facet, "parks").forEach((values, row) => {
      if (left && !left[row]) return;
      for (const value of values.length ? new Set(values) : [NONE]) counts.set(value, (counts.get(value) || 0) + 1);
    });
    for (const value of chosen.get(facet) || []) if (!counts.has(value)) counts.set(value, 0);
    const found = [...counts].map(([value, count]) => ({ value, count, label: label(facet, value) }));
    const last = (choice) => Number(choice.value === NONE);
    return found.sort((one, other) => last(one) - last(other) || one.label.localeCompare(other.label, A.lang));
  }

  A.filters = {
    NONE,
    facets: Object.keys(FACETS),
    label,
    choices,
    mask,
    get version() {
      return version;
    },
    get upTo() {
      return upTo;
    },
    get undated() {
      return undated;
    },
    on: (event, run) => A.on(event === "change" ? "filters" : event, run),
    passes(name, row) {
      const found = mask(name);
      return row >= 0 && (!found || found[row] === 1);
    },
    rows(name) {
      const found = mask(name);
      const all = Array.from({ length: A.table(name).size }, (_, row) => row);
      return found ? all.filter((row) => found[row]) : all;
    },
    get: (facet) => [...(chosen.get(facet) || [])],
    set(facet, values) {
      if (values.length) chosen.set(facet, new Set(values));
      else chosen.delete(facet);
      changed();
    },
    setTime(year, showUndated = undated) {
      upTo = year;
      undated = showUndated;
      changed();
    },
    /* Everything active: {facet, value, label}; the years are the facets "year" and "undated". */
    active() {
      const found = [...chosen].flatMap(([facet, values]) => [...values].map((value) => ({ facet, value, label: label(facet, value) })));
      if (upTo !== null) found.push({ facet: "year", value: upTo, label: A.t("chip_year", { year: upTo }) });
      if (!undated) found.push({ facet: "undated", value: false, label: A.t("chip_undated") });
      return found;
    },
    remove({ facet, value }) {
      if (facet === "year") A.filters.setTime(null);
      else if (facet === "undated") A.filters.setTime(upTo, true);
      else A.filters.set(facet, A.filters.get(facet).filter((one) => one !== value));
    },
    reset() {
      chosen = new Map();
      upTo = null;
      undated = true;
      changed();
    },
    /* The state as one short text, for the address. */
    write() {
      const parts = [...chosen].map(([facet, values]) => [facet, ...values].map(encodeURIComponent).join("~"));
      if (upTo !== null) parts.push(`year~${upTo}`);
      if (!undated) parts.push("undated~0");
      return parts.join(";");
    },
    read(text) {
      const next = new Map();
      upTo = null;
      undated = true;
      for (const part of (text || "").split(";").filter(Boolean)) {
        let words;
        try {
          words = part.split("~").map(decodeURIComponent);
        } catch {
          continue;
        }
        const [facet, ...values] = words;
        if (facet === "year" && /^\d{4}$/.test(values[0])) upTo = Number(values[0]);
        else if (facet === "undated") undated = values[0] !== "0";
        else if (Object.hasOwn(FACETS, facet) && values.length) next.set(facet, new Set(values));
      }
      chosen = next;
      changed();
    },
  };
})(Corredor);
