// Contrast by TR, TE and flip angle, computed from fractions of tissues and their times, with noise that stays the
// same.
const TISSUE_INK = ["#ffb000", "#ffffff", "#6cc5ff", "#ff8f80", "#93e08c", "#d9a6ff", "#c9d3de", "#f6e27f"];
const CURVE_POINTS = 120;

// Signals per unit of proton density, times in ms, as mrilab.simulation.contrast has them
const SIGNAL = {
  gradient: ({ t1, t2star }, tr, te, flip) => {
    const a = (flip * Math.PI) / 180,
      e1 = Math.exp(-tr / t1);
    return ((Math.sin(a) * (1 - e1)) / (1 - e1 * Math.cos(a))) * Math.exp(-te / t2star);
  },
  spin: ({ t1, t2 }, tr, te, flip) => {
    const a = (flip * Math.PI) / 180,
      e1 = Math.exp(-tr / t1);
    return ((Math.sin(a) * (1 - 2 * Math.exp(-(tr - te / 2) / t1) + e1)) / (1 + e1 * Math.cos(a))) * Math.exp(-te / t2);
  },
};

const AXES = ["tr", "te", "flip"],
  AXIS_NAMES = { tr: "TR", te: "TE", flip: "Flip" },
  AXIS_UNITS = { tr: " ms", te: " ms", flip: "°" };

function template(id, { width, height, tissues, choices }) {
  const ink = (n) => `style="color:${TISSUE_INK[n % TISSUE_INK.length]}"`,
    number = (name, title) => `<div><dt>${title}</dt><dd data-name="${name}"></dd></div>`,
    echoes = { gradient: "Gradient echo", spin: "Spin echo" },
    whites = { brightest: "the brightest tissue", full: "full signal" };
  const plot = (name) => `<figure><div class="w-plot" data-name="plot-${name}">
    <svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img"><path class="w-mark"/>
    ${tissues.map((_, n) => `<path ${ink(n)}/>`).join("")}</svg></div><figcaption></figcaption></figure>`;
  return `<div class="mrilab-w w-contrast" id="${id}" role="group" aria-label="Contrast"><div class="w-stage">
    <div class="w-pictures"><figure><canvas width="${width}" height="${height}" role="img"></canvas></figure></div>
    <div class="w-side"><p class="w-legend">Signal of ${tissues.map((_, n) => `<b ${ink(n)}></b>`).join(" ")}</p>
      ${AXES.map(plot).join("")}</div>
    <dl>${number("scan", `Scan of ${height} lines`)}${number("snr0", "")}${number("snr1", "")}
      ${number("cnr", "Contrast to noise")}</dl></div>
    <div class="w-bar">${segments(id, "kind", "Echo", echoes, "spin")}
      ${segments(id, "white", "White", whites, "brightest")}</div>
    <div class="w-bar">${stops(id, "tr", "TR", choices.tr)}${stops(id, "te", "TE", choices.te)}
      ${slider(id, "flip", "Flip", 1, 90, 1, 90)}</div>
    <p class="w-help">Each curve follows one slider, with the others as they are, on a scale of its own.</p>
    <p class="w-hidden" role="status"></p></div>`;
}

// The head at TR, TE and a flip angle: signals of the tissues, and the magnitude of their mixture with noise
class SpinImage {
  constructor(model) {
    const bytes = ({ buffer, byteOffset, byteLength }) =>
      new Uint8Array(buffer.slice(byteOffset, byteOffset + byteLength));
    const ms = ({ name, t1, t2, t2star, density }) => ({
      name,
      t1: 1e3 * t1,
      t2: 1e3 * t2,
      t2star: 1e3 * t2star,
      density,
    });
    const [height, width] = model.get("shape"),
      dephasing = model.get("dephasing");
    Object.assign(this, { kind: "spin", tr: 500, te: 12, flip: 90, signals: [], tops: {}, size: height * width });
    this.image = new Float64Array(this.size);
    this.tissues = model.get("tissues").map(ms);
    this.shares = bytes(model.get("fractions"));
    this.rates = dephasing && bytes(dephasing);
    this.fastest = model.get("fastest");
    this.planes = int16Planes(model.get("epsilon"));
    this.sigma = model.get("noise") * model.get("scale");
  }

