// The adjoint NUFFT, sample by sample: x[r] = 1/√N Σ_j y_j exp(2πi k_j·r), r counted from the middle pixel.
// Each sample is spread over a grid 1½ to 3 times as fine by a smooth kernel; the image is divided by the kernel's
// transform.
const KERNEL = 6; // grid points wide

class Gridding {
  constructor(height, width, k, samples, scale) {
    const sides = [height, width],
      grid = sides.map((n) => 2 ** Math.ceil(Math.log2(1.5 * n))),
      plane = grid[0] * grid[1];
    const beta = grid.map((g, axis) => 0.97 * Math.PI * KERNEL * (1 - sides[axis] / (2 * g)));
    Object.assign(this, {
      height,
      width,
      k,
      samples,
      scale,
      grid,
      beta,
      count: 0,
      length: k.length / 2,
      fft: new FFT2(...grid),
      sumRe: new Float64Array(plane),
      sumIm: new Float64Array(plane),
      re: new Float32Array(plane),
      im: new Float32Array(plane),
      image: new Float32Array(height * width),
      taps: [new Float64Array(KERNEL), new Float64Array(KERNEL)],
    });
    this.rolloff = sides.map((n, axis) =>
      Float64Array.from({ length: n }, (_, i) => this.transform(axis, (i - (n >> 1)) / grid[axis])),
    );
  }

  // exp(β(√(1 − (2u/W)²) − 1)), and its Fourier transform as a sum
  kernel(axis, u) {
    return Math.exp(this.beta[axis] * (Math.sqrt(Math.max(0, 1 - ((2 * u) / KERNEL) ** 2)) - 1));
  }
  transform(axis, frequency) {
    const steps = 400,
      du = KERNEL / steps;
    let sum = 0;
    for (let s = 0; s < steps; s++) {
      const u = (s + 0.5) * du - KERNEL / 2;
      sum += this.kernel(axis, u) * Math.cos(2 * Math.PI * frequency * u) * du;
    }
    return sum;
  }

  // Add sample j to the grid, or subtract it (sign −1)
  spread(j, sign) {
    const {
      k,
      samples,
      scale,
      length,
      grid: [rows, columns],
      taps,
    } = this;
    const first = [0, 1].map((axis) => {
      const place = k[2 * j + axis] * this.grid[axis],
        start = Math.ceil(place - KERNEL / 2);
      for (let i = 0; i < KERNEL; i++) taps[axis][i] = this.kernel(axis, start + i - place);
      return start;
    });
    const re = sign * scale * samples[j],
      im = sign * scale * samples[length + j];
    for (let a = 0; a < KERNEL; a++) {
      const row = ((first[0] + a) & (rows - 1)) * columns; // periodic: sides are powers of two
      for (let b = 0; b < KERNEL; b++) {
        const at = row + ((first[1] + b) & (columns - 1)),
          tap = taps[0][a] * taps[1][b];
        this.sumRe[at] += tap * re;
        this.sumIm[at] += tap * im;
      }
    }
  }

  // The magnitude of the image from the first `count` samples, times `factor`
  update(count, factor) {
    while (this.count < count) this.spread(this.count++, 1);
    while (this.count > count) this.spread(--this.count, -1);
    const {
        height,
        width,
        grid: [rows, columns],
        re,
        im,
        rolloff,
        image,
      } = this,
      norm = factor / Math.sqrt(height * width);
    re.set(this.sumRe);
    im.set(this.sumIm);
    this.fft.transform(re, im, 1);
    for (let y = 0, o = 0; y < height; y++) {
      const row = ((y - (height >> 1)) & (rows - 1)) * columns,
        scale = norm / rolloff[0][y];
      for (let x = 0; x < width; x++, o++) {
        const at = row + ((x - (width >> 1)) & (columns - 1));
        image[o] = (scale / rolloff[1][x]) * Math.sqrt(re[at] * re[at] + im[at] * im[at]);
      }
    }
  }
}
