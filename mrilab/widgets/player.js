// Play the shots of a trajectory, beside their gradients and the image so far.
const SIZE = 640; // pixels of the picture of k-space, which shows [-0.52, 0.52]²
const SECONDS = 32; // duration of all shots of a trajectory at speed 1×
const INK = { ahead: "#7d93ab55", played: "#d9c9a8", now: "#ffb000", over: "#ff5a4d", dot: "#ffffff" };
const UNITS = ["mT/m", "T/m/s"],
  WAVES = ["gradient", "slew"];

function template(id, { width, height, scans }) {
  const legend = `<span class="w-legend"><b class="w-x">Gx</b> <b class="w-y">Gy</b> <b class="w-size">|G|</b></span>`,
    path = (line) => `<path class="w-${line}"/>`;
  const plot = (name, lines, more = "") => `<figure><div class="w-plot" data-name="${name}">
    <svg preserveAspectRatio="none" role="img"><line class="w-limit"/><line class="w-limit"/>
    ${lines.map(path).join("")}</svg><span class="w-cursor"></span>${more}</div><figcaption></figcaption></figure>`;
  const canvas = (name, w, h, caption) => `<figure><canvas class="w-${name}" width="${w}" height="${h}" role="img">
    </canvas><figcaption data-name="${caption}"></figcaption></figure>`;
  const choice = segments(id, "choice", "Trajectory", scans, "0");
  return `<div class="mrilab-w w-player" id="${id}" role="group" aria-label="Trajectory player">
    ${scans.length > 1 ? `<div class="w-bar">${choice}</div>` : ""}
    <div class="w-pictures">${canvas("k", SIZE, SIZE, "where")}${canvas("x", width, height, "quality")}</div>
    <div class="w-plots">${plot("gradient", ["size", "y", "x"], legend)}${plot("slew", ["size"])}</div>
    <div class="w-bar"><span class="w-buttons"><button type="button" data-name="play">Play</button></span>
      ${slider(id, "shot", "Shot", 1, 2, 1, 1)}${slider(id, "time", "Time", 0, 1, 1, 0)}
      ${slider(id, "speed", "Speed", 0, 4, 1, 1)}</div>
    <p class="w-help">Drag along the path or over a waveform to move in time; click on another shot to take it. Red:
      beyond a limit of the hardware.</p>
    <p class="w-hidden" role="status"></p></div>`;
}

// What is played: `played` counts samples, which are the time of the scan.
class Playing {
  constructor(scan) {
    Object.assign(this, { scan, played: 0, image: null, psnr: NaN });
  }

  get all() {
    return this.scan.shots * this.scan.samples;
  }

  get shot() {
    return Math.ceil(this.played / this.scan.samples) - 1;
  }

  get time() {
    return (this.played - 1) % this.scan.samples;
  }
}

const place = (k) => SIZE * (0.5 + k / 1.04); // in the picture of k-space

// The path through k-space: shots that are done, the one that runs, and those to come
class Path {
  constructor(canvas) {
    this.pen = canvas.getContext("2d");
    const layer = document.createElement("canvas"); // shots that are done, and those to come
    layer.width = layer.height = SIZE;
    Object.assign(this, { layer, under: layer.getContext("2d"), layered: "" });
  }

  draw(state) {
    const { pen } = this,
      { scan, played, shot } = state,
      { k, samples, over } = scan,
      from = shot * samples;
    if (this.layered !== `${scan.name} ${shot}`) this.drawLayer(scan, shot);
    pen.clearRect(0, 0, SIZE, SIZE);
    pen.drawImage(this.layer, 0, 0);
    stroke(pen, k, from, from + samples, INK.ahead, 3);
    stroke(pen, k, from, played, INK.now, 4);
    stroke(pen, k, from, from + samples, INK.over, 5, over);
    pen.beginPath();
    pen.arc(place(k[2 * played - 1]), place(k[2 * played - 2]), 9, 0, 7);
    pen.fillStyle = INK.dot;
    pen.fill();
  }

  drawLayer({ k, samples, shots, name }, shot) {
    this.under.clearRect(0, 0, SIZE, SIZE);
    for (let s = 0; s < shots; s++)
      stroke(this.under, k, s * samples, (s + 1) * samples, s < shot ? INK.played : INK.ahead, 1.5);
    this.layered = `${name} ${shot}`;
  }
}

