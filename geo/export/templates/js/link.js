/* The address: parts of the page's state that stand after the #, kept and restored. */
"use strict";

((A) => {
  const parts = new Map();
  const FIRST = ["lang", "on"], LAST = ["view", "thing"];
  const PAUSE = 300, AT_ONCE = 4, SPAN = 2000;
  let started = false, waiting = null, written = [];

  const read = () => new URLSearchParams(location.hash.slice(1));

  function names() {
    const between = [...parts.keys()].filter((name) => !FIRST.includes(name) && !LAST.includes(name));
    return [...FIRST, ...between, ...LAST].filter((name) => parts.has(name));
  }

  function text() {
    const state = new URLSearchParams();
    for (const name of names()) {
      const value = parts.get(name).get();
      if (value !== null && value !== undefined && value !== "") state.set(name, value);
    }
    return `#${state.toString().replaceAll("%2F", "/").replaceAll("%2C", ",").replaceAll("%3A", ":")}`;
  }

  function store() {
    clearTimeout(waiting);
    waiting = null;
    if (location.hash === text()) return;
    written.push(performance.now());
    history.replaceState(null, "", text());
  }

  /* Browsers refuse an address that changes hundreds of times in a few seconds: a slider being dragged waits. */
  function changed() {
    if (!started || waiting) return;
    written = written.filter((at) => performance.now() - at < SPAN);
    if (written.length < AT_ONCE) store();
    else waiting = setTimeout(store, PAUSE);
  }

  /* Tells each part its value in the address, or null; parts that are as the page opens need not hear it. */
  function restore(opening) {
    const state = read();
    for (const name of names()) {
      if (!opening || state.has(name) || FIRST.includes(name) || LAST.includes(name)) parts.get(name).set(state.get(name));
    }
  }

  A.link = {
    /* get() returns text, or null for "as when the page opens"; set(text or null) takes it over. */
    register(name, { get, set }) {
      parts.set(name, { get, set });
      if (started && read().has(name)) set(read().get(name));
    },
    changed,
    start() {
      restore(true);
      started = true;
      store();
      for (const event of ["language", "layers", "selection", "styling", "filters", "link"]) A.on(event, changed);
      window.addEventListener("hashchange", () => {
        started = false;
        restore();
        started = true;
        changed();
      });
    },
    address() {
      store();
      return location.href;
    },
  };

  /* Colours of the layers that have a choice: parks:owner_kind. */
  A.link.register("colour", {
    get() {
      const chosen = [...A.layers.values()].filter((layer) => layer.styling !== layer.style.stylings[0]);
      return chosen.map((layer) => `${layer.key}:${layer.styling.column}`).join(",");
    },
    set(value) {
      const chosen = new Map((value || "").split(",").map((each) => each.split(":")));
      for (const layer of A.layers.values()) {
        const found = layer.style.stylings.find((styling) => styling.column === chosen.get(layer.key)) || layer.style.stylings[0];
        if (found === layer.styling || !layer.setStyling) continue;
        layer.setStyling(found);
        A.emit("styling", layer.key);
      }
    },
  });

  /* Puts the address on the clipboard; where there is none, shows it, selected, to be copied by hand. */
  A.copyLink = async () => {
    const address = A.link.address();
    try {
      await navigator.clipboard.writeText(address);
      A.toast(A.t("link_copied"));
    } catch {
      const field = A.el("input", { type: "text", readonly: true, value: address, "aria-label": A.t("link_address"), id: "link-address" });
      A.toast(A.t("link_by_hand"), field);
      field.focus();
      field.select();
    }
  };
})(Corredor);
