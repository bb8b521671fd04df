// A function on sliders: its frames are stored in the page; a kernel, if there is one, computes frames between them.
const STEPS = 10; // stops of a slider between two frames, with a kernel
const CURVE = { width: 300, height: 240, left: 44, right: 12, top: 22, bottom: 28 };

const escaped = (text) => String(text).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const shortest = (v) => (typeof v === "number" ? String(+v.toPrecision(4)) : String(v));
const scored = (v) =>
  v == null ? "–" : Math.abs(v) >= 1e5 || (v && Math.abs(v) < 1e-3) ? v.toExponential(2) : v.toPrecision(4);

// One parameter: its values, and positions between them
class Parameter {
  constructor({ name, values, kind }) {
    Object.assign(this, { name, values, kind, last: values.length - 1 });
    this.log = kind === "real" && values[0] > 0 && values[this.last] > 20 * values[0];
  }

  at(position) {
    // counted in values: 1.5 is between the second and the third
    const i = Math.floor(position),
      t = position - i,
      a = this.values[i],
      b = this.values[i + 1];
    return t ? +(this.log ? a * (b / a) ** t : a + t * (b - a)).toPrecision(4) : a;
  }

  position(value) {
    const exact = this.values.indexOf(value);
    if (exact >= 0) return exact;
    const i = this.values.findIndex((b) => b > value) - 1,
      a = this.values[i],
      b = this.values[i + 1];
    return i + (this.log ? Math.log(value / a) / Math.log(b / a) : (value - a) / (b - a));
  }

  along(value) {
    // 0 to 1, on the axis of the curve
    const [a, b, v] = [this.values[0], this.values[this.last], value].map((number) =>
      this.log ? Math.log(number) : number,
    );
    return this.last ? (v - a) / (b - a) : 0.5;
  }
}

// Round numbers between low and high, about four of them
function ticks(low, high) {
  const rough = (high - low) / 3 || 1,
    power = 10 ** Math.floor(Math.log10(rough));
  const step = [5, 2, 1].map((n) => n * power).find((s) => s <= rough);
  return Array.from({ length: 20 }, (_, i) => (Math.ceil(low / step) + i) * step).filter(
    (tick) => tick <= high + 1e-9 * step,
  );
}

// The frames, by the values of the parameters: stored ones, and those that a kernel has sent
class Frames {
  constructor(parameters, view, size, scores) {
    const pixels = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    Object.assign(this, { parameters, pixels, size, scores, computed: new Map() });
  }

  key(value) {
    return JSON.stringify(this.parameters.map((p) => value[p.name]));
  }

  of(value) {
    const { parameters, pixels, size, scores } = this,
      places = parameters.map((p) => p.values.indexOf(value[p.name]));
    if (places.includes(-1)) return this.computed.get(this.key(value));
    const n = places.reduce((sum, place, k) => sum * parameters[k].values.length + place, 0);
    return { pixels: pixels.subarray(n * size, (n + 1) * size), scores: scores[n] };
  }

  nearest(value) {
    const places = this.parameters.map((p) => [p.name, p.values[Math.round(p.position(value[p.name]))]]);
    return this.of(Object.fromEntries(places));
  }

  // Places along one parameter, with the others as in a value, and their scores
  along(parameter, value, metric) {
    const at = (v) => ({ ...value, [parameter.name]: v });
    const sent = [...this.computed.values()].map((frame) => frame.value[parameter.name]);
    return [...new Set([...parameter.values, ...sent])]
      .sort((a, b) => a - b)
      .map((v) => [v, this.of(at(v))?.scores?.[metric]])
      .filter(([, score]) => score != null);
  }
}

function template(id, { name, width, height, panels, metrics, parameters, curved }) {
  const panel = (title) => `<figure><canvas width="${width}" height="${height}" role="img"></canvas>
    ${title && `<figcaption>${escaped(title)}</figcaption>`}</figure>`;
  const choice = metrics.length > 1 ? segments(id, "curve", "Curve", metrics.map(escaped), "0") : "";
  const curve = `<figure class="w-curve"><svg viewBox="0 0 ${CURVE.width} ${CURVE.height}" role="img"></svg>
    <figcaption>${choice}</figcaption></figure>`;
  const number = (metric) => `<div><dt>${escaped(metric)}</dt><dd></dd></div>`;
  const control = (p) =>
    p.kind === "words"
      ? segments(id, escaped(p.name), escaped(p.name), p.values.map(escaped))
      : stops(id, escaped(p.name), escaped(p.name), p.values);
  return `<div class="mrilab-w w-explore" id="${id}" role="group" aria-label="Explore ${escaped(name)}">
    <div class="w-stage"><div class="w-pictures">${panels.map(panel).join("")}</div>
      <div class="w-side">${curved ? curve : ""}<dl>${metrics.map(number).join("")}</dl></div></div>
    <div class="w-bar">${parameters.map(control).join("")}</div>
    <p class="w-help" hidden></p><p class="w-hidden" role="status"></p></div>`;
}

