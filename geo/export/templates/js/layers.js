/* What each switch draws: its rows on the map, their places and their classes. */
"use strict";

((A) => {
  /* Classes in the legend's order, the class that a gate fills and the missing-data class last. */
  const allClasses = ({ classes, gated, no_data: missing }) => {
    const all = [...classes];
    for (const extra of [gated, missing]) if (extra && !all.some((each) => each.key === extra.key)) all.push(extra);
    return all;
  };

  /* A ranked styling takes its classes' values and names from the run: the developers with most parks. */
  function resolve(styling) {
    if (styling.rule !== "ranked" || styling.resolved) return styling;
    const parks = A.table("parks"), parties = A.table("developers");
    const counts = new Map();
    for (let row = 0; row < parks.size; row++) for (const id of new Set(A.developersOf(row))) counts.set(id, (counts.get(id) || 0) + 1);
    const ranked = [...counts].sort(([one, most], [other, more]) => more - most || (one < other ? -1 : 1)).map(([id]) => id);
    const classes = styling.classes.flatMap((each) => {
      if (each.key === styling.other) return [each];
      const id = ranked.shift();
      const name = id && (parties.value(parties.find(id), "name") || id);
      return id ? [{ ...each, values: [id], label: { es: name, en: name } }] : [];
    });
    return Object.assign(styling, { classes, resolved: true });
  }

  /* What a styling looks at in a row. */
  function styledValue(styling, table, row) {
    if (styling.column === null) return null;
    if (styling.rule === "ranked") {
      const ids = A.developersOf(row);
      return ids.length ? ids : null;
    }
    const value = table.value(row, styling.column);
    return value === null && styling.instead ? table.value(row, styling.instead) : value;
  }

  function classOfRow(styling, table, row) {
    return A.classOf(styling, styledValue(styling, table, row), !styling.gate || table.value(row, styling.gate) === true);
  }

  class Layer {
    constructor(style) {
      Object.assign(this, { style, key: style.key, styling: style.stylings[0], sizing: style.sizings[0] || null, ready: false });
      this.seen = -1;
    }

    get table() {
      return A.table(this.style.layer);
    }

    load() {}

    setStyling(styling) {
      this.styling = resolve(styling);
      if (this.ready) this.classify();
    }

    classOf(row) {
      return classOfRow(resolve(this.styling), this.table, row);
    }

    /* Counts again where the filters have changed since. */
    refresh() {
      this.load();
      if (this.seen === A.filters.version) return;
      this.seen = A.filters.version;
      this.recount();
    }
  }

  class PointLayer extends Layer {
    /* Reads the points on first use: a layer that is never shown costs nothing. */
    load() {
      if (this.ready) return;
      this.ready = true;
      const table = this.table;
      this.place(Array.from({ length: table.size }, (_, row) => row));
      this.classify();
    }

    place(candidates) {
      const table = this.table;
      const rows = [], xs = [], ys = [];
      for (const row of candidates) {
        const lon = table.value(row, "lon"), lat = table.value(row, "lat");
        if (lon === null || lat === null) continue;
        rows.push(row);
        xs.push(A.world.x(lon));
        ys.push(A.world.y(lat));
      }
      this.rows = Int32Array.from(rows);
      this.x = Float64Array.from(xs);
      this.y = Float64Array.from(ys);
    }

    setSizing(sizing) {
      this.sizing = sizing;
      if (this.ready) this.classify();
    }

    classesAt(styling, classes) {
      const places = new Map(classes.map((each, at) => [each.key, at]));
      return Uint8Array.from(this.rows, (row) => {
        const found = classOfRow(styling, this.table, row);
        return found ? places.get(found.key) : 255;
      });
    }

    classify() {
      resolve(this.styling);
      this.classes = allClasses(this.styling);
      this.classAt = this.classesAt(this.styling, this.classes);
      this.sized = Boolean(this.sizing && this.sizing.column);
      this.sizes = this.sized ? allClasses(this.sizing) : [];
      this.sizeAt = this.sized ? this.classesAt(this.sizing, this.sizes) : null;
      this.recount();
    }

    /* How many points pass the filters, in all and in every class. */
    recount() {
      const mask = A.filters.mask(this.table.name);
      this.counts = new Uint32Array(this.classes.length);
      this.sizeCounts = new Uint32Array(this.sizes.length);
      this.shows = Uint8Array.from(this.rows, (row) => (mask ? mask[row] : 1));
      this.total = 0;
      for (let at = 0; at < this.rows.length; at++) {
        if (!this.shows[at]) continue;
        this.total++;
        if (this.classAt[at] < 255) this.counts[this.classAt[at]]++;
        if (this.sizeAt) this.sizeCounts[this.sizeAt[at]]++;
      }
      this.seen = A.filters.version;
    }

    /* Rows that pass the filters and have no point. */
    get missing() {
      return A.filters.rows(this.table.name).length - this.total;
    }
  }

  /* The parks of one party, ringed by its role in them. */
  class PartyLayer extends PointLayer {
    get table() {
      return A.table("parks");
    }

    /* The party's parks and the strongest of its roles in each. */
    get roles() {
      const links = A.table("park_developers"), parks = A.table("parks");
      const order = this.styling.classes.map((each) => each.key);
      const found = new Map();
      for (const link of this.party ? links.where("developer_id", this.party) : []) {
        const row = parks.find(links.value(link, "park_id")), role = links.value(link, "role");
        if (row >= 0 && (!found.has(row) || order.indexOf(role) < order.indexOf(found.get(row)))) found.set(row, role);
      }
      return found;
    }

    load() {
      if (!this.ready) this.setParty(this.party || null);
    }

    setParty(id) {
      this.party = id;
      this.ready = true;
      this.place([...this.roles.keys()]);
      this.classify();
    }

    classesAt(styling, classes) {
      const roles = this.roles;
      return Uint8Array.from(this.rows, (row) => Math.max(classes.findIndex((each) => each.key === roles.get(row)), 0));
    }

    classOf(row) {
      return this.styling.classes.find((each) => each.key === this.roles.get(row)) || null;
    }

    get missing() {
      return [...this.roles.keys()].filter((row) => A.filters.passes("parks", row)).length - this.total;
    }
  }

  const POINTS = new Set(["circle", "square", "diamond", "triangle"]);
  A.layers = new Map();
  A.layerKinds = { Layer, PointLayer, PartyLayer, allClasses, classOfRow };
  for (const style of A.style.layers) {
    const Kind = style.shape === "ring" ? PartyLayer : POINTS.has(style.shape) ? PointLayer : Layer;
    A.layers.set(style.key, new Kind(style));
  }

  A.isPoints = (layer) => layer instanceof PointLayer;
  A.shown = new Set(A.style.layers.filter((style) => style.on).map((style) => style.key));

  /* Points from the bottom up. */
  A.pointOrder = ["establishments", "auto_parts_plants", "parks", "ownership", "ports_of_entry", "assembly_plants", "developers"];

  A.setShown = (key, shown) => {
    if (shown === A.shown.has(key)) return;
    if (shown) A.shown.add(key);
    else A.shown.delete(key);
    // Two fills over the same ground would blend into colours that are in neither legend.
    const { alone } = A.layers.get(key).style;
    if (shown && alone) for (const [other, { style }] of A.layers) if (other !== key && style.alone === alone) A.shown.delete(other);
    A.emit("layers", { key, shown });
  };
})(Corredor);
