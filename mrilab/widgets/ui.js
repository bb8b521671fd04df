// Code that all widgets share. The files are joined into one module, so names must be unique.
let widgetCount = 0;
const widgetId = () => `mrilab-${++widgetCount}-${Math.random().toString(36).slice(2, 8)}`;

const GREYS = Uint32Array.from({ length: 256 }, (_, v) => (0xff000000 | (v << 16) | (v << 8) | v) >>> 0);

const int16Planes = (view) => new Int16Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));

// numpy.packbits and back
function packBits(mask) {
  const bytes = new Uint8Array(Math.ceil(mask.length / 8));
  for (let i = 0; i < mask.length; i++) bytes[i >> 3] |= mask[i] << (7 - (i & 7));
  return new DataView(bytes.buffer);
}
function unpackBits(view, mask) {
  for (let i = 0; i < mask.length; i++) mask[i] = (view.getUint8(i >> 3) >> (7 - (i & 7))) & 1;
}
const sameBytes = (a, b) =>
  a.byteLength === b.byteLength &&
  Array.from({ length: a.byteLength }).every((_, i) => a.getUint8(i) === b.getUint8(i));

// A group of radio buttons that looks like one bar; `chosen` need not be one of them.
function segments(id, name, legend, options, chosen) {
  const inputs = Object.entries(options).map(
    ([value, label]) =>
      `<label><input type="radio" name="${id}-${name}" value="${value}"${value === chosen ? " checked" : ""}>
        <span>${label}</span></label>`,
  );
  return `<fieldset class="w-segments" data-name="${name}"><legend>${legend}</legend><div>${inputs.join("")}</div>
    </fieldset>`;
}

function slider(id, name, label, min, max, step, value) {
  return `<label class="w-slider" for="${id}-${name}"><span>${label}</span>
    <input type="range" id="${id}-${name}" data-name="${name}" min="${min}" max="${max}" step="${step}"
      value="${value}">
    <output for="${id}-${name}"></output></label>`;
}

// A slider that counts values; it carries them, so that a link can name one (book/_static/try.js).
function stops(id, name, label, values) {
  const input = slider(id, name, label, 0, values.length - 1, 1, 0);
  return input.replace("<input", `<input data-stops="${values.join(" ")}"`);
}

// A picture of 32-bit pixels that reuses its memory between frames
function screen(canvas) {
  const context = canvas.getContext("2d"),
    data = context.createImageData(canvas.width, canvas.height);
  return { pixels: new Uint32Array(data.data.buffer), show: () => context.putImageData(data, 0, 0) };
}

function debounced(wait, call) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(call, wait);
  };
}

// Calls `work` in the next frame, once however often it is asked for; `stop` forgets what was asked.
function inNextFrame(work) {
  let frame = 0;
  const soon = () => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      work();
    });
  };
  return Object.assign(soon, { stop: () => cancelAnimationFrame(frame) });
}

// Calls `go` with the place of the pointer while it is held, 0 to 1 across and down, and whether it has just come down.
function dragged(target, go) {
  const follow = (event, first) => {
    const box = target.getBoundingClientRect();
    go((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height, first);
  };
  target.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    target.setPointerCapture(event.pointerId);
    follow(event, true);
  });
  target.addEventListener("pointermove", (event) => {
    if (target.hasPointerCapture(event.pointerId)) follow(event, false);
  });
}

// A button that plays: `begin` is called first, then `tick` with the seconds since the last frame, until it says that
// all is over. Returns what pauses it.
function playback(button, begin, tick) {
  let frame = 0,
    before = 0;
  function pause() {
    cancelAnimationFrame(frame);
    frame = 0;
    button.textContent = "Play";
  }
  function step(now) {
    const over = tick((now - before) / 1e3);
    before = now;
    if (over) pause();
    else frame = requestAnimationFrame(step);
  }
  button.addEventListener("click", () => {
    if (frame) return pause();
    begin();
    before = performance.now();
    button.textContent = "Pause";
    frame = requestAnimationFrame(step);
  });
  return pause;
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }; // by columns, rows

// Keep keys that move a control from the page around the widget: JupyterLab would move to another cell.
function keepKeys(el) {
  const keep = (event) => {
    if (/^(Arrow|Home|End|Page| )/.test(event.key)) event.stopPropagation();
  };
  for (const kind of ["keydown", "keyup"]) el.addEventListener(kind, keep);
}

function randomNumbers(seed) {
  // mulberry32, in (0, 1)
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 4294967296;
  };
}
