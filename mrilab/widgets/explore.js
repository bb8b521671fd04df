// A function on sliders: its frames are stored in the page; a kernel, if there is one, computes frames between them.
const STEPS = 10; // stops of a slider between two frames, with a kernel
const CURVE = { width: 300, height: 240, left: 44, right: 12, top: 22, bottom: 28 };

const escaped = (text) => String(text).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const shortest = (v) => (typeof v === "number" ? String(+v.toPrecision(4)) : String(v));
const scored = (v) => (v == null ? "–" : Math.abs(v) >= 1e5 || (v && Math.abs(v) < 1e-3) ? v.toExponential(2) : v.toPrecision(4));

// One parameter: its values, and positions between them
class Parameter {
  constructor({ name, values, kind }) {
    Object.assign(this, { name, values, kind, last: values.length - 1 });
    this.log = kind === "real" && values[0] > 0 && values[this.last] > 20 * values[0];
  }

  at(position) { // counted in values: 1.5 is between the second and the third
    const i = Math.floor(position), t = position - i, a = this.values[i], b = this.values[i + 1];
    return t ? +(this.log ? a * (b / a) ** t : a + t * (b - a)).toPrecision(4) : a;
  }

  position(value) {
    const exact = this.values.indexOf(value);
    if (exact >= 0) return exact;
    const i = this.values.findIndex((b) => b > value) - 1, a = this.values[i], b = this.values[i + 1];
    return i + (this.log ? Math.log(value / a) / Math.log(b / a) : (value - a) / (b - a));
  }

  along(value) { // 0 to 1, on the axis of the curve
    const [a, b, v] = [this.values[0], this.values[this.last], value].map((number) => (this.log ? Math.log(number) : number));
    return this.last ? (v - a) / (b - a) : 0.5;
  }
}

// Round numbers between low and high, about four of them
function ticks(low, high) {
  const rough = (high - low) / 3 || 1, power = 10 ** Math.floor(Math.log10(rough));
  const step = [5, 2, 1].map((n) => n * power).find((s) => s <= rough);
  return Array.from({ length: 20 }, (_, i) => (Math.ceil(low / step) + i) * step).filter((tick) => tick <= high + 1e-9 * step);
}

