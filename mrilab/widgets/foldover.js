// Fewer lines fold the image of each coil; more coils unfold it, at the price of the g-factor.
const FOLD_GAIN = 5,
  TOP_G = 8,
  LOST_G = 100; // gain of the errors; largest g of the colour scale; g beyond this counts as infinite
const VIRIDIS = ["440154", "472d7b", "3b528b", "2c728e", "21918c", "28ae80", "5ec962", "addc30", "fde725"];
const COLOURS = Uint32Array.from({ length: 256 }, (_, v) => {
  const place = (v / 255) * (VIRIDIS.length - 1),
    i = Math.min(VIRIDIS.length - 2, Math.floor(place)),
    t = place - i;
  const [r, g, b] = [0, 2, 4].map(
    (at) => (1 - t) * parseInt(VIRIDIS[i].slice(at, at + 2), 16) + t * parseInt(VIRIDIS[i + 1].slice(at, at + 2), 16),
  );
  return (0xff000000 | (b << 16) | (g << 8) | r) >>> 0;
});
const NOWHERE = 0,
  LOST = 0xff7a4dff; // outside of the support; beyond LOST_G
const VIEWS = { image: "Unfolded", error: `Error ×${FOLD_GAIN}` };

function template(id, { width, height, rates, outline }) {
  const canvas = (more = 'role="img"') => `<canvas width="${width}" height="${height}" ${more}></canvas>`,
    framed = (inside, caption) => `<figure><div class="w-frame">${inside}<div class="w-marks"></div></div>
      <figcaption>${caption}</figcaption></figure>`,
    number = (name, title) => `<div><dt>${title}</dt><dd data-name="${name}"></dd></div>`,
    ramp = `background:linear-gradient(90deg,${VIRIDIS.map((v) => `#${v}`)})`,
    known = { unknown: "unknown", known: "known" };
  const coil = (_, c) =>
    `<label><input type="radio" name="${id}-coil" value="${c}"${c ? "" : " checked"}
      aria-label="Coil ${c + 1}">${canvas('aria-hidden="true"')}</label>`;
  return `<div class="mrilab-w w-foldover" id="${id}" role="group" aria-label="Fold-over and SENSE">
    <div class="w-stage"><div class="w-pictures">
    ${framed(canvas(`tabindex="0" role="application" aria-describedby="${id}-help"`), "")}
    ${framed(canvas(), segments(id, "view", "Show", VIEWS, "image"))}</div>
    <fieldset class="w-coils" data-name="coil"><legend class="w-hidden">Coil</legend>
      ${Array.from({ length: COILS }, coil).join("")}</fieldset>
    <div class="w-side">${framed(
      canvas(),
      `g-factor, 1 <span class="w-scale" style="${ramp}"></span> ${TOP_G} <span class="w-lost"></span> &gt; ${LOST_G}`,
    )}
    <dl>${number("lines", "Lines")}${number("psnr", "PSNR, unfolded")}
      ${number("mean", `Mean g${outline ? ", inside" : ""}`)}${number("marks", "g at the marks")}</dl></div></div>
    <div class="w-bar">${stops(id, "accel", "R", rates)}${slider(id, "coils", "Coils", 1, COILS, 1, COILS)}
      ${slider(id, "noise", "Noise", 0, 5, 0.5, 1)}
      ${outline ? segments(id, "known", "Outline", known, "unknown") : ""}</div>
    <p class="w-help" id="${id}-help">Point at a picture: the marks are the pixels that fold onto the one you point
      at. By keyboard, arrows move them, with Shift by one pixel.</p>
    <p class="w-hidden" role="status"></p></div>`;
}

