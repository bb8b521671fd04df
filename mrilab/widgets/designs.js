// Masks over k-space: designs by rule, and their colours.
const DESIGN_NAMES = {
  regular: "Every R-th line",
  lines: "Random lines",
  box: "Box",
  points: "Random points",
  radial: "Radial",
};
const WARM = GREYS.map((_, v) => {
  // colours of sampled points, never black, so that the mask is visible at the edge too
  const t = v / 255,
    r = 78 + 177 * t,
    g = 70 + 184 * t,
    b = 56 + 190 * t;
  return (0xff000000 | (b << 16) | (g << 8) | r) >>> 0;
});
const COLD = GREYS.map((_, v) => {
  // colours of points that are not sampled
  const t = v / 255,
    r = 11 + 90 * t,
    g = 20 + 122 * t,
    b = 36 + 170 * t;
  return (0xff000000 | (b << 16) | (g << 8) | r) >>> 0;
});

function logLevels(re, im) {
  // 0 to 255 for log |k-space| over 4.5 decades
  const size = Float32Array.from(re, (r, i) => Math.hypot(r, im[i])),
    top = size.reduce((a, b) => Math.max(a, b), 0);
  return Uint8Array.from(size, (v) => 255 * Math.max(0, 1 + Math.log10(v / top + 1e-9) / 4.5));
}

// The designs of mrilab.sampling.masks. Random ones use exponential waiting times, as there, with other random numbers.
class Designs {
  constructor(height, width) {
    Object.assign(this, { height, width, seed: 1, orders: {} });
  }

  draw(kind, accel, mask) {
    mask.fill(0);
    this[kind](accel, mask);
  }

  regular(accel, mask) {
    const { height, width } = this;
    for (let j = -height; j <= height; j++) {
      const line = height / 2 + Math.floor(j * accel + 0.5);
      if (line >= 0 && line < height) mask.fill(1, line * width, (line + 1) * width);
    }
  }

  box(accel, mask) {
    this.fillBox(mask, Math.round(this.height / Math.sqrt(accel)), Math.round(this.width / Math.sqrt(accel)));
  }

  lines(accel, mask) {
    const { height, width } = this,
      wanted = height / accel;
    this.fillBox(mask, Math.floor(0.32 * wanted), width);
    let left = Math.round(wanted);
    for (let y = 0; y < height; y++) left -= mask[y * width];
    for (const y of this.order("lines", height, (y) => (1 - Math.abs(y - height / 2) / (height / 2 + 1)) ** 2)) {
      if (left <= 0) break;
      if (!mask[y * width]) {
        mask.fill(1, y * width, (y + 1) * width);
        left--;
      }
    }
  }

  points(accel, mask) {
    const { height, width } = this,
      size = height * width,
      wanted = size / accel,
      side = Math.sqrt((0.08 * wanted) / size);
    this.fillBox(mask, Math.floor(height * side), Math.floor(width * side));
    const density = (i) => {
      const ky = (Math.floor(i / width) - height / 2) / (height / 2 + 1),
        kx = ((i % width) - width / 2) / (width / 2 + 1);
      return (1 - Math.sqrt((ky * ky + kx * kx) / 2)) ** 3;
    };
    let left = Math.round(wanted) - mask.reduce((sum, m) => sum + m, 0);
    for (const i of this.order("points", size, density)) {
      if (left <= 0) break;
      if (!mask[i]) {
        mask[i] = 1;
        left--;
      }
    }
  }

  radial(accel, mask) {
    // spokes at the golden angle, rounded to the grid, until there are enough samples
    const { height, width } = this;
    let left = (height * width) / accel;
    for (let spoke = 0; spoke < 4 * Math.max(height, width) && left > 0; spoke++) {
      const angle = (spoke + this.seed) * Math.PI * 0.6180339887,
        dy = Math.sin(angle) / 2,
        dx = Math.cos(angle) / 2;
      for (let s = 1 - Math.max(height, width); s < Math.max(height, width); s++) {
        const t = s / Math.max(height, width);
        const y = Math.round(height * (0.5 + t * dy)),
          x = Math.round(width * (0.5 + t * dx));
        if (y < height && x < width && !mask[y * width + x]) {
          mask[y * width + x] = 1;
          left--;
        }
      }
    }
  }

  fillBox(mask, rows, columns) {
    const { height, width } = this;
    const high = Math.max(1, rows),
      wide = Math.max(1, columns);
    const top = height / 2 - Math.floor(high / 2),
      first = width / 2 - Math.floor(wide / 2);
    for (let y = top; y < top + high; y++) mask.fill(1, y * width + first, y * width + first + wide);
  }

  // The points in the order of their waiting times, stored so that a larger R only removes samples.
  order(name, size, density) {
    if (this.orders[name]?.seed !== this.seed) {
      const random = randomNumbers(this.seed);
      const arrival = Float64Array.from({ length: size }, (_, i) => -Math.log(random()) / density(i));
      this.orders[name] = {
        seed: this.seed,
        places: Uint32Array.from(arrival.keys()).sort((a, b) => arrival[a] - arrival[b]),
      };
    }
    return this.orders[name].places;
  }
}
