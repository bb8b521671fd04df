// Play the shots of a trajectory, beside their gradients and the image so far.
const SIZE = 640; // pixels of the picture of k-space, which shows [-0.52, 0.52]²
const SECONDS = 32; // duration of all shots of a trajectory at speed 1×
const INK = { ahead: "#7d93ab55", played: "#d9c9a8", now: "#ffb000", over: "#ff5a4d", dot: "#ffffff" };

function render({ model, el }) {
  const shape = model.get("shape"), [height, width] = shape, limits = model.get("limits"), dwell = model.get("dwell"), id = widgetId();
  const peak = model.get("peak"), levels = typed(Uint16Array, model.get("reference"));
  const scans = model.get("scans").map((scan) => new Scan(scan, shape, model.get("unit"), dwell, limits));
  const plot = (name, lines) => `<div class="w-plot" data-name="${name}"><svg preserveAspectRatio="none" role="img"><line class="w-limit"/><line class="w-limit"/>
    ${lines.map((line) => `<path class="w-${line}"/>`).join("")}</svg><span class="w-cursor"></span></div>`;
  el.innerHTML = `<div class="mrilab-w w-player" id="${id}" role="group" aria-label="Trajectory player">
    ${scans.length > 1 ? `<div class="w-bar">${segments(id, "choice", "Trajectory", scans.map(() => ""), "0")}</div>` : ""}
    <div class="w-stage">
    <figure><canvas class="w-k" width="${SIZE}" height="${SIZE}" role="img"></canvas><figcaption data-name="where"></figcaption></figure>
    <figure><canvas class="w-x" width="${width}" height="${height}" role="img"></canvas><figcaption data-name="quality"></figcaption></figure>
    <figure>${plot("gradient", ["size", "y", "x"])}<figcaption></figcaption></figure>
    <figure>${plot("slew", ["size"])}<figcaption></figcaption></figure></div>
    <div class="w-bar"><span class="w-buttons"><button type="button" data-name="play">Play</button></span>
      ${slider(id, "shot", "Shot", 1, 2, 1, 1)}${slider(id, "time", "Time", 0, 1, 1, 0)}${slider(id, "speed", "Speed", 0, 4, 1, 1)}</div>
    <p class="w-help">Drag along the path or over a waveform to move in time; click on another shot to take it. Red: beyond a limit of the hardware.</p>
    <p class="w-hidden" role="status"></p></div>`;
  const find = (selector) => el.querySelector(selector), named = (name) => find(`[data-name=${name}]`), number = (name) => +named(name).value;
  const kCanvas = find(".w-k"), xCanvas = find(".w-x"), x = screen(xCanvas), pen = kCanvas.getContext("2d");
  const radios = [...el.querySelectorAll(`[name="${id}-choice"]`)];
  radios.forEach((input, n) => { input.nextElementSibling.textContent = scans[n].name; });
  named("gradient").insertAdjacentHTML("beforeend", `<span class="w-legend"><b class="w-x">Gx</b> <b class="w-y">Gy</b> <b class="w-size">|G|</b></span>`);
  const state = { scan: scans[0], played: 0, image: null, psnr: NaN }; // `played` counts samples, the time of the scan
  const shot = () => Math.ceil(state.played / state.scan.samples) - 1, time = () => (state.played - 1) % state.scan.samples;

  const layer = document.createElement("canvas"), under = layer.getContext("2d"); // shots that are done, and those to come
  layer.width = layer.height = SIZE;
  let layered = "";
  const place = (value) => SIZE * (0.5 + value / 1.04);
  function stroke(context, from, to, colour, thick, only) {
    const { k } = state.scan;
    context.beginPath();
    for (let j = from; j < to; j++) {
      if (j > from && (!only || only[j])) context.lineTo(place(k[2 * j + 1]), place(k[2 * j]));
      else context.moveTo(place(k[2 * j + 1]), place(k[2 * j]));
    }
    Object.assign(context, { strokeStyle: colour, lineWidth: thick, lineJoin: "round" });
    context.stroke();
  }
  function drawPath() {
    const { scan, played } = state, { k, samples, shots, over } = scan, now = shot(), key = `${scan.name} ${now}`;
    if (layered !== key) {
      under.clearRect(0, 0, SIZE, SIZE);
      for (let s = 0; s < shots; s++) stroke(under, s * samples, (s + 1) * samples, s < now ? INK.played : INK.ahead, 1.5);
      layered = key;
    }
    pen.clearRect(0, 0, SIZE, SIZE);
    pen.drawImage(layer, 0, 0);
    stroke(pen, now * samples, (now + 1) * samples, INK.ahead, 3);
    stroke(pen, now * samples, played, INK.now, 4);
    stroke(pen, now * samples, (now + 1) * samples, INK.over, 5, over);
    pen.beginPath();
    pen.arc(place(k[2 * played - 1]), place(k[2 * played - 2]), 9, 0, 7);
    pen.fillStyle = INK.dot;
    pen.fill();
  }

  function drawImage() {
    const image = (state.image = state.scan.image(state.played)), gain = 255 / peak;
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
    const { scan } = state, now = shot(), key = `${scan.name} ${now}`, last = scan.samples - 1;
    ["gradient", "slew"].forEach((which, n) => {
      const wave = scan[which], top = 1.1 * Math.max(limits[n], wave.largest), low = n ? 0 : -top, start = now * wave.count;
      const up = (v) => (top - v) / (top - low);
      if (plotted !== key) {
        const svg = find(`[data-name=${which}] svg`), lines = svg.querySelectorAll("line");
        svg.setAttribute("viewBox", `0 0 ${last} 1`);
        [limits[n], -limits[n]].forEach((limit, i) => {
          for (const [name, value] of [["x1", 0], ["x2", last], ["y1", up(limit)], ["y2", up(limit)]]) lines[i].setAttribute(name, value);
        });
        for (const part of n ? ["size"] : ["size", "y", "x"]) {
          const line = Array.from({ length: wave.count }, (_, t) => `${t + (n ? 1 : 0.5)} ${up(wave[part][start + t]).toFixed(4)}`);
          svg.querySelector(`.w-${part}`).setAttribute("d", `M${line.join("L")}`);
        }
      }
      find(`[data-name=${which}] .w-cursor`).style.left = `${(100 * time()) / last}%`;
      find(`[data-name=${which}] + figcaption`).textContent = waveWords(which, n);
    });
    plotted = key;
  }
  const UNITS = ["mT/m", "T/m/s"];
  const waveWords = (which, n) => `${n ? "Slew rate" : "Gradient"} ${state.scan.at(which, shot(), time()).size.toFixed(1)} ${UNITS[n]}, `
    + `largest ${state.scan[which].largest.toFixed(1)}, limit ${limits[n]}`;
  const quality = () => (Number.isFinite(state.psnr) ? `, PSNR ${state.psnr.toFixed(1)} dB` : "");
  const milliseconds = (samples) => (1e3 * dwell * samples).toFixed(2);

  function draw() {
    const { scan } = state;
    drawPath();
    drawImage();
    drawPlots();
    named("where").textContent = `k-space, shot ${shot() + 1} of ${scan.shots}`;
    named("quality").textContent = `Image so far${quality()}`;
    named("shot").value = shot() + 1;
    named("time").value = time();
    named("shot").nextElementSibling.textContent = shot() + 1;
    named("time").nextElementSibling.textContent = `${milliseconds(time())} ms`;
    named("speed").nextElementSibling.textContent = `${2 ** number("speed")}×`;
    named("time").setAttribute("aria-valuetext", `${milliseconds(time())} ms`);
    tell();
  }

  function say() {
    const { scan, played } = state, at = `${scan.name}: shot ${shot() + 1} of ${scan.shots}, ${milliseconds(time())} ms into it`;
    kCanvas.setAttribute("aria-label", `Path through k-space, ${at}`);
    xCanvas.setAttribute("aria-label", `Image from ${played} of ${scan.shots * scan.samples} samples${quality()}`);
    const words = ["gradient", "slew"].map(waveWords);
    ["gradient", "slew"].forEach((which, n) => find(`[data-name=${which}] svg`).setAttribute("aria-label", `${words[n]}, against time`));
    find("[role=status]").textContent = `${at}${quality()}. ${words.join(". ")}`;
  }
  let telling = false; // ignore changes that we make ourselves
  const tell = debounced(250, () => {
    say();
    telling = true;
    model.set("choice", scans.indexOf(state.scan));
    model.set("shot", shot() + 1);
    telling = false;
    model.save_changes();
  });

  let frame = 0;
  const redraw = () => { frame ||= requestAnimationFrame(() => { frame = 0; draw(); }); };
  function move(played) {
    state.played = Math.min(state.scan.shots * state.scan.samples, Math.max(1, played));
    redraw();
  }
  function choose(scan) {
    const share = state.played / (state.scan.shots * state.scan.samples), shots = Math.max(1, Math.round(share * scan.shots));
    state.scan = scan;
    named("shot").max = scan.shots;
    named("time").max = scan.samples - 1;
    if (radios.length) radios[scans.indexOf(scan)].checked = true;
    move(shots * scan.samples);
  }

  // Playing: a clock in samples. With reduced motion, whole shots appear at once.
  let playing = 0, clock = 0, before = 0;
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  function step(now) {
    const { shots, samples } = state.scan, all = shots * samples;
    clock += ((now - before) / 1e3) * (all / SECONDS) * 2 ** number("speed");
    before = now;
    move(still.matches ? Math.max(1, Math.floor(clock / samples)) * samples : Math.floor(clock));
    if (clock >= all) pause();
    else playing = requestAnimationFrame(step);
  }
  function play() {
    const all = state.scan.shots * state.scan.samples;
    clock = state.played >= all ? 0 : state.played;
    before = performance.now();
    named("play").textContent = "Pause";
    playing = requestAnimationFrame(step);
  }
  function pause() {
    cancelAnimationFrame(playing);
    playing = 0;
    named("play").textContent = "Play";
  }
  named("play").addEventListener("click", () => (playing ? pause() : play()));
  named("shot").addEventListener("input", () => { pause(); move(number("shot") * state.scan.samples); });
  named("time").addEventListener("input", () => { pause(); move(shot() * state.scan.samples + number("time") + 1); });
  named("speed").addEventListener("input", redraw);
  radios.forEach((input, n) => input.addEventListener("change", () => { pause(); choose(scans[n]); }));

  // Dragging: `where` converts a position of the pointer (0 to 1 across and down) to samples played
  function drag(target, where) {
    let held = false;
    const follow = (event) => {
      const box = target.getBoundingClientRect();
      pause();
      move(where((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height, event.type === "pointerdown"));
    };
    target.addEventListener("pointerdown", (event) => {
      held = !event.button;
      if (!held) return;
      target.setPointerCapture(event.pointerId);
      follow(event);
    });
    target.addEventListener("pointermove", (event) => { if (held) follow(event); });
    for (const end of ["pointerup", "pointercancel"]) target.addEventListener(end, () => { held = false; });
  }
  const inShot = (across) => {
    const { samples } = state.scan;
    return shot() * samples + 1 + Math.min(samples - 1, Math.max(0, Math.round(across * (samples - 1))));
  };
  el.querySelectorAll(".w-plot").forEach((target) => drag(target, inShot));
  drag(kCanvas, (across, down, any) => { // the nearest sample: of all shots when the pointer goes down, then of this shot as it moves
    const { k, samples, shots } = state.scan, from = any ? 0 : shot() * samples, to = any ? shots * samples : from + samples;
    const far = (j) => (place(k[2 * j + 1]) - SIZE * across) ** 2 + (place(k[2 * j]) - SIZE * down) ** 2;
    let nearest = from;
    for (let j = from; j < to; j++) if (far(j) < far(nearest)) nearest = j;
    return nearest + 1;
  });

  const fromKernel = () => {
    if (telling) return;
    const scan = scans[model.get("choice")];
    if (scan !== state.scan) choose(scan);
    state.played = model.get("shot") * scan.samples;
    draw();
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
    cancelAnimationFrame(frame);
  };
}

export default { render };