// What stands on the screen: pictures and numbers for a setting, and the pixels that fold onto the one at a place
function drawing(el, state, { width, height, support }, setting, place) {
  const size = height * width,
    find = (selector) => el.querySelector(selector),
    named = (name) => find(`[data-name=${name}]`),
    chosen = (name) => named(name).querySelector(":checked").value;
  const figures = [...el.querySelectorAll(".w-frame canvas")],
    [fold, image, map] = figures.map(screen),
    labels = [...el.querySelectorAll(".w-coils label")],
    small = labels.map((label) => screen(label.querySelector("canvas")));
  const times = (g) => (g > LOST_G ? `> ${LOST_G}` : g.toFixed(2)),
    showsError = () => chosen("view") === "error";

  function draw() {
    const { accel, coils, noise, known } = setting();
    if (+chosen("coil") >= coils) labels[0].firstChild.checked = true;
    state.update(accel, coils, noise / 100, known);
    labels.forEach((label, c) => {
      label.hidden = c >= coils;
      if (c < coils) drawCoil(small[c], c);
    });
    drawCoil(fold, +chosen("coil"));
    drawUnfolded(showsError());
    drawMap(known ? support : state.everywhere);
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

  function drawCoil({ pixels, show }, c) {
    const { folded, period, coils, white } = state;
    for (let i = 0; i < size; i++) {
      // square roots, because coils are bright nearby and dark elsewhere
      const o = c * period + (i % period);
      pixels[i] = GREYS[Math.min(255, 255 * Math.sqrt(Math.hypot(folded[o], folded[coils * period + o]) / white)) | 0];
    }
    show();
  }

  function drawUnfolded(error) {
    const gain = (error ? FOLD_GAIN : 1) * (255 / state.peak);
    for (let i = 0; i < size; i++) {
      const v = error ? Math.abs(state.image[i] - state.reference[i]) : state.image[i];
      image.pixels[i] = GREYS[Math.min(255, gain * v) | 0];
    }
    image.show();
  }

  function drawMap(inside) {
    const level = (g) => Math.min(255, Math.max(0, (255 * Math.log(g)) / Math.log(TOP_G))) | 0;
    for (let i = 0; i < size; i++) {
      const g = state.g[i];
      map.pixels[i] = !inside[i] ? NOWHERE : g > LOST_G ? LOST : COLOURS[level(g)];
    }
    map.show();
  }

  function meanG() {
    // over the object, if its support is known
    let sum = 0,
      count = 0;
    for (let i = 0; i < size; i++)
      if (support[i]) {
        sum += state.g[i];
        count++;
      }
    return sum / count;
  }

  // The pixels that fold onto the one under the pointer, which comes first
  const group = () =>
    Array.from({ length: state.rate }, (_, j) => ((place.y + (j * height) / state.rate) % height) * width + place.x);
  function mark() {
    const left = (100 * (place.x + 0.5)) / width,
      top = (i) => (100 * (Math.floor(i / width) + 0.5)) / height;
    const spot = (i, j) => `<span class="w-spot${j ? "" : " w-here"}" style="left:${left}%;top:${top(i)}%"></span>`;
    el.querySelectorAll(".w-marks").forEach((marks) => {
      marks.innerHTML = group().map(spot).join("");
    });
    const inside = setting().known ? group().filter((i) => support[i]) : group();
    named("marks").textContent = inside.length ? inside.map((i) => times(state.g[i])).join(", ") : "outside";
  }

  function say() {
    const { accel, coils, noise } = setting(),
      [psnr, mean] = ["psnr", "mean"].map((name) => named(name).textContent);
    const text = `R = ${accel}, ${coils} coil${coils > 1 ? "s" : ""}, noise ${noise} %: PSNR ${psnr}, mean g ${mean}`;
    const words = [
      `Folded image of coil ${+chosen("coil") + 1}, ${accel} pixels on each other; ` +
        `marked: row ${place.y}, column ${place.x}`,
      `${showsError() ? "Error of the unfolded image" : "Unfolded image"} at ${text}`,
      `g-factor at ${text}`,
    ];
    figures.forEach((figure, n) => figure.setAttribute("aria-label", words[n]));
    find("[role=status]").textContent = `${text}; g at the marks ${named("marks").textContent}`;
  }
  return { draw, mark, say };
}

// The pointer moves the marks, on all three pictures, and arrows on the first
function point(figures, { width, height }, place, moved) {
  const inside = (v, n) => Math.min(n - 1, Math.max(0, Math.floor(v)));
  const move = (x, y) => {
    Object.assign(place, { x: inside(x, width), y: inside(y, height) });
    moved();
  };
  for (const shown of figures) {
    const follow = (event) => {
      const box = shown.getBoundingClientRect();
      move(((event.clientX - box.left) / box.width) * width, ((event.clientY - box.top) / box.height) * height);
    };
    shown.addEventListener("pointermove", follow);
    shown.addEventListener("pointerdown", follow);
  }
  figures[0].addEventListener("keydown", (event) => {
    const way = ARROWS[event.key],
      step = event.shiftKey ? 1 : 4;
    if (!way) return;
    event.preventDefault();
    move(place.x + step * way[0], place.y + step * way[1]);
  });
}

function render({ model, el }) {
  const [height, width] = model.get("shape"),
    rates = model.get("rates"),
    outline = model.get("support"),
    support = new Uint8Array(height * width).fill(1);
  if (outline) unpackBits(outline, support);
  const pixels = int16Planes(model.get("pixels")),
    state = new Folding(height, width, pixels, model.get("scale"), support, model.get("geometry")),
    place = { x: width >> 1, y: height >> 1 };
  el.innerHTML = template(widgetId(), { width, height, rates, outline });
  const named = (name) => el.querySelector(`[data-name=${name}]`);
  const setting = () => ({
    accel: rates[+named("accel").value],
    coils: +named("coils").value,
    noise: +named("noise").value,
    known: named("known")?.querySelector(":checked").value === "known",
  });
  const { draw, mark, say } = drawing(el, state, { width, height, support }, setting, place);

  let telling = false; // ignore changes that we make ourselves, or the first of four would undo the others
  const tell = debounced(250, () => {
    say();
    telling = true;
    for (const [name, value] of Object.entries(setting())) if (model.get(name) !== value) model.set(name, value);
    telling = false;
    model.save_changes();
  });
  const changed = inNextFrame(() => {
    draw();
    tell();
  });
  el.querySelectorAll("input").forEach((input) => input.addEventListener("input", changed));
  point([...el.querySelectorAll(".w-frame canvas")], { width, height }, place, () => {
    mark();
    tell();
  });

  const fromKernel = () => {
    if (telling) return;
    named("accel").value = rates.indexOf(model.get("accel"));
    for (const name of ["coils", "noise"]) named(name).value = model.get(name);
    if (outline) named("known").querySelector(model.get("known") ? "[value=known]" : "[value=unknown]").checked = true;
    draw();
    say();
  };
  for (const name of Object.keys(setting())) model.on(`change:${name}`, fromKernel);
  fromKernel();
  keepKeys(el);
  Object.assign(el.querySelector(".w-foldover"), { state, draw }); // for tests, and for use in the console
  return () => {
    for (const name of Object.keys(setting())) model.off(`change:${name}`, fromKernel);
    changed.stop();
  };
}

export default { render };
