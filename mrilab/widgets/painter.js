// Paint a mask over k-space and see what it does to the image.
const ERROR_GAIN = 4;

// Computes image, PSF, count and PSNR of a mask. For magnitudes, a checkerboard of signs replaces the shifts.
class ZeroFilled {
  constructor(height, width, planes, scale) {
    const size = height * width,
      array = () => new Float32Array(size);
    Object.assign(this, {
      height,
      width,
      size,
      fft: new FFT2(height, width),
      mask: new Uint8Array(size),
      kre: array(),
      kim: array(),
      re: array(),
      im: array(),
      reference: array(),
      image: array(),
      psf: array(),
      sign: array(),
      norm: 1 / Math.sqrt(size),
    });
    for (let i = 0; i < size; i++) {
      this.sign[i] = (Math.floor(i / width) + i) & 1 ? -1 : 1; // widths are even
      this.kre[i] = this.sign[i] * scale * planes[i];
      this.kim[i] = this.sign[i] * scale * planes[size + i];
      this.reference[i] = Math.hypot(this.kre[i], this.kim[i]);
    }
    this.peak = this.reference.reduce((a, b) => Math.max(a, b), 0);
    this.fft.transform(this.kre, this.kim, -1);
    for (let i = 0; i < size; i++) {
      this.kre[i] *= this.norm;
      this.kim[i] *= this.norm;
    }
  }

  update() {
    const { size, mask, kre, kim, re, im, image, reference, psf, sign, norm } = this;
    let count = 0;
    for (let i = 0; i < size; i++) {
      const m = mask[i];
      re[i] = m * kre[i];
      im[i] = m * kim[i];
      count += m;
    }
    this.fft.transform(re, im, 1);
    let error = 0;
    for (let i = 0; i < size; i++) {
      image[i] = norm * Math.sqrt(re[i] * re[i] + im[i] * im[i]);
      const e = image[i] - reference[i];
      error += e * e;
      re[i] = mask[i] * sign[i];
      im[i] = 0;
    }
    this.fft.transform(re, im, 1);
    const whole = count ? 1 / count : 0;
    for (let i = 0; i < size; i++) psf[i] = whole * Math.sqrt(re[i] * re[i] + im[i] * im[i]);
    this.count = count;
    this.psnr = 10 * Math.log10((this.peak * this.peak * size) / error);
  }
}

function template(id, { width, height, challenge }) {
  const size = `width="${width}" height="${height}"`,
    views = { image: "Zero-filled", error: `Error ×${ERROR_GAIN}` },
    number = (name, title) => `<div><dt>${title}</dt><dd data-name="${name}"></dd></div>`;
  return `<div class="mrilab-w w-painter" id="${id}" role="group" aria-label="k-space painter">
    <div class="w-stage"><div class="w-pictures">
    <figure class="w-k"><div class="w-frame"><canvas ${size} tabindex="0" role="application"
      aria-label="k-space, to paint on" aria-describedby="${id}-help"></canvas><span class="w-brush"></span></div>
      <figcaption>k-space</figcaption></figure>
    <figure><canvas ${size} role="img"></canvas>
      <figcaption>${segments(id, "view", "Show", views, "image")}</figcaption></figure></div>
    <div class="w-side"><figure><canvas width="${width / 2}" height="${height / 2}" role="img"></canvas>
      <figcaption>PSF, log scale</figcaption></figure>
    <dl>${number("accel", "Acceleration")}${number("share", "Samples")}${number("psnr", "PSNR")}</dl></div></div>
    ${challenge.length ? '<p class="w-challenge"></p>' : ""}
    <div class="w-bar">${segments(id, "tool", "Brush", { paint: "Paint", erase: "Erase" }, "paint")}
      ${slider(id, "size", "Size", 1, 64, 1, 16)}
      <span class="w-buttons"><button type="button" data-name="undo" disabled>Undo</button>
        <button type="button" data-name="clear">Clear</button>
        <button type="button" data-name="redraw" disabled>Draw again</button></span></div>
    <div class="w-bar">${segments(id, "design", "Design", DESIGN_NAMES)}
      ${slider(id, "r", "R", 1, 16, 0.5, 4)}</div>
    <p class="w-help" id="${id}-help">Drag over k-space to paint. By keyboard: arrows move the brush, with Shift by
      one sample, and Space paints.</p>
    <p class="w-hidden" role="status"></p></div>`;
}