const text = (x, y, anchor, words) => `<text x="${x}" y="${y}" text-anchor="${anchor}">${escaped(words)}</text>`;

// The names of curves, the chosen one's first: above or below the highest point or an end, where no other name stands
function named(every, x, y, foot) {
  const taken = [],
    letter = 7;
  const clear = (place) =>
    place.y > CURVE.top - 12 &&
    place.y < foot &&
    taken.every((one) => Math.abs(place.y - one.y) > 13 || place.from > one.to + 6 || one.from > place.to + 6);
  const name = ({ word, line }) => {
    const highest = line.reduce((best, place) => (place[1] > best[1] ? place : best));
    const places = [highest, line[0], line.at(-1)].flatMap(([v, s]) => {
      const left = x(v) < CURVE.width / 2,
        from = left ? x(v) : x(v) - letter * word.length;
      return [-8, 18].map((below) => ({ left, from, to: from + letter * word.length, y: y(s) + below }));
    });
    const place = places.find(clear);
    if (!place) return "";
    taken.push(place);
    return place.left ? text(place.from, place.y, "start", word) : text(place.to, place.y, "end", word);
  };
  const all = every.filter((one) => one.word != null && one.line.length).sort((a, b) => b.now - a.now);
  return new Map(all.map((one) => [one, name(one)]));
}

// The curves of a metric along one parameter, one for each of the words of another, as the inside of an SVG
function curves(every, along, now, current, range) {
  const [low, high] = range,
    right = CURVE.width - CURVE.right,
    foot = CURVE.height - CURVE.bottom;
  const x = (value) => CURVE.left + along.along(value) * (right - CURVE.left);
  const y = (s) => foot - (high > low ? (s - low) / (high - low) : 0.5) * (foot - CURVE.top);
  const tick = (s) => `<line class="w-grid" x1="${CURVE.left}" x2="${right}" y1="${y(s)}" y2="${y(s)}"/>
    ${text(CURVE.left - 6, y(s) + 4, "end", shortest(s))}`;
  const names = named(every, x, y, foot);
  const line = (one) => `<g class="${one.now ? "w-now" : "w-other"}">
    <polyline points="${one.line.map(([v, s]) => `${x(v).toFixed(1)},${y(s).toFixed(1)}`).join(" ")}"/>
    ${one.line.map(([v, s]) => `<circle cx="${x(v).toFixed(1)}" cy="${y(s).toFixed(1)}" r="2.5"/>`).join("")}
    ${names.get(one) ?? ""}</g>`;
  const ends = along.values.length > 2 ? [along.values[0], along.values[along.last]] : along.values;
  return [
    ...ticks(low, high).map(tick),
    ...ends.map((v, n) => text(x(v), CURVE.height - 8, n ? "end" : "start", shortest(v))),
    text((CURVE.left + right) / 2, CURVE.height - 8, "middle", along.name),
    `<line class="w-mark" x1="${x(now)}" x2="${x(now)}" y1="${CURVE.top - 8}" y2="${foot}"/>`,
    ...[...every].sort((a, b) => a.now - b.now).map(line),
    current == null ? "" : `<circle class="w-point" cx="${x(now)}" cy="${y(current)}" r="5.5"/>`,
  ].join("");
}

// What stands on the screen, as a function of the state
function drawing(el, controls, { frames, panels, metrics, parameters, curved }) {
  const find = (selector) => el.querySelector(selector),
    canvases = [...el.querySelectorAll("canvas")],
    pictures = canvases.map(screen),
    words = parameters.find((p) => p.kind === "words");
  const metric = () => +(find(".w-curve input:checked")?.value ?? 0);
  const setting = ({ value }) => parameters.map((p) => `${p.name} ${shortest(value[p.name])}`).join(", ");

  function draw(state) {
    const frame = frames.of(state.value);
    state.waiting = !frame;
    const shown = frame?.pixels ? frame : { ...frames.nearest(state.value), scores: metrics.map(() => null) };
    Object.assign(state, { pixels: shown.pixels, scores: shown.scores });
    pictures.forEach((picture, n) => {
      const from = n * picture.pixels.length;
      for (let i = 0; i < picture.pixels.length; i++) picture.pixels[i] = GREYS[state.pixels[from + i]];
      picture.show();
    });
    el.querySelectorAll("dd").forEach((dd, n) => {
      dd.textContent = scored(state.scores[n]);
    });
    parameters.forEach((p, n) => drawControl(p, controls[n], state.value[p.name]));
    find(".w-help").hidden = !(state.waiting || frame.error);
    find(".w-help").textContent = state.waiting
      ? "The kernel is computing this frame; the nearest one is shown."
      : (frame.error ?? "");
    if (curved) drawCurve(state);
  }

  function drawControl(p, control, value) {
    if (p.kind === "words") {
      control.querySelectorAll("input")[p.values.indexOf(value)].checked = true;
      return;
    }
    control.value = p.position(value);
    control.nextElementSibling.textContent = shortest(value);
    control.setAttribute("aria-valuetext", shortest(value));
  }

  function drawCurve(state) {
    const { value, along } = state,
      each = (word) => ({ ...value, ...(words && { [words.name]: word }) });
    const every = (words?.values ?? [null]).map((word) => ({
      word,
      line: frames.along(along, each(word), metric()),
      now: !words || word === value[words.name],
    }));
    const all = frames.scores.map((row) => row[metric()]).filter((s) => s != null),
      range = [Math.min(...all), Math.max(...all)],
      current = state.scores[metric()];
    find("svg").innerHTML = curves(every, along, value[along.name], current, range);
    find("svg").setAttribute(
      "aria-label",
      `${metrics[metric()]} against ${along.name}, from ${shortest(range[0])} to ${shortest(range[1])}; ` +
        `${scored(current)} at ${setting(state)}`,
    );
    if (metrics.length === 1) find(".w-curve figcaption").textContent = `${metrics[0]} against ${along.name}`;
  }

  function say(state) {
    const numbers = metrics.map((name, n) => `${name} ${scored(state.scores[n])}`).join(", ");
    canvases.forEach((canvas, n) => canvas.setAttribute("aria-label", `${panels[n] || "Image"} at ${setting(state)}`));
    find("[role=status]").textContent = state.waiting
      ? `${setting(state)}: computing`
      : `${setting(state)}${numbers && `: ${numbers}`}`;
  }
  return { draw, say };
}