function render({ model, el }) {
  const [height, width] = model.get("shape"), panels = model.get("panels"), metrics = model.get("metrics"), id = widgetId();
  const parameters = model.get("parameters").map((record) => new Parameter(record)), size = height * width * panels.length;
  const view = model.get("frames"), frames = new Uint8Array(view.buffer, view.byteOffset, view.byteLength), scores = model.get("scores");
  const computed = new Map(); // frames sent by the kernel, by their settings
  const numeric = parameters.filter((p) => p.kind !== "words" && p.last), words = parameters.find((p) => p.kind === "words");
  const curved = metrics.length && numeric.length;
  const control = (p, n) => (p.kind === "words"
    ? segments(id, `p${n}`, escaped(p.name), p.values.map(escaped), "")
    : slider(id, `p${n}`, escaped(p.name), 0, p.last, 1, 0));
  el.innerHTML = `<div class="mrilab-w w-explore" id="${id}" role="group" aria-label="Explore ${escaped(model.get("name"))}"><div class="w-stage">
    ${panels.map((name) => `<figure><canvas width="${width}" height="${height}" role="img"></canvas>
      ${name && `<figcaption>${escaped(name)}</figcaption>`}</figure>`).join("")}
    <div class="w-numbers">${curved ? `<figure class="w-curve"><svg viewBox="0 0 ${CURVE.width} ${CURVE.height}" role="img"></svg><figcaption>${
      metrics.length > 1 ? segments(id, "metric", "Curve", metrics.map(escaped), "0") : ""}</figcaption></figure>` : ""}
      <dl>${metrics.map((name) => `<div><dt>${escaped(name)}</dt><dd></dd></div>`).join("")}</dl></div></div>
    <div class="w-bar">${parameters.map(control).join("")}</div>
    <p class="w-help" hidden></p><p class="w-hidden" role="status"></p></div>`;
  const find = (selector) => el.querySelector(selector), pictures = [...el.querySelectorAll("canvas")].map(screen);
  const state = { value: {}, pixels: null, scores: [], waiting: false, live: false };
  let along = numeric[0]; // the slider that moved last

  const key = (value) => JSON.stringify(parameters.map((p) => value[p.name]));
  function frameOf(value) {
    const places = parameters.map((p) => p.values.indexOf(value[p.name]));
    if (places.includes(-1)) return computed.get(key(value));
    const n = places.reduce((sum, place, k) => sum * parameters[k].values.length + place, 0);
    return { pixels: frames.subarray(n * size, (n + 1) * size), scores: scores[n] };
  }
  const nearest = (value) => Object.fromEntries(parameters.map((p) => [p.name, p.values[Math.round(p.position(value[p.name]))]]));
  const setting = () => parameters.map((p) => `${p.name} ${shortest(state.value[p.name])}`).join(", ");

  function draw() {
    const frame = frameOf(state.value);
    state.waiting = !frame;
    const { pixels, scores: numbers } = frame?.pixels ? frame : { ...frameOf(nearest(state.value)), scores: metrics.map(() => null) };
    Object.assign(state, { pixels, scores: numbers });
    pictures.forEach((picture, n) => {
      const from = n * height * width;
      for (let i = 0; i < height * width; i++) picture.pixels[i] = GREYS[pixels[from + i]];
      picture.show();
    });
    el.querySelectorAll("dd").forEach((dd, n) => { dd.textContent = scored(numbers[n]); });
    parameters.forEach((p, n) => {
      const value = state.value[p.name];
      if (p.kind === "words") { find(`[name="${id}-p${n}"][value="${p.values.indexOf(value)}"]`).checked = true; return; }
      const input = find(`[data-name=p${n}]`);
      input.value = p.position(value);
      input.nextElementSibling.textContent = shortest(value);
      input.setAttribute("aria-valuetext", shortest(value));
    });
    find(".w-help").hidden = !(state.waiting || frame.error);
    find(".w-help").textContent = state.waiting ? "The kernel is computing this frame; the nearest one is shown." : frame.error ?? "";
    if (curved) drawCurve();
  }

  const metric = () => +(find(`[name="${id}-metric"]:checked`)?.value ?? 0);
  const x = (value) => CURVE.left + along.along(value) * (CURVE.width - CURVE.left - CURVE.right);
  const score = (value) => frameOf(value)?.scores?.[metric()];
  function points(word) { // of one curve, including those from the kernel
    const of = (v) => ({ ...state.value, ...(words && { [words.name]: word }), [along.name]: v });
    const extra = [...computed.values()].map(({ value }) => value).filter((value) => key(of(value[along.name])) === key(value));
    return [...along.values, ...extra.map((value) => value[along.name])].sort((a, b) => a - b)
      .map((v) => [x(v), score(of(v))]).filter(([, s]) => s != null);
  }
  function drawCurve() {
    const every = (words?.values ?? [null]).map((word) => ({ word, line: points(word), now: !words || word === state.value[words.name] }));
    const all = scores.map((row) => row[metric()]).filter((s) => s != null), low = Math.min(...all), high = Math.max(...all);
    const y = (s) => CURVE.height - CURVE.bottom - (high > low ? (s - low) / (high - low) : 0.5) * (CURVE.height - CURVE.top - CURVE.bottom);
    const right = CURVE.width - CURVE.right, foot = CURVE.height - 8, now = x(state.value[along.name]), current = score(state.value);
    const ends = along.values.length > 2 ? [along.values[0], along.values[along.last]] : along.values;
    const top = (places) => places.reduce((best, place) => (place[1] > best[1] ? place : best), places[0] ?? [0, low]);
    const free = ([px, ps], chosen) => chosen || every.every((other) => { // of the chosen curve's name
      const [ox, os] = top(other.line);
      return !other.now || Math.abs(ox - px) > 40 || Math.abs(y(os) - y(ps)) > 14;
    });
    const line = ({ word, line: places, now: chosen }) => {
      const [px, ps] = top(places), side = px < CURVE.width / 2 ? "start" : "end", named = words && places.length && free([px, ps], chosen);
      return `<g class="${chosen ? "w-now" : "w-other"}"><polyline points="${places.map(([a, s]) => `${a.toFixed(1)},${y(s).toFixed(1)}`).join(" ")}"/>
        ${places.map(([a, s]) => `<circle cx="${a.toFixed(1)}" cy="${y(s).toFixed(1)}" r="2.5"/>`).join("")}
        ${named ? `<text x="${px}" y="${y(ps) - 8}" text-anchor="${side}">${escaped(word)}</text>` : ""}</g>`;
    };
    find("svg").innerHTML = `${ticks(low, high).map((tick) => `<line class="w-grid" x1="${CURVE.left}" x2="${right}" y1="${y(tick)}" y2="${y(tick)}"/>
      <text x="${CURVE.left - 6}" y="${y(tick) + 4}" text-anchor="end">${shortest(tick)}</text>`).join("")}
      ${ends.map((v, n) => `<text x="${x(v)}" y="${foot}" text-anchor="${n ? "end" : "start"}">${shortest(v)}</text>`).join("")}
      <text x="${(CURVE.left + right) / 2}" y="${foot}" text-anchor="middle">${escaped(along.name)}</text>
      <line class="w-mark" x1="${now}" x2="${now}" y1="${CURVE.top - 8}" y2="${CURVE.height - CURVE.bottom}"/>
      ${every.sort((a, b) => a.now - b.now).map(line).join("")}
      ${current == null ? "" : `<circle class="w-point" cx="${now}" cy="${y(current)}" r="5.5"/>`}`;
    find("svg").setAttribute("aria-label", `${metrics[metric()]} against ${along.name}, from ${shortest(low)} to ${shortest(high)}; ${scored(current)} at ${setting()}`);
    if (metrics.length === 1) find(".w-curve figcaption").textContent = `${metrics[0]} against ${along.name}`;
  }

  function say() {
    const numbers = metrics.map((name, n) => `${name} ${scored(state.scores[n])}`).join(", ");
    const text = `${setting()}${numbers && `: ${numbers}`}`;
    el.querySelectorAll("canvas").forEach((canvas, n) => canvas.setAttribute("aria-label", `${panels[n] || "Image"} at ${setting()}`));
    find("[role=status]").textContent = state.waiting ? `${setting()}: computing` : text;
  }
  const tell = debounced(250, () => {
    say();
    if (key(model.get("value")) !== key(state.value)) { model.set("value", { ...state.value }); model.save_changes(); }
  });
  let frame = 0;
  const changed = () => { frame ||= requestAnimationFrame(() => { frame = 0; draw(); tell(); }); };
  const choose = (p, value) => { state.value = { ...state.value, [p.name]: value }; changed(); };

  parameters.forEach((p, n) => {
    if (p.kind === "words") {
      el.querySelectorAll(`[name="${id}-p${n}"]`).forEach((input) => input.addEventListener("change", () => choose(p, p.values[+input.value])));
    } else {
      const input = find(`[data-name=p${n}]`);
      input.addEventListener("input", () => { if (p.last) along = p; choose(p, p.at(+input.value)); });
    }
  });
  el.querySelectorAll(`[name="${id}-metric"]`).forEach((input) => input.addEventListener("change", changed));
  if (curved) {
    const svg = find("svg");
    const pick = (event) => {
      const box = svg.getBoundingClientRect(), at = ((event.clientX - box.left) / box.width) * CURVE.width;
      const stops = along.values.map((v) => Math.abs(x(v) - at));
      choose(along, along.values[stops.indexOf(Math.min(...stops))]);
    };
    svg.addEventListener("pointerdown", (event) => { if (!event.button) { svg.setPointerCapture(event.pointerId); pick(event); } });
    svg.addEventListener("pointermove", (event) => { if (svg.hasPointerCapture(event.pointerId)) pick(event); });
  }

  const fromKernel = () => {
    if (key(model.get("value")) === key(state.value)) return;
    state.value = { ...model.get("value") };
    draw();
    say();
  };
  const heard = (message, buffers) => {
    if (message.kernel) {
      parameters.forEach((p, n) => { if (p.kind === "real") find(`[data-name=p${n}]`).step = 1 / STEPS; });
      state.live = true;
    } else {
      const { buffer, byteOffset, byteLength } = buffers?.[0] ?? new DataView(new ArrayBuffer(0));
      computed.set(key(message.value), { ...message, pixels: byteLength ? new Uint8Array(buffer, byteOffset, byteLength) : null });
      draw();
      say();
    }
  };
  model.on("change:value", fromKernel);
  model.on("msg:custom", heard);
  fromKernel();
  keepKeys(el);
  Object.assign(find(".w-explore"), { state }); // for tests, and for use in the console
  model.send({ ask: "kernel" });
  return () => { model.off("change:value", fromKernel); model.off("msg:custom", heard); cancelAnimationFrame(frame); };
}

export default { render };
