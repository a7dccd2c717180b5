/* Who controls which parks: the run's rule, applied to any set of parks. */
"use strict";

((A) => {
  const rule = A.about.parameters || {};
  const ROLES = rule.controller_roles || ["owner", "developer"];
  const BINDING = ["subsidiary_of", "merged_into", "renamed_to"];
  const held = new Map(), owned = new Map();

  /* Whether a year lies between two years, both included; a missing one is no bound. */
  const inForce = (first, last, year) => (first === null || first <= year) && (last === null || last >= year);

  /* Rows by which a party belongs to others, in the run's year, else those that have not ended. */
  function parents(id) {
    const data = A.table("party_relations");
    return data.where("developer_id", id).filter((row) => {
      if (!BINDING.includes(data.value(row, "relation"))) return false;
      const last = data.value(row, "to_year");
      return rule.ownership_year ? inForce(data.value(row, "from_year"), last, rule.ownership_year) : last === null;
    });
  }

  /* Party -> [[ultimate owner, part]]: a single parent takes all, several by their shares. */
  function owners(id) {
    if (owned.has(id)) return owned.get(id);
    const data = A.table("party_relations"), rows = parents(id), found = new Map();
    const all = rows.reduce((sum, row) => sum + data.value(row, "share_pct"), 0);
    for (const row of rows) {
      const part = rows.length > 1 ? data.value(row, "share_pct") / all : 1;
      for (const [owner, share] of owners(data.value(row, "parent_id"))) found.set(owner, (found.get(owner) || 0) + part * share);
    }
    owned.set(id, rows.length ? [...found] : [[id, 1]]);
    return owned.get(id);
  }

  function ultimate(parties) {
    const found = new Map();
    for (const { id, share } of parties) for (const [owner, part] of owners(id)) found.set(owner, (found.get(owner) || 0) + share * part);
    return [...found].map(([id, share]) => ({ id, share }));
  }

  /* The controllers of a park [{id, share}]: its parties with the first of the rule's roles that any party has. */
  function of(row) {
    if (held.has(row)) return held.get(row);
    const links = A.table("park_developers");
    const mine = links.where("park_id", A.table("parks").value(row, "park_id")).filter((each) =>
      !rule.ownership_year || inForce(links.value(each, "as_of_year"), links.value(each, "until_year"), rule.ownership_year));
    const role = ROLES.find((name) => mine.some((each) => links.value(each, "role") === name));
    const parties = [...new Set(mine.filter((each) => links.value(each, "role") === role).map((each) => links.value(each, "developer_id")))];
    const equal = parties.map((id) => ({ id, share: 1 / parties.length }));
    held.set(row, rule.ultimate_owners ? ultimate(equal) : equal);
    return held.get(row);
  }

  /* Rows of the study set's parks that a test lets through. */
  function study(test = () => true) {
    const parks = A.table("parks"), rows = [];
    for (let row = 0; row < parks.size; row++) if (parks.value(row, "study_set") && test(row)) rows.push(row);
    return rows;
  }

  /* Parks by controller among rows, and how many have none that is known. */
  function sizes(rows) {
    const owners = new Map();
    let unknown = 0;
    for (const row of rows) {
      const parties = of(row);
      if (!parties.length) unknown++;
      for (const { id, share } of parties) owners.set(id, (owners.get(id) || 0) + share);
    }
    return { owners, unknown, all: rows.length };
  }

  /* A party's share of rows: at least what is known to be its own, at most that and every park of unknown controller. */
  function share(id, rows) {
    const { owners, unknown, all } = sizes(rows);
    const own = owners.get(id) || 0;
    return { own, unknown, all, low: all ? own / all : 0, high: all ? (own + unknown) / all : 0 };
  }

  /* Rows of the inventory's parks in a thing: an area, a branch (25 km), a party. */
  function rowsIn({ table, row }) {
    const data = A.table(table), parks = A.table("parks");
    const all = Array.from({ length: parks.size }, (_, each) => each);
    if (table === "states") return parks.where("cve_ent", data.value(row, "cve_ent"));
    if (table === "metro_areas") return parks.where("metro_area", data.value(row, "name"));
    if (table === "municipalities") return parks.where("cvegeo", data.value(row, "cvegeo"));
    if (table === "corridor") {
      return parks.where("corridor_branch", data.value(row, "branch")).filter((each) => parks.value(each, "offset_km") <= 25);
    }
    return table === "developers" ? A.parksOf(data.value(row, "developer_id")) : all;
  }

  const inStudy = (row) => A.table("parks").value(row, "study_set");

  A.holdings = { of, study, sizes, share, rowsIn, inStudy, roles: ROLES };
})(Corredor);
