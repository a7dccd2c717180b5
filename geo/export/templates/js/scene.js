/* The drawing: one canvas in Leaflet's pane, painted from the shapes and the tables. */
"use strict";

((A) => {
  let renderer = null;
  let pending = false;

  const Canvas = L.Renderer.extend({
    options: { padding: 0.25, pane: "scene" },
    _initContainer() {
      this._container = document.createElement("canvas");
      this._container.setAttribute("aria-hidden", "true");
    },
    _destroyContainer() {
      this._container.remove();
    },
    _update() {
      if (this._map._animatingZoom && this._bounds) return;
      L.Renderer.prototype._update.call(this);
      const size = this._bounds.getSize();
      const ratio = Math.min(window.devicePixelRatio || 1, 2);
      L.DomUtil.setPosition(this._container, this._bounds.min);
      this._container.width = size.x * ratio;
      this._container.height = size.y * ratio;
      this._container.style.width = `${size.x}px`;
      this._container.style.height = `${size.y}px`;
      const context = this._container.getContext("2d");
      context.setTransform(ratio, 0, 0, ratio, -this._bounds.min.x * ratio, -this._bounds.min.y * ratio);
      paint(context, view(this._map, this._bounds, ratio));
    },
  });

  /* From the world to the canvas, at the map's present place. */
  function view(map, box, ratio) {
    const scale = 256 * 2 ** map.getZoom();
    const origin = map.getPixelOrigin();
    return {
      zoom: map.getZoom(), scale, ratio, box,
      x: (worldX) => worldX * scale - origin.x,
      y: (worldY) => worldY * scale - origin.y,
      sees: ({ west, east, north, south }) =>
        east * scale - origin.x >= box.min.x && west * scale - origin.x <= box.max.x &&
        south * scale - origin.y >= box.min.y && north * scale - origin.y <= box.max.y,
    };
  }

  function paint(context, seen) {
    const colours = A.ground();
    const shapes = A.shapes();
    context.lineJoin = context.lineCap = "round";
    // Tiles from the network are a ground of their own.
    if (!A.about.tiles) for (const state of shapes.polygons.states.values()) fillPolygon(context, seen, state, colours.land);
    A.paintFills(context, seen);
    const fine = A.shown.has("municipalities") || seen.zoom >= 9;
    if (fine) strokeArcs(context, seen, shapes.fine, colours.fine_boundary, seen.zoom >= 8 ? 0.8 : 0.4);
    if (A.shown.has("states")) strokeArcs(context, seen, shapes.inner, colours.boundary, seen.zoom >= 7 ? 1.3 : 1);
    strokeArcs(context, seen, shapes.outer, colours.coast, 1);
    if (A.shown.has("highways")) paintLines(context, seen, "highways", () => [colours.highway, seen.zoom >= 8 ? 1.4 : 0.7]);
    if (A.shown.has("corridor")) paintCorridor(context, seen, colours);
    if (A.shown.has("border")) paintBorder(context, seen, colours);
    A.paintSelectedArea(context, seen, colours);
    for (const key of A.pointOrder) if (A.shown.has(key)) paintPoints(context, seen, A.layers.get(key));
    if (A.shown.has("places")) A.paintLabels(context, seen, colours);
    A.paintSelectedPoints(context, seen, colours);
    for (const paint of A.overlays) paint(context, seen, colours);
  }

  function tracePolygon(context, seen, shape) {
    context.beginPath();
    addPolygon(context, seen, shape);
  }

  function addPolygon(context, seen, shape) {
    for (const ring of shape.rings) {
      A.shapes().walk(ring, (x, y, first) => context[first ? "moveTo" : "lineTo"](seen.x(x), seen.y(y)));
      context.closePath();
    }
  }

  function fillPolygon(context, seen, shape, fill) {
    if (!seen.sees(shape.box)) return;
    tracePolygon(context, seen, shape);
    context.fillStyle = fill;
    context.fill("evenodd");
  }

  function traceLine(context, seen, line) {
    let lastX = seen.x(line[0]), lastY = seen.y(line[1]);
    context.moveTo(lastX, lastY);
    for (let at = 2; at < line.length; at += 2) {
      const x = seen.x(line[at]), y = seen.y(line[at + 1]);
      // Steps under a pixel are not seen; the last point always is.
      if (at < line.length - 2 && Math.abs(x - lastX) + Math.abs(y - lastY) < 0.8) continue;
      context.lineTo(x, y);
      lastX = x;
      lastY = y;
    }
  }

  function strokeArcs(context, seen, arcs, colour, width) {
    context.beginPath();
    for (const arc of arcs) traceLine(context, seen, arc);
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke();
  }

  function paintLines(context, seen, name, look) {
    for (const line of A.shapes().lines[name] || []) {
      const [colour, width] = look(line);
      context.beginPath();
      for (const part of line.parts) traceLine(context, seen, part);
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.stroke();
    }
  }

  function paintCorridor(context, seen, colours) {
    const { style, styling } = A.layers.get("corridor");
    const grow = seen.zoom >= 8 ? 1.25 : 1;
    const size = (line) => (A.classOf(styling, line.key).size || style.size) * grow;
    paintLines(context, seen, "corridor", (line) => [colours.halo, size(line) + 2.5]);
    paintLines(context, seen, "corridor", (line) => [A.classOf(styling, line.key).fill, size(line)]);
    for (const line of A.shapes().lines.corridor || []) {
      for (const tick of line.ticks) {
        const x = seen.x(tick.x), y = seen.y(tick.y);
        context.beginPath();
        context.arc(x, y, seen.zoom >= 7 ? 3 : 2, 0, 2 * Math.PI);
        context.fillStyle = colours.halo;
        context.fill();
        context.strokeStyle = colours.outline;
        context.lineWidth = 1;
        context.stroke();
      }
    }
  }

  function paintBorder(context, seen, colours) {
    const width = A.layers.get("border").style.size;
    paintLines(context, seen, "border", () => [colours.halo, width + 2]);
    context.setLineDash([8, 4]);
    context.lineCap = "butt";
    paintLines(context, seen, "border", () => [colours.outline, width]);
    context.setLineDash([]);
    context.lineCap = "round";
  }

  /* Radius of a marker of a given size: smaller over the country, larger over a town. */
  function radiusAt(zoom, size) {
    return size * Math.min(1.5, Math.max(0.62, 0.62 + (zoom - 5) * 0.11));
  }

  function paintPoints(context, seen, layer) {
    layer.refresh();
    const sizes = layer.sized ? layer.sizes : [{}];
    const sprites = layer.classes.map((each) => sizes.map(({ size }) => A.sprite(each.shape || layer.style.shape, each.fill,
      radiusAt(seen.zoom, size || each.size || layer.style.size), seen.ratio)));
    const { min, max } = seen.box;
    const { rows, classAt, sizeAt, shows } = layer;
    // A chosen developer's parks stand out where the others step back.
    const party = A.layers.get("developers");
    const faint = layer.key === "parks" && A.shown.has("developers") && party.party;
    context.globalAlpha = faint ? 0.3 : 1;
    // Missing data first, then what chance explains: neither hides what is known.
    const rank = ({ key }) => (key === "no_data" ? 0 : key === "not_significant" ? 1 : 2);
    const orders = layer.classes.map((each, order) => order).sort((one, other) => rank(layer.classes[one]) - rank(layer.classes[other]));
    for (const order of orders) {
      for (let at = 0; at < rows.length; at++) {
        if (classAt[at] !== order || !shows[at]) continue;
        const { canvas, half } = sprites[order][sizeAt ? sizeAt[at] : 0];
        const x = seen.x(layer.x[at]), y = seen.y(layer.y[at]);
        if (x < min.x - half || x > max.x + half || y < min.y - half || y > max.y + half) continue;
        context.drawImage(canvas, x - half, y - half, 2 * half, 2 * half);
      }
    }
    context.globalAlpha = 1;
  }

  const FAMILY = '"Segoe UI", "Helvetica Neue", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif';
  const font = (size, weight = 400, slant = "") => `${slant} ${weight} ${size}px ${FAMILY}`.trim();

  function haloText(context, text, x, y, colour, halo) {
    context.lineWidth = 3.2;
    context.strokeStyle = halo;
    context.strokeText(text, x, y);
    context.fillStyle = colour;
    context.fillText(text, x, y);
  }

  A.draw = { fillPolygon, tracePolygon, addPolygon, haloText, font, radiusAt };

  /* What other parts draw over everything: run(context, seen, colours). */
  A.overlays = [];

  A.addScene = (map) => {
    renderer = new Canvas();
    renderer.addTo(map);
    // A long drag leaves the painted margin: paint again on the way.
    map.on("move", () => {
      const view = map.getPixelBounds();
      const origin = map.getPixelOrigin();
      if (renderer._bounds && !renderer._bounds.contains(L.bounds(view.min.subtract(origin), view.max.subtract(origin)))) A.redraw();
    });
  };

  A.paintNow = () => renderer._update();

  A.redraw = () => {
    if (pending || !renderer) return;
    pending = true;
    requestAnimationFrame(() => {
      pending = false;
      renderer._update();
    });
  };
  for (const event of ["layers", "styling", "filters", "values", "language", "theme", "selection"]) A.on(event, () => A.redraw());
})(Corredor);
