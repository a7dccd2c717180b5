/* Symbols of the style table: on the canvas for the map, as SVG for the legends. */
"use strict";

((A) => {
  const ground = () => A.style.ground[A.theme()];
  A.ground = ground;

  /* Corners of a symbol of radius 1 around (0, 0); null for a circle. */
  const CORNERS = {
    square: [[-0.88, -0.88], [0.88, -0.88], [0.88, 0.88], [-0.88, 0.88]],
    diamond: [[0, -1.2], [1.2, 0], [0, 1.2], [-1.2, 0]],
    triangle: [[0, -1.15], [1.1, 0.8], [-1.1, 0.8]],
    cross: [[0, -0.4], [0.66, -1.06], [1.06, -0.66], [0.4, 0], [1.06, 0.66], [0.66, 1.06], [0, 0.4], [-0.66, 1.06],
      [-1.06, 0.66], [-0.4, 0], [-1.06, -0.66], [-0.66, -1.06]],
  };
  A.trace = (context, shape, x, y, radius) => {
    context.beginPath();
    const corners = CORNERS[shape];
    if (!corners) {
      context.arc(x, y, radius, 0, 2 * Math.PI);
      return;
    }
    corners.forEach(([dx, dy], at) => context[at ? "lineTo" : "moveTo"](x + dx * radius, y + dy * radius));
    context.closePath();
  };

  /* A small picture of a symbol, drawn once and stamped a thousand times. */
  const sprites = new Map();
  A.sprite = (shape, fill, radius, ratio) => {
    const id = [shape, fill, radius.toFixed(2), ratio, A.theme()].join("|");
    if (!sprites.has(id)) {
      const half = Math.ceil(radius * 1.3 + 3);
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = 2 * half * ratio;
      const context = canvas.getContext("2d");
      context.setTransform(ratio, 0, 0, ratio, half * ratio, half * ratio);
      context.lineJoin = "round";
      A.trace(context, shape, 0, 0, radius);
      if (shape === "ring") {
        for (const [colour, width] of [[ground().halo, 6.5], [ground().outline, 5], [fill, 3]]) {
          context.strokeStyle = colour;
          context.lineWidth = width;
          context.stroke();
        }
        sprites.set(id, { canvas, half });
        return sprites.get(id);
      }
      if (radius > 3) {
        context.strokeStyle = ground().halo;
        context.globalAlpha = 0.85;
        context.lineWidth = 3;
        context.stroke();
        context.globalAlpha = 1;
      }
      context.fillStyle = fill;
      context.fill();
      context.strokeStyle = ground().outline;
      context.lineWidth = radius > 3 ? 1 : 0.7;
      context.stroke();
      sprites.set(id, { canvas, half });
    }
    return sprites.get(id);
  };

  /* The same symbol for a legend. */
  A.swatch = (shape, fill, size) => {
    const frame = (...inside) =>
      A.svg("svg", { class: "swatch", viewBox: "-10 -10 20 20", width: 20, height: 20, "aria-hidden": "true" }, ...inside);
    if (shape === "line") return frame(A.svg("path", { d: "M-9 0H9", stroke: fill || ground().highway, "stroke-width": size, fill: "none" }));
    if (shape === "dashes") {
      return frame(A.svg("path", { d: "M-9 0H9", stroke: fill || ground().outline, "stroke-width": size, "stroke-dasharray": "5 2.4", fill: "none" }));
    }
    if (shape === "area" || shape === "cells") {
      return frame(A.svg("rect", { x: -8.5, y: -6, width: 17, height: 12, rx: 1.5, fill: fill || ground().land, stroke: ground().coast, "stroke-width": 0.8 }));
    }
    if (shape === "outline") return frame(A.svg("path", { d: "M-9 3L-3 -3L3 2L9 -4", stroke: ground().coast, "stroke-width": 1.6, fill: "none" }));
    if (shape === "text") {
      return frame(A.svg("text", { x: 0, y: 4.5, "text-anchor": "middle", "font-size": 12.5, "font-weight": 600, fill: ground().label_soft }, "Aa"));
    }
    if (shape === "size") {
      return frame(A.svg("circle", { r: Math.min(size * 0.8, 9.5), fill: "none", stroke: "currentColor", "stroke-width": 1.3 }));
    }
    if (shape === "ring") {
      return frame(A.svg("circle", { r: 6.5, fill: "none", stroke: ground().outline, "stroke-width": 4.6 }),
        A.svg("circle", { r: 6.5, fill: "none", stroke: fill, "stroke-width": 3 }));
    }
    const radius = Math.max(Math.min(size, 6), 3);
    const style = { fill, stroke: ground().outline, "stroke-width": 1 };
    const corners = CORNERS[shape];
    if (!corners) return frame(A.svg("circle", { r: radius, ...style }));
    return frame(A.svg("path", { d: `M${corners.map(([x, y]) => `${x * radius} ${y * radius}`).join("L")}Z`, ...style }));
  };

  /* The fill of a class of an area: by theme where its colours run the other way, or where nothing is known. */
  A.areaFill = (styling, each) => {
    if (each.key === "no_data") return ground().no_data;
    if (!styling.flips || A.theme() === "light" || !each.fill) return each.fill;
    const fills = styling.classes.map(({ fill }) => fill).filter(Boolean);
    return fills[fills.length - 1 - fills.indexOf(each.fill)];
  };

  /* The class of a value in one styling of a layer, or null; the same rules as in the style table's module. */
  A.classOf = (styling, value, passes = true) => {
    if (styling.rule === "one") return styling.classes[0];
    if (value === null) return styling.no_data;
    if (!passes) return styling.gated;
    const fits = {
      values: (each) => each.values.includes(value),
      ranked: (each) => each.values.some((one) => value.includes(one)),
      prefixes: (each) => each.values.some((prefix) => String(value).startsWith(prefix)),
      breaks: (each) => (each.low === null || value >= each.low) && (each.high === null || value < each.high),
    }[styling.rule];
    return styling.classes.find(fits) || styling.classes.find((each) => each.key === styling.other) || styling.no_data;
  };
})(Corredor);
