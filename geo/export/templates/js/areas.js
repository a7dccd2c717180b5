/* Filled layers: states by wage and year, municipalities by one of their figures, the density surface. */
"use strict";

((A) => {
  const { Layer, allClasses, classOfRow } = A.layerKinds;
  const AREAS = { states_wage: ["states", "cve_ent"], municipalities: ["municipalities", "cvegeo"],
    establishment_hexagons: ["establishment_hexagons", "hexagon_id"] };

  class AreaLayer extends Layer {
    constructor(style, polygons, keyColumn) {
      super(style);
      Object.assign(this, { polygons, keyColumn });
    }

    load() {
      if (this.ready) return;
      this.ready = true;
      this.classify();
    }

    rowClass(row) {
      return classOfRow(this.styling, this.table, row);
    }

    classify() {
      this.classes = allClasses(this.styling);
      const places = new Map(this.classes.map((each, at) => [each.key, at]));
      this.classAt = Array.from({ length: this.table.size }, (_, row) => {
        const found = this.rowClass(row);
        return found ? places.get(found.key) : -1;
      });
      this.recount();
    }

    /* Classes and counts of the areas that pass the filters. */
    recount() {
      const table = this.table, mask = A.filters.mask(table.name);
      this.counts = new Uint32Array(this.classes.length);
      this.fills = new Map();
      this.total = 0;
      this.classAt.forEach((at, row) => {
        if (at < 0 || (mask && !mask[row])) return;
        this.total++;
        this.counts[at]++;
        this.fills.set(table.value(row, this.keyColumn), this.classes[at]);
      });
      this.seen = A.filters.version;
    }
  }

  /* The states' wages, of any year of the series. */
  class WageLayer extends AreaLayer {
    get years() {
      const wages = A.table("wages");
      if (!this.known) this.known = [...new Set(Array.from({ length: wages.size }, (_, row) => wages.value(row, "year")))].sort((one, other) => one - other);
      return this.known;
    }

    get year() {
      return this.chosen ?? this.years[this.years.length - 1] ?? this.table.value(0, "wage_year");
    }

    setYear(year) {
      this.chosen = year;
      this.ready = true;
      this.classify();
    }

    wageOf(row) {
      const states = this.table, wages = A.table("wages");
      if (!this.years.length) return states.value(row, "wage_daily_mxn");
      const found = wages.where("cve_ent", states.value(row, "cve_ent")).find((each) => wages.value(each, "year") === this.year);
      return found === undefined ? null : wages.value(found, "value");
    }

    rowClass(row) {
      return A.classOf(this.styling, this.wageOf(row));
    }
  }

  /* Cells of the density surface, runs from west to east. */
  class CellLayer extends Layer {
    load() {
      if (this.ready) return;
      this.ready = true;
      this.classes = allClasses(this.styling);
      this.cells = [];
      const raw = A.json("data-density") || { step: 1, decimals: 0, rows: [] };
      for (const [row, column, ...values] of raw.rows) {
        values.forEach((value, at) => {
          const found = A.classOf(this.styling, value / 10 ** raw.decimals);
          this.cells.push({
            lon: (column + at + 0.5) * raw.step, lat: (row + 0.5) * raw.step, value: value / 10 ** raw.decimals,
            at: this.classes.indexOf(found),
            west: A.world.x((column + at) * raw.step), east: A.world.x((column + at + 1) * raw.step),
            south: A.world.y(row * raw.step), north: A.world.y((row + 1) * raw.step),
          });
        });
      }
      this.recount();
    }

    recount() {
      this.counts = new Uint32Array(this.classes.length);
      for (const cell of this.cells) this.counts[cell.at]++;
    }
  }

  A.isArea = (layer) => layer instanceof AreaLayer;
  A.isCells = (layer) => layer instanceof CellLayer;
  A.isWage = (layer) => layer instanceof WageLayer;
  for (const [key, { style }] of A.layers) {
    if (key in AREAS) A.layers.set(key, new (key === "states_wage" ? WageLayer : AreaLayer)(style, ...AREAS[key]));
    else if (style.shape === "cells") A.layers.set(key, new CellLayer(style));
  }

  const clipToLand = (context, seen) => {
    context.beginPath();
    for (const state of A.shapes().polygons.states.values()) {
      if (seen.sees(state.box)) A.draw.addPolygon(context, seen, state);
    }
    context.clip("evenodd");
  };

  A.paintFills = (context, seen) => {
    for (const [key, layer] of A.layers) {
      if (!A.shown.has(key) || !(A.isArea(layer) || A.isCells(layer))) continue;
      layer.refresh();
      context.globalAlpha = 0.86;
      if (A.isCells(layer)) {
        context.save();
        clipToLand(context, seen);
        for (const { west, east, north, south, at } of layer.cells) {
          const fill = A.areaFill(layer.styling, layer.classes[at]);
          if (!fill || !seen.sees({ west, east, north, south })) continue;
          const left = Math.round(seen.x(west)), top = Math.round(seen.y(north));
          context.fillStyle = fill;
          context.fillRect(left, top, Math.round(seen.x(east)) - left, Math.round(seen.y(south)) - top);
        }
        context.restore();
      } else {
        for (const [code, each] of layer.fills) {
          const fill = A.areaFill(layer.styling, each);
          const shape = fill && A.shapes().polygon(layer.polygons, code);
          if (shape) A.draw.fillPolygon(context, seen, shape, fill);
        }
      }
      context.globalAlpha = 1;
    }
  };
})(Corredor);
