/* What is selected: found under the pointer, marked on the map, its error drawn as a circle. */
"use strict";

((A) => {
  A.selected = null;
  const EARTH = 2 * Math.PI * 6378137;

  /* Selects a row of a table ({table, row}), or nothing; options.zoom moves the map to it. */
  A.select = (thing, options = {}) => {
    A.selected = thing;
    A.emit("selection", { thing, ...options });
    if (thing && options.zoom) moveTo(thing);
  };

  /* The polygons of several keys as one shape; null without any. */
  function together(layer, keys) {
    const found = keys.map((key) => A.shapes().polygon(layer, key)).filter(Boolean);
    if (!found.length) return null;
    const ends = (side, pick) => pick(...found.map(({ box }) => box[side]));
    const box = { west: ends("west", Math.min), east: ends("east", Math.max), north: ends("north", Math.min), south: ends("south", Math.max) };
    return { rings: found.flatMap(({ rings }) => rings), box };
  }

  /* The shape that stands for a row: a state, a metropolitan area, a municipality or the parent it was split from. */
  function areaOf({ table, row }) {
    const data = A.table(table), towns = A.table("municipalities");
    if (table === "states") return A.shapes().polygon("states", data.value(row, "cve_ent"));
    if (table === "establishment_hexagons") return A.shapes().polygon(table, data.value(row, "hexagon_id"));
    if (table === "metro_areas") {
      const members = towns.where("metro_area_code", data.value(row, "metro_area_code"));
      return together("municipalities", members.map((each) => towns.value(each, "cvegeo")));
    }
    const located = table !== "municipalities" && data.value(row, "lon") !== null;
    const code = data.value(row, "cvegeo");
    if (located || code === null) return null;
    const own = A.shapes().polygon("municipalities", code);
    if (own) return own;
    const found = towns.find(code);
    return found < 0 ? null : A.shapes().polygon("municipalities", towns.value(found, "parent_cvegeo"));
  }

  function pointOf({ table, row }) {
    const data = A.table(table);
    const lon = data.value(row, "lon"), lat = data.value(row, "lat");
    return lon === null || lat === null ? null : { x: A.world.x(lon), y: A.world.y(lat), lon, lat };
  }

  /* Rows that a selection points at: the parks of a developer. */
  A.parksOf = (developerId) => {
    const links = A.table("park_developers");
    const parks = A.table("parks");
    const rows = links.where("developer_id", developerId).map((row) => parks.find(links.value(row, "park_id")));
    return [...new Set(rows)].filter((row) => row >= 0);
  };

  function pointsOf(thing) {
    if (thing.table === "developers") {
      const id = A.table("developers").value(thing.row, "developer_id");
      return A.parksOf(id).map((row) => pointOf({ table: "parks", row })).filter(Boolean);
    }
    return [pointOf(thing)].filter(Boolean);
  }

  const lineOf = ({ table, row }) => {
    if (table !== "corridor" && table !== "border") return null;
    const data = A.table(table);
    return (A.shapes().lines[table] || []).find((line) => line.key === data.value(row, data.key)) || null;
  };

  function moveTo(thing) {
    const area = areaOf(thing) || lineOf(thing);
    const points = pointsOf(thing);
    const box = area ? area.box : points.length > 1 ? spread(points) : null;
    const padding = A.mapPadding();
    if (thing.table === "national") A.showWhole();
    else if (box) {
      const corner = (x, y) => [A.world.latitude(y), x * 360 - 180];
      A.map.flyToBounds([corner(box.west, box.south), corner(box.east, box.north)], { ...padding, maxZoom: 11, duration: 0.6 });
    } else if (points.length) {
      const zoom = Math.max(A.map.getZoom(), closeUp(thing, points[0]));
      const at = A.map.project([points[0].lat, points[0].lon], zoom);
      const [left, top] = padding.paddingTopLeft, [right, bottom] = padding.paddingBottomRight;
      const shift = L.point((right - left) / 2, (bottom - top) / 2);
      A.map.flyTo(A.map.unproject(at.add(shift), zoom), zoom, { duration: 0.6 });
    }
  }
  A.moveTo = moveTo;

  /* The box of the area or line that stands for a thing, in the world; null where it is a point or nothing. */
  A.boxOf = (thing) => {
    const shape = areaOf(thing) || lineOf(thing);
    return shape ? shape.box : null;
  };

  /* A zoom at which the circle of the location error is some 70 pixels wide in radius. */
  function closeUp({ table, row }, point) {
    const error = A.table(table).value(row, "location_error_m") || 1000;
    const metres = EARTH * Math.cos((point.lat * Math.PI) / 180) / 256;
    return Math.max(9, Math.min(13, Math.round(Math.log2((70 * metres) / error))));
  }

  function spread(points) {
    const xs = points.map((point) => point.x), ys = points.map((point) => point.y);
    return { west: Math.min(...xs), east: Math.max(...xs), north: Math.min(...ys), south: Math.max(...ys) };
  }

  A.paintSelectedArea = (context, seen, colours) => {
    const area = A.selected && areaOf(A.selected);
    if (!area) return;
    A.draw.tracePolygon(context, seen, area);
    context.fillStyle = colours.selection;
    context.globalAlpha = 0.06;
    context.fill("evenodd");
    context.globalAlpha = 1;
    context.strokeStyle = colours.halo;
    context.lineWidth = 5;
    context.stroke();
    context.strokeStyle = colours.selection;
    context.lineWidth = 2;
    context.stroke();
  };

  A.paintSelectedPoints = (context, seen, colours) => {
    if (!A.selected) return;
    const points = pointsOf(A.selected);
    const data = A.table(A.selected.table);
    const error = points.length === 1 ? data.value(A.selected.row, "location_error_m") : null;
    for (const point of points) {
      const x = seen.x(point.x), y = seen.y(point.y);
      if (error) {
        const radius = (error / (EARTH * Math.cos((point.lat * Math.PI) / 180))) * seen.scale;
        context.beginPath();
        context.arc(x, y, radius, 0, 2 * Math.PI);
        context.fillStyle = colours.selection;
        context.globalAlpha = 0.09;
        context.fill();
        context.globalAlpha = 1;
        context.setLineDash([5, 4]);
        context.strokeStyle = colours.selection;
        context.lineWidth = 1.4;
        context.stroke();
        context.setLineDash([]);
      }
      for (const [colour, width] of [[colours.halo, 5], [colours.selection, 2.2]]) {
        context.beginPath();
        context.arc(x, y, A.draw.radiusAt(seen.zoom, 9), 0, 2 * Math.PI);
        context.strokeStyle = colour;
        context.lineWidth = width;
        context.stroke();
      }
    }
  };

  /* Squared distance from a point to a piece of a line, in the world. */
  function toSegment(x, y, x1, y1, x2, y2) {
    const dx = x2 - x1, dy = y2 - y1;
    const along = dx || dy ? Math.max(0, Math.min(1, ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy))) : 0;
    return (x - x1 - along * dx) ** 2 + (y - y1 - along * dy) ** 2;
  }

  function pointsUnder(x, y, reach) {
    const found = [];
    const known = new Set();
    for (const key of A.pointOrder) {
      const layer = A.layers.get(key);
      if (!A.shown.has(key) || !layer.ready) continue;
      for (let at = 0; at < layer.rows.length; at++) {
        const apart = (layer.x[at] - x) ** 2 + (layer.y[at] - y) ** 2;
        if (apart > reach * reach || !layer.shows[at]) continue;
        const thing = { table: layer.table.name, row: layer.rows[at], apart };
        const id = `${thing.table}/${thing.row}`;
        if (!known.has(id)) found.push(thing);
        known.add(id);
      }
    }
    return found.sort((one, other) => one.apart - other.apart);
  }

  function lineUnder(x, y, reach) {
    for (const name of ["corridor", "border"]) {
      if (!A.shown.has(name)) continue;
      const data = A.table(name);
      for (const line of A.shapes().lines[name] || []) {
        for (const part of line.parts) {
          for (let at = 2; at < part.length; at += 2) {
            if (toSegment(x, y, part[at - 2], part[at - 1], part[at], part[at + 1]) > reach * reach) continue;
            const row = data.find(line.key);
            if (row >= 0) return { table: name, row };
          }
        }
      }
    }
    return null;
  }

  function areaUnder(x, y) {
    for (const [switches, polygons, table] of [[["establishment_hexagons"], "establishment_hexagons", "establishment_hexagons"],
      [["municipalities"], "municipalities", "municipalities"], [["states_wage", "states"], "states", "states"]]) {
      if (!switches.some((key) => A.shown.has(key))) continue;
      const shape = A.shapes().at(polygons, x, y);
      const row = shape ? A.table(table).find(shape.key) : -1;
      if (row >= 0) return { table, row };
    }
    return null;
  }

  /* Everything under a place of the map: close points together, else a line, else an area. */
  A.under = (latlng, pixels, withAreas = true) => {
    const x = A.world.x(latlng.lng), y = A.world.y(latlng.lat);
    const unit = 1 / (256 * 2 ** A.map.getZoom());
    const points = pointsUnder(x, y, pixels * unit);
    if (points.length) {
      const nearest = Math.sqrt(points[0].apart);
      return points.filter((each) => Math.sqrt(each.apart) - nearest <= 3 * unit);
    }
    const line = lineUnder(x, y, Math.min(pixels, 8) * unit);
    if (line) return [line];
    const area = withAreas ? areaUnder(x, y) : null;
    return area ? [area] : [];
  };
})(Corredor);
