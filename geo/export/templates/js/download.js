/* The rows one sees as a file: CSV that a spreadsheet cannot run, GeoJSON in WGS84; both made in the page. */
"use strict";

((A) => {
  /* A cell that begins with one of these is a formula to a spreadsheet. */
  const FORMULA = /^[=+\-@\t\r]/;

  function csvCell(value) {
    if (value === null || value === undefined) return "";
    if (typeof value !== "string") return String(value);
    const safe = FORMULA.test(value) ? `'${value}` : value;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  }

  /* Every column of the rows; a byte order mark first, so that a spreadsheet reads the accents. */
  A.csv = (name, rows) => {
    const table = A.rows.table(name);
    const columns = table.columns.map((column) => column.name);
    const lines = rows.map((row) => columns.map((column) => csvCell(table.value(row, column))).join(","));
    return `\ufeff${[columns.map(csvCell).join(","), ...lines].join("\n")}\n`;
  };

  const round = (value) => Math.round(value * 1e5) / 1e5;
  const place = (x, y) => [round(x * 360 - 180), round(A.world.latitude(y))];

  /* A ring of the drawing as a closed list of places. */
  function ring(arcs) {
    const out = [];
    A.shapes().walk(arcs, (x, y) => out.push(place(x, y)));
    if (String(out[0]) !== String(out[out.length - 1])) out.push(out[0]);
    return out;
  }

  /* Outer rings run against the clock, holes with it. */
  function turned(line, outer) {
    let twice = 0;
    for (let at = 1; at < line.length; at++) twice += line[at - 1][0] * line[at][1] - line[at][0] * line[at - 1][1];
    return twice > 0 === outer ? line : line.reverse();
  }

  function polygon(layer, key) {
    const shape = A.shapes().polygon(layer, key);
    if (!shape) return null;
    return { type: "MultiPolygon", coordinates: shape.parts.map((rings) => rings.map((arcs, at) => turned(ring(arcs), at === 0))) };
  }

  function line(layer, key) {
    const found = (A.shapes().lines[layer] || []).find((each) => each.key === key);
    if (!found) return null;
    const parts = found.parts.map((part) => Array.from({ length: part.length / 2 }, (_, at) => place(part[2 * at], part[2 * at + 1])));
    return parts.length === 1 ? { type: "LineString", coordinates: parts[0] } : { type: "MultiLineString", coordinates: parts };
  }

  function cell({ west, east, north, south }) {
    const corners = [[west, south], [east, south], [east, north], [west, north], [west, south]];
    return { type: "Polygon", coordinates: [corners.map(([x, y]) => place(x, y))] };
  }

  const SHAPES = {
    states: (table, row) => polygon("states", table.value(row, "cve_ent")),
    municipalities: (table, row) => polygon("municipalities", table.value(row, "cvegeo")),
    establishment_hexagons: (table, row) => polygon("establishment_hexagons", table.value(row, "hexagon_id")),
    corridor: (table, row) => line("corridor", table.value(row, "branch")),
    border: (table, row) => line("border", table.value(row, "border_id")),
    density: (table, row) => cell(table.cells[row]),
  };

  const hasPoints = (table) => table.byName.has("lon") && table.byName.has("lat");
  A.hasGeometry = (name) => name in SHAPES || hasPoints(A.rows.table(name));

  function geometry(name, table, row) {
    if (name in SHAPES) return SHAPES[name](table, row);
    const lon = table.value(row, "lon"), lat = table.value(row, "lat");
    return lon === null || lat === null ? null : { type: "Point", coordinates: [lon, lat] };
  }

  /* One feature a line; a park without a point keeps its facts and has no geometry. */
  A.geojson = (name, rows) => {
    const table = A.rows.table(name);
    const features = rows.map((row) => JSON.stringify({
      type: "Feature",
      ...(table.key ? { id: table.value(row, table.key) } : {}),
      geometry: geometry(name, table, row),
      properties: Object.fromEntries(table.columns.map((column) => [column.name, table.value(row, column.name)])),
    }));
    return `{"type":"FeatureCollection","name":${JSON.stringify(name)},"features":[\n${features.join(",\n")}\n]}\n`;
  };

  A.save = (name, text, type, ending) => {
    const address = URL.createObjectURL(new Blob([text], { type }));
    const link = A.el("a", { href: address, download: `corredor-${name}-${A.about.date}.${ending}`.replace(/[^\w.-]/g, "") });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  };
})(Corredor);
