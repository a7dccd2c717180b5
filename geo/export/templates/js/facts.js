/* What stands on the cards: sections of columns, names, sources. */
"use strict";

((A) => {
  const { el } = A;

  /* Sections of each table's card. A column named nowhere stands under "more facts", so none is lost. */
  const SECTIONS = {
    parks: [
      ["section_park", ["area_ha", "area_basis", "opened_year", "first_seen_year", "last_seen_year", "plants_registered",
        "firms_reported", "workers_reported", "reported_year", "vintage_2018"]],
      ["section_distances", ["border_km", "port_name", "port_km", "port_road_km", "corridor_branch", "chainage_km", "offset_km",
        "assembly_plant", "assembly_km"]],
      ["section_surroundings", ["parks_25km", "establishments_25km", "auto_plants_25km", "population_30km", "market_potential",
        "wage_daily_mxn", "wage_year", "min_wage_zone"], "wage_note"],
    ],
    assembly_plants: [
      ["section_plant", ["company", "segment", "products", "status", "status_date", "opened_year", "closed_year", "employees",
        "employees_year", "employees_basis", "note"]],
      ["section_distances", ["border_km", "port_name", "port_km", "corridor_branch", "chainage_km", "offset_km", "park_name", "park_km"]],
    ],
    auto_parts_plants: [
      ["section_plant", ["part_class", "parent_group", "park_name_reported", "first_year", "last_year", "assembly_plant_id", "duplicate_of"]],
      ["section_distances", ["border_km", "port_name", "port_km", "corridor_branch", "chainage_km", "offset_km", "park_name", "park_km"]],
    ],
    establishments: [
      ["section_plant", ["scian_desc", "scian", "sector", "park_name_reported", "first_year", "last_year", "duplicate_of"]],
      ["section_distances", ["border_km", "port_name", "port_km", "corridor_branch", "chainage_km", "offset_km", "park_name", "park_km"]],
    ],
    establishment_hexagons: [["section_area", ["establishments", "manufacturing_establishments"]]],
    municipalities: [["section_area", ["pop_2020", "zlfn"]]],
    states: [["section_area", ["pop_2020", "wage_daily_mxn", "wage_year"]]],
    developers: [
      ["section_party", ["kind", "headquarters", "founded_year", "reported_parks", "reported_ha", "reported_year", "note"]],
      ["section_its_parks", ["parks", "parks_study_set", "parks_controlled", "area_ha_known"]],
    ],
    ports_of_entry: [["section_port", ["us_port", "us_state", "mx_place", "mx_municipality", "mx_state", "modes", "border_km", "quality"]]],
    corridor: [["section_line", ["branch", "waypoints", "length_geodesic_km", "length_road_km", "length_road_with_access_km",
      "length_waypoints_geodesic_km"]]],
    border: [["section_line", ["length_km"]]],
  };
  const AREA = [
    ["section_area", ["parks", "parks_study_set", "parks_not_located", "area_ha_known", "parks_with_area", "plants_in_parks",
      "establishments", "manufacturing_establishments", "auto_parts_plants", "assembly_plants"]],
    ["section_concentration", ["developers", "parks_controller_known", "controller_known_share", "owner_hhi_count", "owner_hhi_ha",
      "owner_cr4_count", "owner_cr4_ha"], "interval_note"],
    ["section_specialisation", ["lq_3361", "lq_3363", "lq_336320", "lq_336360"]],
  ];
  SECTIONS.metro_areas = [["section_area", ["municipalities", "pop_2020"]]];
  SECTIONS.national = [["section_area", ["pop_2020"]]];
  for (const table of ["municipalities", "states", "metro_areas", "national"]) {
    SECTIONS[table][0][1].push(...AREA[0][1]);
    SECTIONS[table].push(...AREA.slice(1));
  }

  /* Columns that the card says elsewhere: in its head, its roles, its sources. */
  const ELSEWHERE = new Set(["name", "kind", "state", "municipality", "metro_area", "metro_area_name", "location_error_m",
    "source_ids", "lon", "lat", "developers", "owners", "promoters", "administrators", "confidence", "study_set", "park_id",
    "cluster_id", "gi_star_z", "gi_star_p", "gi_star_significant", "owner_excess_25km", "owner_excess_p", "owner_excess_significant",
    "owner_known_share_25km", "owner_hhi_25km_low", "owner_hhi_25km_high"]);
  const ELSEWHERE_IN = {
    developers: new Set(["name", "source_ids"]),
    states: new Set(["name", "source_ids"]),
    metro_areas: new Set(["name"]),
    national: new Set(["name"]),
    municipalities: new Set(["name", "state", "metro_area_name", "source_ids", "seat_lon", "seat_lat",
      "gi_star_z", "gi_star_p", "gi_star_significant"]),
    establishment_hexagons: new Set(["hexagon_id"]),
    corridor: new Set(["source_ids"]),
    border: new Set(["name", "source_ids"]),
  };

  const isHidden = (table, name) => (ELSEWHERE_IN[table] || ELSEWHERE).has(name);

  /* A column's label, value and range under location errors; a pair of columns _low and _high becomes one interval. */
  function fact(table, data, row, name) {
    const column = data.byName.get(name);
    if (column) return { label: A.label(column), value: A.format(column, data.value(row, name)), range: A.rangeOf(table, data, row, name), name };
    const low = data.byName.get(`${name}_low`), high = data.byName.get(`${name}_high`);
    if (!low || !high) return null;
    const ends = [low, high].map((each) => A.format(each, data.value(row, each.name)));
    const label = A.label(low).replace(/, (low|mínimo)$/, "");
    if (ends[0] === null || ends[1] === null) return { label, value: null, name };
    const value = ends[0] === ends[1] ? ends[0] : A.t("range", { low: ends[0], high: ends[1] });
    const bar = low.unit === "share" ? A.intervalBar(data.value(row, low.name), data.value(row, high.name)) : null;
    return { label, value, bar, name };
  }
  A.factOf = fact;

  /* Letters beyond which a value takes the whole width. */
  const LONG = 48;

  function factList(table, data, row, names) {
    const facts = names.map((name) => fact(table, data, row, name)).filter(Boolean);
    return el("dl", { class: "facts" }, facts.map(({ label, value, range, bar, name }) => el("div", { "data-column": name, class: value !== null && value.length > LONG ? "long" : null },
      el("dt", {}, label),
      el("dd", value === null ? { class: "missing" } : {}, value === null ? A.t("no_data") : value,
        value !== null && range ? el("span", { class: "range" }, ` (${range})`) : null, bar))));
  }

  function section(key, ...content) {
    return el("section", { class: "card-section", "data-section": key }, el("h3", {}, A.t(key)), content);
  }

  /* The sections of a row, then every other column under "more facts". */
  A.factSections = ({ table, row }, more) => {
    const data = A.table(table);
    const sections = SECTIONS[table] || [];
    const placed = new Set(sections.flatMap(([, names]) => names));
    const rest = data.columns.map((column) => column.name).filter((name) =>
      !placed.has(name) && !placed.has(name.replace(/_(low|high)$/, "")) && !isHidden(table, name));
    const parts = sections.map(([key, names, note]) => section(key, factList(table, data, row, names), note ? el("p", { class: "note" }, A.t(note)) : null));
    parts.push(...more);
    if (rest.length) {
      parts.push(el("details", { class: "card-section more" }, el("summary", {}, A.t("more_facts")), factList(table, data, row, rest)));
    }
    return parts;
  };
  A.cardSection = section;

  /* Text with its web addresses as links; nothing but http and https ever becomes one. */
  A.linked = (text) => text.split(/(https?:\/\/[^\s;,()<>"']+)/).map((part, at) =>
    at % 2 ? el("a", { href: part, target: "_blank", rel: "noopener noreferrer" }, part) : part);

  function source(id) {
    const data = A.table("sources");
    const row = data.find(id);
    if (row < 0) return el("li", {}, `${id}: ${A.t("source_missing")}`);
    const says = (name) => data.value(row, name);
    const maker = [says("publisher"), says("year")].filter((each) => each !== null).join(", ");
    return el("li", {},
      el("span", { class: "source-title" }, says("title")),
      el("span", { class: "source-maker" }, maker),
      el("span", { class: "source-maker" }, `${A.t("licence")}: ${says("licence")}`),
      says("url") === null ? null : el("span", { class: "source-url" }, A.linked(says("url"))));
  }

  /* Titles of sources in one line, for a fact that is not the row's own. */
  A.sourceTitles = (ids) => String(ids).split("|").map((id) => {
    const data = A.table("sources"), row = data.find(id);
    return row < 0 ? id : [data.value(row, "publisher") || data.value(row, "title"), data.value(row, "year")].filter((each) => each !== null).join(" ");
  }).join("; ");

  A.sourceSection = ({ table, row }) => {
    const ids = A.table(table).value(row, "source_ids");
    return ids === null ? null : section("sources", el("ol", { class: "sources" }, String(ids).split("|").map(source)));
  };

  const KINDS = {
    parks: "kind_park", developers: "kind_developer", municipalities: "kind_municipality", states: "kind_state",
    assembly_plants: "kind_assembly_plant", auto_parts_plants: "kind_auto_parts", establishments: "kind_establishment",
    establishment_hexagons: "kind_hexagon", metro_areas: "kind_metro", national: "kind_country", ports_of_entry: "kind_port", corridor: "kind_corridor", border: "kind_border",
  };

  A.isThing = (table) => Object.hasOwn(KINDS, table);

  A.kindOf = ({ table, row }) => {
    const data = A.table(table);
    if (table === "parks") return A.valueLabel("kind", data.value(row, "kind"));
    if (table === "ports_of_entry" && data.value(row, "level") === "bridge") return A.t("kind_bridge");
    return A.t(KINDS[table]);
  };

  A.nameOf = ({ table, row }) => {
    const data = A.table(table);
    if (table === "corridor") return A.valueLabel("corridor_branch", data.value(row, "branch")) || data.value(row, "branch");
    if (table === "establishment_hexagons") return data.value(row, "hexagon_id");
    return data.value(row, "name") || "";
  };

  A.placeOf = ({ table, row }) => {
    const data = A.table(table);
    if (table === "ports_of_entry") return [data.value(row, "mx_place"), data.value(row, "mx_state")].join(", ");
    const parts = [data.value(row, "municipality"), data.value(row, "state")];
    if (table === "municipalities") parts.push(data.value(row, "metro_area_name"));
    if (table === "developers") parts.push(data.value(row, "headquarters"));
    return parts.filter((each) => each !== null).join(", ");
  };
})(Corredor);
