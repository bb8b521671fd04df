// Paint a mask over k-space and see what it does to the image.
const ERROR_GAIN = 4;

// Computes image, PSF, count and PSNR of a mask. For magnitudes, a checkerboard of signs replaces the shifts.
class ZeroFilled {
  constructor(height, width, planes, scale) {
    const size = height * width, array = () => new Float32Array(size);
    Object.assign(this, { height, width, size, fft: new FFT2(height, width), mask: new Uint8Array(size), kre: array(), kim: array(),
      re: array(), im: array(), reference: array(), image: array(), psf: array(), sign: array(), norm: 1 / Math.sqrt(size) });
    for (let i = 0; i < size; i++) {
      this.sign[i] = (Math.floor(i / width) + i) & 1 ? -1 : 1; // widths are even
      this.kre[i] = this.sign[i] * scale * planes[i];
      this.kim[i] = this.sign[i] * scale * planes[size + i];
      this.reference[i] = Math.hypot(this.kre[i], this.kim[i]);
    }
    this.peak = this.reference.reduce((a, b) => Math.max(a, b), 0);
    this.fft.transform(this.kre, this.kim, -1);
    for (let i = 0; i < size; i++) { this.kre[i] *= this.norm; this.kim[i] *= this.norm; }
  }

  update() {
    const { size, mask, kre, kim, re, im, image, reference, psf, sign, norm } = this;
    let count = 0;
    for (let i = 0; i < size; i++) {
      const m = mask[i];
      re[i] = m * kre[i]; im[i] = m * kim[i];
      count += m;
    }
    this.fft.transform(re, im, 1);
    let error = 0;
    for (let i = 0; i < size; i++) {
      image[i] = norm * Math.sqrt(re[i] * re[i] + im[i] * im[i]);
      const e = image[i] - reference[i];
      error += e * e;
      re[i] = mask[i] * sign[i]; im[i] = 0;
    }
    this.fft.transform(re, im, 1);
    const whole = count ? 1 / count : 0;
    for (let i = 0; i < size; i++) psf[i] = whole * Math.sqrt(re[i] * re[i] + im[i] * im[i]);
    this.count = count;
    this.psnr = 10 * Math.log10((this.peak * this.peak * size) / error);
  }
}

