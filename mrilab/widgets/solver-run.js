// The record of the live solver, and the clock that advances it.
const LONGEST = 2000; // number of iterations after which it pauses
const TITLES = { ista: "ISTA", fista: "FISTA", pogm: "POGM" };
const KEPT = 4; // finished runs in the charts

// The iterations since the start, and the runs before them: costs, PSNR, and where something was changed
class Record {
  // `now` has the settings that are shared with the kernel
  constructor(state, filters, level, now) {
    Object.assign(this, { state, filters, level, now, past: [], run: null, lowest: null, stepper: null });
    this.pose(true);
    this.begin();
  }

  pose(all) {
    const { now, level } = this,
      filters = all && { filters: this.filters[now.wavelet], level };
    this.state.pose({ fraction: now.fraction, ...filters });
    this.lowest = new Lowest(this.state);
  }

  get title() {
    const { algorithm, step, restart } = this.now;
    return (
      `${TITLES[algorithm]}${step === 1 ? "" : `, step ${step.toFixed(1)}`}` +
      `${restart && algorithm !== "ista" ? ", restart" : ""}`
    );
  }

  get iterations() {
    return this.run.costs.length - 1;
  }

  begin() {
    const { run, state } = this;
    if (run && this.iterations && !run.marks.length)
      this.past = [...this.past.filter(({ name }) => name !== run.name), run].slice(-KEPT);
    state.reset();
    this.stepper = null;
    const start = { frozen: [], costs: [state.cost], psnrs: [state.psnr], marks: [] };
    this.run = { name: this.title, kind: this.now.algorithm, ...start };
  }

  advance() {
    const { state, now, run } = this;
    this.stepper ??= SOLVERS[now.algorithm](state, { step: now.step, restart: now.restart });
    this.stepper.next();
    run.costs.push(state.cost);
    run.psnrs.push(state.psnr);
    if (state.cost < this.lowest.cost) this.lowest.cost = state.cost;
  }

  get diverges() {
    return !(this.state.cost <= 1e6 * this.run.costs[0]);
  }

  // The problem, or the way to solve it, has changed: the run continues from its iterate. Curves of other problems go.
  change(problem, all = false) {
    const { run } = this;
    this.stepper = null;
    if (problem) {
      run.frozen = this.gaps(run).slice(0, this.iterations); // computed with the minimum of the previous problem
      this.past = [];
      this.pose(all);
      run.costs[this.iterations] = this.state.cost;
    }
    if (!this.iterations) Object.assign(run, { name: this.title, kind: this.now.algorithm });
    else if (run.marks.at(-1) !== this.iterations) run.marks.push(this.iterations);
  }

  // log₁₀ of the cost above the minimum
  gaps({ frozen, costs }) {
    const gap = (cost) => Math.log10(Math.max(1e-9, cost / this.lowest.cost - 1));
    return [...frozen, ...costs.slice(frozen.length).map(gap)];
  }
}

// A clock that advances a record while it plays, at the pace of a slider, and while it is in view
class Clock {
  constructor(el, record, pace, draw, paused) {
    Object.assign(this, { el, record, pace, draw, paused, playing: false, stop: LONGEST, due: 0, last: 0, frame: 0 });
  }

  soon() {
    this.frame ||= requestAnimationFrame((time) => this.tick(time));
  }

  play(stop) {
    Object.assign(this, { playing: true, stop, due: 1, last: performance.now() });
    this.soon();
  }

  pause() {
    this.playing = false;
    this.paused();
  }

  // One iteration; it pauses where the run diverges, or at the last iteration
  advance() {
    this.record.advance();
    if (this.record.diverges || this.record.iterations >= this.stop) this.pause();
  }

  tick(time) {
    this.frame = 0;
    const { el, record } = this,
      box = el.getBoundingClientRect(),
      visible = box.bottom > 0 && box.top < innerHeight; // if not visible, it waits
    if (this.playing && visible) {
      this.due = Math.min(this.due + ((time - this.last) / 1000) * this.pace.value, 60);
      const start = performance.now();
      for (; this.due >= 1 && this.playing && performance.now() - start < 20; this.due--) this.advance();
      if (this.due >= 1) this.due = 0; // the computer is too slow for this speed
    }
    this.last = time;
    const seeking = record.iterations && record.lowest.left > 0;
    if (seeking && visible) record.lowest.seek(6);
    const more = this.playing || seeking;
    if (visible || !more) this.draw();
    if (more && el.isConnected) this.soon();
  }
}
