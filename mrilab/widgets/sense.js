// SENSE in the browser: coils, folding, unfolding and its g-factor, as in mrilab.simulation.receivers and
// mrilab.parallel.sense.
const COILS = 8;
// added to a group's matrix: if it is singular, this gives the minimum-norm solution, and a very large g
const TINY = 1e-12;

// White circular noise with E|n|² = 1, always the same: real parts, then imaginary parts
function whiteNoise(size) {
  const uniform = randomNumbers(1),
    noise = new Float32Array(2 * size);
  for (let i = 0; i < size; i++) {
    const r = Math.sqrt(-Math.log(uniform())),
      angle = 2 * Math.PI * uniform();
    noise[i] = r * Math.cos(angle);
    noise[size + i] = r * Math.sin(angle);
  }
  return noise;
}

// All computations. Complex arrays are planar: real parts, then imaginary parts.
class Folding {
  constructor(height, width, planes, scale, support, geometry) {
    const size = height * width,
      array = () => new Float32Array(size);
    Object.assign(this, {
      height,
      width,
      size,
      geometry,
      rings: {},
      image: array(),
      g: array(),
      reference: array(),
      x: Float32Array.from(planes, (v) => scale * v),
      everywhere: new Uint8Array(size).fill(1),
      support,
      noise: whiteNoise(COILS * size),
    });
    for (let i = 0; i < size; i++) this.reference[i] = Math.hypot(this.x[i], this.x[size + i]);
    this.peak = this.reference.reduce((a, b) => Math.max(a, b), 0);
  }

  // The maps of a ring of coils, B_x − iB_y by Biot and Savart, Σ|S|² = 1: simulate_smaps of mrilab without splines
  ring(coils) {
    if (this.rings[coils]) return this.rings[coils];
    const { height, width, size } = this,
      maps = new Float32Array(2 * coils * size),
      power = new Float64Array(size);
    for (let c = 0; c < coils; c++) this.field((2 * Math.PI * c) / coils, maps.subarray(c * size), coils * size, power);
    for (let i = 0; i < maps.length; i++) maps[i] /= Math.sqrt(power[i % size]);
    let white = 0;
    for (let i = 0; i < coils * size; i++)
      white = Math.max(white, Math.hypot(maps[i], maps[coils * size + i]) * this.reference[i % size]);
    return (this.rings[coils] = { maps, white });
  }

  field(angle, map, imaginary, power) {
    const {
        height,
        width,
        geometry: { cylinder, loop, wire, segments, pixel },
      } = this,
      cos = Math.cos(angle),
      sin = Math.sin(angle);
    const corner = (s) => {
      const along = loop * Math.cos((2 * Math.PI * s) / segments);
      return [
        cylinder * cos - along * sin,
        cylinder * sin + along * cos,
        loop * Math.sin((2 * Math.PI * s) / segments),
      ];
    };
    // the middle of each segment, and the vector from its start to its end
    const pieces = new Float64Array(6 * segments);
    for (let s = 0; s < segments; s++) {
      const a = corner(s),
        b = corner(s + 1);
      for (let k = 0; k < 3; k++) {
        pieces[6 * s + k] = (a[k] + b[k]) / 2;
        pieces[6 * s + 3 + k] = b[k] - a[k];
      }
    }
    for (let row = 0, i = 0; row < height; row++) {
      for (let column = 0; column < width; column++, i++) {
        const x = (column - (width >> 1)) * pixel,
          y = ((height >> 1) - row) * pixel;
        let re = 0,
          im = 0;
        for (let s = 0; s < pieces.length; s += 6) {
          const rx = x - pieces[s],
            ry = y - pieces[s + 1],
            lz = pieces[s + 2],
            far = rx * rx + ry * ry + lz * lz + wire * wire;
          const weight = 1 / (far * Math.sqrt(far)),
            dx = pieces[s + 3],
            dy = pieces[s + 4],
            dz = pieces[s + 5];
          re -= (dy * lz + dz * ry) * weight;
          im -= (dz * rx + dx * lz) * weight;
        }
        map[i] = re;
        map[imaginary + i] = im;
        power[i] += re * re + im * im;
      }
    }
  }

  update(rate, coils, sigma, known) {
    const { height, width, size } = this,
      { maps, white } = this.ring(coils),
      period = (height / rate) * width;
    const folded = new Float32Array(2 * coils * period),
      offset = coils * size;
    for (let c = 0; c < coils; c++) {
      // the average of the R pixels that fold onto each other, noise included
      for (let i = 0; i < size; i++) {
        const m = c * size + i,
          o = c * period + (i % period),
          part = (sigma * this.peak) / rate;
        folded[o] += (maps[m] * this.x[i] - maps[offset + m] * this.x[size + i]) / rate + part * this.noise[m];
        folded[coils * period + o] +=
          (maps[m] * this.x[size + i] + maps[offset + m] * this.x[i]) / rate + part * this.noise[COILS * size + m];
      }
    }
    Object.assign(this, { rate, coils, maps, white, folded, period });
    const seen = known ? this.support : this.everywhere,
      group = new Group(rate);
    this.image.fill(0);
    this.g.fill(0);
    for (let i = 0; i < period; i++) this.unfold(i, seen, group);
    let error = 0;
    for (let i = 0; i < size; i++) error += (this.image[i] - this.reference[i]) ** 2;
    this.psnr = 10 * Math.log10((this.peak ** 2 * size) / error);
  }

