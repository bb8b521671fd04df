// A pulse sequence on the steps of its clock: gradients in mT/m, k in cycles per pixel, by the trapezoid rule.
class Walk {
  constructor(diagram) {
    Object.assign(this, diagram);
    this.gx = this.sampled(this.read);
    this.gy = this.sampled(this.phase); // of ky = 1
    this.kx = this.integrated(this.gx);
    this.kyUnit = this.integrated(this.gy);
  }

  // A gradient at each step, from its corners [time, amplitude]
  sampled(corners) {
    const out = new Float64Array(this.end + 1);
    for (let c = 1; c < corners.length; c++) {
      const [[t0, a], [t1, b]] = [corners[c - 1], corners[c]];
      for (let t = t0; t <= t1; t++) out[t] = t1 > t0 ? a + ((b - a) * (t - t0)) / (t1 - t0) : b;
    }
    return out;
  }

  // k = ∫ γ/2π G since the excitation; a 180° pulse turns k to −k
  integrated(gradient) {
    const k = new Float64Array(this.end + 1);
    for (let t = 1; t <= this.end; t++) {
      k[t] = (t === this.refocusing ? -1 : 1) * (k[t - 1] + (gradient[t - 1] + gradient[t]) / 2 / this.unit);
    }
    return k;
  }

  taken(t) {
    // samples of this line up to time t
    return Math.min(this.samples, Math.max(0, t - this.first + 1));
  }
}

// The zero-filled image from the first `count` samples, line after line. For magnitudes, signs replace the shifts.
class LinesSoFar {
  constructor(height, width, planes, scale) {
    const size = height * width,
      array = () => new Float32Array(size);
    Object.assign(this, {
      height,
      width,
      size,
      fft: new FFT2(height, width),
      kre: array(),
      kim: array(),
      re: array(),
      im: array(),
      image: array(),
      peak: 0,
    });
    const sign = (i) => ((Math.floor(i / width) + i) & 1 ? -1 : 1); // widths are even
    for (let i = 0; i < size; i++) {
      this.kre[i] = sign(i) * scale * planes[i];
      this.kim[i] = sign(i) * scale * planes[size + i];
      this.peak = Math.max(this.peak, Math.hypot(this.kre[i], this.kim[i]));
    }
    this.fft.transform(this.kre, this.kim, -1);
  }

  update(count) {
    const { size, kre, kim, re, im, image } = this;
    for (let i = 0; i < size; i++) {
      re[i] = i < count ? kre[i] : 0;
      im[i] = i < count ? kim[i] : 0;
    }
    this.fft.transform(re, im, 1);
    for (let i = 0; i < size; i++) image[i] = Math.hypot(re[i], im[i]) / size;
  }
}
