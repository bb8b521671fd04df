// The diagram of a pulse sequence with a cursor, the path of k that it walks, and the image from the lines so far.
const SIDE = 640,
  SPAN = 1.12; // pixels of the picture of k-space, and the cycles per pixel that it shows
const SCAN_SECONDS = 96; // duration of the whole scan at speed 1×
const WALK_INK = { ahead: "#9fb4c999", walked: "#ffb000", axis: "#9fb4c955", dot: "#ffffff" };
const ROWS = ["RF", "Gy", "Gx", "ADC"];

function template(id, { width, height }) {
  const row = (name) => `<span class="w-name" aria-hidden="true">${name}</span>
    <svg data-name="${name}" preserveAspectRatio="none" aria-hidden="true">
    <path class="w-ladder"/><path class="w-zero"/><path class="w-wave"/><path class="w-done"/></svg>`;
  const canvas = (name, w, h, caption) => `<figure><canvas class="w-${name}" width="${w}" height="${h}" role="img">
    </canvas><figcaption data-name="${caption}"></figcaption></figure>`;
  const echoes = { gradient: "Gradient echo", spin: "Spin echo" };
  return `<div class="mrilab-w w-sequence" id="${id}" role="group" aria-label="Pulse sequence">
    <figure><div class="w-diagram" role="img">${ROWS.map(row).join("")}
      <span class="w-over"><span class="w-te"></span><span class="w-cursor"></span></span></div>
        <figcaption data-name="now"></figcaption></figure>
    <div class="w-pictures">${canvas("k", SIDE, SIDE, "where")}${canvas("x", width, height, "count")}</div>
    <div class="w-bar">${segments(id, "kind", "Echo", echoes, "gradient")}
      <span class="w-buttons"><button type="button" data-name="play">Play</button></span></div>
    <div class="w-bar">${slider(id, "line", "Line", 1, height, 1, 1)}${slider(id, "time", "Time", 0, 1, 1, 0)}
      ${slider(id, "speed", "Speed", 0, 6, 1, 0)}</div>
    <p class="w-help">Drag over the diagram to move in time; click in k-space to go to a sample.</p>
    <p class="w-hidden" role="status"></p></div>`;
}