  // m = R (BᴴB)⁻¹ Bᴴ a for the pixels of one group, B their sensitivities, a the folded value of each coil
  unfold(first, seen, group) {
    const { size, period, coils, maps, folded, rate } = this,
      offset = coils * size,
      { places, re, im, bre, bim } = group;
    let count = 0;
    for (let i = first; i < size; i += period) if (seen[i]) places[count++] = i;
    for (let j = 0; j < count; j++) {
      for (let k = 0; k <= j; k++) {
        let r = j === k ? TINY : 0,
          q = 0;
        for (let c = 0; c < coils; c++) {
          const p = c * size + places[j],
            o = c * size + places[k];
          r += maps[p] * maps[o] + maps[offset + p] * maps[offset + o];
          q += maps[p] * maps[offset + o] - maps[offset + p] * maps[o];
        }
        re[j * rate + k] = r;
        im[j * rate + k] = q;
      }
      bre[j] = bim[j] = 0;
      for (let c = 0; c < coils; c++) {
        const p = c * size + places[j],
          a = c * period + first,
          b = coils * period + a;
        bre[j] += maps[p] * folded[a] + maps[offset + p] * folded[b];
        bim[j] += maps[p] * folded[b] - maps[offset + p] * folded[a];
      }
    }
    group.solve(count);
    for (let j = 0; j < count; j++) {
      this.image[places[j]] = rate * Math.hypot(bre[j], bim[j]);
      this.g[places[j]] = Math.sqrt(group.inverse[j]);
    }
  }
}

// A small Hermitian system: the lower half of the matrix in (re, im), row by row; the solution overwrites b.
class Group {
  constructor(n) {
    const array = (length) => new Float64Array(length);
    Object.assign(this, {
      n,
      places: new Uint32Array(n),
      re: array(n * n),
      im: array(n * n),
      bre: array(n),
      bim: array(n),
      inverse: array(n),
    });
  }

  solve(count) {
    const { n, re, im, bre, bim, inverse } = this;
    for (let j = 0; j < count; j++) {
      // Cholesky, G = L Lᴴ
      for (let i = j; i < count; i++) {
        let r = re[i * n + j],
          q = im[i * n + j];
        for (let k = 0; k < j; k++) {
          const a = i * n + k,
            b = j * n + k;
          r -= re[a] * re[b] + im[a] * im[b];
          q -= im[a] * re[b] - re[a] * im[b];
        }
        const d = i === j ? Math.sqrt(Math.max(r, TINY)) : re[j * n + j];
        re[i * n + j] = i === j ? d : r / d;
        im[i * n + j] = i === j ? 0 : q / d;
      }
    }
    for (let j = 0; j < count; j++) {
      // L becomes L⁻¹, column by column
      re[j * n + j] = 1 / re[j * n + j];
      for (let i = j + 1; i < count; i++) {
        let r = 0,
          q = 0;
        for (let k = j; k < i; k++) {
          const a = i * n + k,
            b = k * n + j;
          r -= re[a] * re[b] - im[a] * im[b];
          q -= re[a] * im[b] + im[a] * re[b];
        }
        re[i * n + j] = r / re[i * n + i];
        im[i * n + j] = q / re[i * n + i];
      }
    }
    for (let i = count - 1; i >= 0; i--) {
      // b becomes L⁻¹ b
      let r = 0,
        q = 0;
      for (let k = 0; k <= i; k++) {
        const a = i * n + k;
        r += re[a] * bre[k] - im[a] * bim[k];
        q += re[a] * bim[k] + im[a] * bre[k];
      }
      bre[i] = r;
      bim[i] = q;
    }
    for (let i = 0; i < count; i++) {
      // and this L⁻ᴴ L⁻¹ b; the diagonal of L⁻ᴴ L⁻¹ is that of the inverse
      let r = 0,
        q = 0;
      inverse[i] = 0;
      for (let k = i; k < count; k++) {
        const a = k * n + i;
        r += re[a] * bre[k] + im[a] * bim[k];
        q += re[a] * bim[k] - im[a] * bre[k];
        inverse[i] += re[a] * re[a] + im[a] * im[a];
      }
      bre[i] = r;
      bim[i] = q;
    }
  }
}
