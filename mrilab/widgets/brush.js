// A round brush over a canvas: by pointer, or by arrows and Space. What it paints on is a mask of the canvas's pixels.
class Brush {
  // `diameter` and `value` say what it paints with; `begin` is called before a stroke, `painted` after each part of it.
  constructor(canvas, ring, mask, { diameter, value, begin, painted }) {
    const { width, height } = canvas;
    Object.assign(this, { canvas, ring, mask, width, height, diameter, value, begin, painted });
    Object.assign(this, { x: width / 2, y: height / 2, down: false, pen: false }); // pen: the space bar is down
    this.follow();
    this.listen();
  }

  dab(cx, cy) {
    const r = this.diameter() / 2,
      value = this.value();
    if (r < 1) {
      cx = Math.floor(cx) + 0.5;
      cy = Math.floor(cy) + 0.5;
    }
    for (let y = Math.max(0, Math.floor(cy - r)); y < Math.min(this.height, cy + r); y++) {
      for (let x = Math.max(0, Math.floor(cx - r)); x < Math.min(this.width, cx + r); x++) {
        if ((x + 0.5 - cx) ** 2 + (y + 0.5 - cy) ** 2 < r * r) this.mask[y * this.width + x] = value;
      }
    }
  }

  // Discs along the line from one place to the next
  move(to, painting) {
    const far = Math.hypot(to.x - this.x, to.y - this.y),
      steps = painting ? Math.ceil(far / Math.max(1, this.diameter() / 4)) : 0;
    for (let s = 1; s <= steps; s++)
      this.dab(this.x + ((to.x - this.x) * s) / steps, this.y + ((to.y - this.y) * s) / steps);
    if (painting && steps === 0) this.dab(to.x, to.y);
    Object.assign(this, to);
    this.show();
    if (painting) this.painted();
  }

  show() {
    const percent = (part, whole) => `${(100 * part) / whole}%`;
    Object.assign(this.ring.style, {
      left: percent(this.x, this.width),
      top: percent(this.y, this.height),
      width: percent(this.diameter(), this.width),
    });
  }

  follow() {
    const { canvas } = this;
    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      return {
        x: ((event.clientX - box.left) / box.width) * this.width,
        y: ((event.clientY - box.top) / box.height) * this.height,
      };
    };
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      canvas.setPointerCapture(event.pointerId);
      this.begin();
      Object.assign(this, at(event)); // a stroke begins here, not where the last one ended
      this.down = true;
      this.move(at(event), true);
    });
    canvas.addEventListener("pointermove", (event) => {
      const events = event.getCoalescedEvents?.() ?? [];
      for (const e of events.length ? events : [event]) this.move(at(e), this.down);
    });
    for (const end of ["pointerup", "pointercancel"])
      canvas.addEventListener(end, () => {
        this.down = false;
      });
  }

  listen() {
    const { canvas, width, height } = this,
      inside = (v, n) => Math.min(n - 0.5, Math.max(0.5, v));
    canvas.addEventListener("keydown", (event) => {
      const way = ARROWS[event.key];
      if (event.key !== " " && !way) return;
      event.preventDefault();
      if (way) {
        const step = event.shiftKey ? 1 : Math.max(1, this.diameter() / 2),
          [x, y] = [inside(this.x + step * way[0], width), inside(this.y + step * way[1], height)];
        this.move({ x, y }, this.pen);
      } else if (!this.pen) {
        this.begin();
        this.pen = true;
        this.move({ x: this.x, y: this.y }, true);
      }
    });
    canvas.addEventListener("keyup", (event) => {
      if (event.key === " ") this.pen = false;
    });
    canvas.addEventListener("blur", () => {
      this.pen = false;
    });
  }
}
