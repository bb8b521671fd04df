// Watch ISTA, FISTA and POGM solve a sparse problem, and change the problem while they run.
const SOLVER_GAIN = 5; // gain of the error map
const DECADES = [-5, -4, -3, -2, -1, 0, 1]; // decades of the axis of the gap
const GAPS = { low: -5.3, high: 1.3, labels: DECADES.map((d) => [d, d < -1 ? `10<sup>${d}</sup>` : `${10 ** d}`]) };
const SHARED = ["algorithm", "wavelet", "fraction", "step", "restart"]; // synchronised with the kernel

function template(id, { width, height, wavelets }) {
  const canvas = (inside) => `<figure><canvas width="${width}" height="${height}" role="img"></canvas>
    <figcaption>${inside}</figcaption></figure>`;
  const chart = (name, title) =>
    `<figure><div class="w-chart" role="img" data-name="${name}"></div><figcaption>${title}</figcaption></figure>`;
  const number = (name, title) => `<div><dt>${title}</dt><dd data-name="${name}"></dd></div>`;
  const images = segments(id, "image", "Show", { iterate: "Iterate", zero: "Zero-filled" }, "zero"),
    maps = segments(id, "map", "Show", { error: `Error ×${SOLVER_GAIN}`, coefficients: "Coefficients" }, "error");
  return `<div class="mrilab-w w-solver" id="${id}" role="group" aria-label="Live sparse solver">
    <div class="w-stage"><div class="w-pictures">${canvas(images)}${canvas(maps)}</div>
    <div class="w-side">${canvas('<span data-name="share"></span>')}
    <dl>${number("count", "Iterations")}${number("cost", "Cost")}${number("psnr", "PSNR")}
      ${number("alive", "Not zero")}</dl></div></div>
    <div class="w-bar"><span class="w-buttons"><button type="button" data-name="run" class="w-main">Run</button>
      <button type="button" data-name="once">One step</button>
        <button type="button" data-name="again">Start again</button></span>
      ${segments(id, "algorithm", "Solver", TITLES)}
      <label class="w-check"><input type="checkbox" data-name="restart"> Restart</label></div>
    <div class="w-charts">${chart("gaps", "Cost above the minimum, (F − F*) / F*")}
      ${chart("psnrs", "PSNR (dB), dashed: zero-filled")}</div><ul class="w-legend"></ul>
    <div class="w-bar">${slider(id, "fraction", "λ / λ<sub>max</sub>", -5, 0, 0.05, -3)}
      ${segments(id, "wavelet", "Wavelet", wavelets)}</div>
    <div class="w-bar">${segments(id, "design", "Mask", DESIGN_NAMES)}
      <span class="w-buttons"><button type="button" data-name="redraw" disabled>Draw again</button></span></div>
    <div class="w-bar">${slider(id, "r", "R", 1, 16, 0.5, 4)}${slider(id, "step", "Step × L", 0.1, 2.2, 0.1, 1)}
      ${slider(id, "pace", "Pace", 1, 60, 1, 20)}</div>
    <p class="w-hidden" role="status"></p></div>`;
}

