/* The bar of tools over the map, and short messages beside it. */
"use strict";

((A) => {
  const { el, svg } = A;
  const ICONS = {
    owners: "M3 17V8l5 3V8l5 3V3h4v14zM7 14h1M12 14h1",
    compare: "M4 16V9M8 16V4M12 16v-5M16 16V7",
    measure: "M3 13L13 3l4 4L7 17zM6.5 9.5l2 2M9.5 6.5l2 2",
    link: "M8.5 11.5a3 3 0 0 0 4.3 0l3-3a3 3 0 0 0-4.3-4.3l-1 1M11.5 8.5a3 3 0 0 0-4.3 0l-3 3a3 3 0 0 0 4.3 4.3l1-1",
    print: "M6 7V3h8v4M5 14H3V8h14v6h-2M6 12h8v5H6z",
    tour: "M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15zM7.8 7.8a2.2 2.2 0 1 1 3 2.2c-.6.3-.8.7-.8 1.4M10 14v.2",
  };
  const list = [];

  A.icon = (name) => svg("svg", { class: "glyph", viewBox: "0 0 20 20", width: 18, height: 18, fill: "none", stroke: "currentColor",
    "stroke-width": 1.7, "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true" }, svg("path", { d: ICONS[name] }));

  /* Adds a tool; pressed() says whether it is at work. Short tools show their icon only where there is little room. */
  A.addTool = (name, { run, pressed = null, brief = false }) => list.push({ name, run, pressed, brief });

  function close(focus) {
    const toggle = A.byId("tools-toggle");
    if (toggle.getAttribute("aria-expanded") !== "true") return false;
    toggle.setAttribute("aria-expanded", "false");
    A.byId("tools").classList.remove("open");
    if (focus) toggle.focus();
    return true;
  }

  function draw() {
    const focused = document.activeElement && document.activeElement.dataset.tool;
    A.replace(A.byId("tools-list"), list.map(({ name, run, pressed, brief }) => {
      const words = A.t(`tool_${name}`);
      return el("li", {}, el("button", { type: "button", "data-tool": name, class: brief ? "brief" : null, title: A.t(`tool_${name}_hint`),
        "aria-label": words, "aria-pressed": pressed ? String(pressed()) : null,
        onclick: () => {
          close(false);
          run();
        } }, A.icon(name), el("span", {}, words)));
    }));
    const again = focused && document.querySelector(`[data-tool="${focused}"]`);
    if (again) again.focus();
  }

  /* Shows which tools are at work. */
  A.markTools = () => {
    for (const { name, pressed } of list) {
      if (pressed) document.querySelector(`[data-tool="${name}"]`).setAttribute("aria-pressed", String(pressed()));
    }
  };

  let hiding = null;
  function hide() {
    clearTimeout(hiding);
    A.byId("toast").hidden = true;
  }

  /* A short message; with something to act on it stays until it is closed. */
  A.toast = (words, ...more) => {
    const box = A.byId("toast");
    A.replace(box, el("p", {}, words), more,
      el("button", { type: "button", class: "icon close", "aria-label": A.t("close"), onclick: hide }, "×"));
    box.hidden = false;
    clearTimeout(hiding);
    if (!more.length) hiding = setTimeout(hide, 4000);
    A.say(words);
  };
  A.hideToast = hide;

  A.startTools = () => {
    const toggle = el("button", { type: "button", id: "tools-toggle", "aria-expanded": "false", "aria-controls": "tools-list", "data-t-label": "tools",
      onclick: () => {
        const open = toggle.getAttribute("aria-expanded") !== "true";
        toggle.setAttribute("aria-expanded", String(open));
        A.byId("tools").classList.toggle("open", open);
      } }, "⋯");
    A.byId("stage").append(
      el("div", { id: "tools", role: "group", "data-t-label": "tools" }, toggle, el("ul", { id: "tools-list" })),
      el("div", { id: "toast", hidden: true }));
    A.byId("tools").addEventListener("keydown", (event) => {
      if (event.key === "Escape" && close(true)) event.stopPropagation();
    });
    A.byId("toast").addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      hide();
      event.stopPropagation();
    });
    A.map.on("click", () => close(false));
    A.addTool("link", { run: A.copyLink, brief: true });
    A.addTool("print", { run: () => A.print(), brief: true });
    A.addTool("tour", { run: () => A.startTour(), brief: true });
    A.on("language", () => {
      hide();
      draw();
    });
  };
})(Corredor);
