/* The charts of a comparison: wages by distance to the border, owners' Lorenz curves, parks by distance to the border. */
"use strict";

((A) => {
  const { el } = A;
  const percent = (value) => A.number(value, 0, { style: "percent" });

  /* States that a thing lies in. */
  function statesOf({ table, row }) {
    const data = A.table(table);
    if (table === "states" || table === "municipalities") return [data.value(row, "cve_ent")];
    if (table !== "metro_areas") return [];
    const towns = A.table("municipalities");
    return [...new Set(towns.where("metro_area_code", data.value(row, "metro_area_code")).map((each) => towns.value(each, "cve_ent")))];
  }

  function wageChart(things) {
    const places = A.json("data-state-places");
    const mine = things.map(statesOf);
    if (!places || !mine.flat().length) return null;
    const data = A.table("states");
    const rows = Array.from({ length: data.size }, (_, row) => row).filter((row) => data.value(row, "wage_daily_mxn") !== null && places[data.value(row, "cve_ent")]);
    if (rows.length < 3) return null;
    const at = (row) => [places[data.value(row, "cve_ent")][0], data.value(row, "wage_daily_mxn")];
    const wages = rows.map((row) => at(row)[1]), km = rows.map((row) => at(row)[0]);
    const marked = [0, 1].flatMap((which) => rows.filter((row) => mine[which].includes(data.value(row, "cve_ent"))).map((row) => ({ row, which })));
    const title = A.t("chart_wage", { n: A.number(rows.length), year: data.value(rows[0], "wage_year") });
    const says = marked.map(({ row }) => A.t("chart_wage_one", { name: data.value(row, "name"), km: A.number(at(row)[0]), wage: A.number(at(row)[1]) })).join(" ");
    const chart = A.chart.frame({ title, says,
      x: { low: 0, high: Math.max(...km) * 1.05, label: A.t("axis_border") },
      y: { low: Math.floor((Math.min(...wages) - 5) / 50) * 50, high: Math.ceil((Math.max(...wages) + 5) / 50) * 50, label: A.t("axis_wage") } });
    for (const row of rows) if (!marked.some((each) => each.row === row)) A.chart.dot(chart, ...at(row), { class: "behind" });
    const taken = [];
    // Two names close to each other: one above its point, one below.
    const near = marked.length === 2 && Math.abs(chart.y(at(marked[0].row)[1]) - chart.y(at(marked[1].row)[1])) < 18;
    for (const { row, which } of marked) {
      const [x, y] = at(row);
      A.chart.dot(chart, x, y, { r: 5.5, fill: A.seriesColour(which), class: "front" });
      if (taken.includes(row)) continue;
      taken.push(row);
      const right = chart.x(x) < 250;
      A.chart.words(chart, x, y, data.value(row, "name"), { dx: (right ? 1 : -1) * (near ? 2 : 9), dy: near ? (which ? 20 : -11) : 4, "text-anchor": right ? "start" : "end" });
    }
    return A.figure(title, chart.node, el("p", { class: "note" }, `${says} ${A.t("chart_wage_note")}`));
  }

  /* Points of the Lorenz curve: share of owners, share of their parks, smallest owners first. */
  function lorenz(owners) {
    const sizes = [...owners.entries()].sort((one, other) => one[1] - other[1]);
    const whole = sizes.reduce((sum, [, size]) => sum + size, 0);
    let sum = 0;
    return [[0, 0, null], ...sizes.map(([id, size], at) => [(at + 1) / sizes.length, (sum += size) / whole, id])];
  }

  function lorenzChart(things) {
    const parties = things[0].table === "developers";
    const sets = parties ? [A.holdings.study()] : things.map((thing) => A.holdings.rowsIn(thing).filter(A.holdings.inStudy));
    const found = sets.map((rows) => A.holdings.sizes(rows.filter(A.letsThrough)));
    const curves = found.map(({ owners }) => (owners.size > 1 ? lorenz(owners) : null));
    const names = parties ? [A.wholeName()] : things.map(A.nameOf);
    const says = found.map(({ owners, unknown, all }, at) => A.t(all ? "chart_lorenz_one" : "chart_lorenz_empty", {
      name: names[at], owners: A.number(owners.size), known: A.number(all - unknown), all: A.number(all), share: percent(all ? unknown / all : 0) }));
    const title = A.t("chart_lorenz");
    const notes = el("p", { class: "note" }, says.join(" "));
    if (curves.every((each) => !each)) return A.figure(title, el("p", { class: "empty" }, A.t("chart_lorenz_few")), notes);
    const chart = A.chart.frame({ title, says: says.join(" "),
      x: { low: 0, high: 1, label: A.t("axis_owners"), format: percent, ticks: [0, 0.25, 0.5, 0.75, 1] },
      y: { low: 0, high: 1, label: A.t("axis_parks"), format: percent, ticks: [0, 0.25, 0.5, 0.75, 1] } });
    A.chart.line(chart, [[0, 0], [1, 1]], { class: "reference" });
    curves.forEach((curve, at) => curve && A.chart.line(chart, curve.map(([x, y]) => [x, y]), parties ? { class: "plain-line" } : { stroke: A.seriesColour(at) }));
    if (parties && curves[0]) things.forEach(({ row }, at) => {
      const mark = curves[0].find(([, , id]) => id === A.table("developers").value(row, "developer_id"));
      if (mark) A.chart.dot(chart, mark[0], mark[1], { r: 5.5, fill: A.seriesColour(at), class: "front" });
    });
    return A.figure(title, chart.node, A.key(parties ? things.map(A.nameOf) : names), notes, el("p", { class: "note" }, A.t("chart_lorenz_note")));
  }

  function histogramChart(things) {
    const parks = A.table("parks");
    const rows = things.map((thing) => A.holdings.rowsIn(thing).filter(A.letsThrough));
    const km = rows.map((each) => each.map((row) => parks.value(row, "border_km")).filter((value) => value !== null));
    const all = km.flat();
    const title = A.t("chart_border");
    const told = things.map((thing, at) => A.t(km[at].length ? "chart_border_one" : "chart_border_empty", {
      name: A.nameOf(thing), n: A.number(km[at].length), all: A.number(rows[at].length), middle: A.number(median(km[at])) })).join(" ");
    if (!all.length) return A.figure(title, el("p", { class: "empty" }, told));
    const span = Math.max(...all) - Math.min(...all);
    const step = [5, 10, 25, 50, 100, 200].find((each) => span / each <= 12) || 250;
    const from = Math.floor(Math.min(...all) / step) * step, to = Math.max(from + step, Math.ceil((Math.max(...all) + 1e-9) / step) * step);
    const bins = km.map((values) => {
      const counts = new Array(Math.round((to - from) / step)).fill(0);
      for (const value of values) counts[Math.min(counts.length - 1, Math.floor((value - from) / step))]++;
      return counts;
    });
    const most = Math.max(...bins.flat());
    const chart = A.chart.frame({ title, says: told, x: { low: from, high: to, label: A.t("axis_border") },
      y: { low: 0, high: Math.max(4, most * 1.05), label: A.t("axis_count"), ticks: A.chart.ticks(0, Math.max(4, most * 1.05), 4).filter(Number.isInteger) } });
    bins.forEach((counts, which) => counts.forEach((count, at) => {
      const left = from + at * step + step * (which ? 0.5 : 0.06);
      if (count) A.chart.bar(chart, left, left + step * 0.44, count, { fill: A.seriesColour(which) });
    }));
    return A.figure(title, chart.node, A.key(things.map(A.nameOf)), el("p", { class: "note" }, told));
  }

  function median(values) {
    const sorted = [...values].sort((one, other) => one - other), middle = sorted.length >> 1;
    return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2 || 0;
  }

  /* Charts follow the filters; numbers of the area tables do not. */
  A.letsThrough = (row) => !A.filters || A.filters.passes("parks", row);

  A.contrastCharts = (things) => [wageChart(things), lorenzChart(things), histogramChart(things),
    A.filters && A.holdings.study().some((row) => !A.letsThrough(row)) ? el("p", { class: "callout" }, A.t("compare_filters")) : null].filter(Boolean);
})(Corredor);
