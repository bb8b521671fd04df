// Runs the widgets of a page without a kernel: gives each anywidget module its state, which myst-nb stores in the page.
"use strict";
{
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
      on(events, call) { for (const event of events.split(" ")) (listeners[event] ??= []).push(call); },
      off(event, call) { listeners[event] = (listeners[event] ?? []).filter((other) => other !== call); },
    };
  }

  async function show(view, records) {
    const record = records[JSON.parse(view.textContent).model_id];
    if (record?.model_module !== "anywidget") return;
    const state = { ...record.state };
    for (const { path, data } of record.buffers ?? []) {
      const owner = path.slice(0, -1).reduce((object, key) => object[key], state);
      owner[path.at(-1)] = new DataView(bytes(data).buffer);
    }
    if (state._css) document.head.append(Object.assign(document.createElement("style"), { textContent: state._css }));
    const el = document.createElement("div");
    view.after(el);
    const url = URL.createObjectURL(new Blob([state._esm], { type: "text/javascript" }));
    let widget = (await import(url)).default;
    URL.revokeObjectURL(url);
    if (typeof widget === "function") widget = await widget();
    const model = widgetModel(state);
    await widget.initialize?.({ model });
    await widget.render?.({ model, el });
  }

  addEventListener("DOMContentLoaded", () => {
    const all = document.querySelector('script[type="application/vnd.jupyter.widget-state+json"]');
    const records = JSON.parse(all?.textContent ?? '{"state": {}}').state;
    document.querySelectorAll('script[type="application/vnd.jupyter.widget-view+json"]').forEach((view) => show(view, records));
  });
}