// What stands on the screen for a mask: pictures, numbers, and how far the challenge is
function drawing(el, state, challenge) {
  const find = (selector) => el.querySelector(selector),
    [kCanvas, xCanvas, pCanvas] = el.querySelectorAll("canvas"),
    [k, x, p] = [kCanvas, xCanvas, pCanvas].map(screen),
    levels = logLevels(state.kre, state.kim);
  const showsError = () => find("[data-name=view] input:checked").value === "error";
  let best = -Infinity;

  function draw() {
    const { mask, image, reference, size, peak } = state,
      error = showsError(),
      gain = (error ? ERROR_GAIN : 1) * (255 / peak);
    for (let i = 0; i < size; i++) {
      k.pixels[i] = (mask[i] ? WARM : COLD)[levels[i]];
      const v = gain * (error ? Math.abs(image[i] - reference[i]) : image[i]);
      x.pixels[i] = GREYS[v > 255 ? 255 : v | 0];
    }
    drawPSF();
    for (const picture of [k, x, p]) picture.show();
    for (const [name, text] of Object.entries(words())) find(`[data-name=${name}]`).textContent = text;
    if (challenge.length) find(".w-challenge").innerHTML = judged();
  }

  function drawPSF() {
    const { psf, width, height } = state;
    for (let y = 0, o = 0; y < height; y += 2) {
      // the maximum of four, so that no peak is lost
      for (let i = y * width; i < (y + 1) * width; i += 2, o++) {
        const v = Math.max(psf[i], psf[i + 1], psf[i + width], psf[i + width + 1]);
        p.pixels[o] = GREYS[v > 1e-3 ? Math.min(255, (255 * (3 + Math.log10(v))) / 3) | 0 : 0];
      }
    }
  }

  function judged() {
    const [goal, most] = challenge,
      samples = Math.round(most * state.size),
      task = `<b>${goal} dB from at most ${+(100 * most).toFixed(1)} % of the samples?</b>`;
    if (state.count > samples) return `${task} That is more than ${samples} samples.`;
    best = Math.max(best, state.psnr);
    const short = (goal - state.psnr).toFixed(2);
    if (state.psnr >= goal) return `${task} Done: ${state.psnr.toFixed(2)} dB from ${words().share}.`;
    return `${task} ${short} dB short. Your best: ${best.toFixed(2)} dB.`;
  }

  function words() {
    const { count, size, psnr } = state,
      percent = (100 * count) / size;
    return {
      accel: count ? `${(size / count).toFixed(size / count < 99.5 ? 1 : 0)}×` : "–",
      share: `${percent.toFixed(percent < 9.95 ? 1 : 0)} %`,
      psnr: psnr > 90 ? "exact" : `${psnr.toFixed(1)} dB`, // the rest is rounding
    };
  }

  function say() {
    const { accel, share, psnr } = words(),
      numbers = `${share} of the samples, acceleration ${accel}, PSNR ${psnr}`,
      verdict = find(".w-challenge")?.textContent ?? "";
    const shown = showsError() ? "Error of the zero-filled" : "Zero-filled";
    xCanvas.setAttribute("aria-label", `${shown} image from ${numbers}`);
    pCanvas.setAttribute("aria-label", `Point spread function of the mask, ${share} of the samples`);
    find("[role=status]").textContent = `${numbers}${verdict && `. ${verdict}`}`;
  }
  return { draw, say };
}

function render({ model, el }) {
  const [height, width] = model.get("shape"),
    challenge = model.get("challenge"),
    state = new ZeroFilled(height, width, int16Planes(model.get("pixels")), model.get("scale")),
    designs = new Designs(height, width);
  el.innerHTML = template(widgetId(), { width, height, challenge });
  const { draw, say } = drawing(el, state, challenge),
    find = (selector) => el.querySelector(selector),
    named = (name) => find(`[data-name=${name}]`),
    chosen = (name) => named(name).querySelector(":checked")?.value;

  // Update text and kernel only after a pause, so that screen readers and the kernel are not flooded.
  const tell = debounced(250, () => {
    say();
    const packed = packBits(state.mask);
    if (!sameBytes(packed, model.get("mask"))) {
      model.set("mask", packed);
      model.save_changes();
    }
  });
  function refresh() {
    const start = performance.now();
    state.update();
    draw();
    tell();
    return performance.now() - start;
  }
  const changed = inNextFrame(refresh);

  const past = [];
  function remember() {
    past.push(packBits(state.mask));
    if (past.length > 50) past.shift();
    named("undo").disabled = false;
  }
  function unchoose() {
    const input = named("design").querySelector(":checked");
    if (input) input.checked = false;
    named("redraw").disabled = true;
  }
  const byHand = () => {
    unchoose();
    changed();
  };
  const brush = new Brush(find("canvas"), find(".w-brush"), state.mask, {
    diameter: () => +named("size").value,
    value: () => (chosen("tool") === "erase" ? 0 : 1),
    begin: remember,
    painted: byHand,
  });

  function design() {
    const kind = chosen("design");
    if (!kind) return;
    designs.draw(kind, +named("r").value, state.mask);
    named("redraw").disabled = !["lines", "points", "radial"].includes(kind);
    changed();
  }
  const label = () => {
    named("size").nextElementSibling.textContent = named("size").value;
    named("r").nextElementSibling.textContent = `${(+named("r").value).toFixed(1)}×`;
    brush.show();
  };
  named("view").addEventListener("change", () => {
    draw();
    tell();
  });
  named("design").addEventListener("change", () => {
    remember();
    design();
  });
  named("size").addEventListener("input", label);
  named("r").addEventListener("input", () => {
    label();
    if (!chosen("design")) {
      remember();
      named("design").querySelector("[value=lines]").checked = true;
    }
    design();
  });
  named("redraw").addEventListener("click", () => {
    remember();
    designs.seed++;
    design();
  });
  named("clear").addEventListener("click", () => {
    remember();
    state.mask.fill(0);
    byHand();
  });
  named("undo").addEventListener("click", () => {
    unpackBits(past.pop(), state.mask);
    named("undo").disabled = !past.length;
    byHand();
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
  return () => {
    model.off("change:mask", fromKernel);
    changed.stop();
  };
}

export default { render };