// What stands on the screen: pictures of the iterate, numbers, and curves of all runs
function drawing(el, state, record) {
  const find = (selector) => el.querySelector(selector),
    named = (name) => find(`[data-name=${name}]`),
    chosen = (name) => named(name).querySelector(":checked").value;
  const canvases = [...el.querySelectorAll("canvas")],
    [x, e, m] = canvases.map(screen),
    gapChart = new Chart(named("gaps")),
    psnrChart = new Chart(named("psnrs")),
    levels = logLevels(...state.planes(state.y));
  const showsZero = () => chosen("image") === "zero",
    showsErrors = () => chosen("map") === "error";

  function draw() {
    drawPictures();
    drawCharts();
    for (const [name, text] of Object.entries(words())) named(name).textContent = text;
  }

  function drawPictures() {
    const { image, zeroFilled, reference, peak, mask, z, lambda, fraction, size } = state,
      shown = showsZero() ? zeroFilled : image,
      errors = showsErrors(),
      grey = 255 / peak,
      top = lambda / fraction;
    for (let i = 0; i < size; i++) {
      m.pixels[i] = (mask[i] ? WARM : COLD)[levels[i]];
      x.pixels[i] = GREYS[Math.min(255, grey * shown[i]) | 0];
      if (errors) e.pixels[i] = GREYS[Math.min(255, SOLVER_GAIN * grey * Math.abs(shown[i] - reference[i])) | 0];
      else {
        const r = z[i],
          q = z[i + size],
          v = Math.sqrt(r * r + q * q);
        e.pixels[i] = v ? WARM[Math.min(255, Math.max(0, 255 * (1 + Math.log10(v / top) / 4))) | 0] : COLD[0];
      }
    }
    for (const picture of [x, e, m]) picture.show();
  }

  function drawCharts() {
    const { run, past, iterations } = record,
      runs = [...past, run],
      from = state.psnrOf(state.zeroFilled);
    const gaps = runs.map((one) => ({ kind: one.kind, values: iterations ? record.gaps(one) : [] }));
    gapChart.draw(gaps, GAPS, run.marks);
    // the first is that of a black image
    const psnrs = runs.map(({ kind, psnrs: [, ...values] }) => ({ kind, values: [NaN, ...values] }));
    psnrChart.draw(psnrs, axisAround([from, from + 4, ...psnrs.flatMap(({ values }) => values)]), run.marks, [from]);
    const entry = ({ kind, marks, name }) =>
      Object.assign(document.createElement("li"), {
        className: `w-key-${kind}`,
        textContent: marks.length ? `${name}, then changed` : name,
      });
    find(".w-legend").replaceChildren(...runs.map(entry));
  }

  function words() {
    const { cost, count, mask, zeroFilled, size } = state,
      percent = (n) => `${((100 * n) / size).toFixed(n < 0.0995 * size ? 1 : 0)} %`,
      samples = mask.reduce((a, b) => a + b, 0),
      db = showsZero() ? state.psnrOf(zeroFilled) : state.psnr;
    return {
      count: `${record.iterations}`,
      cost: Number.isFinite(cost) ? cost.toPrecision(4) : "∞",
      psnr: db > 90 ? "exact" : `${db.toFixed(1)} dB`,
      alive: percent(count),
      share: `Mask: ${percent(samples)}, ${samples ? (size / samples).toFixed(1) : "–"}×`,
    };
  }

  function say() {
    const { count, cost, psnr, alive, share } = words(),
      { run, lowest } = record;
    const gap = lowest.cost < Infinity ? `${(100 * (state.cost / lowest.cost - 1)).toPrecision(2)} %` : "not known yet";
    const labels = [
      showsZero() ? "Zero-filled image" : `Image after ${count} iterations`,
      showsErrors() ? `Its error, times ${SOLVER_GAIN}` : "Wavelet coefficients, log scale, zeros dark",
      `${share}, over k-space`,
      `Cost above the minimum over ${count} iterations, now ${gap}`,
      `PSNR over ${count} iterations, from ${run.psnrs[0].toFixed(1)} to ${state.psnr.toFixed(1)} dB`,
    ];
    [...canvases, named("gaps"), named("psnrs")].forEach((part, n) => part.setAttribute("aria-label", labels[n]));
    find("[role=status]").textContent =
      `${run.name}, ${count} iterations: cost ${cost}, ${alive} of the coefficients not zero, ` +
      `PSNR ${showsZero() ? "of the zero-filled image " : ""}${psnr}`;
  }
  return { draw, say };
}

