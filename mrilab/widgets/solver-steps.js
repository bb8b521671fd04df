// The problem min_z ½‖Ω F Ψᴴ z − y‖² + λ‖z‖₁ of one coil, and its solvers: those of mrilab.solvers, line by line.
// F and Ψ are unitary, so the solvers may work on F Ψᴴ z, where the gradient costs no transform. A vector is the real
// plane of k-space and then the imaginary one; only the prox goes to the coefficients and back.
class SparseProblem {
  constructor(height, width, planes, scale, reference) {
    const size = height * width,
      vector = () => new Float32Array(2 * size),
      plane = () => new Float32Array(size);
    Object.assign(this, {
      height,
      width,
      size,
      reference,
      fft: new FFT2(height, width),
      mask: new Uint8Array(size),
      signs: plane(),
      y: vector(),
      x: vector(),
      z: vector(),
      pull: vector(),
      image: plane(),
      zeroFilled: plane(),
      fraction: 1,
    });
    // centres it: widths are even
    for (let i = 0; i < size; i++) this.signs[i] = ((Math.floor(i / width) + i) & 1 ? -1 : 1) / Math.sqrt(size);
    this.peak = reference.reduce((a, b) => Math.max(a, b), 0);
    for (let i = 0; i < 2 * size; i++) this.y[i] = scale * planes[i];
    this.toKspace(this.y);
  }

  twin() {
    // a copy of the problem with the same iterate, which continues separately
    const copy = Object.assign(Object.create(SparseProblem.prototype), this);
    for (const name of ["x", "z", "image"]) copy[name] = this[name].slice();
    return copy;
  }

  planes(v) {
    return [v.subarray(0, this.size), v.subarray(this.size)];
  }

  toKspace(v) {
    // in place, orthonormal, with the signs of the centred transform up to a checkerboard
    this.scaleBySigns(v);
    this.fft.transform(...this.planes(v), -1);
  }

  toImage(v) {
    this.fft.transform(...this.planes(v), 1);
    this.scaleBySigns(v);
  }

  scaleBySigns(v) {
    const { size, signs } = this;
    for (let i = 0; i < size; i++) {
      v[i] *= signs[i];
      v[i + size] *= signs[i];
    }
  }

  // Another wavelet, mask or λ / λ_max: the iterate is kept, and its cost in the new problem is computed.
  pose({ filters, level, fraction = this.fraction }) {
    const { size, mask, y, x, z, pull } = this;
    this.fraction = fraction;
    for (let i = 0; i < size; i++) {
      pull[i] = mask[i] * y[i];
      pull[i + size] = mask[i] * y[i + size];
    }
    this.toImage(pull);
    magnitude(pull, this.zeroFilled);
    if (filters) {
      this.psi = new Wavelet2(this.height, this.width, level, filters);
      z.set(x);
      this.toImage(z);
      this.psi.analyse(...this.planes(z));
    }
    this.psi.analyse(...this.planes(pull)); // Aᴴ y
    this.lambda = fraction * shrink(pull, 0).largest;
    this.measure(shrink(z, 0));
  }

  reset() {
    for (const v of [this.x, this.z, this.image]) v.fill(0);
    this.measure({ norm: 0, count: 0 });
  }

  // x = the prox of step · λ‖·‖₁ at a point
  prox(point, step) {
    const { x, z } = this;
    z.set(point);
    this.toImage(z);
    this.psi.analyse(...this.planes(z));
    const found = shrink(z, step * this.lambda);
    x.set(z);
    this.psi.synthesise(...this.planes(x));
    magnitude(x, this.image);
    this.toKspace(x);
    this.measure(found);
  }

  measure({ norm, count }) {
    const { size, mask, x, y, lambda } = this;
    let misfit = 0;
    for (let i = 0; i < size; i++) if (mask[i]) misfit += (x[i] - y[i]) ** 2 + (x[i + size] - y[i + size]) ** 2;
    Object.assign(this, { cost: misfit / 2 + lambda * norm, psnr: this.psnrOf(this.image), count });
  }

  psnrOf(image) {
    const { size, peak, reference } = this;
    let error = 0;
    for (let i = 0; i < size; i++) error += (image[i] - reference[i]) ** 2;
    return 10 * Math.log10((peak * peak * size) / error);
  }

  gradient(v, out) {
    // of the data term, Ω (v − y)
    const { size, mask, y } = this;
    for (let i = 0; i < size; i++) {
      out[i] = mask[i] * (v[i] - y[i]);
      out[i + size] = mask[i] * (v[i + size] - y[i + size]);
    }
    return out;
  }
}

