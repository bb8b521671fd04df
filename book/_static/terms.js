// Definitions of the glossary's words: open under the pointer or with the focus, stay while the pointer is on them, and
// close by Escape (WCAG 1.4.13). A finger opens the definition first, and follows the link by a second tap.
document.addEventListener("DOMContentLoaded", () => {
  const GAP = 6;
  let shown = null,
    later;

  function close() {
    clearTimeout(later);
    shown?.classList.remove("open");
    shown = null;
  }
  function open(term) {
    clearTimeout(later);
    if (shown === term) return;
    close();
    shown = term;
    term.classList.add("open");
    place();
  }
  function place() {
    if (!shown) return;
    const tip = shown.lastElementChild,
      [word] = shown.firstElementChild.getClientRects(),
      box = tip.getBoundingClientRect();
    const right = document.documentElement.clientWidth - box.width - GAP,
      below = word.bottom + GAP + box.height < innerHeight;
    tip.style.left = `${Math.max(GAP, Math.min(word.left, right))}px`;
    tip.style.top = `${below ? word.bottom + GAP : word.top - GAP - box.height}px`;
  }

  for (const term of document.querySelectorAll(".term")) {
    let finger = false;
    term.addEventListener("pointerenter", (event) => {
      if (event.pointerType === "mouse") open(term);
    });
    term.addEventListener("pointerleave", (event) => {
      if (event.pointerType === "mouse") later = setTimeout(close, 150);
    });
    term.addEventListener("pointerdown", (event) => {
      finger = event.pointerType !== "mouse" && shown !== term;
    });
    term.addEventListener("focusin", () => open(term));
    term.addEventListener("focusout", close);
    term.firstElementChild.addEventListener("click", (event) => {
      if (!finger) return;
      event.preventDefault();
      finger = false;
      open(term);
    });
  }
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  addEventListener("scroll", place, { passive: true }); // a focus by keyboard may scroll
  document.addEventListener("pointerdown", (event) => {
    if (!event.target.closest?.(".term")) close();
  });
});
