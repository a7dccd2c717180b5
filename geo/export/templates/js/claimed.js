/* What others have published about the thing of a card, beside what this inventory holds. */
"use strict";

((A) => {
  const { el } = A;
  const GENERIC = new Set(["parque", "industrial", "ciudad", "zona", "park", "city", "grupo", "de", "del", "la", "el", "los", "las", "y", "the", "sa", "cv"]);
  const STATE_NAMES = { mexico: ["mexico state"], "coahuila de zaragoza": ["coahuila"], "michoacan de ocampo": ["michoacan"], "veracruz de ignacio de la llave": ["veracruz"] };

  /* Words of a text in plain letters, single blanks around each. */
  const words = (text) => ` ${A.plain(text || "").replace(/[^a-z0-9ñ]+/g, " ").trim()} `;
  const core = (name) => words(name.replace(/\([^)]*\)/g, " ")).trim().split(" ").filter((each) => !GENERIC.has(each));

  const names = (data, row) => [data.value(row, "name"), ...(data.value(row, "alt_names") || "").split("|")].filter(Boolean);

  /* A park is meant where its own words stand together in a claim: two of them, or one after the word "park". */
  function meansPark(said, name) {
    const own = core(name);
    if (!own.length) return false;
    const together = own.join(" ");
    if (own.length > 1 && together.length > 9) return said.all.includes(` ${together} `);
    return ["parque ", "park ", "parque industrial ", "ciudad industrial "].some((before) => said.all.includes(` ${before}${together} `));
  }

  function meansParty(said, name) {
    return name.replace(/\([^)]*\)/g, " ").split("/").some((part) => {
      const whole = words(part), own = ` ${core(part).join(" ")} `;
      return whole.trim().length > 3 && (said.all.includes(whole) || said.place === whole || (own.trim().length > 3 && said.place === own));
    });
  }

  function placesOf(table, data, row) {
    if (table === "national") return ["mexico", "national"];
    const name = words(data.value(row, "name")).trim();
    if (table === "states") return STATE_NAMES[name] || [name];
    return table === "municipalities" ? [name, `ciudad ${name}`] : [];
  }

  /* A municipality that shares its name with a state, or with another one of more people, is not meant. */
  function isMeant(table, data, row) {
    if (table !== "municipalities") return true;
    const name = data.value(row, "name"), people = data.value(row, "pop_2020");
    const same = data.where("name", name);
    return A.table("states").where("name", name).length === 0 && same.every((each) => data.value(each, "pop_2020") <= people);
  }

  function claimsOf({ table, row }) {
    const data = A.table(table), claims = A.table("claims");
    const found = [];
    const places = placesOf(table, data, row);
    const meant = isMeant(table, data, row);
    const parties = table === "parks" ? partiesOf(data.value(row, "park_id")) : [];
    for (let each = 0; each < claims.size; each++) {
      const say = (name) => words(claims.value(each, name));
      const said = { place: say("place"), all: say("what") + say("place") + say("quote") };
      const fits = table === "parks" ? names(data, row).some((name) => meansPark(said, name)) || parties.some((name) => meansParty(said, name))
        : table === "developers" ? meansParty(said, data.value(row, "name"))
          : meant && places.includes(said.place.trim());
      if (fits) found.push(each);
    }
    return found;
  }

  function partiesOf(parkId) {
    const links = A.table("park_developers"), parties = A.table("developers");
    return links.where("park_id", parkId).map((each) => parties.find(links.value(each, "developer_id")))
      .filter((each) => each >= 0).map((each) => parties.value(each, "name"));
  }

  /* The inventory's own count, and what a party says of itself, to stand beside the published ones. */
  function ownRows({ table, row }) {
    const data = A.table(table);
    const says = (name) => data.value(row, name);
    const line = (words, note, year, value, said) => el("tr", { class: "own", lang: A.lang },
      el("th", { scope: "row" }, words, note ? el("span", { class: "claim-note" }, note) : null),
      el("td", { class: "claim-year" }, year === null ? "" : String(year)),
      el("td", { class: "claim-value" }, A.number(value), el("span", { class: "claim-unit" }, A.t("unit_parks"))),
      el("td", { class: "claim-source" }, said));
    const rows = [];
    if (table === "parks" || says("parks") === null) return rows;
    if (table !== "developers") return [line(A.t("claims_here"), A.t("claims_here_note", { n: A.number(says("parks")) }), null, says("parks_study_set"), A.words(A.about.title))];
    rows.push(line(A.t("claims_here"), A.t("claims_party_note", { study: A.number(says("parks_study_set")), controlled: A.number(says("parks_controlled")) }), null, says("parks"), A.words(A.about.title)));
    if (says("reported_parks") !== null) rows.push(line(A.t("claims_reported"), null, says("reported_year"), says("reported_parks"), says("name")));
    return rows;
  }

  A.claimsSection = (thing) => {
    if (!["parks", "developers", "states", "municipalities", "national"].includes(thing.table)) return null;
    const rows = claimsOf(thing), own = ownRows(thing);
    if (!rows.length && (thing.table !== "developers" || own.length < 2)) return null;
    const groups = rows.length ? A.claimGroups(rows) : [{ place: null, unit: "parks", rows: [], clashes: new Map() }];
    if (thing.table === "developers" && !groups.some((group) => group.unit === "parks")) groups.unshift({ place: null, unit: "parks", rows: [], clashes: new Map() });
    groups.sort((one, other) => Number(other.unit === "parks") - Number(one.unit === "parks"));
    const tables = groups.map((group) => A.claimTable(group, group.unit === "parks" ? own.splice(0) : []));
    const shown = tables.slice(0, 3), rest = tables.slice(3);
    return A.cardSection("section_claims", el("p", { class: "note" }, A.t("claims_intro")), shown,
      rest.length ? el("details", {}, el("summary", {}, `${A.t("claims_other")} (${A.number(rest.length)})`), rest) : null);
  };
})(Corredor);
