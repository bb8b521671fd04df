// Wipe between two images, with their errors on one scale, and a loupe.
const LOUPE = 32; // side of the loupe, in pixels of the image
const SHARED = ["left", "right", "wipe"]; // synchronised with the kernel

function render({ model, el }) {
  const [height, width] = model.get("shape"), names = model.get("names"), scores = model.get("scores"), id = widgetId();
  const size = height * width, scale = model.get("scale"), view = model.get("levels");
  const all = new Uint16Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
  const images = names.map((_, n) => Float32Array.from(all.subarray(n * size, (n + 1) * size), (v) => scale * v));
  const reference = images[0], peak = reference.reduce((a, b) => Math.max(a, b), 0);
  const options = names.map((_, n) => `<option value="${n}"></option>`).join("");
  const choice = (side, label) => `<label class="w-choice">${label} <select data-name="${side}">${options}</select></label>`;
  el.innerHTML = `<div class="mrilab-w w-compare" id="${id}" role="group" aria-label="Comparison of images"><div class="w-stage">
    <figure class="w-x"><div class="w-frame"><canvas width="${width}" height="${height}" tabindex="0" role="application"
      aria-describedby="${id}-help"></canvas><span class="w-wipe"></span><span class="w-spot"></span></div><figcaption>Image</figcaption></figure>
    <figure class="w-e"><div class="w-frame"><canvas width="${width}" height="${height}" role="img"></canvas><span class="w-wipe"></span></div>
      <figcaption></figcaption></figure>
    <figure class="w-l"><canvas width="${LOUPE}" height="${LOUPE}" role="img"></canvas><figcaption>Loupe, ${LOUPE} × ${LOUPE} pixels</figcaption></figure>
    <dl><div><dt></dt><dd></dd></div><div><dt></dt><dd></dd></div></dl></div>
    <div class="w-bar">${choice("left", "Left")}${choice("right", "Right")}${slider(id, "wipe", "Wipe", 0, 100, 1, 50)}</div>
    <div class="w-bar">${slider(id, "black", "Black", 0, 100, 1, 0)}${slider(id, "white", "White", 1, 150, 1, 100)}${slider(id, "gain", "Error", 1, 20, 1, 5)}</div>
    <p class="w-help" id="${id}-help">Drag over the image to wipe. The loupe follows the pointer; by keyboard, arrows move it, with Shift by one pixel.</p>
    <p class="w-hidden" role="status"></p></div>`;
  const find = (selector) => el.querySelector(selector), named = (name) => find(`[data-name=${name}]`), number = (name) => +named(name).value;
  const [xCanvas, eCanvas, lCanvas] = el.querySelectorAll("canvas");
  const x = screen(xCanvas), e = screen(eCanvas), l = screen(lCanvas);
  for (const side of ["left", "right"]) [...named(side).options].forEach((option, n) => { option.textContent = names[n]; });
  const spot = { x: width / 2, y: height / 2 }, state = { image: new Float32Array(size), error: new Float32Array(size), edge: 0 };

  function draw() {
    const left = images[number("left")], right = images[number("right")], edge = (state.edge = Math.round((number("wipe") / 100) * width));
    const black = (number("black") / 100) * peak, white = Math.max((number("white") / 100) * peak, black + peak / 100), gain = number("gain");
    const grey = (v, low, high) => GREYS[Math.min(255, Math.max(0, (255 * (v - low)) / (high - low))) | 0];
    for (let i = 0; i < size; i++) {
      const v = (state.image[i] = i % width < edge ? left[i] : right[i]);
      state.error[i] = Math.abs(v - reference[i]);
      x.pixels[i] = grey(v, black, white);
      e.pixels[i] = grey(state.error[i], 0, peak / gain);
    }
    const top = corner(spot.y, height), first = corner(spot.x, width);
    for (let o = 0; o < LOUPE * LOUPE; o++) l.pixels[o] = x.pixels[(top + Math.floor(o / LOUPE)) * width + first + (o % LOUPE)];
    for (const picture of [x, e, l]) picture.show();
    el.querySelectorAll(".w-wipe").forEach((line) => { line.style.left = `${(100 * edge) / width}%`; });
    find(".w-spot").style.cssText = `left:${(100 * first) / width}%;top:${(100 * top) / height}%;width:${(100 * LOUPE) / width}%;height:${(100 * LOUPE) / height}%`;
    find(".w-e figcaption").textContent = `Error ×${gain}`;
    ["left", "right"].forEach((side, n) => {
      el.querySelectorAll("dt")[n].textContent = `${side === "left" ? "Left" : "Right"}: ${names[number(side)]}`;
      el.querySelectorAll("dd")[n].textContent = scores[number(side)];
    });
    for (const [name, unit] of [["wipe", " %"], ["black", " %"], ["white", " %"], ["gain", "×"]]) {
      named(name).nextElementSibling.textContent = `${number(name)}${unit}`;
    }
  }
  const corner = (centre, n) => Math.min(n - LOUPE, Math.max(0, Math.round(centre - LOUPE / 2)));

  function say() {
    const [a, b] = ["left", "right"].map((side) => `${names[number(side)]} (${scores[number(side)]})`);
    const text = `${a} left of ${number("wipe")} % of the width, ${b} right of it`;
    xCanvas.setAttribute("aria-label", text);
    eCanvas.setAttribute("aria-label", `Error of ${text}, times ${number("gain")}`);
    lCanvas.setAttribute("aria-label", `Loupe at column ${Math.round(spot.x)}, row ${Math.round(spot.y)}`);
    find("[role=status]").textContent = text;
  }
  let telling = false; // ignore changes that we make ourselves, or the first of three would undo the others
  const tell = debounced(250, () => {
    say();
    telling = true;
    for (const name of SHARED) model.set(name, number(name));
    telling = false;
    model.save_changes();
  });
  let frame = 0;
  const changed = () => { frame ||= requestAnimationFrame(() => { frame = 0; draw(); tell(); }); };
  el.querySelectorAll("input, select").forEach((control) => control.addEventListener("input", changed));

  let wiping = false;
  const follow = (event) => {
    const box = xCanvas.getBoundingClientRect(), across = (event.clientX - box.left) / box.width;
    Object.assign(spot, { x: across * width, y: ((event.clientY - box.top) / box.height) * height });
    if (wiping) named("wipe").value = Math.round(100 * across);
    changed();
  };
  xCanvas.addEventListener("pointerdown", (event) => { wiping = !event.button; xCanvas.setPointerCapture(event.pointerId); follow(event); });
  xCanvas.addEventListener("pointermove", follow);
  for (const end of ["pointerup", "pointercancel"]) xCanvas.addEventListener(end, () => { wiping = false; });
  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  xCanvas.addEventListener("keydown", (event) => {
    const way = arrows[event.key], step = event.shiftKey ? 1 : LOUPE / 4, inside = (v, n) => Math.min(n - LOUPE / 2, Math.max(LOUPE / 2, v));
    if (!way) return;
    event.preventDefault();
    Object.assign(spot, { x: inside(spot.x + step * way[0], width), y: inside(spot.y + step * way[1], height) });
    changed();
  });

  const fromKernel = () => {
    if (telling) return;
    for (const name of SHARED) named(name).value = model.get(name);
    draw();
    say();
  };
  for (const name of SHARED) model.on(`change:${name}`, fromKernel);
  fromKernel();
  keepKeys(el);
  Object.assign(find(".w-compare"), { state });
  return () => { for (const name of SHARED) model.off(`change:${name}`, fromKernel); cancelAnimationFrame(frame); };
}

export default { render };