function stroke(pen, k, from, to, colour, thick, only) {
  pen.beginPath();
  for (let j = from; j < to; j++) {
    if (j > from && (!only || only[j])) pen.lineTo(place(k[2 * j + 1]), place(k[2 * j]));
    else pen.moveTo(place(k[2 * j + 1]), place(k[2 * j]));
  }
  Object.assign(pen, { strokeStyle: colour, lineWidth: thick, lineJoin: "round" });
  pen.stroke();
}

// What stands on the screen for the state: path, image, waveforms and words
function drawing(el, state, { limits, dwell, peak, levels }) {
  const find = (selector) => el.querySelector(selector),
    named = (name) => find(`[data-name=${name}]`),
    x = screen(find(".w-x")),
    path = new Path(find(".w-k"));

  function drawImage() {
    const image = (state.image = state.scan.image(state.played)),
      gain = 255 / peak;
    let error = 0;
    for (let i = 0; i < image.length; i++) {
      const v = image[i];
      x.pixels[i] = GREYS[Math.min(255, gain * v) | 0];
      if (levels.length) error += (v - (levels[i] * peak) / 65535) ** 2;
    }
    x.show();
    state.psnr = levels.length ? 10 * Math.log10((peak * peak * image.length) / error) : NaN;
  }

  let plotted = "";
  function drawPlots() {
    const { scan, shot, time } = state,
      key = `${scan.name} ${shot}`;
    WAVES.forEach((which, n) => {
      if (plotted !== key) drawPlot(which, n);
      find(`[data-name=${which}] .w-cursor`).style.left = `${(100 * time) / (scan.samples - 1)}%`;
      find(`[data-name=${which}] + figcaption`).textContent = waveWords(which, n);
    });
    plotted = key;
  }
  function drawPlot(which, n) {
    const svg = find(`[data-name=${which}] svg`),
      wave = state.scan[which],
      last = state.scan.samples - 1,
      top = 1.1 * Math.max(limits[n], wave.largest),
      low = n ? 0 : -top,
      up = (v) => (top - v) / (top - low);
    svg.setAttribute("viewBox", `0 0 ${last} 1`);
    svg.querySelectorAll("line").forEach((line, i) => {
      const y = up(i ? -limits[n] : limits[n]);
      for (const [name, value] of Object.entries({ x1: 0, x2: last, y1: y, y2: y })) line.setAttribute(name, value);
    });
    for (const part of n ? ["size"] : ["size", "y", "x"]) {
      const at = (_, t) => `${t + (n ? 1 : 0.5)} ${up(wave[part][state.shot * wave.count + t]).toFixed(4)}`;
      svg.querySelector(`.w-${part}`).setAttribute("d", `M${Array.from({ length: wave.count }, at).join("L")}`);
    }
  }
  const waveWords = (which, n) =>
    `${n ? "Slew rate" : "Gradient"} ${state.scan.at(which, state.shot, state.time).size.toFixed(1)} ${UNITS[n]}, ` +
    `largest ${state.scan[which].largest.toFixed(1)}, limit ${limits[n]}`;
  const quality = () => (Number.isFinite(state.psnr) ? `, PSNR ${state.psnr.toFixed(1)} dB` : "");
  const milliseconds = () => (1e3 * dwell * state.time).toFixed(2);

  function draw() {
    const { scan, shot, time } = state;
    path.draw(state);
    drawImage();
    drawPlots();
    named("where").textContent = `k-space, shot ${shot + 1} of ${scan.shots}`;
    named("quality").textContent = `Image so far${quality()}`;
    named("shot").value = shot + 1;
    named("time").value = time;
    named("shot").nextElementSibling.textContent = shot + 1;
    named("time").nextElementSibling.textContent = `${milliseconds()} ms`;
    named("speed").nextElementSibling.textContent = `${2 ** named("speed").value}×`;
    named("time").setAttribute("aria-valuetext", `${milliseconds()} ms`);
  }

  function say() {
    const { scan, played, shot } = state,
      at = `${scan.name}: shot ${shot + 1} of ${scan.shots}, ${milliseconds()} ms into it`,
      words = WAVES.map(waveWords);
    find(".w-k").setAttribute("aria-label", `Path through k-space, ${at}`);
    find(".w-x").setAttribute("aria-label", `Image from ${played} of ${state.all} samples${quality()}`);
    WAVES.forEach((which, n) =>
      find(`[data-name=${which}] svg`).setAttribute("aria-label", `${words[n]}, against time`),
    );
    find("[role=status]").textContent = `${at}${quality()}. ${words.join(". ")}`;
  }
  return { draw, say };
}

