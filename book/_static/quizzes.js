// Records the quizzes that are answered on a page, in this browser alone: the page "Progress" shows them.
"use strict";
addEventListener(
  "toggle",
  (event) => {
    const option = event.target,
      name = option.getAttribute?.("name");
    if (!option.open || !name?.startsWith("quiz-")) return;
    try {
      const kept = JSON.parse(localStorage.getItem("mrilab-progress")) ?? {},
        key = name.slice("quiz-".length);
      const old = kept[key] ?? { tries: 0, passed: false };
      kept[key] = { tries: old.tries + 1, passed: old.passed || option.classList.contains("quiz-right") };
      localStorage.setItem("mrilab-progress", JSON.stringify(kept));
    } catch {
      /* a browser that keeps nothing */
    }
  },
  true,
);
