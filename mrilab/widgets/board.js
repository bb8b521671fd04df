// What is passed, by chapter. A kernel keeps the record if one answers, else the browser does.
const PLACE = "mrilab-progress"; // in the browser; `book/_static/quizzes.js` writes there too
const passedIn = (record, name) => record[name]?.passed === true;

function stored() {
  try {
    return JSON.parse(localStorage.getItem(PLACE)) ?? {};
  } catch {
    return {};
  }
}
function store(record) {
  try {
    localStorage.setItem(PLACE, JSON.stringify(record));
  } catch {
    /* a browser that keeps nothing */
  }
}

// Beside a page of the site lies another page; beside a notebook, another notebook; elsewhere, on Colab, nothing.
function address(page, anchor) {
  if (/\/(tree|notebooks)\//.test(location.pathname)) return `${page}.ipynb`;
  return document.querySelector("html[data-content_root]") ? `${page}.html#${anchor}` : "";
}

const isRecord = (data) =>
  data !== null &&
  typeof data === "object" &&
  Object.keys(data).length > 0 &&
  Object.values(data).every((entry) => Number.isInteger(entry?.tries) && typeof entry.passed === "boolean");

function merged(one, other) {
  const both = { ...one };
  for (const [name, { tries, passed }] of Object.entries(other)) {
    both[name] = { tries: Math.max(tries, one[name]?.tries ?? 0), passed: passed || passedIn(one, name) };
  }
  return both;
}

function template(id, chapters) {
  const item = (page, { name, anchor, minutes }) => {
    const to = address(page, anchor),
      text = `${name}, ${minutes} min`;
    return `<li data-task="${name}"><span class="w-mark"></span> ${to ? `<a href="${to}">${text}</a>` : text}</li>`;
  };
  const row = ({ page, title, tasks }) => `<details class="w-row" data-page="${page}"><summary><b>${title}</b>
    <span class="w-meter" aria-hidden="true"><span></span></span><output></output></summary>
    <ul>${tasks.map((task) => item(page, task)).join("")}</ul></details>`;
  return `<div class="mrilab-w w-board" id="${id}" role="group" aria-label="Exercises passed">
    <p class="w-total"></p>${chapters.map(row).join("")}
    <div class="w-bar"><div class="w-buttons"><button data-name="export">Save as a file</button>
      <button data-name="import">Bring in a file</button><button data-name="reset">Begin again</button></div>
      <input type="file" accept=".json,application/json" aria-label="A file that was saved here" hidden></div>
    <p class="w-help" role="status"></p></div>`;
}

// Marks what is passed in a record, and counts it by chapter and in all
function drawRecord(el, record) {
  let total = 0,
    all = 0;
  for (const row of el.querySelectorAll(".w-row")) {
    const tasks = [...row.querySelectorAll("li")],
      done = tasks.filter((task) => passedIn(record, task.dataset.task));
    for (const task of tasks) {
      const passed = done.includes(task),
        mark = task.querySelector(".w-mark");
      task.classList.toggle("w-done", passed);
      mark.textContent = passed ? "✔" : "○";
      mark.ariaLabel = passed ? "passed:" : "open:";
    }
    row.querySelector("output").textContent = `${done.length} of ${tasks.length}`;
    row.querySelector(".w-meter span").style.width = `${(100 * done.length) / tasks.length}%`;
    total += done.length;
    all += tasks.length;
  }
  el.querySelector(".w-total").textContent = `${total} of ${all} passed`;
}

function save(record) {
  const url = URL.createObjectURL(new Blob([JSON.stringify(record, null, 1)], { type: "application/json" }));
  Object.assign(document.createElement("a"), { href: url, download: "mrilab-progress.json" }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

async function read(file) {
  try {
    return JSON.parse(await file.text());
  } catch {
    return null; // the caller says so
  }
}

function render({ model, el }) {
  el.innerHTML = template(widgetId(), model.get("chapters"));
  const find = (selector) => el.querySelector(selector),
    say = (text) => {
      find("[role=status]").textContent = text;
    };
  let live = false,
    record = stored();

  function draw() {
    drawRecord(el, record);
    find(".w-board").state = { record, live };
  }

  function keep(changed, words) {
    record = changed;
    if (live) model.send({ write: record });
    else store(record);
    draw();
    say(words);
  }

  find("[data-name=export]").addEventListener("click", () => {
    save(record);
    say("Saved as mrilab-progress.json.");
  });
  const file = find("input[type=file]");
  find("[data-name=import]").addEventListener("click", () => file.click());
  file.addEventListener("change", async () => {
    const found = await read(file.files[0]);
    file.value = "";
    if (isRecord(found)) keep(merged(record, found), "The file was added to what was passed here.");
    else say("This file is no record of exercises: nothing was changed.");
  });
  const reset = find("[data-name=reset]");
  reset.addEventListener("click", () => {
    const sure = reset.textContent !== "Begin again";
    reset.textContent = sure ? "Begin again" : "Really forget all?";
    if (sure) keep({}, "All exercises are open again.");
    else say("Press once more to forget what was passed, or save it first.");
  });
  reset.addEventListener("blur", () => {
    reset.textContent = "Begin again";
  });

  model.on("msg:custom", (message) => {
    if (message?.record === undefined) return;
    if (!live) say("Your file on this computer keeps the record. On Colab, save it as a file before the session ends.");
    live = true;
    record = message.record;
    draw();
  });
  keepKeys(el);
  draw();
  say("This browser keeps the record. Save it as a file to take it along.");
  model.send({ read: true });
}
export default { render };
