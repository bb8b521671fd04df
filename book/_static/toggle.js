// sphinx-togglebutton knows a click on a folded title, not one on the words in it: it would throw, and nothing unfold.
document.addEventListener(
  "click",
  (event) => {
    const title = event.target.closest?.(".toggle > .admonition-title");
    if (!title || event.target === title || event.target.closest(".toggle-button")) return;
    event.stopPropagation();
    if (!event.target.closest("a")) title.querySelector(".toggle-button").click();
  },
  true,
);
