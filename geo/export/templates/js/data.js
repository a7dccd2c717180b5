/* The tables and shapes that the file carries, read when first asked for. */
"use strict";

((A) => {
  const STORED = new Set(["text", "number", "flag", "code"]);

  class Table {
    constructor(name, raw) {
      this.name = name;
      this.key = raw.key;
      this.columns = raw.columns;
      this.defaults = raw.defaults;
      this.rows = raw.rows;
      this.byName = new Map(raw.columns.map((column) => [column.name, column]));
      this.indices = new Map();
      let at = 0;
      for (const column of raw.columns) {
        if (!STORED.has(column.type)) continue;
        column.at = column.at ?? at;
        at++;
      }
    }

    get size() {
      return this.rows.length;
    }

    value(row, name) {
      const column = this.byName.get(name);
      if (!column) return null;
      if (column.type === "same") return column.value;
      if (column.type === "lookup") {
        if (row in column.but) return column.but[row];
        const other = table(column.table);
        const found = other.find(this.value(row, column.key));
        return found < 0 ? null : other.value(found, column.from);
      }
      const cells = this.rows[row];
      const cell = column.at < cells.length ? cells[column.at] : this.defaults[column.at];
      if (cell === null) return null;
      if (column.type === "number") return column.decimals ? cell / 10 ** column.decimals : cell;
      if (column.type === "flag") return cell === 1;
      if (column.type === "code") return column.values[cell];
      return cell;
    }

    /* Rows whose column holds the value. */
    where(name, value) {
      if (!this.indices.has(name)) {
        const index = new Map();
        for (let row = 0; row < this.size; row++) {
          const each = this.value(row, name);
          if (!index.has(each)) index.set(each, []);
          index.get(each).push(row);
        }
        this.indices.set(name, index);
      }
      return this.indices.get(name).get(value) || [];
    }

    /* The row whose key is the value, or -1. */
    find(value) {
      if (value === null || value === undefined) return -1;
      const rows = this.where(this.key, value);
      return rows.length ? rows[0] : -1;
    }
  }

  const tables = new Map();
  function table(name) {
    if (!tables.has(name)) {
      const raw = A.json(`table-${name}`) || { key: null, columns: [], defaults: [], rows: [] };
      tables.set(name, new Table(name, raw));
    }
    return tables.get(name);
  }

  /* The world is the unit square of the Web Mercator projection, north up. */
  const worldX = (lon) => (lon + 180) / 360;
  const worldY = (lat) => 0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI);
  const latitude = (y) => (Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) * 360) / Math.PI - 90;

  const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const CODES = new Uint8Array(128);
  for (let code = 0; code < 64; code++) CODES[ALPHABET.charCodeAt(code)] = code;

  /* Text of a line -> Float64Array x0, y0, x1, y1 ... in the world. */
  function decode(text, scale) {
    const out = [];
    let value = 0, shift = 0, x = 0, y = 0, isX = true;
    for (let at = 0; at < text.length; at++) {
      const code = CODES[text.charCodeAt(at)];
      value |= (code & 31) << shift;
      shift += 5;
      if (code & 32) continue;
      const step = value & 1 ? -((value + 1) >> 1) : value >> 1;
      if (isX) x += step;
      else {
        y += step;
        out.push(worldX(x / scale), worldY(y / scale));
      }
      isX = !isX;
      value = shift = 0;
    }
    return Float64Array.from(out);
  }

  function bounds(lines) {
    let west = 2, north = 2, east = -1, south = -1;
    for (const line of lines) {
      for (let at = 0; at < line.length; at += 2) {
        west = Math.min(west, line[at]);
        east = Math.max(east, line[at]);
        north = Math.min(north, line[at + 1]);
        south = Math.max(south, line[at + 1]);
      }
    }
    return { west, north, east, south };
  }

  class Shapes {
    constructor(raw) {
      this.arcs = raw.arcs.map((text) => decode(text, raw.polygon_scale));
      this.polygons = {};
      const stateUses = new Uint8Array(this.arcs.length);
      const bounding = new Uint8Array(this.arcs.length);
      for (const [layer, features] of Object.entries(raw.features)) {
        const shapes = new Map();
        for (const [key, parts] of Object.entries(features)) {
          const rings = parts.flat();
          const used = rings.flat().map((arc) => (arc < 0 ? ~arc : arc));
          if (layer === "states") for (const arc of used) stateUses[arc]++;
          if (layer === "states" || layer === "municipalities") for (const arc of used) bounding[arc] = 1;
          shapes.set(key, { key, parts, rings, box: bounds(used.map((arc) => this.arcs[arc])) });
        }
        this.polygons[layer] = shapes;
      }
      this.fine = [];
      this.inner = [];
      this.outer = [];
      stateUses.forEach((uses, arc) => bounding[arc] && [this.fine, this.outer, this.inner][Math.min(uses, 2)].push(this.arcs[arc]));
      this.lines = {};
      for (const [name, group] of Object.entries(raw.lines)) {
        this.lines[name] = group.map((line) => {
          const parts = line.parts.map((text) => decode(text, line.scale));
          const ticks = (line.ticks || []).map(([km, lon, lat]) => ({ km, x: worldX(lon), y: worldY(lat) }));
          return { key: line.key, parts, ticks, box: bounds(parts) };
        });
      }
      this.anchors = raw.anchors;
    }

    polygon(layer, key) {
      return (this.polygons[layer] && this.polygons[layer].get(key)) || null;
    }

    /* Calls back with every vertex of a ring in order. */
    walk(ring, step) {
      ring.forEach((number, index) => {
        const arc = this.arcs[number < 0 ? ~number : number];
        const count = arc.length / 2;
        for (let each = index ? 1 : 0; each < count; each++) {
          const at = 2 * (number < 0 ? count - 1 - each : each);
          step(arc[at], arc[at + 1], index === 0 && each === 0);
        }
      });
    }

    /* The polygon of a layer that holds a point of the world, by the even-odd rule. */
    at(layer, x, y) {
      for (const shape of (this.polygons[layer] || new Map()).values()) {
        const { west, east, north, south } = shape.box;
        if (x < west || x > east || y < north || y > south) continue;
        let inside = false;
        for (const ring of shape.rings) {
          let lastX = 0, lastY = 0;
          this.walk(ring, (nextX, nextY, first) => {
            if (!first && nextY > y !== lastY > y && x < ((lastX - nextX) * (y - nextY)) / (lastY - nextY) + nextX) {
              inside = !inside;
            }
            lastX = nextX;
            lastY = nextY;
          });
        }
        if (inside) return shape;
      }
      return null;
    }
  }

  let shapes = null;
  A.table = table;
  A.shapes = () => (shapes = shapes || new Shapes(A.json("data-shapes")));
  A.world = { x: worldX, y: worldY, latitude };
  A.style = A.json("data-style");
  A.about = A.json("data-about");
})(Corredor);
