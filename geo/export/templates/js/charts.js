/* Small charts as SVG: axes with units, points, steps, lines and bars, described for who cannot see them. */
"use strict";

((A) => {
  const { svg } = A;
  const WIDTH = 390, HEIGHT = 240, EDGE = { left: 52, right: 20, top: 12, bottom: 44 };
  let number = 0;

  /* Round steps over a span: about so many of them. */
  function ticks(low, high, about = 5) {
    const raw = (high - low || 1) / about, power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 2.5, 5, 10].find((each) => each * power >= raw) * power;
    const found = [];
    for (let at = Math.ceil(low / step - 1e-9); at * step <= high + step * 1e-9; at++) found.push(Number((at * step).toPrecision(12)));
    return found;
  }

  /* A chart's frame. x and y: {low, high, label, format, ticks}; scale "log" for x. Returns its node and its scales. */
  function frame({ title, says, x, y }) {
    const id = `chart-${++number}`;
    const bend = x.scale === "log" ? Math.log : (value) => value;
    const across = (value) => EDGE.left + ((bend(value) - bend(x.low)) / (bend(x.high) - bend(x.low) || 1)) * (WIDTH - EDGE.left - EDGE.right);
    const up = (value) => HEIGHT - EDGE.bottom - ((value - y.low) / (y.high - y.low || 1)) * (HEIGHT - EDGE.top - EDGE.bottom);
    const node = svg("svg", { class: "chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-labelledby": `${id}-title ${id}-says` },
      svg("title", { id: `${id}-title` }, title), svg("desc", { id: `${id}-says` }, says));
    const format = (axis, value) => (axis.format ? axis.format(value) : A.number(value, 2));
    for (const value of y.ticks || ticks(y.low, y.high, 4)) {
      node.append(svg("path", { class: "grid", d: `M${EDGE.left} ${up(value)}H${WIDTH - EDGE.right}` }),
        svg("text", { class: "tick", x: EDGE.left - 7, y: up(value) + 4, "text-anchor": "end" }, format(y, value)));
    }
    for (const value of x.ticks || ticks(x.low, x.high)) {
      node.append(svg("path", { class: "axis", d: `M${across(value)} ${HEIGHT - EDGE.bottom}v4` }),
        svg("text", { class: "tick", x: across(value), y: HEIGHT - EDGE.bottom + 17, "text-anchor": "middle" }, format(x, value)));
    }
    const middle = (HEIGHT - EDGE.bottom + EDGE.top) / 2;
    node.append(svg("path", { class: "axis", d: `M${EDGE.left} ${HEIGHT - EDGE.bottom}H${WIDTH - EDGE.right}` }),
      svg("text", { class: "axis-name", x: (EDGE.left + WIDTH - EDGE.right) / 2, y: HEIGHT - 7, "text-anchor": "middle" }, x.label),
      svg("text", { class: "axis-name", transform: `translate(13 ${middle}) rotate(-90)`, "text-anchor": "middle" }, y.label));
    return { node, x: across, y: up };
  }

  const path = (points, { x, y }) => `M${points.map(([a, b]) => `${x(a).toFixed(1)} ${y(b).toFixed(1)}`).join("L")}`;

  const add = {
    line: (chart, points, style) => chart.node.append(svg("path", { fill: "none", "stroke-width": 2.2, "stroke-linejoin": "round", d: path(points, chart), ...style })),
    band: (chart, lows, highs, style) => chart.node.append(svg("path", { class: "band", d: `${path(lows, chart)}L${path([...highs].reverse(), chart).slice(1)}Z`, ...style })),
    dot: (chart, x, y, style) => chart.node.append(svg("circle", { cx: chart.x(x), cy: chart.y(y), r: 3.2, ...style })),
    bar: (chart, x1, x2, y, style) => chart.node.append(svg("rect", { x: chart.x(x1), width: Math.max(0, chart.x(x2) - chart.x(x1)), y: chart.y(y),
      height: Math.max(0, chart.y(0) - chart.y(y)), ...style })),
    words: (chart, x, y, text, style) => chart.node.append(svg("text", { class: "point-name", x: chart.x(x), y: chart.y(y), ...style }, text)),
  };

  /* Colours of the first and second of two things, and of what stands behind them. */
  A.seriesColour = (at) => A.style.series[A.theme()][at];

  A.chart = { frame, ticks, ...add };

  /* A chart in a figure with its caption. */
  A.figure = (caption, chart, ...notes) => A.el("figure", {}, A.el("figcaption", {}, caption), chart, notes);

  /* Two names with their colours. */
  A.key = (names) => A.el("ul", { class: "key" }, names.map((name, at) => A.el("li", {}, A.swatch("line", A.seriesColour(at), 4), A.el("span", {}, name))));

  /* A bar from low to high on a scale that ends at most; a known value is a line across it. */
  A.intervalBar = (low, high, most = 1) => {
    const at = (value) => (Math.max(0, Math.min(1, value / most)) * 100).toFixed(2);
    return svg("svg", { class: "interval", viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true" },
      svg("rect", { class: "interval-all", x: 0, y: 2, width: 100, height: 2 }),
      svg("rect", { class: "interval-part", x: Math.min(at(low), 98.8), y: 0, width: Math.max(1.2, at(high) - at(low)), height: 6 }));
  };
})(Corredor);