function render({ model, el }) {
  const [height, width] = model.get("shape"),
    [name, panels, metrics, scores] = ["name", "panels", "metrics", "scores"].map((key) => model.get(key)),
    parameters = model.get("parameters").map((record) => new Parameter(record)),
    frames = new Frames(parameters, model.get("frames"), height * width * panels.length, scores);
  const numeric = parameters.filter((p) => p.kind !== "words" && p.last),
    curved = metrics.length > 0 && numeric.length > 0,
    parts = { name, width, height, panels, metrics, parameters, frames, curved };
  el.innerHTML = template(widgetId(), parts);
  const controls = [...el.querySelectorAll(".w-bar [data-name]")], // one of each parameter
    { draw, say } = drawing(el, controls, parts);
  // `along`: the slider that moved last
  const state = { value: {}, along: numeric[0], pixels: null, scores: [], waiting: false, live: false };

  const tell = debounced(250, () => {
    say(state);
    if (frames.key(model.get("value")) !== frames.key(state.value)) {
      model.set("value", { ...state.value });
      model.save_changes();
    }
  });
  const changed = inNextFrame(() => {
    draw(state);
    tell();
  });
  const choose = (p, value) => {
    state.value = { ...state.value, [p.name]: value };
    changed();
  };

  parameters.forEach((p, n) => {
    if (p.kind === "words") {
      const radios = [...controls[n].querySelectorAll("input")];
      radios.forEach((radio, i) => (radio.value = p.values[i]));
      controls[n].addEventListener("change", (event) => choose(p, p.values[radios.indexOf(event.target)]));
    } else {
      controls[n].addEventListener("input", () => {
        if (p.last) state.along = p;
        choose(p, p.at(+controls[n].value));
      });
    }
  });
  el.querySelector(".w-curve fieldset")?.addEventListener("change", changed);
  if (curved) {
    dragged(el.querySelector("svg"), (across) => {
      const { along } = state,
        wanted = (across * CURVE.width - CURVE.left) / (CURVE.width - CURVE.left - CURVE.right),
        far = along.values.map((v) => Math.abs(along.along(v) - wanted));
      choose(along, along.values[far.indexOf(Math.min(...far))]);
    });
  }

  const show = () => {
    draw(state);
    say(state);
  };
  const fromKernel = () => {
    if (frames.key(model.get("value")) === frames.key(state.value)) return;
    state.value = { ...model.get("value") };
    show();
  };
  const heard = (message, buffers) => {
    if (message.kernel) {
      parameters.forEach((p, n) => {
        if (p.kind === "real") controls[n].step = 1 / STEPS;
      });
      state.live = true;
    } else {
      const { buffer, byteOffset, byteLength } = buffers?.[0] ?? new DataView(new ArrayBuffer(0));
      const pixels = byteLength ? new Uint8Array(buffer, byteOffset, byteLength) : null;
      frames.computed.set(frames.key(message.value), { ...message, pixels });
      show();
    }
  };
  model.on("change:value", fromKernel);
  model.on("msg:custom", heard);
  fromKernel();
  keepKeys(el);
  Object.assign(el.querySelector(".w-explore"), { state }); // for tests, and for use in the console
  model.send({ ask: "kernel" });
  return () => {
    model.off("change:value", fromKernel);
    model.off("msg:custom", heard);
    changed.stop();
  };
}

export default { render };
