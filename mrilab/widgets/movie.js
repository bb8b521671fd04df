// Series of images side by side: played, stepped through, and with one row of each against time.
const RATE = 8; // frames a second

function template(id, { width, height, frames, names }) {
  const picture = (rows, line) => `<div class="w-frame"><canvas width="${width}" height="${rows}" role="img"></canvas>
    <span class="${line}"></span></div>`;
  const panel = `<figure>${picture(height, "w-row")}${picture(frames, "w-now")}<figcaption></figcaption></figure>`;
  return `<div class="mrilab-w w-movie" id="${id}" role="group" aria-label="Series of images">
    <div class="w-stage">${panel.repeat(names.length)}</div>
    <div class="w-bar"><span class="w-buttons"><button type="button" data-name="play">Play</button></span>
      ${slider(id, "frame", "Frame", 0, frames - 1, 1, 0)}${slider(id, "row", "Row", 0, height - 1, 1, 0)}</div>
    <p class="w-help">Below each image is one row of it against time, from top to bottom. Click on an image to take
      another row, on a profile to go to another frame.</p>
    <p class="w-hidden" role="status"></p></div>`;
}

// What stands on the screen for a frame and a row: of each series an image and a profile
function drawing(el, { width, height, frames, names, scores, levels }) {
  const find = (selector) => el.querySelector(selector),
    named = (name) => find(`[data-name=${name}]`),
    number = (name) => +named(name).value;
  const panels = [...el.querySelectorAll("figure")].map((figure, n) => {
    const [image, profile] = figure.querySelectorAll("canvas"),
      [row, now, caption] = [".w-row", ".w-now", "figcaption"].map((part) => figure.querySelector(part));
    return { n, image, profile, x: screen(image), xt: screen(profile), row, now, caption };
  });
  const at = (series, frame, row = 0) => ((series * frames + frame) * height + row) * width,
    words = (n) => `${names[n]}${n ? `, ${scores[n - 1][number("frame")].toFixed(1)} dB` : ""}`;

  function draw() {
    const frame = number("frame"),
      row = number("row");
    for (const panel of panels) {
      const { n, x, xt } = panel;
      for (let j = 0; j < height * width; j++) x.pixels[j] = GREYS[levels[at(n, frame) + j]];
      for (let t = 0; t < frames; t++) {
        for (let j = 0; j < width; j++) xt.pixels[t * width + j] = GREYS[levels[at(n, t, row) + j]];
      }
      x.show();
      xt.show();
      panel.row.style.top = `${(100 * (row + 0.5)) / height}%`;
      panel.now.style.top = `${(100 * (frame + 0.5)) / frames}%`;
      panel.caption.textContent = words(n);
    }
    named("frame").nextElementSibling.textContent = `${frame} / ${frames - 1}`;
    named("row").nextElementSibling.textContent = `${row} / ${height - 1}`;
  }

  function say() {
    for (const { n, image, profile } of panels) {
      image.setAttribute("aria-label", `${words(n)}, frame ${number("frame")}`);
      profile.setAttribute("aria-label", `${names[n]}, row ${number("row")} against time`);
    }
    const all = panels.map(({ n }) => words(n)).join("; ");
    find("[role=status]").textContent = `Frame ${number("frame")} of ${frames - 1}: ${all}`;
  }
  return { draw, say, panels };
}

// A button that plays frame after frame, slowly with reduced motion; returns what pauses it.
function player(button, next) {
  const slow = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let timer = 0;
  function pause() {
    clearInterval(timer);
    timer = 0;
    button.textContent = "Play";
  }
  button.addEventListener("click", () => {
    if (timer) return pause();
    button.textContent = "Pause";
    timer = setInterval(next, 1000 / (slow ? 1 : RATE));
  });
  return pause;
}

function render({ model, el }) {
  const [frames, height, width] = model.get("shape"),
    [names, scores, view] = ["names", "scores", "levels"].map((name) => model.get(name)),
    levels = new Uint8Array(view.buffer, view.byteOffset, view.byteLength),
    parts = { width, height, frames, names, scores, levels };
  el.innerHTML = template(widgetId(), parts);
  const { draw, say, panels } = drawing(el, parts),
    named = (name) => el.querySelector(`[data-name=${name}]`);

  let telling = false; // ignore changes that we make ourselves
  const tell = debounced(250, () => {
    say();
    telling = true;
    for (const name of ["frame", "row"]) model.set(name, +named(name).value);
    telling = false;
    model.save_changes();
  });
  const changed = () => {
    draw();
    tell();
  };
  const move = (name, value) => {
    named(name).value = value;
    changed();
  };

  const pause = player(named("play"), () => move("frame", (+named("frame").value + 1) % frames));
  named("frame").addEventListener("input", () => {
    pause();
    changed();
  });
  named("row").addEventListener("input", changed);
  const down = (event, count) => {
    const box = event.currentTarget.getBoundingClientRect();
    return Math.min(count - 1, Math.max(0, Math.floor((count * (event.clientY - box.top)) / box.height)));
  };
  for (const { image, profile } of panels) {
    image.addEventListener("click", (event) => move("row", down(event, height)));
    profile.addEventListener("click", (event) => {
      pause();
      move("frame", down(event, frames));
    });
  }

  const fromKernel = () => {
    if (telling) return;
    for (const name of ["frame", "row"]) named(name).value = model.get(name);
    draw();
    say();
  };
  for (const name of ["frame", "row"]) model.on(`change:${name}`, fromKernel);
  fromKernel();
  keepKeys(el);
  return () => {
    pause();
    for (const name of ["frame", "row"]) model.off(`change:${name}`, fromKernel);
  };
}

export default { render };
