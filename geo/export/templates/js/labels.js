/* Names on the map: towns by size and zoom, states where there is room, seas and neighbours; none over another. */
"use strict";

((A) => {
  /* Least population that is named at a zoom. */
  const LEAST = [[5.5, 700000], [6.5, 330000], [7.5, 120000], [8.5, 60000], [9.5, 35000], [10.5, 18000]];
  let towns = null;

  function readTowns() {
    const table = A.table("places");
    towns = [];
    for (let row = 0; row < table.size; row++) {
      towns.push({
        name: table.value(row, "name"),
        people: Math.max(table.value(row, "population_2020") || 0, table.value(row, "population_geonames") || 0),
        x: A.world.x(table.value(row, "lon")),
        y: A.world.y(table.value(row, "lat")),
      });
    }
    towns.sort((one, other) => other.people - one.people);
  }

  class Room {
    constructor() {
      this.taken = [];
    }

    take(x, y, width, height, margin) {
      const box = [x - margin, y - margin, x + width + margin, y + height + margin];
      const free = this.taken.every((other) => box[0] > other[2] || box[2] < other[0] || box[1] > other[3] || box[3] < other[1]);
      if (free) this.taken.push(box);
      return free;
    }
  }

  function townLabels(context, seen, colours, room) {
    if (!towns) readTowns();
    const limit = LEAST.find(([zoom]) => seen.zoom < zoom);
    const least = limit ? limit[1] : 0;
    context.textAlign = "center";
    context.textBaseline = "alphabetic";
    for (const town of towns) {
      if (town.people < least) break;
      const x = seen.x(town.x), y = seen.y(town.y);
      if (x < seen.box.min.x || x > seen.box.max.x || y < seen.box.min.y || y > seen.box.max.y) continue;
      const size = town.people > 1000000 ? 13 : town.people > 300000 ? 12 : 11;
      context.font = A.draw.font(size, town.people > 1000000 ? 600 : 500);
      const name = A.place(town.name);
      const width = context.measureText(name).width;
      const top = y - 9;
      if (!room.take(x - width / 2, top - size, width, size + 2, 4)) continue;
      A.draw.haloText(context, name, x, top, colours.label, colours.label_halo);
    }
  }

  function stateLabels(context, seen, colours, room) {
    if (seen.zoom < 4.75 || seen.zoom > 10) return;
    const table = A.table("states");
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.font = A.draw.font(10.5, 600);
    if ("letterSpacing" in context) context.letterSpacing = "1.6px";
    for (const [key, lon, lat] of A.shapes().anchors) {
      const row = table.find(key);
      const shape = A.shapes().polygon("states", key);
      if (row < 0 || !shape) continue;
      const name = table.value(row, "name").toUpperCase();
      const width = context.measureText(name).width;
      if (width * 1.15 > (shape.box.east - shape.box.west) * seen.scale) continue;
      const x = seen.x(A.world.x(lon)), y = seen.y(A.world.y(lat));
      const shift = [0, 18, -18, 36, -36].find((each) => room.take(x - width / 2, y + each - 6, width, 12, 6));
      if (shift === undefined) continue;
      A.draw.haloText(context, name, x, y + shift, colours.label_soft, colours.label_halo);
    }
    if ("letterSpacing" in context) context.letterSpacing = "0px";
  }

  /* Kilometres of the corridor beside their ticks, on the side where there is room. */
  function tickLabels(context, seen, colours, room) {
    context.textBaseline = "middle";
    context.font = A.draw.font(10.5, 600);
    for (const line of A.shapes().lines.corridor || []) {
      for (const tick of line.ticks) {
        const text = `${A.number(tick.km)} km`;
        const width = context.measureText(text).width;
        const x = seen.x(tick.x), y = seen.y(tick.y);
        const left = [x + 7, x - 7 - width].find((each) => room.take(each, y - 6, width, 12, 1));
        if (left === undefined) continue;
        context.textAlign = "left";
        A.draw.haloText(context, text, left, y, colours.label_soft, colours.label_halo);
      }
    }
  }

  function groundLabels(context, seen, colours, room) {
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillStyle = colours.label_soft;
    for (const each of A.groundNames) {
      if (seen.zoom < each.from) continue;
      const sea = each.kind === "sea";
      context.font = A.draw.font(each.size, sea ? 400 : 600, sea ? "italic" : "");
      if ("letterSpacing" in context) context.letterSpacing = sea ? "0.5px" : "2.5px";
      const name = sea ? A.words(each) : A.words(each).toUpperCase();
      const x = seen.x(A.world.x(each.lon)), y = seen.y(A.world.y(each.lat));
      const width = context.measureText(name).width;
      const shift = [0, -18, -36].find((step) => room.take(x - width / 2, y + step - each.size / 2, width, each.size, 4));
      if (shift !== undefined) context.fillText(name, x, y + shift);
    }
    if ("letterSpacing" in context) context.letterSpacing = "0px";
  }

  A.paintLabels = (context, seen, colours) => {
    const room = new Room();
    townLabels(context, seen, colours, room);
    groundLabels(context, seen, colours, room);
    if (A.shown.has("corridor") && seen.zoom >= 7) tickLabels(context, seen, colours, room);
    if (A.shown.has("states")) stateLabels(context, seen, colours, room);
  };
})(Corredor);
