// Runs the widgets of a page without a kernel: gives each anywidget module its state. Both come from files of their own
// (see _ext/widgets.py), once the widget is near the screen or another script asks for it by the event "widget-wanted".
"use strict";
{
  const VIEWS = 'script[type="application/vnd.jupyter.widget-view+json"]';
  const bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

  // What a widget sees of its model. There is nobody to save changes for.
  function widgetModel(state) {
    const listeners = {};
    return {
      get: (name) => state[name],
      set(name, value) {
        state[name] = value;
        for (const event of [`change:${name}`, "change"]) (listeners[event] ?? []).forEach((call) => call());
      },
      save_changes() {},
      send() {},
      on(events, call) {
        for (const event of events.split(" ")) (listeners[event] ??= []).push(call);
      },
      off(event, call) {
        listeners[event] = (listeners[event] ?? []).filter((other) => other !== call);
      },
    };
  }

  // A page that is opened as a file may not fetch, but it may load scripts: each hands over what it holds.
  const arrived = new Map();
  window.widgetFile = (content) => arrived.set(document.currentScript, content);

  const once = (make) => {
    const made = {};
    return (name) => (made[name] ??= make(name));
  };
  const load = once(
    (src) =>
      new Promise((resolve, reject) => {
        const script = Object.assign(document.createElement("script"), { src, onerror: reject });
        script.onload = () => resolve(arrived.get(script));
        document.head.append(script);
      }),
  );
  const moduleOf = once(async (src) => {
    const { _esm, _css } = await load(src);
    if (_css) document.head.append(Object.assign(document.createElement("style"), { textContent: _css }));
    const url = URL.createObjectURL(new Blob([_esm], { type: "text/javascript" }));
    const { default: widget } = await import(url);
    URL.revokeObjectURL(url);
    return widget;
  });

  async function show(view) {
    if (view.dataset.begun || !view.dataset.code) return;
    view.dataset.begun = "true";
    const [module, { state, buffers }] = await Promise.all([moduleOf(view.dataset.code), load(view.dataset.state)]);
    const own = structuredClone(state);
    for (const { path, data } of buffers) {
      const owner = path.slice(0, -1).reduce((object, key) => object[key], own);
      owner[path.at(-1)] = new DataView(bytes(data).buffer);
    }
    const el = view.nextElementSibling;
    const widget = typeof module === "function" ? await module() : module;
    const model = widgetModel(own);
    await widget.initialize?.({ model });
    await widget.render?.({ model, el });
    el.classList.add("shown");
    el.dispatchEvent(new CustomEvent("widget-shown", { bubbles: true })); // try.js waits for it
  }

  addEventListener("widget-wanted", (event) => show(event.target));
  addEventListener("DOMContentLoaded", () => {
    const near = new IntersectionObserver(
      (entries) =>
        entries.filter((entry) => entry.isIntersecting).forEach(({ target }) => show(target.previousElementSibling)),
      { rootMargin: "100% 0px" },
    );
    document.querySelectorAll(`${VIEWS} + .widget-place`).forEach((place) => near.observe(place));
  });
}
