// Watch ISTA, FISTA and POGM solve a sparse problem, and change the problem while they run.
const SOLVER_GAIN = 5; // gain of the error map
const LONGEST = 2000; // number of iterations after which it pauses
const TITLES = { ista: "ISTA", fista: "FISTA", pogm: "POGM" };
const KEPT = 4; // finished runs in the charts
const DECADES = [-5, -4, -3, -2, -1, 0, 1]; // decades of the axis of the gap
const GAPS = { low: -5.3, high: 1.3, labels: DECADES.map((d) => [d, d < -1 ? `10<sup>${d}</sup>` : `${10 ** d}`]) };

function render({ model, el }) {
  const [height, width] = model.get("shape"), size = height * width, id = widgetId();
  const truth = new Uint16Array(int16Planes(model.get("truth")).buffer), unit = model.get("peak") / 65535;
  const state = new SparseProblem(height, width, int16Planes(model.get("pixels")), model.get("scale"), Float32Array.from(truth, (v) => unit * v));
  const designs = new Designs(height, width), SHARED = ["algorithm", "wavelet", "fraction", "step", "restart"]; // synchronised with the kernel
  const canvas = (name) => `<figure class="w-${name}"><canvas width="${width}" height="${height}" role="img"></canvas><figcaption>`;
  const chart = (name, title) => `<figure><div class="w-chart" role="img" data-name="${name}"></div><figcaption>${title}</figcaption></figure>`;
  const number = (name, title) => `<div><dt>${title}</dt><dd data-name="${name}"></dd></div>`;
  el.innerHTML = `<div class="mrilab-w w-solver" id="${id}" role="group" aria-label="Live sparse solver"><div class="w-stage">
    ${canvas("x")}${segments(id, "image", "Show", { iterate: "Iterate", zero: "Zero-filled" }, "zero")}</figcaption></figure>
    ${canvas("e")}${segments(id, "map", "Show", { error: `Error ×${SOLVER_GAIN}`, coefficients: "Coefficients" }, "error")}</figcaption></figure>
    ${canvas("m")}<span data-name="share"></span></figcaption></figure>
    <dl>${number("count", "Iterations")}${number("cost", "Cost")}${number("psnr", "PSNR")}${number("alive", "Not zero")}</dl></div>
    <div class="w-bar"><span class="w-buttons"><button type="button" data-name="run" class="w-main">Run</button>
      <button type="button" data-name="once">One step</button><button type="button" data-name="again">Start again</button></span>
      ${segments(id, "algorithm", "Solver", TITLES)}
      <label class="w-check"><input type="checkbox" data-name="restart"> Restart</label></div>
    <div class="w-charts">${chart("gaps", "Cost above the minimum, (F − F*) / F*")}${chart("psnrs", "PSNR (dB), dashed: zero-filled")}</div><ul class="w-legend"></ul>
    <div class="w-bar">${slider(id, "fraction", "λ / λ<sub>max</sub>", -5, 0, 0.05, -3)}
      ${segments(id, "wavelet", "Wavelet", Object.fromEntries(Object.keys(model.get("filters")).map((name) => [name, name])))}</div>
    <div class="w-bar">${segments(id, "design", "Mask", { regular: "Every R-th line", lines: "Random lines", box: "Box", points: "Random points", radial: "Radial" })}
      <span class="w-buttons"><button type="button" data-name="redraw" disabled>Draw again</button></span></div>
    <div class="w-bar">${slider(id, "r", "R", 1, 16, 0.5, 4)}${slider(id, "step", "Step × L", 0.1, 2.2, 0.1, 1)}${slider(id, "pace", "Pace", 1, 60, 1, 20)}</div>
    <p class="w-hidden" role="status"></p></div>`;
  const find = (selector) => el.querySelector(selector), named = (name) => find(`[data-name=${name}]`);
  const chosen = (name) => find(`[name="${id}-${name}"]:checked`)?.value;
  const choose = (name, value) => { find(`[name="${id}-${name}"][value=${value}]`).checked = true; };
  const canvases = [...el.querySelectorAll("canvas")], [x, e, m] = canvases.map(screen);
  const gapChart = new Chart(named("gaps")), psnrChart = new Chart(named("psnrs"));
  const levels = logLevels(...state.planes(state.y));
  const now = Object.fromEntries(SHARED.map((name) => [name, model.get(name)])); // the sliders show these values, rounded to their steps
  let past = [], run, lowest, stepper = null, playing = false, due = 0, last = 0;

  // The run: its record since the start
  const title = () => `${TITLES[now.algorithm]}${now.step === 1 ? "" : `, step ${now.step.toFixed(1)}`}${now.restart && now.algorithm !== "ista" ? ", restart" : ""}`;
  const iterations = () => run.costs.length - 1;
  const terms = (all) => ({ fraction: now.fraction, ...(all ? { filters: model.get("filters")[now.wavelet], level: model.get("level") } : {}) });
  function begin() {
    if (run && iterations() && !run.marks.length) past = [...past.filter(({ name }) => name !== run.name), run].slice(-KEPT);
    state.reset();
    stepper = null;
    run = { name: title(), kind: now.algorithm, frozen: [], costs: [state.cost], psnrs: [state.psnr], marks: [] };
  }
  function advance() {
    stepper ??= SOLVERS[now.algorithm](state, { step: now.step, restart: now.restart });
    stepper.next();
    run.costs.push(state.cost);
    run.psnrs.push(state.psnr);
    if (state.cost < lowest.cost) lowest.cost = state.cost;
    if (!(state.cost <= 1e6 * run.costs[0]) || iterations() >= LONGEST) pause(); // it diverges, or runs too long
  }

  // The problem has changed during the run, which continues from its iterate. Curves of other problems are removed.
  function change(problem, all = false) {
    stepper = null;
    if (problem) {
      run.frozen = gaps(run).slice(0, iterations()); // they were computed with the minimum of the previous problem
      state.pose(terms(all));
      past = [];
      lowest = new Lowest(state);
      run.costs[iterations()] = state.cost;
    }
    if (!iterations()) Object.assign(run, { name: title(), kind: now.algorithm });
    else if (run.marks.at(-1) !== iterations()) run.marks.push(iterations());
    soon();
  }

  const gaps = ({ frozen, costs }) => [...frozen, ...costs.slice(frozen.length).map((cost) => Math.log10(Math.max(1e-9, cost / lowest.cost - 1)))];

  function draw() {
    const { image, zeroFilled, reference, peak, mask, z, lambda, fraction } = state, zero = chosen("image") === "zero";
    const shown = zero ? zeroFilled : image, errors = chosen("map") === "error", grey = 255 / peak, top = lambda / fraction;
    for (let i = 0; i < size; i++) {
      m.pixels[i] = (mask[i] ? WARM : COLD)[levels[i]];
      x.pixels[i] = GREYS[Math.min(255, grey * shown[i]) | 0];
      if (errors) e.pixels[i] = GREYS[Math.min(255, SOLVER_GAIN * grey * Math.abs(shown[i] - reference[i])) | 0];
      else {
        const r = z[i], q = z[i + size], v = Math.sqrt(r * r + q * q);
        e.pixels[i] = v ? WARM[Math.min(255, Math.max(0, 255 * (1 + Math.log10(v / top) / 4))) | 0] : COLD[0];
      }
    }
    for (const picture of [x, e, m]) picture.show();
    const runs = [...past, run], from = state.psnrOf(zeroFilled);
    gapChart.draw(runs.map((each) => ({ kind: each.kind, values: iterations() ? gaps(each) : [] })), GAPS, run.marks);
    const psnrs = runs.map(({ kind, psnrs: [, ...values] }) => ({ kind, values: [NaN, ...values] })); // the first is that of a black image
    psnrChart.draw(psnrs, axisAround([from, from + 4, ...psnrs.flatMap(({ values }) => values)]), run.marks, [from]);
    for (const [name, text] of Object.entries(words())) named(name).textContent = text;
    find(".w-legend").replaceChildren(...runs.map(({ kind, marks, name }) => {
      const item = document.createElement("li");
      item.className = `w-key-${kind}`;
      item.textContent = marks.length ? `${name}, then changed` : name;
      return item;
    }));
  }
  function words() {
    const { cost, count, mask, zeroFilled } = state, percent = (n) => `${((100 * n) / size).toFixed(n < 0.0995 * size ? 1 : 0)} %`;
    const samples = mask.reduce((a, b) => a + b, 0), db = chosen("image") === "zero" ? state.psnrOf(zeroFilled) : state.psnr;
    return { count: `${iterations()}`, cost: Number.isFinite(cost) ? cost.toPrecision(4) : "∞", psnr: db > 90 ? "exact" : `${db.toFixed(1)} dB`, alive: percent(count),
      share: `Mask: ${percent(samples)}, ${samples ? (size / samples).toFixed(1) : "–"}×` };
  }

  function say() {
    const { count, cost, psnr, alive, share } = words(), zero = chosen("image") === "zero";
    const numbers = `${run.name}, ${count} iterations: cost ${cost}, ${alive} of the coefficients not zero, PSNR ${zero ? "of the zero-filled image " : ""}${psnr}`;
    const [first, second, third] = canvases;
    first.setAttribute("aria-label", zero ? "Zero-filled image" : `Image after ${count} iterations`);
    second.setAttribute("aria-label", chosen("map") === "error" ? `Its error, times ${SOLVER_GAIN}` : "Wavelet coefficients, log scale, zeros dark");
    third.setAttribute("aria-label", `${share}, over k-space`);
    const gap = lowest.cost < Infinity ? `${(100 * (state.cost / lowest.cost - 1)).toPrecision(2)} %` : "not known yet";
    named("gaps").setAttribute("aria-label", `Cost above the minimum over ${count} iterations, now ${gap}`);
    named("psnrs").setAttribute("aria-label", `PSNR over ${count} iterations, from ${run.psnrs[0].toFixed(1)} to ${state.psnr.toFixed(1)} dB`);
    find("[role=status]").textContent = numbers;
  }
  let telling = false; // ignore changes that we make ourselves
  const tell = debounced(250, () => {
    if (!playing) say(); // no announcements while it runs
    telling = true;
    for (const name of SHARED) model.set(name, now[name]);
    const packed = packBits(state.mask);
    if (!sameBytes(packed, model.get("mask"))) model.set("mask", packed);
    telling = false;
    model.save_changes();
  });

  let frame = 0;
  const soon = () => { frame ||= requestAnimationFrame(tick); };
  function tick(time) {
    frame = 0;
    const box = el.getBoundingClientRect(), visible = box.bottom > 0 && box.top < innerHeight; // if not visible, it waits
    if (playing && visible) {
      due = Math.min(due + ((time - last) / 1000) * named("pace").value, 60);
      for (const start = performance.now(); due >= 1 && playing && performance.now() - start < 20; due--) advance();
      if (due >= 1) due = 0; // the computer is too slow for this speed
    }
    last = time;
    const seeking = iterations() && lowest.left > 0;
    if (seeking && visible) lowest.seek(6);
    draw();
    if ((playing || seeking) && el.isConnected) soon();
  }
  const pause = () => { playing = false; named("run").textContent = "Run"; tell(); };
  const iterate = () => choose("image", "iterate");
  named("run").addEventListener("click", () => {
    if (playing) return pause();
    playing = true;
    [due, last] = [1, performance.now()];
    named("run").textContent = "Pause";
    iterate();
    soon();
  });
  named("once").addEventListener("click", () => { pause(); iterate(); advance(); soon(); });
  named("again").addEventListener("click", () => { if (!playing) choose("image", "zero"); begin(); soon(); tell(); });

  const radios = (name, call) => el.querySelectorAll(`[name="${id}-${name}"]`).forEach((input) => input.addEventListener("change", call));
  const labels = () => {
    named("fraction").nextElementSibling.textContent = now.fraction < 1e-3 ? now.fraction.toExponential(1) : now.fraction.toPrecision(2);
    named("step").nextElementSibling.textContent = now.step.toFixed(1);
    named("pace").nextElementSibling.textContent = `${named("pace").value} / s`;
    named("r").nextElementSibling.textContent = `${(+named("r").value).toFixed(1)}×`;
    named("restart").disabled = now.algorithm === "ista";
  };
  const set = (name, value, problem = false) => { now[name] = value; labels(); change(problem, name === "wavelet"); tell(); };
  for (const name of ["image", "map"]) radios(name, () => { soon(); tell(); });
  radios("algorithm", () => set("algorithm", chosen("algorithm")));
  radios("wavelet", () => set("wavelet", chosen("wavelet"), true));
  named("restart").addEventListener("change", (event) => set("restart", event.target.checked));
  named("fraction").addEventListener("input", (event) => set("fraction", 10 ** event.target.value, true));
  named("step").addEventListener("input", (event) => set("step", +event.target.value));
  named("pace").addEventListener("input", labels);

  function design() {
    const kind = chosen("design");
    designs.draw(kind, +named("r").value, state.mask);
    named("redraw").disabled = !["lines", "points", "radial"].includes(kind);
    labels();
    change(true);
    tell();
  }
  radios("design", design);
  named("r").addEventListener("input", () => { if (!chosen("design")) choose("design", "points"); design(); });
  named("redraw").addEventListener("click", () => { designs.seed++; design(); });

  function controls() {
    for (const name of ["algorithm", "wavelet"]) choose(name, now[name]);
    named("fraction").value = Math.log10(now.fraction);
    named("step").value = now.step;
    named("restart").checked = now.restart;
    labels();
  }
  function fromKernel() {
    const other = !sameBytes(packBits(state.mask), model.get("mask"));
    if (telling || (!other && SHARED.every((name) => now[name] === model.get(name)))) return;
    unpackBits(model.get("mask"), state.mask);
    for (const name of SHARED) now[name] = model.get(name);
    if (other && chosen("design")) find(`[name="${id}-design"]:checked`).checked = false;
    controls();
    change(true, true);
    tell();
  }
  const heard = [...SHARED, "mask"].map((name) => `change:${name}`);
  for (const event of heard) model.on(event, fromKernel);
  unpackBits(model.get("mask"), state.mask);
  state.pose(terms(true));
  lowest = new Lowest(state);
  controls();
  begin();
  draw();
  say();
  keepKeys(el);
  Object.assign(find(".w-solver"), { state, advance, draw, sought: () => lowest.left }); // for tests, and for use in the console
  return () => { for (const event of heard) model.off(event, fromKernel); playing = false; cancelAnimationFrame(frame); };
}

export default { render };