// What stands on the screen for the state: the diagram, the path through k-space, and the image
function drawing(el, state, { width, height, dwell, lines }) {
  const find = (selector) => el.querySelector(selector),
    named = (name) => find(`[data-name=${name}]`);
  const kCanvas = find(".w-k"),
    pen = kCanvas.getContext("2d"),
    x = screen(find(".w-x")),
    levels = logLevels(lines.kre, lines.kim);
  const ky = () => (state.line - 1 - height / 2) / height;
  const at = (t) => [ky() * state.walk.kyUnit[t], state.walk.kx[t]];

  const samples = document.createElement("canvas"); // k-space, a pixel a sample
  Object.assign(samples, { width, height });
  const grid = screen(samples);
  const place = (k) => SIDE * (0.5 + k / SPAN);

  function stroke(from, to, colour, thick, dash = []) {
    const { refocusing } = state.walk;
    pen.beginPath();
    for (let t = from; t <= to; t++) {
      const [y, x] = at(t);
      if (t === from || t === refocusing)
        pen.moveTo(place(x), place(y)); // the pulse jumps
      else pen.lineTo(place(x), place(y));
    }
    pen.setLineDash(dash);
    Object.assign(pen, { strokeStyle: colour, lineWidth: thick, lineJoin: "round", lineCap: "round" });
    pen.stroke();
  }
  function jump(colour) {
    // of the 180° pulse, through the centre
    const [[y0, x0], [y1, x1]] = [at(state.walk.refocusing - 1), at(state.walk.refocusing)];
    pen.beginPath();
    pen.moveTo(place(x0), place(y0));
    pen.lineTo(place(x1), place(y1));
    pen.setLineDash([10, 12]);
    Object.assign(pen, { strokeStyle: colour, lineWidth: 4 });
    pen.stroke();
  }
  function drawK() {
    const { walk, time } = state,
      { excitation, refocusing, end } = walk;
    for (let i = 0; i < levels.length; i++)
      grid.pixels[i] = (i < state.count ? WARM : COLD)[i < state.count ? levels[i] : 0];
    grid.show();
    pen.clearRect(0, 0, SIDE, SIDE);
    pen.imageSmoothingEnabled = false;
    pen.drawImage(samples, place(-0.5 - 0.5 / width), place(-0.5 - 0.5 / height), SIDE / SPAN, SIDE / SPAN);
    pen.setLineDash([]);
    pen.beginPath();
    pen.moveTo(0, SIDE / 2);
    pen.lineTo(SIDE, SIDE / 2);
    pen.moveTo(SIDE / 2, 0);
    pen.lineTo(SIDE / 2, SIDE);
    Object.assign(pen, { strokeStyle: WALK_INK.axis, lineWidth: 1.5 });
    pen.stroke();
    const letter = (13 * SIDE) / (kCanvas.clientWidth || SIDE); // 13 pixels of the screen
    Object.assign(pen, { fillStyle: "#ffffff", font: `${letter}px sans-serif` });
    pen.fillText("kx", SIDE - 1.4 * letter, SIDE / 2 - letter / 2);
    pen.fillText("ky", SIDE / 2 + letter / 2, SIDE - letter / 2);
    stroke(excitation, end, WALK_INK.ahead, 3, [2, 7]);
    if (time > excitation) stroke(excitation, time, WALK_INK.walked, 5);
    if (refocusing > 0) jump(time >= refocusing ? WALK_INK.walked : WALK_INK.ahead);
    const [y, x] = at(time);
    pen.beginPath();
    pen.arc(place(x), place(y), 10, 0, 7);
    pen.fillStyle = WALK_INK.dot;
    if (time >= excitation) pen.fill();
  }

  function drawImage() {
    lines.update(state.count);
    const gain = 255 / lines.peak;
    for (let i = 0; i < lines.size; i++) x.pixels[i] = GREYS[Math.min(255, gain * lines.image[i]) | 0];
    x.show();
  }

  // The diagram: each row is an SVG of its own, `end` wide and 1 high.
  const joined = (points) => `M${points.map(([t, v]) => `${t} ${v.toFixed(5)}`).join("L")}`;
  const largest = (wave) => wave.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  function drawRow(name, wave, top, ladder = "") {
    const svg = named(name),
      up = (v) => (1 - v / top) / 2;
    svg.setAttribute("viewBox", `0 0 ${state.walk.end} 1`);
    svg.querySelector(".w-zero").setAttribute("d", `M0 0.5H${state.walk.end}`);
    svg.querySelector(".w-wave").setAttribute("d", joined(Array.from(wave, (v, t) => [t, up(v)])));
    svg
      .querySelector(".w-ladder")
      .setAttribute("d", ladder && ladder.map((one) => joined(Array.from(one, (v, t) => [t, up(v)]))).join(""));
  }
  function pulses() {
    // drawn as sinc functions, the 180° pulse twice as high
    const { excitation, refocusing, end } = state.walk,
      sinc = (u) => (u ? Math.sin(Math.PI * u) / (Math.PI * u) : 1);
    return Array.from({ length: end + 1 }, (_, t) =>
      [
        [excitation, 0.5],
        [refocusing, 1],
      ].reduce((sum, [centre, height]) => {
        const u = (3 * (t - centre)) / excitation; // half of a pulse is as long as the time before its centre
        return sum + (centre > 0 && Math.abs(u) <= 3 ? height * sinc(u) : 0);
      }, 0),
    );
  }
  function drawDiagram() {
    const { walk } = state,
      { gx, gy, end, first, excitation, echo } = walk,
      times = (f) => gy.map((v) => f * v);
    const top = 1.15 * Math.max(largest(gx), largest(gy) / 2);
    drawRow("RF", pulses(), 1.15);
    drawRow("Gx", gx, top);
    drawRow(
      "Gy",
      times(ky()),
      top,
      [-4, -3, -2, -1, 1, 2, 3, 4].map((step) => times(step / 8)),
    );
    const adc = named("ADC"),
      read = state.count - (state.line - 1) * width,
      level = (j) => 0.92 - 0.84 * (levels[(state.line - 1) * width + j] / 255);
    adc.setAttribute("viewBox", `0 0 ${end} 1`);
    adc.querySelector(".w-zero").setAttribute("d", `M${first} 0.04H${first + width}V0.96H${first}Z`);
    adc
      .querySelector(".w-done")
      .setAttribute(
        "d",
        read
          ? `M${first} 0.94${Array.from({ length: read }, (_, j) => `L${first + j} ${level(j).toFixed(3)}`).join("")}` +
              `L${first + read - 1} 0.94Z`
          : "",
      );
    const share = (t) => `${(100 * t) / end}%`;
    find(".w-te").style.cssText = `left:${share(excitation)};width:${share(echo - excitation)}`;
    find(".w-te").textContent = `TE ${milliseconds(echo - excitation)} ms`;
    find(".w-cursor").style.left = share(state.time);
  }
  const milliseconds = (steps) => (1e3 * dwell * steps).toFixed(2);
  const signed = (v) => `${v < -0.05 ? "−" : ""}${Math.abs(v).toFixed(1)}`;

  function draw() {
    const { walk, line, time } = state;
    state.count = (line - 1) * width + walk.taken(time);
    drawK();
    drawImage();
    drawDiagram();
    named("now").textContent =
      `${milliseconds(time)} ms: Gy ${signed(ky() * walk.gy[time])}, Gx ${signed(walk.gx[time])} mT/m`;
    named("where").textContent = `k-space, line ${line} of ${height}`;
    named("count").textContent = `Image from ${state.count} of ${height * width} samples`;
    Object.assign(named("line"), { value: line });
    Object.assign(named("time"), { value: time });
    named("line").nextElementSibling.textContent = line;
    named("time").nextElementSibling.textContent = milliseconds(time);
    named("speed").nextElementSibling.textContent = `${2 ** named("speed").value}×`;
    named("time").setAttribute("aria-valuetext", `${milliseconds(time)} ms`);
  }

  function say() {
    const [y, x] = at(state.time),
      here = `ky = ${signed(height * y)}, kx = ${signed(width * x)} cycles per field of view`;
    const words =
      `${find("[data-name=kind] :checked").nextElementSibling.textContent}, line ${state.line} of ${height}, ` +
      `${named("now").textContent}; ${here}`;
    find(".w-diagram").setAttribute("aria-label", `Pulse diagram: ${words}`);
    kCanvas.setAttribute("aria-label", `Path through k-space: ${here}`);
    find(".w-x").setAttribute("aria-label", named("count").textContent);
    find("[role=status]").textContent = `${words}. ${named("count").textContent}`;
  }
  return { draw, say };
}

