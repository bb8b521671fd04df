// Curves over iterations as SVG, with colours from the style sheet; the text around it is HTML and does not scale.
class Chart {
  constructor(element) {
    this.element = element;
    element.innerHTML = `<svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true"></svg>
      <div class="w-ticks" aria-hidden="true"></div>`;
  }

  // runs: [{ kind, values }], the current one last; axis: { low, high, labels: [[value, text], …] }; marks:
  // iterations at which
  // something was changed; level: a dashed line
  draw(runs, { low, high, labels }, marks, level = []) {
    const last = Math.max(40, ...runs.map(({ values }) => values.length - 1));
    const x = (k) => ((100 * k) / last).toFixed(2),
      y = (v) => Math.min(120, Math.max(-20, (100 * (high - v)) / (high - low))).toFixed(2);
    const line = (kind, d) => `<path class="w-${kind}" d="${d}"/>`,
      across = (values) => values.map((v) => `M0 ${y(v)}H100`).join("");
    const curve = (values) => {
      const every = Math.ceil(values.length / 400); // no more points than pixels
      const points = values
        .map((v, k) => [k, v])
        .filter(([k, v]) => Number.isFinite(v) && (k % every === 0 || k === values.length - 1));
      return points.map(([k, v], n) => `${n ? "L" : "M"}${x(k)} ${y(v)}`).join("");
    };
    this.element.firstChild.innerHTML = [
      line("grid", across(labels.map(([v]) => v))),
      line("level", across(level)),
      line("mark", marks.map((k) => `M${x(k)} 0V100`).join("")),
      ...runs.map(({ kind, values }, n) =>
        line(`curve w-${kind}${n < runs.length - 1 ? " w-past" : ""}`, curve(values)),
      ),
    ].join("");
    const word = (text, style) => `<span style="${style}">${text}</span>`;
    this.element.lastChild.innerHTML = [
      ...labels.map(([v, text]) => word(text, `top:${y(v)}%;right:100%`)),
      ...ticks(0, last, 5).map((k) => word(k, `left:${x(k)}%;top:100%`)),
    ].join("");
  }
}

function ticks(low, high, count) {
  const rough = (high - low || 1) / count,
    unit = 10 ** Math.floor(Math.log10(rough));
  const step = unit * [1, 2, 5, 10].find((m) => m * unit >= rough),
    first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => +((first + i) * step).toPrecision(6));
}

function axisAround(values) {
  // an axis that contains all values
  const finite = values.filter(Number.isFinite),
    low = finite.reduce((a, v) => Math.min(a, v), Infinity),
    high = finite.reduce((a, v) => Math.max(a, v), -Infinity);
  const room = Math.max(0.5, 0.08 * (high - low));
  return { low: low - room, high: high + room, labels: ticks(low - room, high + room, 4).map((v) => [v, v]) };
}
