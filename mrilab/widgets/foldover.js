// Fewer lines fold the image of each coil; more coils unfold it, at the price of the g-factor.
const FOLD_GAIN = 5, TOP_G = 8, LOST_G = 100; // gain of the errors; largest g of the colour scale; g beyond this counts as infinite
const VIRIDIS = ["440154", "472d7b", "3b528b", "2c728e", "21918c", "28ae80", "5ec962", "addc30", "fde725"];
const COLOURS = Uint32Array.from({ length: 256 }, (_, v) => {
  const place = (v / 255) * (VIRIDIS.length - 1), i = Math.min(VIRIDIS.length - 2, Math.floor(place)), t = place - i;
  const [r, g, b] = [0, 2, 4].map((at) => (1 - t) * parseInt(VIRIDIS[i].slice(at, at + 2), 16) + t * parseInt(VIRIDIS[i + 1].slice(at, at + 2), 16));
  return (0xff000000 | (b << 16) | (g << 8) | r) >>> 0;
});
const NOWHERE = 0, LOST = 0xff7a4dff; // outside of the support; beyond LOST_G

function render({ model, el }) {
  const [height, width] = model.get("shape"), rates = model.get("rates"), id = widgetId(), size = height * width;
  const outline = model.get("support"), support = new Uint8Array(size).fill(1);
  if (outline) unpackBits(outline, support);
  const state = new Folding(height, width, int16Planes(model.get("pixels")), model.get("scale"), support, model.get("geometry"));
  const canvas = (more = 'role="img"') => `<canvas width="${width}" height="${height}" ${more}></canvas>`;
  const coil = (c) => `<label><input type="radio" name="${id}-coil" value="${c}"${c ? "" : " checked"} aria-label="Coil ${c + 1}">${canvas('aria-hidden="true"')}</label>`;
  el.innerHTML = `<div class="mrilab-w w-foldover" id="${id}" role="group" aria-label="Fold-over and SENSE"><div class="w-stage">
    <figure><div class="w-frame">${canvas(`tabindex="0" role="application" aria-describedby="${id}-help"`)}<div class="w-marks"></div></div><figcaption></figcaption></figure>
    <figure><div class="w-frame">${canvas()}<div class="w-marks"></div></div>
      <figcaption>${segments(id, "view", "Show", { image: "Unfolded", error: `Error ×${FOLD_GAIN}` }, "image")}</figcaption></figure>
    <figure><div class="w-frame">${canvas()}<div class="w-marks"></div></div>
      <figcaption>g-factor, 1 <span class="w-scale" style="background:linear-gradient(90deg,${VIRIDIS.map((v) => `#${v}`)})"></span> ${TOP_G}
        <span class="w-lost"></span> &gt; ${LOST_G}</figcaption></figure>
    <fieldset class="w-coils"><legend class="w-hidden">Coil</legend>${Array.from({ length: COILS }, (_, c) => coil(c)).join("")}</fieldset>
    <dl><div><dt>Lines</dt><dd data-name="lines"></dd></div><div><dt>PSNR, unfolded</dt><dd data-name="psnr"></dd></div>
      <div><dt>Mean g${outline ? ", inside" : ""}</dt><dd data-name="mean"></dd></div><div><dt>g at the marks</dt><dd data-name="marks"></dd></div></dl></div>
    <div class="w-bar">${slider(id, "accel", "R", 0, rates.length - 1, 1, 0)}${slider(id, "coils", "Coils", 1, COILS, 1, COILS)}
      ${slider(id, "noise", "Noise", 0, 5, 0.5, 1)}${outline ? segments(id, "known", "Outline", { 0: "unknown", 1: "known" }, "0") : ""}</div>
    <p class="w-help" id="${id}-help">Point at a picture: the marks are the pixels that fold onto the one you point at. By keyboard, arrows move them, with Shift by one pixel.</p>
    <p class="w-hidden" role="status"></p></div>`;
  const find = (selector) => el.querySelector(selector), named = (name) => find(`[data-name=${name}]`);
  const chosen = (name) => find(`[name="${id}-${name}"]:checked`)?.value;
  const figures = [...el.querySelectorAll(".w-stage canvas")], [fold, image, map] = figures.map(screen);
  const labels = [...el.querySelectorAll(".w-coils label")], small = labels.map((label) => screen(label.querySelector("canvas")));
  const place = { x: width >> 1, y: height >> 1 };
  const setting = () => ({ accel: rates[+named("accel").value], coils: +named("coils").value, noise: +named("noise").value, known: chosen("known") === "1" });

  function drawCoil({ pixels, show }, c) {
    const { folded, period, coils, white } = state;
    for (let i = 0; i < size; i++) { // square roots, because coils are bright nearby and dark elsewhere
      const o = c * period + (i % period);
      pixels[i] = GREYS[Math.min(255, 255 * Math.sqrt(Math.hypot(folded[o], folded[coils * period + o]) / white)) | 0];
    }
    show();
  }

  function draw() {
    const { accel, coils, noise, known } = setting(), error = chosen("view") === "error", { reference, peak, g } = state;
    if (+chosen("coil") >= coils) labels[0].firstChild.checked = true;
    state.update(accel, coils, noise / 100, known);
    labels.forEach((label, c) => { label.hidden = c >= coils; if (c < coils) drawCoil(small[c], c); });
    drawCoil(fold, +chosen("coil"));
    const gain = (error ? FOLD_GAIN : 1) * (255 / peak), inside = known ? support : state.everywhere;
    for (let i = 0; i < size; i++) {
      image.pixels[i] = GREYS[Math.min(255, gain * (error ? Math.abs(state.image[i] - reference[i]) : state.image[i])) | 0];
      map.pixels[i] = !inside[i] ? NOWHERE : g[i] > LOST_G ? LOST : COLOURS[Math.min(255, Math.max(0, (255 * Math.log(g[i])) / Math.log(TOP_G))) | 0];
    }
    image.show(); map.show();
    named("accel").nextElementSibling.textContent = `${accel}`;
    named("accel").setAttribute("aria-valuetext", accel);
    named("coils").nextElementSibling.textContent = `${coils}`;
    named("noise").nextElementSibling.textContent = `${noise} %`;
    find("figcaption").textContent = `Coil ${+chosen("coil") + 1}, folded`;
    named("lines").textContent = `${height / accel} of ${height}`;
    named("psnr").textContent = `${state.psnr.toFixed(1)} dB`;
    named("mean").textContent = times(meanG());
    mark();
  }
  const times = (g) => (g > LOST_G ? `> ${LOST_G}` : g.toFixed(2));
  function meanG() { // over the object, if its support is known
    let sum = 0, count = 0;
    for (let i = 0; i < size; i++) if (support[i]) { sum += state.g[i]; count++; }
    return sum / count;
  }

  // The pixels that fold onto the one under the pointer, which comes first
  const group = () => Array.from({ length: state.rate }, (_, j) => ((place.y + (j * height) / state.rate) % height) * width + place.x);
  function mark() {
    const spots = group().map((i, j) => `<span class="w-spot${j ? "" : " w-here"}" style="left:${(100 * (place.x + 0.5)) / width}%;top:${
      (100 * (Math.floor(i / width) + 0.5)) / height}%"></span>`).join("");
    el.querySelectorAll(".w-marks").forEach((marks) => { marks.innerHTML = spots; });
    const inside = chosen("known") === "1" ? group().filter((i) => support[i]) : group();
    named("marks").textContent = inside.length ? inside.map((i) => times(state.g[i])).join(", ") : "outside";
  }

  function say() {
    const { accel, coils, noise } = setting(), numbers = ["psnr", "mean"].map((name) => named(name).textContent);
    const text = `R = ${accel}, ${coils} coil${coils > 1 ? "s" : ""}, noise ${noise} %: PSNR ${numbers[0]}, mean g ${numbers[1]}`;
    figures[0].setAttribute("aria-label", `Folded image of coil ${+chosen("coil") + 1}, ${accel} pixels on each other; marked: row ${place.y}, column ${place.x}`);
    figures[1].setAttribute("aria-label", `${chosen("view") === "error" ? "Error of the unfolded image" : "Unfolded image"} at ${text}`);
    figures[2].setAttribute("aria-label", `g-factor at ${text}`);
    find("[role=status]").textContent = `${text}; g at the marks ${named("marks").textContent}`;
  }
  let telling = false; // ignore changes that we make ourselves, or the first of four would undo the others
  const tell = debounced(250, () => {
    say();
    telling = true;
    for (const [name, value] of Object.entries(setting())) if (model.get(name) !== value) model.set(name, value);
    telling = false;
    model.save_changes();
  });
  let frame = 0;
  const changed = () => { frame ||= requestAnimationFrame(() => { frame = 0; draw(); tell(); }); };
  el.querySelectorAll("input").forEach((input) => input.addEventListener("input", changed));

  const inside = (v, n) => Math.min(n - 1, Math.max(0, Math.floor(v)));
  const move = (x, y) => { Object.assign(place, { x: inside(x, width), y: inside(y, height) }); mark(); tell(); };
  for (const shown of figures) { // the pointer works on all three
    const follow = (event) => {
      const box = shown.getBoundingClientRect();
      move(((event.clientX - box.left) / box.width) * width, ((event.clientY - box.top) / box.height) * height);
    };
    shown.addEventListener("pointermove", follow);
    shown.addEventListener("pointerdown", follow);
  }
  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  figures[0].addEventListener("keydown", (event) => {
    const way = arrows[event.key], step = event.shiftKey ? 1 : 4;
    if (!way) return;
    event.preventDefault();
    move(place.x + step * way[0], place.y + step * way[1]);
  });

  const fromKernel = () => {
    if (telling) return;
    named("accel").value = rates.indexOf(model.get("accel"));
    for (const name of ["coils", "noise"]) named(name).value = model.get(name);
    if (outline) find(`[name="${id}-known"][value="${+model.get("known")}"]`).checked = true;
    draw();
    say();
  };
  for (const name of Object.keys(setting())) model.on(`change:${name}`, fromKernel);
  fromKernel();
  keepKeys(el);
  Object.assign(find(".w-foldover"), { state, draw }); // for tests, and for use in the console
  return () => { for (const name of Object.keys(setting())) model.off(`change:${name}`, fromKernel); cancelAnimationFrame(frame); };
}

export default { render };
