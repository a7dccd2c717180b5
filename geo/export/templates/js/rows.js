/* The rows of each table as a reader sees them: which columns stand first, what is kept, in which order. */
"use strict";

((A) => {
  const AREA = ["pop_2020", "parks", "parks_study_set", "establishments", "auto_parts_plants", "assembly_plants"];

  /* Tables in the order of the choice, with the columns that stand there at first; null takes them all. */
  const TABLES = {
    parks: ["name", "kind", "municipality", "state", "metro_area", "developers", "owner_kind", "area_ha", "opened_year",
      "first_seen_year", "plants_registered", "study_set", "confidence", "border_km"],
    developers: ["name", "kind", "headquarters", "founded_year", "parks", "parks_study_set", "parks_controlled", "area_ha_known"],
    park_developers: null,
    assembly_plants: ["name", "company", "segment", "municipality", "state", "status", "opened_year", "employees", "border_km"],
    auto_parts_plants: ["name", "part_class", "municipality", "state", "metro_area", "parent_group", "park_name", "park_km",
      "first_year", "last_year"],
    establishments: ["name", "scian_desc", "sector", "municipality", "state", "metro_area", "park_name", "park_km", "first_year", "last_year"],
    corridor: null,
    ports_of_entry: ["name", "mx_place", "mx_state", "us_port", "us_state", "modes", "quality"],
    border: null,
    states: ["name", "pop_2020", "wage_daily_mxn", ...AREA.slice(1), "lq_3361", "lq_3363"],
    wages: null,
    municipalities: ["name", "state", "metro_area_name", ...AREA, "lq_3361", "lq_3363", "lq_336320", "lq_336360", "gi_star_z",
      "gi_star_significant", "population_without_park_30km"],
    metro_areas: ["name", ...AREA],
    corridor_areas: null,
    establishment_hexagons: null,
    places: null,
    density: null,
  };

  /* The cells of the density surface, in the manner of a table. */
  let density = null;
  function densityTable() {
    if (density) return density;
    const layer = A.layers.get("density");
    layer.load();
    const [{ label }] = layer.style.stylings;
    const columns = [
      { name: "lon", es: "Longitud", en: "Longitude", unit: "degrees", type: "number", decimals: 1 },
      { name: "lat", es: "Latitud", en: "Latitude", unit: "degrees", type: "number", decimals: 1 },
      { name: "parks_per_1000_km2", ...label, unit: null, type: "number", decimals: 3 },
    ];
    const value = (row, name) => {
      const cell = layer.cells[row];
      return name === "parks_per_1000_km2" ? cell.value : Number(cell[name].toFixed(4));
    };
    density = { name: "density", key: null, size: layer.cells.length, columns, byName: new Map(columns.map((each) => [each.name, each])), value, cells: layer.cells };
    return density;
  }

  const tableOf = (name) => (name === "density" ? densityTable() : A.table(name));

  const title = (name) => A.words(name === "density" ? A.layers.get("density").style.label : (A.about.layers || {})[name]) || name;

  const names = () => Object.keys(TABLES).filter((name) => tableOf(name).size > 0);

  function columnsOf(name, all) {
    const table = tableOf(name);
    const first = TABLES[name];
    if (!first) return table.columns;
    const leading = first.map((each) => table.byName.get(each)).filter(Boolean);
    return all ? [...leading, ...table.columns.filter((each) => !leading.includes(each))] : leading;
  }

  /* What a cell says, and what it sorts by. */
  const text = (table, row, column) => A.format(column, table.value(row, column.name));
  function sortKey(table, row, column) {
    const value = table.value(row, column.name);
    return column.type === "number" || column.type === "flag" || value === null ? value : text(table, row, column);
  }

  const searched = new Map();
  function plainOf(name, row) {
    const id = `${A.lang}|${name}`;
    if (!searched.has(id)) searched.set(id, []);
    const known = searched.get(id);
    if (known[row] === undefined) {
      const table = tableOf(name);
      known[row] = A.plain(columnsOf(name, false).filter((each) => each.type !== "number" && each.type !== "flag")
        .map((column) => text(table, row, column) || "").join(" "));
    }
    return known[row];
  }

  /* Rows that pass the filters and hold every word, in the order asked for; missing values last either way. */
  function kept(name, { words = "", sort = null, down = false }) {
    const table = tableOf(name);
    let rows = name === "density" ? Array.from({ length: table.size }, (_, row) => row) : A.filters.rows(name);
    const wanted = A.plain(words).split(/\s+/).filter(Boolean);
    if (wanted.length) rows = rows.filter((row) => wanted.every((word) => plainOf(name, row).includes(word)));
    const column = sort && table.byName.get(sort);
    if (!column) return rows;
    const keys = new Map(rows.map((row) => [row, sortKey(table, row, column)]));
    const collator = new Intl.Collator(A.lang, { numeric: true });
    const compare = (one, other) => (typeof one === "string" ? collator.compare(one, other) : one - other);
    return rows.sort((one, other) => {
      const [mine, its] = [keys.get(one), keys.get(other)];
      if (mine === null || its === null) return Number(mine === null) - Number(its === null) || one - other;
      return (down ? -1 : 1) * compare(mine, its) || one - other;
    });
  }

  A.rows = { names, title, table: tableOf, columns: columnsOf, text, kept };
})(Corredor);
