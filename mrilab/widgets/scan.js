// Numbers from the bytes of the kernel, which may start anywhere in a buffer
const typed = (Kind, view) => new Kind(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));

// One trajectory, with quantities computed from it: gradients in mT/m, slew rates in T/m/s, echoes, the image so far
class Scan {
  constructor({ name, size: [shots, samples], k, samples: data, scale }, [height, width], unit, dwell, limits) {
    Object.assign(this, { name, shots, samples, k: typed(Float32Array, k) });
    this.gridding = new Gridding(height, width, this.k, typed(Int16Array, data), scale);
    this.gradient = this.difference(1, 1e3 / unit);
    this.slew = this.difference(2, 1 / (unit * dwell));
    const first = (shot) => shot * samples,
      radius = (j) => Math.hypot(this.k[2 * j], this.k[2 * j + 1]);
    this.echoes = Array.from({ length: shots }, (_, shot) => {
      let echo = first(shot);
      for (let j = echo; j < first(shot + 1); j++) if (radius(j) < radius(echo)) echo = j;
      return echo;
    });
    const rounding = 1 + 1e-3; // tolerance for k in float32
    this.over = Uint8Array.from({ length: shots * samples }, (_, j) => {
      const shot = Math.floor(j / samples),
        t = j % samples;
      return +(
        this.at("gradient", shot, t).size > rounding * limits[0] || this.at("slew", shot, t).size > rounding * limits[1]
      );
    });
  }

  // Differences of order 1 or 2 along each shot, (shots, samples − order), as y, x and length
  difference(order, factor) {
    const { k, shots, samples } = this,
      count = samples - order;
    const out = {
      count,
      y: new Float64Array(shots * count),
      x: new Float64Array(shots * count),
      size: new Float64Array(shots * count),
    };
    for (let o = 0; o < shots * count; o++) {
      const i = 2 * (Math.floor(o / count) * samples + (o % count));
      const d = (a) => factor * (order === 1 ? k[a + 2] - k[a] : k[a + 4] - 2 * k[a + 2] + k[a]);
      out.y[o] = d(i);
      out.x[o] = d(i + 1);
      out.size[o] = Math.hypot(out.y[o], out.x[o]);
    }
    out.largest = out.size.reduce((a, b) => Math.max(a, b), 0);
    return out;
  }

  // A waveform at sample t of a shot: a gradient begins there, a slew rate is centred there
  at(which, shot, t) {
    const { count, y, x, size } = this[which],
      o = shot * count + Math.min(count - 1, Math.max(0, which === "slew" ? t - 1 : t));
    return { y: y[o], x: x[o], size: size[o] };
  }

  image(played) {
    const heard = this.echoes.filter((echo) => echo < played).length;
    this.gridding.update(played, this.shots / Math.max(1, heard));
    return this.gridding.image;
  }
}
