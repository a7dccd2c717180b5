/* The coverage map: shapes, places and parks on one or two maps that move together, and the table beside them. */
"use strict";

(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const STEP = 40;
  const state = { lang: data.lang, rows: STEP, chosen: null };
  const at = Object.fromEntries(data.columns.map((name, place) => [name, place + 1]));
  const word = (name) => data.words[state.lang][name];
  const said = () => data.said[state.lang];
  const $ = (id) => document.getElementById(id);

  function make(tag, text, attributes) {
    const element = document.createElement(tag);
    if (text !== null && text !== undefined) element.textContent = text;
    for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
    return element;
  }

  const whole = (value) => (value === null ? "–" : Math.round(value).toLocaleString("en-US"));
  const tenth = (value) =>
    value === null ? "–" : value.toLocaleString("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const share = (value) => (value === null ? "–" : `${(100 * value).toFixed(1)}\u00a0%`);
  const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
  const unit = () => capital(said().unit);

  /* Outlines: numbers in 64 characters, five bits each, differences from the point before. */
  const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const CODES = new Map([...ALPHABET].map((letter, code) => [letter, code]));
  function decode(text) {
    const points = [];
    let value = 0, shift = 0, x = 0, y = 0, isX = true;
    for (const letter of text) {
      const code = CODES.get(letter);
      value |= (code & 31) << shift;
      shift += 5;
      if (code < 32) {
        const step = value & 1 ? -((value + 1) >> 1) : value >> 1;
        if (isX) x += step;
        else points.push([(y += step) / data.shapes.scale, x / data.shapes.scale]);
        isX = !isX;
        value = shift = 0;
      }
    }
    return points;
  }
  const arcs = data.shapes.arcs.map(decode);
  const ringOf = (numbers) =>
    numbers.flatMap((number) => (number < 0 ? [...arcs[~number]].reverse() : arcs[number]).slice(1));
  const polygons = (parts) => parts.map((rings) => rings.map(ringOf));

  /* Maps */
  const maps = data.shown.map((shown, number) => {
    const map = L.map(`map-${number}`, {
      attributionControl: false, preferCanvas: true, zoomSnap: 0.25, minZoom: 4, maxZoom: 15, zoomControl: false,
    });
    const zoom = L.control.zoom({ position: "topright" }).addTo(map);
    map.fitBounds(data.bounds, { animate: false, padding: [12, 12] });
    return { map, zoom, shown, towns: new Map(), renderer: L.canvas({ padding: 0.3 }) };
  });

  let moving = false;
  function follow(leader) {
    if (moving) return;
    moving = true;
    for (const other of maps) {
      if (other.map !== leader) other.map.setView(leader.getCenter(), leader.getZoom(), { animate: false });
    }
    moving = false;
  }

  /* Far out the small places are left away: thousands of dots would hide what lies under them. */
  function lookOf(weight, zoom) {
    const size = (Math.sqrt(weight) / 190) * 1.45 ** (zoom - 5);
    const seen = size >= 0.9 || zoom >= 9;
    return { radius: seen ? Math.max(1.6, Math.min(14, size)) : 0.01, fillOpacity: seen ? 0.9 : 0, stroke: size > 2 };
  }

  function draw(view) {
    const { map, shown, renderer } = view;
    for (const [code, parts] of Object.entries(data.shapes.towns)) {
      const town = shown.towns[code];
      const kind = town ? data.legends.towns[town[0]] : data.legends.towns[data.legends.towns.length - 1];
      const polygon = L.polygon(polygons(parts), {
        renderer, color: data.ground.boundary, weight: 0.6, fillColor: (kind && kind.fill) || data.ground.land,
        fillOpacity: 1,
      });
      polygon.on("click", (event) => { L.DomEvent.stop(event); choose({ kind: "town", code }); });
      polygon.addTo(map);
      view.towns.set(code, polygon);
    }
    for (const parts of Object.values(data.shapes.states)) {
      L.polyline(polygons(parts).flat().map((ring) => [...ring, ring[0]]),
        { renderer, color: data.ground.label_soft, weight: 1.1, interactive: false }).addTo(map);
    }
    view.places = L.layerGroup();
    view.marks = data.places.map(([, lon, lat, weight], row) => {
      const kind = data.legends.places[shown.places[row]];
      const mark = L.circleMarker([lat, lon], {
        renderer, weight: 0.7, color: data.ground.outline, fillColor: kind ? kind.fill : data.ground.no_data,
        ...lookOf(weight, map.getZoom()),
      });
      mark.on("click", (event) => { L.DomEvent.stop(event); choose({ kind: "place", row, view: maps.indexOf(view) }); });
      return mark.addTo(view.places);
    });
    view.places.addTo(map);
    view.parks = L.layerGroup();
    view.parkMarks = shown.parks.map(([, lon, lat, origin], row) => {
      const mark = L.circleMarker([lat, lon], {
        renderer, radius: 4, weight: 1.2, color: data.ground.outline,
        fillColor: data.legends.parks[origin].fill, fillOpacity: 1,
      });
      mark.on("click", (event) => { L.DomEvent.stop(event); choose({ kind: "park", row, view: maps.indexOf(view) }); });
      return mark.addTo(view.parks);
    });
    view.parks.addTo(map);
    shown.sites.forEach((site, row) => {
      const mark = L.marker([site[4], site[3]], { icon: diamond(), keyboard: false });
      mark.on("click", () => choose({ kind: "site", row, view: maps.indexOf(view) }));
      mark.addTo(map);
    });
    map.on("zoomend", () => {
      for (const [row, mark] of view.marks.entries()) mark.setStyle(lookOf(data.places[row][3], map.getZoom()));
      for (const mark of view.parkMarks) mark.setRadius(Math.max(2.5, Math.min(7, 2.5 + (map.getZoom() - 5) * 0.6)));
    });
    map.on("move", () => follow(map));
    map.fire("zoomend");
  }

  function diamond() {
    return L.divIcon({ className: "site", iconSize: [24, 24], html: shape("site", data.legends.sites[0].fill) });
  }

  const SVG = "http://www.w3.org/2000/svg";
  function shape(kind, fill) {
    const svg = document.createElementNS(SVG, "svg");
    const put = (tag, attributes) => {
      const element = document.createElementNS(SVG, tag);
      for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
      svg.append(element);
    };
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    const look = { fill: fill || data.ground.land, stroke: data.ground.outline, "stroke-width": 1.2 };
    if (kind === "area") put("rect", { x: 2, y: 4, width: 20, height: 16, ...look });
    else if (kind === "site") put("polygon", { points: "12,1 23,12 12,23 1,12", ...look, "stroke-width": 1.6 });
    else put("circle", { cx: 12, cy: 12, r: kind === "park" ? 7 : 5, ...look });
    return svg;
  }

  /* Words beside the map */
  function siteName(site) {
    return `${word("proposal")} P${site[0]}: ${site[1] || site[2] || ""}`;
  }

  function facts(title, kind, rows) {
    const box = $("facts");
    box.replaceChildren(make("p", kind, { class: "note" }), make("h3", title));
    const list = make("dl", null, { class: "sums" });
    for (const [name, value] of rows) {
      if (value === null || value === undefined || value === "–") continue;
      const row = make("div");
      row.append(make("dt", name), make("dd", value));
      list.append(row);
    }
    box.append(list);
  }

  function townRows(town) {
    const value = (name) => town[at[name]];
    if (data.mode === "cost") {
      return [[unit(), whole(value("total"))],
        [`${word("cost_before")} (${data.unit})`, tenth(value("cost_before"))],
        [`${word("cost_after")} (${data.unit})`, tenth(value("cost_after"))]];
    }
    const range = value("share_low") === null ? null : `${share(value("share_low"))} – ${share(value("share_high"))}`;
    return [[unit(), whole(value("total"))], [word("outside"), whole(value("uncovered"))],
      [word("share"), share(value("covered_share"))], [word("range"), range],
      [word("at_most_short"), share(value("share_at_most"))], [word("mean_km"), tenth(value("mean_km"))],
      [word(data.unit ? "nearest_any" : "nearest"), value("nearest_name")], [word("km"), tenth(value("nearest_km"))],
      [word("minutes"), tenth(value("road_minutes"))],
      [word("access"), value("access_per_1000") === null ? null : String(value("access_per_1000"))]];
  }

  function tell() {
    const chosen = state.chosen;
    if (!chosen) {
      $("facts").replaceChildren(make("p", word("facts_empty"), { class: "note" }));
      return;
    }
    if (chosen.kind === "town") {
      const rows = [];
      let title = chosen.code, where = "";
      maps.forEach(({ shown }) => {
        const town = shown.towns[chosen.code];
        if (!town) return;
        title = town[at.municipality] || chosen.code;
        where = town[at.state] || "";
        const prefix = maps.length > 1 && data.mode === "share" ? `${shown.name[state.lang]} · ` : "";
        if (rows.length && data.mode === "cost") return;
        for (const [name, value] of townRows(town)) rows.push([prefix + name, value]);
      });
      facts(title, where, rows);
      return;
    }
    const { shown } = maps[chosen.view];
    if (chosen.kind === "park") {
      const [name, , , origin] = shown.parks[chosen.row];
      facts(name || "–", data.legends.parks[origin][state.lang], []);
    } else if (chosen.kind === "site") {
      const site = shown.sites[chosen.row];
      facts(siteName(site), word("sites"), [[word("municipality"), site[2]], [word("added"), whole(site[5])]]);
    } else {
      const [name, , , weight] = data.places[chosen.row];
      const [km, minutes] = shown.links[chosen.row];
      const kind = data.legends.places[shown.places[chosen.row]];
      const near = shown.nearest.of.length ? shown.nearest.names[shown.nearest.of[chosen.row]] : null;
      const rows = [[unit(), whole(weight)]];
      if (data.mode === "cost") rows.push([data.titles.places[state.lang], tenth(shown.values[chosen.row][0])]);
      else rows.push([data.titles.places[state.lang], kind && kind[state.lang]]);
      facts(name || "–", word("place"),
        [...rows, [word(data.unit ? "nearest_any" : "nearest"), near], [word("km"), tenth(km)], [word("minutes"), tenth(minutes)]]);
    }
  }

  let marked = [];
  function choose(what) {
    state.chosen = what;
    for (const polygon of marked) polygon.setStyle({ color: data.ground.boundary, weight: 0.6 });
    marked = [];
    if (what.kind === "town") {
      for (const view of maps) {
        const polygon = view.towns.get(what.code);
        if (!polygon) continue;
        polygon.setStyle({ color: data.ground.selection, weight: 3 });
        marked.push(polygon);
      }
    }
    tell();
  }

  function goTo(code) {
    choose({ kind: "town", code });
    if (marked.length) maps[0].map.fitBounds(marked[0].getBounds(), { animate: false, maxZoom: 10, padding: [60, 60] });
  }

  function answer() {
    const { hero, sums, lines } = said();
    const box = $("answer");
    box.replaceChildren(make("p", hero.figure, { class: "figure" }), make("p", hero.what, { class: "what" }));
    for (const note of hero.notes) box.append(make("p", note, { class: "note" }));
    for (const line of lines) box.append(make("p", line, { class: "line" }));
    const list = make("dl", null, { class: "sums" });
    for (const [name, figure] of sums) {
      const row = make("div");
      row.append(make("dt", name), make("dd", figure));
      list.append(row);
    }
    box.append(list);
  }

  function legends() {
    const box = make("div", null, { class: "legends" });
    const add = (title, kind, classes) => {
      if (title) box.append(make("p", title, { class: "note" }));
      const list = make("ul");
      for (const each of classes) {
        const item = make("li");
        item.append(shape(kind, each.fill), make("span", each[state.lang]));
        list.append(item);
      }
      box.append(list);
    };
    add(data.titles.towns[state.lang], "area", data.legends.towns);
    const used = new Set(maps.flatMap(({ shown }) => shown.places));
    add(data.titles.places[state.lang], "place", data.legends.places.filter((_, number) => used.has(number)));
    const origins = new Set(maps.flatMap(({ shown }) => shown.parks.map((park) => park[3])));
    box.append(make("p", word("smaller"), { class: "note smaller" }));
    add(word("parks_on_map"), "park", data.legends.parks.filter((_, number) => origins.has(number)));
    if (maps.some(({ shown }) => shown.sites.length)) add(word("sites"), "site", data.legends.sites);
    $("legend").replaceChildren(box);
  }

  /* The proposed sites as buttons: on the map they may lie too close to each other to be met. */
  function sites() {
    const number = maps.length - 1, found = maps[number].shown.sites, box = $("sites");
    box.hidden = !found.length;
    const list = make("ul");
    found.forEach((site, row) => {
      const item = make("li"), button = make("button", siteName(site), { type: "button" });
      button.addEventListener("click", () => {
        choose({ kind: "site", row, view: number });
        maps[number].map.setView([site[4], site[3]], Math.max(maps[number].map.getZoom(), 9), { animate: false });
      });
      item.append(button);
      list.append(item);
    });
    box.replaceChildren(make("h2", word("sites")), list);
  }

  const plain = (text) => (text || "").normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  function header(names) {
    const row = make("tr");
    names.forEach((name, place) => row.append(make("th", name, { scope: "col", ...(place ? { class: "n" } : {}) })));
    return row;
  }

  function townCell(code, name, where) {
    const cell = make("td");
    const button = make("button", name || code, { type: "button" });
    button.addEventListener("click", () => goTo(code));
    cell.append(button, make("small", where));
    return cell;
  }

  function table() {
    const last = maps[maps.length - 1].shown, first = maps[0].shown;
    const cost = data.mode === "cost";
    $("columns").replaceChildren(header(cost
      ? [word("municipality"), unit(), `${word("cost_before")} (${data.unit})`, `${word("cost_after")} (${data.unit})`]
      : [word("municipality"), unit(), word("outside"), word("share")]));
    const wanted = plain($("find").value.trim());
    const codes = first.order.filter((code) => {
      const town = first.towns[code];
      return !wanted || plain(`${town[at.municipality]} ${town[at.state]}`).includes(wanted);
    });
    $("rows").replaceChildren(...codes.slice(0, state.rows).map((code) => {
      const town = first.towns[code], after = last.towns[code] || town;
      const row = make("tr");
      const value = (name) => town[at[name]];
      row.append(townCell(code, value("municipality"), value("state")), make("td", whole(value("total")), { class: "n" }));
      const pair = (name, shown) => {
        const [one, two] = [shown(town[at[name]]), shown(after[at[name]])];
        return maps.length > 1 && one !== two ? `${one} → ${two}` : one;
      };
      if (cost) row.append(make("td", tenth(value("cost_before")), { class: "n" }), make("td", tenth(value("cost_after")), { class: "n" }));
      else row.append(make("td", pair("uncovered", whole), { class: "n" }), make("td", pair("covered_share", share), { class: "n" }));
      return row;
    }));
    $("more").hidden = codes.length <= state.rows;
  }

  function changes() {
    const box = $("changed");
    box.hidden = !data.changes || !data.changes.length;
    if (box.hidden) return;
    const grid = make("table");
    const head = make("thead"), body = make("tbody");
    head.append(header([word("municipality"), word("gained"), word("lost")]));
    for (const [code, name, where, gained, lost] of data.changes.slice(0, 30)) {
      const row = make("tr");
      row.append(townCell(code, name, where), make("td", whole(gained), { class: "n" }), make("td", whole(lost), { class: "n" }));
      body.append(row);
    }
    grid.append(head, body);
    const names = data.shown.map((shown) => shown.name[state.lang]);
    const title = word("changes").replace("{first}", () => names[0]).replace("{second}", () => names[1]);
    const scroll = make("div", null, { class: "scroll", tabindex: "0", role: "group", "aria-label": title });
    scroll.append(grid);
    box.replaceChildren(make("h2", title), scroll);
  }

  function words() {
    const box = $("words"), { rule, asked, blind, sources } = said();
    box.replaceChildren();
    for (const [name, lines] of [["rule", [rule]], ["asked", asked], ["blind", blind],
      ["sources", [...sources, word("report_link")]]]) {
      box.append(make("h2", word(name)));
      for (const line of lines) box.append(make("p", line));
    }
  }

  function speak(lang) {
    state.lang = lang;
    document.documentElement.lang = lang;
    document.title = said().title.slice(0, 200);
    for (const element of document.querySelectorAll("[data-word]")) element.textContent = word(element.dataset.word);
    for (const button of document.querySelectorAll("[data-lang]")) {
      button.setAttribute("aria-pressed", String(button.dataset.lang === lang));
    }
    $("area").textContent = said().area;
    maps.forEach(({ shown, zoom }, number) => {
      document.querySelector(`[data-view="${number}"]`).textContent = shown.name[lang];
      $(`map-${number}`).setAttribute("aria-label", `${word("map_of").replace("{name}", () => shown.name[lang])}. ${word("map_label")}`);
      const [closer, farther] = lang === "es" ? ["Acercar", "Alejar"] : ["Zoom in", "Zoom out"];
      for (const [link, name] of [[zoom._zoomInButton, closer], [zoom._zoomOutButton, farther]]) {
        link.title = name;
        link.setAttribute("aria-label", name);
      }
    });
    answer();
    legends();
    sites();
    changes();
    table();
    words();
    tell();
  }

  maps.forEach(draw);
  for (const button of document.querySelectorAll("[data-lang]")) {
    button.addEventListener("click", () => speak(button.dataset.lang));
  }
  $("find").addEventListener("input", () => { state.rows = STEP; table(); });
  $("more").addEventListener("click", () => { state.rows += 5 * STEP; table(); });
  for (const [id, name] of [["show-places", "places"], ["show-parks", "parks"]]) {
    $(id).addEventListener("change", (event) => {
      for (const view of maps) {
        if (event.target.checked) view[name].addTo(view.map);
        else view[name].remove();
        // One canvas draws in the order things came: parks stay above places.
        if (view.map.hasLayer(view.parks)) for (const mark of view.parkMarks) mark.bringToFront();
      }
    });
  }
  const asked = window.location.hash.slice(1);
  speak(asked === "en" || asked === "es" ? asked : data.lang);
  document.documentElement.dataset.ready = "yes";
})();
