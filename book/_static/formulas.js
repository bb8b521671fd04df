// Formulas are drawn a few at a time: all of a page at once hold up a slow phone for seconds.
const FEW = 12;
if (window.MathJax)
  window.MathJax.startup = {
    async pageReady() {
      const formulas = [...document.querySelectorAll(".math")];
      for (let n = 0; n < formulas.length; n += FEW) {
        await window.MathJax.typesetPromise(formulas.slice(n, n + FEW));
        await new Promise((next) => setTimeout(next)); // the page answers meanwhile
      }
    },
  };

// Formulas that scroll are reached by keyboard: the theme sees to tables and code alone.
window.addEventListener("load", async () => {
  await window.MathJax?.startup?.promise;
  const reach = (entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  };
  const observer = new ResizeObserver(reach);
  document.querySelectorAll('mjx-container[display="true"]').forEach((formula) => observer.observe(formula));
});
