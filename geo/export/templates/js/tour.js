/* A short guided tour: six steps beside what they speak of. It is offered only where the address is still bare. */
"use strict";

((A) => {
  const { el } = A;
  const first = location.hash.length < 2;
  const STEPS = [
    ["what", () => null],
    ["search", () => A.byId("search")],
    ["layers", () => (A.narrow.matches ? document.querySelector("#tabs [data-view=layers]") : A.byId("layer-list"))],
    ["card", () => document.querySelector(".folium-map")],
    ["tools", () => A.byId("tools")],
    ["about", () => document.querySelector("[data-open-about]")],
  ];
  let at = -1;
  let back = null;

  const box = () => A.byId("tour");

  function place(target) {
    const node = box(), ring = A.byId("tour-ring");
    const { width, height } = node.getBoundingClientRect();
    const wide = document.documentElement.clientWidth, high = document.documentElement.clientHeight;
    const whole = !target || target.matches(".folium-map");
    ring.hidden = whole;
    if (whole) {
      Object.assign(node.style, { left: `${(wide - width) / 2}px`, top: `${(high - height) / 2}px` });
      return;
    }
    const rect = target.getBoundingClientRect();
    const top = Math.max(rect.top, 4), bottom = Math.min(rect.bottom, high - 4);
    Object.assign(ring.style, { left: `${rect.left - 4}px`, top: `${top - 4}px`, width: `${rect.width + 8}px`, height: `${bottom - top + 8}px` });
    const beside = rect.right + 16 + width < wide && rect.left < 40;
    const below = bottom + 14 + height < high;
    const left = A.narrow.matches ? (wide - width) / 2 : beside ? rect.right + 16 : Math.max(12, Math.min(rect.left, wide - width - 12));
    const y = beside ? Math.max(12, Math.min(top, high - height - 12)) : below ? bottom + 14 : Math.max(12, top - height - 14);
    Object.assign(node.style, { left: `${left}px`, top: `${y}px` });
  }

  function draw() {
    const node = box();
    node.hidden = at < 0;
    A.byId("tour-ring").hidden = at < 0;
    if (at < 0) return;
    const [key, target] = STEPS[at];
    const last = at === STEPS.length - 1;
    A.replace(node,
      el("p", { class: "tour-count" }, A.t("tour_step", { n: at + 1, all: STEPS.length })),
      el("h2", { id: "tour-title", tabindex: "-1" }, A.t(`tour_${key}_title`)),
      el("p", {}, A.t(`tour_${key}_words`)),
      el("div", { class: "row" },
        last ? null : el("button", { type: "button", class: "link", onclick: end }, A.t("tour_skip")),
        el("span", { class: "grow" }),
        at ? el("button", { type: "button", class: "small", onclick: () => step(-1) }, A.t("tour_back")) : null,
        el("button", { type: "button", class: "small main", onclick: () => step(1) }, A.t(last ? "tour_end" : "tour_next"))));
    place(target());
  }

  function step(by) {
    at = Math.max(0, at + by);
    if (at >= STEPS.length) return end();
    draw();
    A.byId("tour-title").focus({ preventScroll: true });
    return undefined;
  }

  function end() {
    at = -1;
    draw();
    if (back && back.isConnected) back.focus({ preventScroll: true });
  }

  function dismiss() {
    const invitation = A.byId("invite");
    if (invitation) invitation.remove();
  }

  A.startTour = () => {
    dismiss();
    back = document.querySelector("[data-tool=tour]");
    if (A.narrow.matches) {
      A.select(null);
      A.showView(null);
      back = A.byId("tools-toggle");
    } else A.showView("layers");
    at = -1;
    step(1);
  };

  function invite() {
    if (!first) return;
    const draw = () => {
      const node = A.byId("invite");
      if (!node) return;
      A.replace(node, el("p", {}, A.t("tour_invite")), el("div", { class: "row" },
        el("button", { type: "button", class: "small main", onclick: A.startTour }, A.t("tour_start")),
        el("button", { type: "button", class: "small", onclick: dismiss }, A.t("tour_no"))));
    };
    A.byId("stage").append(el("aside", { id: "invite", "data-t-label": "tool_tour", "aria-label": A.t("tool_tour") }));
    draw();
    A.on("language", draw);
    A.on("selection", dismiss);
    A.map.on("click", dismiss);
  }

  A.offerTour = () => {
    document.body.append(el("div", { id: "tour-ring", hidden: true, "aria-hidden": "true" }),
      el("section", { id: "tour", role: "dialog", "aria-labelledby": "tour-title", hidden: true }));
    document.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (at < 0 || (event.key !== "Escape" && !by)) return;
      if (by && !box().contains(document.activeElement)) return;
      event.stopImmediatePropagation();
      event.preventDefault();
      if (by) step(by);
      else end();
    }, true);
    window.addEventListener("resize", draw);
    A.on("language", draw);
    invite();
  };
})(Corredor);