  signal(tissue, { tr, te, flip } = this) {
    return tissue.density * SIGNAL[this.kind](tissue, tr, te, flip);
  }

  compute() {
    const { tissues, shares, rates, planes, sigma, size } = this,
      signals = (this.signals = tissues.map((tissue) => this.signal(tissue))),
      decays = this.kind === "gradient" && rates;
    for (let i = 0; i < size; i++) {
      let s = 0;
      for (let t = 0; t < tissues.length; t++) s += (signals[t] * shares[t * size + i]) / 255;
      if (decays) s *= Math.exp((-1e-3 * this.te * rates[i] * this.fastest) / 255);
      this.image[i] = Math.hypot(s + sigma * planes[i], sigma * planes[size + i]);
    }
  }
}

// What stands on the screen for the state: the image, the numbers, and a curve of each tissue against each slider
function drawing(el, state, { height, choices, noise }) {
  const find = (selector) => el.querySelector(selector),
    named = (name) => find(`[data-name=${name}]`),
    { tissues } = state,
    canvas = find("canvas"),
    x = screen(canvas);
  const [first, second] = tissues.length > 1 ? tissues : [tissues[0], tissues[0]];
  el.querySelectorAll(".w-legend b").forEach((word, n) => {
    word.textContent = tissues[n].name;
  });
  [first, second].forEach((tissue, n) => {
    named(`snr${n}`).previousElementSibling.textContent = `SNR, ${tissue.name}`;
  });

  // The axis of TR is logarithmic
  const ranges = { tr: [choices.tr[0], choices.tr.at(-1)], te: [0, choices.te.at(-1)], flip: [0, 90] };
  const value = (name, u) => (name === "tr" ? ranges.tr[0] * (ranges.tr[1] / ranges.tr[0]) ** u : u * ranges[name][1]);
  const place = (name, v) =>
    name === "tr" ? Math.log(v / ranges.tr[0]) / Math.log(ranges.tr[1] / ranges.tr[0]) : v / ranges[name][1];
  const withUnit = (name) => `${state[name]}${AXIS_UNITS[name]}`;

  // The curve of each tissue against one of the three, the others as they are
  function curves(name) {
    const points = Array.from({ length: CURVE_POINTS + 1 }, (_, n) => n / CURVE_POINTS);
    return tissues.map((tissue) =>
      points
        .map((u) => [u, value(name, u)])
        .filter(([, v]) => (name === "tr" ? v > state.te : name === "te" ? v < state.tr : true))
        .map(([u, v]) => [u, state.signal(tissue, { ...state, [name]: v })]),
    );
  }
  function drawPlot(name) {
    const all = curves(name),
      top = (state.tops[name] = 1.08 * Math.max(1e-9, ...all.flat().map(([, s]) => s))),
      point = ([u, s]) => `${(100 * u).toFixed(2)} ${(100 * (1 - s / top)).toFixed(2)}`,
      [mark, ...lines] = named(`plot-${name}`).querySelectorAll("path");
    mark.setAttribute("d", `M${(100 * place(name, state[name])).toFixed(2)} 0V100`);
    lines.forEach((line, t) => line.setAttribute("d", `M${all[t].map(point).join("L")}`));
    const [low, high] = ranges[name];
    find(`[data-name=plot-${name}] + figcaption`).textContent =
      `against ${AXIS_NAMES[name]}, ${low} to ${high}${AXIS_UNITS[name]}${name === "tr" ? ", logarithmic" : ""}`;
  }

  const ratio = (v) => (noise ? (v / noise).toFixed(1) : "∞").replace("-", "−");
  function duration(ms) {
    const seconds = Math.round(ms / 1e3);
    return ms < 60e3 ? `${(ms / 1e3).toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  }
  function draw() {
    state.compute();
    const gain =
      255 / (named("white").querySelector(":checked").value === "full" ? 1 : Math.max(...state.signals, 1e-9));
    for (let i = 0; i < state.size; i++) x.pixels[i] = GREYS[Math.min(255, gain * state.image[i]) | 0];
    x.show();
    for (const name of AXES) {
      drawPlot(name);
      named(name).value = name === "flip" ? state.flip : choices[name].indexOf(state[name]);
      named(name).nextElementSibling.textContent = withUnit(name);
      named(name).setAttribute("aria-valuetext", withUnit(name));
    }
    const [a, b] = [state.signals[0], state.signals[Math.min(1, tissues.length - 1)]];
    named("scan").textContent = duration(height * state.tr);
    named("snr0").textContent = ratio(a);
    named("snr1").textContent = ratio(b);
    named("cnr").textContent = ratio(a - b);
  }

  function say() {
    const kind = named("kind").querySelector(":checked").nextElementSibling.textContent,
      words = `${kind}, TR ${state.tr} ms, TE ${state.te} ms, ${state.flip}°`;
    const order = [...tissues.keys()].sort((i, j) => state.signals[j] - state.signals[i]),
      signals = order.map((t) => `${tissues[t].name} ${state.signals[t].toFixed(3)}`).join(", ");
    canvas.setAttribute("aria-label", `Head, ${words}; from the brightest tissue on: ${signals}`);
    for (const name of AXES) {
      const text = `Signal of each tissue against ${AXIS_NAMES[name]}, now ${withUnit(name)}`;
      named(`plot-${name}`).querySelector("svg").setAttribute("aria-label", text);
    }
    find("[role=status]").textContent = `${words}. ${signals}. Contrast to noise ${named("cnr").textContent}`;
  }
  return { draw, say };
}

function render({ model, el }) {
  const [height, width] = model.get("shape"),
    choices = model.get("choices"),
    state = new SpinImage(model),
    shared = ["kind", ...AXES];
  el.innerHTML = template(widgetId(), { width, height, tissues: state.tissues, choices });
  const { draw, say } = drawing(el, state, { height, choices, noise: model.get("noise") }),
    named = (name) => el.querySelector(`[data-name=${name}]`);

  let telling = false; // ignore changes that we make ourselves
  const tell = debounced(250, () => {
    say();
    telling = true;
    for (const name of shared) model.set(name, state[name]);
    telling = false;
    model.save_changes();
  });
  const shortest = () => {
    state.te = Math.min(state.te, Math.max(...choices.te.filter((te) => te < state.tr)));
  }; // the echo comes before the next pulse

  const redraw = inNextFrame(() => {
    draw();
    tell();
  });
  const changed = () => {
    Object.assign(state, {
      kind: named("kind").querySelector(":checked").value,
      tr: choices.tr[+named("tr").value],
      te: choices.te[+named("te").value],
      flip: +named("flip").value,
    });
    shortest();
    redraw();
  };
  el.querySelectorAll("input").forEach((control) => control.addEventListener("input", changed));

  const fromKernel = () => {
    if (telling) return;
    for (const name of shared) state[name] = model.get(name);
    named("kind").querySelector(`[value=${state.kind}]`).checked = true;
    shortest();
    draw();
    tell();
  };
  for (const name of shared) model.on(`change:${name}`, fromKernel);
  fromKernel();
  say();
  keepKeys(el);
  Object.assign(el.querySelector(".w-contrast"), { state }); // for tests, and for use in the console
  return () => {
    for (const name of shared) model.off(`change:${name}`, fromKernel);
    redraw.stop();
  };
}

export default { render };