function render({ model, el }) {
  const shape = model.get("shape"),
    [height, width] = shape,
    [limits, dwell, peak, unit] = ["limits", "dwell", "peak", "unit"].map((name) => model.get(name)),
    levels = typed(Uint16Array, model.get("reference")),
    scans = model.get("scans").map((scan) => new Scan(scan, shape, unit, dwell, limits)),
    state = new Playing(scans[0]);
  el.innerHTML = template(widgetId(), { width, height, scans: scans.map(() => "") });
  const { draw, say } = drawing(el, state, { limits, dwell, peak, levels }),
    find = (selector) => el.querySelector(selector),
    named = (name) => find(`[data-name=${name}]`),
    number = (name) => +named(name).value,
    radios = [...el.querySelectorAll("[data-name=choice] input")];
  radios.forEach((input, n) => {
    input.value = input.nextElementSibling.textContent = scans[n].name;
  });

  let telling = false; // ignore changes that we make ourselves
  const tell = debounced(250, () => {
    say();
    telling = true;
    model.set("choice", scans.indexOf(state.scan));
    model.set("shot", state.shot + 1);
    telling = false;
    model.save_changes();
  });
  const redraw = inNextFrame(() => {
    draw();
    tell();
  });
  function move(played) {
    state.played = Math.min(state.all, Math.max(1, played));
    redraw();
  }
  function choose(scan) {
    const shots = Math.max(1, Math.round((state.played / state.all) * scan.shots));
    state.scan = scan;
    named("shot").max = scan.shots;
    named("time").max = scan.samples - 1;
    if (radios.length) radios[scans.indexOf(scan)].checked = true;
    move(shots * scan.samples);
  }

  // A clock in samples. With reduced motion, whole shots appear at once.
  let clock = 0;
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const begin = () => {
    clock = state.played >= state.all ? 0 : state.played;
  };
  const pause = playback(named("play"), begin, (seconds) => {
    const { samples } = state.scan;
    clock += seconds * (state.all / SECONDS) * 2 ** number("speed");
    move(still.matches ? Math.max(1, Math.floor(clock / samples)) * samples : Math.floor(clock));
    return clock >= state.all;
  });
  // Whatever the hand moves, it pauses first; `where` gives samples played.
  const byHand =
    (where) =>
    (...at) => {
      pause();
      move(where(...at));
    };
  named("shot").addEventListener(
    "input",
    byHand(() => number("shot") * state.scan.samples),
  );
  named("time").addEventListener(
    "input",
    byHand(() => state.shot * state.scan.samples + number("time") + 1),
  );
  named("speed").addEventListener("input", redraw);
  radios.forEach((input, n) =>
    input.addEventListener("change", () => {
      pause();
      choose(scans[n]);
    }),
  );
  const inShot = (across) => {
    const { samples } = state.scan;
    return state.shot * samples + 1 + Math.min(samples - 1, Math.max(0, Math.round(across * (samples - 1))));
  };
  // The nearest sample: of all shots when the pointer goes down, then of this shot as it moves
  const onPath = (across, down, any) => {
    const { k, samples } = state.scan,
      from = any ? 0 : state.shot * samples,
      to = any ? state.all : from + samples;
    const far = (j) => (place(k[2 * j + 1]) - SIZE * across) ** 2 + (place(k[2 * j]) - SIZE * down) ** 2;
    let nearest = from;
    for (let j = from; j < to; j++) if (far(j) < far(nearest)) nearest = j;
    return nearest + 1;
  };
  el.querySelectorAll(".w-plot").forEach((target) => dragged(target, byHand(inShot)));
  dragged(find(".w-k"), byHand(onPath));

  const fromKernel = () => {
    if (telling) return;
    const scan = scans[model.get("choice")];
    if (scan !== state.scan) choose(scan);
    state.played = model.get("shot") * scan.samples;
    draw();
    tell();
  };
  for (const name of ["choice", "shot"]) model.on(`change:${name}`, fromKernel);
  choose(scans[model.get("choice")]);
  fromKernel();
  say();
  keepKeys(el);
  Object.assign(find(".w-player"), { state, draw }); // for tests, and for use in the console
  return () => {
    for (const name of ["choice", "shot"]) model.off(`change:${name}`, fromKernel);
    pause();
    redraw.stop();
  };
}

export default { render };
