// The two-dimensional FFT of radix 2, in place on planar Float32Arrays (H·W), unnormalised. Sides are powers of two.
class FFT2 {
  constructor(height, width) {
    this.height = height;
    this.width = width;
    this.rows = FFT2.tables(width);
    this.columns = FFT2.tables(height);
    this.empty = new Uint8Array(height);
  }

  static tables(n) {
    const reversed = new Uint32Array(n),
      cos = new Float64Array(n / 2),
      sin = new Float64Array(n / 2);
    for (let i = 1; i < n; i++) reversed[i] = (reversed[i >> 1] >> 1) | (i & 1 ? n >> 1 : 0);
    for (let i = 0; i < n / 2; i++) {
      cos[i] = Math.cos((2 * Math.PI * i) / n);
      sin[i] = Math.sin((2 * Math.PI * i) / n);
    }
    return { reversed, cos, sin };
  }

  // sign −1 is the forward transform exp(−2πi kr/n), +1 the inverse
  transform(re, im, sign) {
    const { height, width } = this;
    for (let y = 0; y < height; y++) {
      const start = y * width;
      let i = start;
      while (i < start + width && re[i] === 0 && im[i] === 0) i++;
      this.empty[y] = i === start + width; // rows of zeros need no transform, as most rows of most masks
      if (!this.empty[y]) this.row(re, im, start, sign);
    }
    this.allColumns(re, im, sign);
  }

  row(re, im, start, sign) {
    const n = this.width,
      { reversed, cos, sin } = this.rows;
    for (let i = 0; i < n; i++) {
      const j = reversed[i];
      if (i < j) {
        const a = start + i,
          b = start + j,
          r = re[a],
          q = im[a];
        re[a] = re[b];
        im[a] = im[b];
        re[b] = r;
        im[b] = q;
      }
    }
    for (let half = 1, stride = n >> 1; half < n; half <<= 1, stride >>= 1) {
      for (let k = 0; k < half; k++) {
        const c = cos[k * stride],
          s = sign * sin[k * stride];
        for (let a = start + k; a < start + n; a += half << 1) {
          const b = a + half,
            r = re[b] * c - im[b] * s,
            q = re[b] * s + im[b] * c;
          re[b] = re[a] - r;
          im[b] = im[a] - q;
          re[a] += r;
          im[a] += q;
        }
      }
    }
  }

  // All columns at once: a butterfly joins two whole rows, so memory is read in order.
  allColumns(re, im, sign) {
    const n = this.height,
      width = this.width,
      { reversed, cos, sin } = this.columns;
    const empty = this.empty;
    for (let i = 0; i < n; i++) {
      const j = reversed[i];
      if (i < j && !(empty[i] && empty[j])) {
        for (let a = i * width, b = j * width, end = a + width; a < end; a++, b++) {
          const r = re[a],
            q = im[a];
          re[a] = re[b];
          im[a] = im[b];
          re[b] = r;
          im[b] = q;
        }
        const e = empty[i];
        empty[i] = empty[j];
        empty[j] = e;
      }
    }
    for (let half = 1, stride = n >> 1; half < n; half <<= 1, stride >>= 1) {
      for (let k = 0; k < half; k++) {
        const c = cos[k * stride],
          s = sign * sin[k * stride];
        for (let i = k; i < n; i += half << 1) {
          if (empty[i] && empty[i + half]) continue;
          for (let a = i * width, b = (i + half) * width, end = a + width; a < end; a++, b++) {
            const r = re[b] * c - im[b] * s,
              q = re[b] * s + im[b] * c;
            re[b] = re[a] - r;
            im[b] = im[a] - q;
            re[a] += r;
            im[a] += q;
          }
          empty[i] = empty[i + half] = 0;
        }
      }
    }
  }
}
