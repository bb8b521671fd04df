// The orthogonal wavelet transform, periodised, of a complex image in planes (H·W), in place: that of mrilab.Wavelet.
// One scale is y = W x Wᵀ. A pass filters columns and writes them as rows, so two passes are one scale.
class Wavelet2 {
  constructor(height, width, level, filters) {
    const [lo, hi] = filters.map((taps) => Float64Array.from(taps)),
      scratch = () => new Float32Array(height * width);
    const line = () => new Float64Array(Math.max(height, width) + 2 * lo.length);
    Object.assign(this, {
      height,
      width,
      level,
      lo,
      hi,
      re: scratch(),
      im: scratch(),
      lines: [line(), line(), line(), line()],
    });
  }

  analyse(re, im) {
    for (let j = 0; j < this.level; j++) this.scale(this.split, re, im, this.height >> j, this.width >> j);
  }

  synthesise(re, im) {
    for (let j = this.level - 1; j >= 0; j--) this.scale(this.merge, re, im, this.height >> j, this.width >> j);
  }

  scale(pass, re, im, rows, columns) {
    pass.call(this, re, im, this.width, rows, columns, this.re, this.im, this.height);
    pass.call(this, this.re, this.im, this.height, columns, rows, re, im, this.width);
  }

  // Low-pass samples first, then high-pass: sample k of n/2 is Σ_j lo[j] x[taps/2 + 2k − j].
  split(re, im, stride, n, columns, outRe, outIm, outStride) {
    const { lo, hi } = this,
      taps = lo.length,
      half = n / 2,
      [x, y] = this.lines;
    for (let i = 0; i < columns; i++) {
      continued(re, i, stride, n, taps, x);
      continued(im, i, stride, n, taps, y);
      for (let k = 0, o = i * outStride; k < half; k++, o++) {
        let a = 0,
          b = 0,
          c = 0,
          d = 0;
        for (let j = 0, p = 2 * k + taps - 1; j < taps; j++, p--) {
          a += lo[j] * x[p];
          b += lo[j] * y[p];
          c += hi[j] * x[p];
          d += hi[j] * y[p];
        }
        outRe[o] = a;
        outIm[o] = b;
        outRe[o + half] = c;
        outIm[o + half] = d;
      }
    }
  }

  // The transpose of split
  merge(re, im, stride, n, columns, outRe, outIm, outStride) {
    const { lo, hi } = this,
      taps = lo.length,
      half = n / 2,
      [a, b, c, d] = this.lines;
    for (let i = 0; i < columns; i++) {
      continued(re, i, stride, half, taps, a);
      continued(im, i, stride, half, taps, b);
      continued(re, i + half * stride, stride, half, taps, c);
      continued(im, i + half * stride, stride, half, taps, d);
      for (let s = 0, o = i * outStride; s < n; s++, o++) {
        const q = s + taps / 2 - 1;
        let x = 0,
          y = 0;
        for (let j = 1 - (q & 1), p = q >> 1; j < taps; j += 2, p++) {
          x += lo[j] * a[p] + hi[j] * c[p];
          y += lo[j] * b[p] + hi[j] * d[p];
        }
        outRe[o] = x;
        outIm[o] = y;
      }
    }
  }
}

// n samples of a column, extended periodically: line[p] is sample p − (taps/2 − 1)
function continued(plane, first, stride, n, taps, line) {
  let s = (n - ((taps / 2 - 1) % n)) % n;
  for (let p = 0; p < n + taps; p++) {
    line[p] = plane[first + s * stride];
    if (++s === n) s = 0;
  }
}
