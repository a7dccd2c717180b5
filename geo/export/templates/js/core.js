/* The namespace, elements built from text only, and a small list of listeners. */
"use strict";

const Corredor = (() => {
  const listeners = new Map();

  function on(event, run) {
    if (!listeners.has(event)) listeners.set(event, []);
    listeners.get(event).push(run);
  }

  function emit(event, detail) {
    for (const run of listeners.get(event) || []) run(detail);
  }

  function fill(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else node.setAttribute(name, value === true ? "" : value);
    }
    // A string becomes a text node: nothing that comes from data is ever read as HTML.
    node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
    return node;
  }

  const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
  const svg = (tag, attributes, ...children) =>
    fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
  const byId = (id) => document.getElementById(id);
  const replace = (node, ...children) => node.replaceChildren(...children.flat(Infinity).filter(Boolean));

  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const narrow = window.matchMedia("(max-width: 760px)");
  // Paper is white whatever the screen is.
  const theme = () => (dark.matches && !document.body.classList.contains("printing") ? "dark" : "light");
  dark.addEventListener("change", () => emit("theme"));

  function json(id) {
    const node = byId(id);
    return node ? JSON.parse(node.textContent) : null;
  }

  return { on, emit, el, svg, byId, replace, json, theme, narrow };
})();
