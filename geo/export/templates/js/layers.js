/* What each switch draws: its rows on the map, their places and their classes. */
"use strict";

((A) => {
  class PointLayer {
    constructor(style) {
      this.style = style;
      this.key = style.key;
      this.styling = style.stylings[0];
      this.ready = false;
    }

    get table() {
      return A.table(this.style.layer);
    }

    /* Reads the points on first use: a layer that is never shown costs nothing. */
    load() {
      if (this.ready) return;
      this.ready = true;
      const table = this.table;
      const rows = [], xs = [], ys = [];
      for (let row = 0; row < table.size; row++) {
        const lon = table.value(row, "lon"), lat = table.value(row, "lat");
        if (lon === null || lat === null) continue;
        rows.push(row);
        xs.push(A.world.x(lon));
        ys.push(A.world.y(lat));
      }
      this.rows = Int32Array.from(rows);
      this.x = Float64Array.from(xs);
      this.y = Float64Array.from(ys);
      this.classify();
    }

    setStyling(styling) {
      this.styling = styling;
      if (this.ready) this.classify();
    }

    /* Classes in the legend's order, the missing-data class last, and how many points each holds. */
    classify() {
      const table = this.table;
      this.classes = [...this.styling.classes];
      if (this.styling.no_data && !this.classes.some((each) => each.key === "no_data")) this.classes.push(this.styling.no_data);
      const places = new Map(this.classes.map((each, at) => [each.key, at]));
      this.counts = new Uint32Array(this.classes.length);
      this.classAt = Uint8Array.from(this.rows, (row) => {
        const found = A.classOf(this.styling, table.value(row, this.styling.column));
        const at = found ? places.get(found.key) : 255;
        if (at < 255) this.counts[at]++;
        return at;
      });
    }
  }

  class AreaLayer {
    constructor(style, polygons, keyColumn) {
      Object.assign(this, { style, key: style.key, styling: style.stylings[0], polygons, keyColumn, ready: false });
    }

    get table() {
      return A.table(this.style.layer);
    }

    load() {
      if (this.ready) return;
      this.ready = true;
      this.classes = [...this.styling.classes, ...(this.styling.no_data ? [this.styling.no_data] : [])];
      this.counts = new Uint32Array(this.classes.length);
      this.fills = new Map();
      const table = this.table;
      for (let row = 0; row < table.size; row++) {
        const found = A.classOf(this.styling, table.value(row, this.styling.column));
        if (!found) continue;
        this.counts[this.classes.findIndex((each) => each.key === found.key)]++;
        if (found.fill) this.fills.set(table.value(row, this.keyColumn), found.fill);
      }
    }
  }

  const POINTS = new Set(["circle", "square", "diamond", "triangle"]);
  const AREAS = { states_wage: ["states", "cve_ent"], municipalities: ["municipalities", "cvegeo"] };

  A.layers = new Map();
  for (const style of A.style.layers) {
    if (POINTS.has(style.shape)) A.layers.set(style.key, new PointLayer(style));
    else if (style.key in AREAS) A.layers.set(style.key, new AreaLayer(style, ...AREAS[style.key]));
    else A.layers.set(style.key, { style, key: style.key, styling: style.stylings[0], load() {} });
  }

  A.isPoints = (layer) => layer instanceof PointLayer;
  A.isArea = (layer) => layer instanceof AreaLayer;
  A.shown = new Set(A.style.layers.filter((style) => style.on).map((style) => style.key));

  /* Points from the bottom up. */
  A.pointOrder = ["establishments", "auto_parts_plants", "parks", "ports_of_entry", "assembly_plants"];

  A.setShown = (key, shown) => {
    if (shown === A.shown.has(key)) return;
    if (shown) A.shown.add(key);
    else A.shown.delete(key);
    // Two fills over the same ground would blend into colours that are in neither legend.
    if (shown && key in AREAS) for (const other of Object.keys(AREAS)) if (other !== key) A.shown.delete(other);
    A.emit("layers", { key, shown });
  };
})(Corredor);