function render({ model, el }) {
  const [height, width] = model.get("shape"),
    [filters, level, peak, pixels, scale] = ["filters", "level", "peak", "pixels", "scale"].map((name) =>
      model.get(name),
    ),
    truth = new Uint16Array(int16Planes(model.get("truth")).buffer),
    reference = Float32Array.from(truth, (v) => (v * peak) / 65535),
    state = new SparseProblem(height, width, int16Planes(pixels), scale, reference),
    designs = new Designs(height, width);
  unpackBits(model.get("mask"), state.mask);
  // the sliders show these values, rounded to their steps
  const now = Object.fromEntries(SHARED.map((name) => [name, model.get(name)])),
    record = new Record(state, filters, level, now);
  const wavelets = Object.fromEntries(Object.keys(filters).map((name) => [name, name]));
  el.innerHTML = template(widgetId(), { width, height, wavelets });
  const { draw, say } = drawing(el, state, record),
    find = (selector) => el.querySelector(selector),
    named = (name) => find(`[data-name=${name}]`),
    chosen = (name) => named(name).querySelector(":checked")?.value;
  const choose = (name, value) => {
    named(name).querySelector(`[value=${value}]`).checked = true;
  };

  let telling = false; // ignore changes that we make ourselves
  const tell = debounced(250, () => {
    if (!clock.playing) say(); // no announcements while it runs
    telling = true;
    for (const name of SHARED) model.set(name, now[name]);
    const packed = packBits(state.mask);
    if (!sameBytes(packed, model.get("mask"))) model.set("mask", packed);
    telling = false;
    model.save_changes();
  });

  const clock = new Clock(el, record, named("pace"), draw, () => {
    named("run").textContent = "Run";
    tell();
  });
  function play(stop) {
    named("run").textContent = "Pause";
    choose("image", "iterate");
    clock.play(stop);
  }
  named("run").addEventListener("click", () => (clock.playing ? clock.pause() : play(LONGEST)));
  named("once").addEventListener("click", () => {
    clock.pause();
    choose("image", "iterate");
    clock.advance();
    clock.soon();
  });
  named("again").addEventListener("click", () => {
    if (!clock.playing) choose("image", "zero");
    record.begin();
    clock.soon();
    tell();
  });

  const labels = () => {
    const { fraction, step } = now,
      text = {
        fraction: fraction < 1e-3 ? fraction.toExponential(1) : fraction.toPrecision(2),
        step: step.toFixed(1),
        pace: `${named("pace").value} / s`,
        r: `${(+named("r").value).toFixed(1)}×`,
      };
    for (const name in text) named(name).nextElementSibling.textContent = text[name];
    named("restart").disabled = now.algorithm === "ista";
  };
  const change = (problem, all) => {
    record.change(problem, all);
    clock.soon();
    labels();
    tell();
  };
  const set = (name, value, problem = false) => {
    now[name] = value;
    change(problem, name === "wavelet");
  };
  for (const name of ["image", "map"])
    named(name).addEventListener("change", () => {
      clock.soon();
      tell();
    });
  named("algorithm").addEventListener("change", () => set("algorithm", chosen("algorithm")));
  named("wavelet").addEventListener("change", () => set("wavelet", chosen("wavelet"), true));
  named("restart").addEventListener("change", (event) => set("restart", event.target.checked));
  named("fraction").addEventListener("input", (event) => set("fraction", 10 ** event.target.value, true));
  named("step").addEventListener("input", (event) => set("step", +event.target.value));
  named("pace").addEventListener("input", labels);

  function design() {
    const kind = chosen("design");
    designs.draw(kind, +named("r").value, state.mask);
    named("redraw").disabled = !["lines", "points", "radial"].includes(kind);
    change(true);
  }
  named("design").addEventListener("change", design);
  named("r").addEventListener("input", () => {
    if (!chosen("design")) choose("design", "points");
    design();
  });
  named("redraw").addEventListener("click", () => {
    designs.seed++;
    design();
  });

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
    if (other && chosen("design")) named("design").querySelector(":checked").checked = false;
    controls();
    change(true, true);
  }
  const heard = [...SHARED, "mask"].map((name) => `change:${name}`);
  for (const event of heard) model.on(event, fromKernel);
  controls();
  draw();
  say();
  keepKeys(el);
  // It runs a few iterations by itself when it first comes into view.
  const opening = model.get("iterations");
  const seen = new IntersectionObserver((places) => {
    if (!places.some((place) => place.isIntersecting)) return;
    seen.disconnect();
    if (opening && !clock.playing && !record.iterations) play(opening);
  });
  seen.observe(find("canvas"));
  // for tests, and for use in the console
  Object.assign(find(".w-solver"), { state, advance: () => clock.advance(), draw, sought: () => record.lowest.left });
  return () => {
    for (const event of heard) model.off(event, fromKernel);
    seen.disconnect();
    clock.playing = false;
    cancelAnimationFrame(clock.frame);
  };
}

export default { render };