function magnitude(v, out) {
  for (let i = 0; i < out.length; i++) out[i] = Math.sqrt(v[i] * v[i] + v[i + out.length] * v[i + out.length]);
}

// Soft thresholding in place; returns the l1 norm, the number of non-zeros, and the largest value before
function shrink(z, threshold) {
  const size = z.length / 2;
  let norm = 0,
    count = 0,
    largest = 0;
  for (let i = 0; i < size; i++) {
    const r = z[i],
      q = z[i + size],
      length = Math.sqrt(r * r + q * q);
    if (length <= threshold) {
      z[i] = z[i + size] = 0;
      continue;
    }
    const factor = 1 - threshold / length;
    z[i] *= factor;
    z[i + size] *= factor;
    norm += length - threshold;
    count++;
    if (length > largest) largest = length;
  }
  return { norm, count, largest };
}

// out = Σ c v over the terms [c, v]; out is none of these vectors
function combine(out, [c, v], ...terms) {
  for (let i = 0; i < out.length; i++) out[i] = c * v[i];
  for (const [d, w] of terms) if (d) for (let i = 0; i < out.length; i++) out[i] += d * w[i];
}

function inner(u, v) {
  let sum = 0;
  for (let i = 0; i < u.length; i++) sum += u[i] * v[i];
  return sum;
}

// Every solver does one iteration per call of next(), starting from the x of the problem. Step sizes are in units of
// 1/L = 1.
function* fistaSteps(problem, { step, restart, momentum = true }) {
  const { x } = problem,
    old = x.slice(),
    vector = () => new Float32Array(x.length);
  const w = vector(),
    grad = vector(),
    point = vector(),
    back = vector(),
    on = vector();
  for (let t = 1, beta = 0; ;) {
    combine(w, [1 + beta, x], [-beta, old]);
    combine(point, [1, w], [-step, problem.gradient(w, grad)]);
    old.set(x);
    problem.prox(point, step);
    if (restart) {
      combine(back, [1, w], [-1, x]);
      combine(on, [1, x], [-1, old]);
      if (inner(back, on) > 0) t = 1; // the momentum points uphill: reset it
    }
    const before = t;
    t = (1 + Math.sqrt(1 + 4 * t * t)) / 2;
    beta = momentum ? (before - 1) / t : 0;
    yield;
  }
}

const istaSteps = (problem, { step }) => fistaSteps(problem, { step, momentum: false });

function* pogmSteps(problem, { step, restart, shorter = 0.96 }) {
  const { x } = problem,
    vector = () => new Float32Array(x.length),
    grad = vector(),
    old = vector(),
    down = vector();
  let u = vector(),
    uOld = x.slice(),
    z = vector(),
    zOld = x.slice(),
    g = vector(),
    gOld = null,
    y = vector(),
    yOld = x.slice();
  for (let t = 1, xi = 1, sigma = 1; ;) {
    problem.gradient(x, grad);
    gOld ??= grad.slice();
    combine(u, [1, x], [-step, grad]);
    let next = (1 + Math.sqrt(1 + 4 * t * t)) / 2;
    const a = (t - 1) / next,
      b = (sigma * t) / next,
      back = (a * step) / xi;
    combine(z, [1 + a + b, u], [-a, uOld], [-b - back, x], [back, zOld]);
    xi = step * (1 + a + b);
    old.set(x);
    problem.prox(z, xi);
    if (restart) {
      combine(g, [1, grad], [1 / xi, z], [-1 / xi, x]); // the gradient of f plus a subgradient of g
      combine(y, [1, old], [-step, g]);
      combine(down, [1, y], [-1, yOld]);
      if (inner(g, down) > 0) next = sigma = 1;
      else if (inner(g, gOld) < 0) sigma *= shorter;
      [g, gOld, y, yOld] = [gOld, g, yOld, y];
    }
    t = next;
    [u, uOld, z, zOld] = [uOld, u, zOld, z];
    yield;
  }
}

const SOLVERS = { ista: istaSteps, fista: fistaSteps, pogm: pogmSteps };

// The minimum cost of a problem, computed by a second solver for a few milliseconds at a time
class Lowest {
  constructor(problem) {
    const twin = problem.twin();
    Object.assign(this, { twin, steps: fistaSteps(twin, { step: 1, restart: true }), left: 400, cost: Infinity });
  }

  seek(milliseconds) {
    for (const start = performance.now(); this.left && performance.now() - start < milliseconds; this.left--) {
      this.steps.next();
      this.cost = Math.min(this.cost, this.twin.cost);
    }
  }
}
