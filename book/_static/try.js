// "Try this": a link in the text sets the controls of the widget that it is about. And the address keeps what a reader
// has set, so that it can be sent to others: #try-2:r=8 sets R of the page's second widget.
{
  const VIEWS = 'script[type="application/vnd.jupyter.widget-view+json"]';
  const CONTROLS = "input[type=range][data-name], select[data-name], fieldset[data-name] input[type=radio]";
  const ADDRESS = /^#try-(\d+):(.*)$/;

  const views = () => [...document.querySelectorAll(VIEWS)];
  const widgetOf = (view) => view?.nextElementSibling?.querySelector(".mrilab-w");
  const numberOf = (widget) => views().findIndex((view) => widgetOf(view) === widget) + 1;
  const controls = (widget) => [...widget.querySelectorAll(CONTROLS)];
  const nameOf = (input) => input.dataset.name ?? input.closest("fieldset").dataset.name;
  const stopsOf = (input) => input.dataset.stops?.split(" "); // of a slider that counts values
  const valueOf = (input) => stopsOf(input)?.[input.value] ?? input.value;

  // In the order of the settings: a design first, then its acceleration
  function set(widget, settings) {
    for (const [name, value] of new URLSearchParams(settings)) {
      if (name === "press") [...widget.querySelectorAll("button")].find((one) => one.textContent === value)?.click();
      for (const input of controls(widget).filter((one) => nameOf(one) === name)) {
        if (input.type !== "radio") input.value = stopsOf(input)?.indexOf(value) ?? value;
        else if (input.value === value) input.checked = true;
        else continue;
        for (const kind of ["input", "change"]) input.dispatchEvent(new Event(kind, { bubbles: true }));
      }
    }
  }

  function settings(widget) {
    const found = new URLSearchParams();
    for (const input of controls(widget)) {
      if (input.type !== "radio" || input.checked) found.set(nameOf(input), valueOf(input));
    }
    return found;
  }

  // The last widget before a link, else the first one after it
  function about(link) {
    const all = views();
    const before = all.filter((view) => view.compareDocumentPosition(link) & Node.DOCUMENT_POSITION_FOLLOWING);
    return before.at(-1) ?? all[0];
  }

  // The widget of a view; one that is not there yet is asked for
  function shown(view) {
    return new Promise((resolve) => {
      if (widgetOf(view)) resolve(widgetOf(view));
      view.nextElementSibling.addEventListener("widget-shown", () => resolve(widgetOf(view)), { once: true });
      view.dispatchEvent(new Event("widget-wanted", { bubbles: true }));
    });
  }

  async function apply(view, settings, block) {
    const widget = await shown(view);
    set(widget, settings);
    widget.scrollIntoView({ block });
    return widget;
  }

  const keep = (widget) => history.replaceState(null, "", `#try-${numberOf(widget)}:${settings(widget)}`);

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.try"),
      view = link && about(link);
    if (!view) return;
    event.preventDefault();
    apply(view, link.getAttribute("href").replace("#try:", ""), "nearest").then(keep);
  });
  document.addEventListener("change", (event) => {
    const widget = event.isTrusted && event.target.closest(".mrilab-w");
    if (widget && numberOf(widget)) keep(widget);
  });
  addEventListener("load", () => {
    const [, number, wanted] = location.hash.match(ADDRESS) ?? [];
    if (views()[number - 1]) apply(views()[number - 1], wanted, "center");
  });
}