function render({ model, el }) {
  const [height, width] = model.get("shape"),
    dwell = model.get("dwell"),
    lines = new LinesSoFar(height, width, int16Planes(model.get("pixels")), model.get("scale"));
  const walks = Object.fromEntries(
    Object.entries(model.get("diagrams")).map(([kind, diagram]) => [kind, new Walk(diagram)]),
  );
  const state = { kind: "gradient", walk: walks.gradient, line: 1, time: 0, image: lines.image, count: 0 };
  el.innerHTML = template(widgetId(), { width, height });
  const { draw, say } = drawing(el, state, { width, height, dwell, lines }),
    find = (selector) => el.querySelector(selector),
    named = (name) => find(`[data-name=${name}]`),
    number = (name) => +named(name).value,
    radios = [...el.querySelectorAll("[data-name=kind] input")];

  let telling = false; // ignore changes that we make ourselves
  const tell = debounced(250, () => {
    say();
    telling = true;
    for (const name of ["kind", "line", "time"]) model.set(name, state[name]);
    telling = false;
    model.save_changes();
  });

  const redraw = inNextFrame(() => {
    draw();
    tell();
  });
  function move(line, time) {
    state.line = Math.min(height, Math.max(1, line));
    state.time = Math.min(state.walk.end, Math.max(0, Math.round(time)));
    redraw();
  }
  function choose(kind) {
    // at the same place: before the readout in proportion, then at the same sample
    const before = state.walk,
      walk = walks[kind],
      { time } = state;
    Object.assign(state, { kind, walk });
    named("time").max = walk.end;
    radios.find((input) => input.value === kind).checked = true;
    move(state.line, time < before.first ? (time * walk.first) / before.first : time - before.first + walk.first);
  }

  // A clock in steps. With reduced motion, whole lines appear at once.
  let clock = 0;
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const one = () => state.walk.end + 1; // steps of a line
  const begin = () => {
    const over = state.line === height && state.time === state.walk.end;
    clock = over ? 0 : (state.line - 1) * one() + state.time;
  };
  const pause = playback(named("play"), begin, (seconds) => {
    const all = height * one();
    clock = Math.min(all - 1, clock + seconds * (all / SCAN_SECONDS) * 2 ** number("speed"));
    const line = Math.floor(clock / one());
    move(line + 1, still.matches ? state.walk.end : clock - line * one());
    return clock >= all - 1;
  });
  for (const name of ["line", "time"])
    named(name).addEventListener("input", () => {
      pause();
      move(number("line"), number("time"));
    });
  named("speed").addEventListener("input", redraw);
  radios.forEach((input) =>
    input.addEventListener("change", () => {
      pause();
      choose(input.value);
    }),
  );

  const drag = (target, go) =>
    dragged(target, (...at) => {
      pause();
      go(...at);
    });
  drag(find(".w-over"), (across) => move(state.line, across * state.walk.end));
  drag(find(".w-k"), (across, down) => {
    const sample = (share, n) => Math.min(n - 1, Math.max(0, Math.round(n * (0.5 + SPAN * (share - 0.5)))));
    move(sample(down, height) + 1, state.walk.first + sample(across, width));
  });

  const fromKernel = () => {
    if (telling) return;
    choose(model.get("kind"));
    state.line = model.get("line");
    state.time = model.get("time");
    draw();
    tell();
  };
  for (const name of ["kind", "line", "time"]) model.on(`change:${name}`, fromKernel);
  fromKernel();
  say();
  keepKeys(el);
  Object.assign(find(".w-sequence"), { state, draw }); // for tests, and for use in the console
  return () => {
    for (const name of ["kind", "line", "time"]) model.off(`change:${name}`, fromKernel);
    pause();
    redraw.stop();
  };
}

export default { render };
