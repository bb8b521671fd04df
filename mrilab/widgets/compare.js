// Wipe between two images, with their errors on one scale, and a loupe.
const LOUPE = 32; // side of the loupe, in pixels of the image
const SHARED = ["left", "right", "wipe"]; // synchronised with the kernel
const UNITS = { wipe: " %", black: " %", white: " %", gain: "×" };

function template(id, { width, height, names }) {
  const size = `width="${width}" height="${height}"`,
    options = "<option></option>".repeat(names.length);
  const choice = (side, label) =>
    `<label class="w-choice">${label} <select data-name="${side}">${options}</select></label>`;
  return `<div class="mrilab-w w-compare" id="${id}" role="group" aria-label="Comparison of images">
    <div class="w-stage"><div class="w-pictures">
    <figure class="w-x"><div class="w-frame"><canvas ${size} tabindex="0" role="application"
      aria-describedby="${id}-help"></canvas><span class="w-wipe"></span><span class="w-spot"></span></div>
        <figcaption>Image</figcaption></figure>
    <figure class="w-e"><div class="w-frame"><canvas ${size} role="img"></canvas><span class="w-wipe"></span></div>
      <figcaption></figcaption></figure></div>
    <div class="w-side"><figure><canvas width="${LOUPE}" height="${LOUPE}" role="img"></canvas>
      <figcaption>Loupe, ${LOUPE} × ${LOUPE} pixels</figcaption></figure>
    <dl><div><dt></dt><dd></dd></div><div><dt></dt><dd></dd></div></dl></div></div>
    <div class="w-bar">${choice("left", "Left")}${choice("right", "Right")}
      ${slider(id, "wipe", "Wipe", 0, 100, 1, 50)}</div>
    <div class="w-bar">${slider(id, "black", "Black", 0, 100, 1, 0)}${slider(id, "white", "White", 1, 150, 1, 100)}
      ${slider(id, "gain", "Error", 1, 20, 1, 5)}</div>
    <p class="w-help" id="${id}-help">Drag over the image to wipe. The loupe follows the pointer; by keyboard, arrows
      move it, with Shift by one pixel.</p>
    <p class="w-hidden" role="status"></p></div>`;
}

// What stands on the screen, for the controls and the place of the loupe
function drawing(el, { width, height, names, scores, images }, spot, state) {
  const find = (selector) => el.querySelector(selector),
    named = (name) => find(`[data-name=${name}]`),
    number = (name) => +named(name).value,
    chosen = (side) => named(side).selectedIndex;
  const canvases = [...el.querySelectorAll("canvas")],
    [x, e, l] = canvases.map(screen),
    reference = images[0],
    peak = reference.reduce((a, b) => Math.max(a, b), 0);
  for (const side of ["left", "right"])
    [...named(side).options].forEach((option, n) => {
      option.textContent = names[n];
    });
  const corner = (centre, n) => Math.min(n - LOUPE, Math.max(0, Math.round(centre - LOUPE / 2)));
  const percent = (part, whole) => `${(100 * part) / whole}%`;

  function draw() {
    drawImages();
    drawLoupe();
    el.querySelectorAll(".w-wipe").forEach((line) => {
      line.style.left = percent(state.edge, width);
    });
    find(".w-e figcaption").textContent = `Error ×${number("gain")}`;
    ["left", "right"].forEach((side, n) => {
      el.querySelectorAll("dt")[n].textContent = `${side === "left" ? "Left" : "Right"}: ${names[chosen(side)]}`;
      el.querySelectorAll("dd")[n].textContent = scores[chosen(side)];
    });
    for (const name in UNITS) named(name).nextElementSibling.textContent = `${number(name)}${UNITS[name]}`;
  }

  function drawImages() {
    const [left, right] = ["left", "right"].map((side) => images[chosen(side)]),
      edge = (state.edge = Math.round((number("wipe") / 100) * width));
    const black = (number("black") / 100) * peak,
      white = Math.max((number("white") / 100) * peak, black + peak / 100),
      gain = number("gain");
    const grey = (v, low, high) => GREYS[Math.min(255, Math.max(0, (255 * (v - low)) / (high - low))) | 0];
    for (let i = 0; i < reference.length; i++) {
      const v = (state.image[i] = i % width < edge ? left[i] : right[i]);
      state.error[i] = Math.abs(v - reference[i]);
      x.pixels[i] = grey(v, black, white);
      e.pixels[i] = grey(state.error[i], 0, peak / gain);
    }
    x.show();
    e.show();
  }

  function drawLoupe() {
    const top = corner(spot.y, height),
      first = corner(spot.x, width);
    for (let o = 0; o < LOUPE * LOUPE; o++)
      l.pixels[o] = x.pixels[(top + Math.floor(o / LOUPE)) * width + first + (o % LOUPE)];
    l.show();
    Object.assign(find(".w-spot").style, {
      left: percent(first, width),
      top: percent(top, height),
      width: percent(LOUPE, width),
      height: percent(LOUPE, height),
    });
  }

  function say() {
    const [a, b] = ["left", "right"].map((side) => `${names[chosen(side)]} (${scores[chosen(side)]})`);
    const text = `${a} left of ${number("wipe")} % of the width, ${b} right of it`;
    const words = [
      text,
      `Error of ${text}, times ${number("gain")}`,
      `Loupe at column ${Math.round(spot.x)}, row ${Math.round(spot.y)}`,
    ];
    canvases.forEach((canvas, n) => canvas.setAttribute("aria-label", words[n]));
    find("[role=status]").textContent = text;
  }
  return { draw, say };
}