function render({ model, el }) {
  const [height, width] = model.get("shape"), id = widgetId();
  const state = new ZeroFilled(height, width, int16Planes(model.get("pixels")), model.get("scale"));
  const designs = new Designs(height, width);
  el.innerHTML = `<div class="mrilab-w w-painter" id="${id}" role="group" aria-label="k-space painter"><div class="w-stage">
    <figure class="w-k"><div class="w-frame"><canvas width="${width}" height="${height}" tabindex="0" role="application"
      aria-label="k-space, to paint on" aria-describedby="${id}-help"></canvas><span class="w-brush"></span></div>
      <figcaption>k-space</figcaption></figure>
    <figure class="w-x"><canvas width="${width}" height="${height}" role="img"></canvas>
      <figcaption>${segments(id, "view", "Show", { image: "Zero-filled", error: `Error ×${ERROR_GAIN}` }, "image")}</figcaption></figure>
    <figure class="w-p"><canvas width="${width / 2}" height="${height / 2}" role="img"></canvas><figcaption>PSF, log scale</figcaption></figure>
    <dl><div><dt>Acceleration</dt><dd data-name="accel"></dd></div><div><dt>Samples</dt><dd data-name="share"></dd></div>
      <div><dt>PSNR</dt><dd data-name="psnr"></dd></div></dl></div>
    <div class="w-bar">${segments(id, "tool", "Brush", { paint: "Paint", erase: "Erase" }, "paint")}
      ${slider(id, "size", "Size", 1, 64, 1, 16)}
      <span class="w-buttons"><button type="button" data-name="undo" disabled>Undo</button><button type="button" data-name="clear">Clear</button>
        <button type="button" data-name="redraw" disabled>Draw again</button></span></div>
    <div class="w-bar">${segments(id, "design", "Design", { regular: "Every R-th line", lines: "Random lines", box: "Box", points: "Random points", radial: "Radial" })}
      ${slider(id, "r", "R", 1, 16, 0.5, 4)}</div>
    <p class="w-help" id="${id}-help">Drag over k-space to paint. By keyboard: arrows move the brush, with Shift by one sample, and Space paints.</p>
    <p class="w-hidden" role="status"></p></div>`;
  const find = (selector) => el.querySelector(selector), named = (name) => find(`[data-name=${name}]`);
  const chosen = (name) => find(`[name="${id}-${name}"]:checked`)?.value;
  const [kCanvas, xCanvas, pCanvas] = el.querySelectorAll("canvas"), ring = find(".w-brush");
  const k = screen(kCanvas), x = screen(xCanvas), p = screen(pCanvas);

  const levels = logLevels(state.kre, state.kim);

  function draw() {
    const { mask, image, reference, psf, size, peak } = state, error = chosen("view") === "error";
    const gain = (error ? ERROR_GAIN : 1) * (255 / peak);
    for (let i = 0; i < size; i++) {
      k.pixels[i] = (mask[i] ? WARM : COLD)[levels[i]];
      const v = gain * (error ? Math.abs(image[i] - reference[i]) : image[i]);
      x.pixels[i] = GREYS[v > 255 ? 255 : v | 0];
    }
    for (let y = 0, o = 0; y < height; y += 2) { // the maximum of four, so that no peak is lost
      for (let i = y * width; i < (y + 1) * width; i += 2, o++) {
        const v = Math.max(psf[i], psf[i + 1], psf[i + width], psf[i + width + 1]);
        p.pixels[o] = GREYS[v > 1e-3 ? Math.min(255, (255 * (3 + Math.log10(v))) / 3) | 0 : 0];
      }
    }
    for (const picture of [k, x, p]) picture.show();
    const { accel, share, db } = words();
    named("accel").textContent = accel; named("share").textContent = share; named("psnr").textContent = db;
  }

  function words() {
    const { count, size, psnr } = state, percent = (100 * count) / size;
    return {
      accel: count ? `${(size / count).toFixed(size / count < 99.5 ? 1 : 0)}×` : "–",
      share: `${percent.toFixed(percent < 9.95 ? 1 : 0)} %`,
      db: psnr > 90 ? "exact" : `${psnr.toFixed(1)} dB`, // the rest is rounding
    };
  }

  function refresh() {
    const start = performance.now();
    state.update();
    draw();
    tell();
    return performance.now() - start;
  }

  let frame = 0;
  const changed = () => { frame ||= requestAnimationFrame(() => { frame = 0; refresh(); }); };

  // Update text and kernel only after a pause, so that screen readers and the kernel are not flooded.
  function say() {
    const { accel, share, db } = words(), numbers = `${share} of the samples, acceleration ${accel}, PSNR ${db}`;
    xCanvas.setAttribute("aria-label", `${chosen("view") === "error" ? "Error of the zero-filled" : "Zero-filled"} image from ${numbers}`);
    pCanvas.setAttribute("aria-label", `Point spread function of the mask, ${share} of the samples`);
    find("[role=status]").textContent = numbers;
  }
  const tell = debounced(250, () => {
    say();
    const packed = packBits(state.mask);
    if (!sameBytes(packed, model.get("mask"))) { model.set("mask", packed); model.save_changes(); }
  });

  const past = [];
  function remember() {
    past.push(packBits(state.mask));
    if (past.length > 50) past.shift();
    named("undo").disabled = false;
  }
  function unchoose() {
    const input = find(`[name="${id}-design"]:checked`);
    if (input) input.checked = false;
    named("redraw").disabled = true;
  }

  // The brush: a disc of samples, drawn along the line from one position to the next
  const place = { x: width / 2, y: height / 2 };
  const diameter = () => +named("size").value;
  function dab(cx, cy, value) {
    const r = diameter() / 2, { mask } = state;
    if (r < 1) { cx = Math.floor(cx) + 0.5; cy = Math.floor(cy) + 0.5; }
    for (let y = Math.max(0, Math.floor(cy - r)); y < Math.min(height, cy + r); y++) {
      for (let x = Math.max(0, Math.floor(cx - r)); x < Math.min(width, cx + r); x++) {
        if ((x + 0.5 - cx) ** 2 + (y + 0.5 - cy) ** 2 < r * r) mask[y * width + x] = value;
      }
    }
  }
  function move(to, painting) {
    const value = chosen("tool") === "erase" ? 0 : 1, far = Math.hypot(to.x - place.x, to.y - place.y);
    const steps = painting ? Math.ceil(far / Math.max(1, diameter() / 4)) : 0;
    for (let s = 1; s <= steps; s++) dab(place.x + ((to.x - place.x) * s) / steps, place.y + ((to.y - place.y) * s) / steps, value);
    if (painting && steps === 0) dab(to.x, to.y, value);
    Object.assign(place, to);
    showRing();
    if (painting) { unchoose(); changed(); }
  }
  function showRing() {
    ring.style.cssText = `left:${(100 * place.x) / width}%;top:${(100 * place.y) / height}%;width:${(100 * diameter()) / width}%`;
  }
  const at = (event) => {
    const box = kCanvas.getBoundingClientRect();
    return { x: ((event.clientX - box.left) / box.width) * width, y: ((event.clientY - box.top) / box.height) * height };
  };
  let painting = false;
  kCanvas.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    kCanvas.setPointerCapture(event.pointerId);
    remember();
    Object.assign(place, at(event)); // a stroke begins here, not where the last one ended
    painting = true;
    move(at(event), true);
  });
  kCanvas.addEventListener("pointermove", (event) => {
    const events = event.getCoalescedEvents?.() ?? [];
    for (const e of events.length ? events : [event]) move(at(e), painting);
  });
  for (const end of ["pointerup", "pointercancel"]) kCanvas.addEventListener(end, () => { painting = false; });

  let pen = false; // the space bar is down
  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  kCanvas.addEventListener("keydown", (event) => {
    const way = arrows[event.key];
    if (event.key === " ") {
      event.preventDefault();
      if (!pen) { remember(); pen = true; move({ ...place }, true); }
    } else if (way) {
      event.preventDefault();
      const step = event.shiftKey ? 1 : Math.max(1, diameter() / 2), inside = (v, n) => Math.min(n - 0.5, Math.max(0.5, v));
      move({ x: inside(place.x + step * way[0], width), y: inside(place.y + step * way[1], height) }, pen);
    }
  });
  kCanvas.addEventListener("keyup", (event) => { if (event.key === " ") pen = false; });
  kCanvas.addEventListener("blur", () => { pen = false; });

  function design() {
    const kind = chosen("design");
    if (!kind) return;
    designs.draw(kind, +named("r").value, state.mask);
    named("redraw").disabled = !["lines", "points", "radial"].includes(kind);
    changed();
  }
  const radios = (name, call) => el.querySelectorAll(`[name="${id}-${name}"]`).forEach((input) => input.addEventListener("change", call));
  radios("view", () => { draw(); tell(); });
  radios("design", () => { remember(); design(); });
  const label = () => {
    named("size").nextElementSibling.textContent = `${diameter()}`;
    named("r").nextElementSibling.textContent = `${(+named("r").value).toFixed(1)}×`;
    showRing();
  };
  named("size").addEventListener("input", label);
  named("r").addEventListener("input", () => {
    label();
    if (!chosen("design")) { remember(); find(`[name="${id}-design"][value=lines]`).checked = true; }
    design();
  });
  named("redraw").addEventListener("click", () => { remember(); designs.seed++; design(); });
  named("clear").addEventListener("click", () => { remember(); unchoose(); state.mask.fill(0); changed(); });
  named("undo").addEventListener("click", () => {
    unpackBits(past.pop(), state.mask);
    named("undo").disabled = !past.length;
    unchoose();
    changed();
  });

  const fromKernel = () => {
    if (sameBytes(packBits(state.mask), model.get("mask"))) return;
    unpackBits(model.get("mask"), state.mask);
    unchoose();
    refresh();
  };
  model.on("change:mask", fromKernel);
  unpackBits(model.get("mask"), state.mask);
  label();
  refresh();
  say();
  keepKeys(el);
  Object.assign(find(".w-painter"), { state, refresh }); // for tests, and for use in the console
  return () => { model.off("change:mask", fromKernel); cancelAnimationFrame(frame); };
}

export default { render };