// The pointer wipes while it is down, and the loupe follows it; arrows move the loupe.
function follow(canvas, { width, height }, spot, wipe, changed) {
  let wiping = false;
  const go = (event) => {
    const box = canvas.getBoundingClientRect(),
      across = (event.clientX - box.left) / box.width;
    Object.assign(spot, { x: across * width, y: ((event.clientY - box.top) / box.height) * height });
    if (wiping) wipe.value = Math.round(100 * across);
    changed();
  };
  canvas.addEventListener("pointerdown", (event) => {
    wiping = !event.button;
    canvas.setPointerCapture(event.pointerId);
    go(event);
  });
  canvas.addEventListener("pointermove", go);
  for (const end of ["pointerup", "pointercancel"])
    canvas.addEventListener(end, () => {
      wiping = false;
    });
  canvas.addEventListener("keydown", (event) => {
    const way = ARROWS[event.key],
      step = event.shiftKey ? 1 : LOUPE / 4,
      inside = (v, n) => Math.min(n - LOUPE / 2, Math.max(LOUPE / 2, v));
    if (!way) return;
    event.preventDefault();
    Object.assign(spot, { x: inside(spot.x + step * way[0], width), y: inside(spot.y + step * way[1], height) });
    changed();
  });
}

function render({ model, el }) {
  const [height, width] = model.get("shape"),
    [names, scores, scale, view] = ["names", "scores", "scale", "levels"].map((name) => model.get(name)),
    size = height * width,
    all = new Uint16Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength)),
    images = names.map((_, n) => Float32Array.from(all.subarray(n * size, (n + 1) * size), (v) => scale * v));
  const parts = { width, height, names, scores, images },
    spot = { x: width / 2, y: height / 2 },
    state = { image: new Float32Array(size), error: new Float32Array(size), edge: 0 };
  el.innerHTML = template(widgetId(), parts);
  const { draw, say } = drawing(el, parts, spot, state),
    named = (name) => el.querySelector(`[data-name=${name}]`);

  let telling = false; // ignore changes that we make ourselves, or the first of three would undo the others
  const tell = debounced(250, () => {
    say();
    telling = true;
    for (const side of ["left", "right"]) model.set(side, named(side).selectedIndex);
    model.set("wipe", +named("wipe").value);
    telling = false;
    model.save_changes();
  });
  const changed = inNextFrame(() => {
    draw();
    tell();
  });
  el.querySelectorAll("input, select").forEach((control) => control.addEventListener("input", changed));
  follow(el.querySelector("canvas"), parts, spot, named("wipe"), changed);

  const fromKernel = () => {
    if (telling) return;
    for (const side of ["left", "right"]) named(side).selectedIndex = model.get(side);
    named("wipe").value = model.get("wipe");
    draw();
    say();
  };
  for (const name of SHARED) model.on(`change:${name}`, fromKernel);
  fromKernel();
  keepKeys(el);
  Object.assign(el.querySelector(".w-compare"), { state }); // for tests, and for use in the console
  return () => {
    for (const name of SHARED) model.off(`change:${name}`, fromKernel);
    changed.stop();
  };
}

export default { render };
