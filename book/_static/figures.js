// A tap on a figure shows it as large as it was drawn, to be moved and pinched; Escape or a second tap closes it.
// Without a script, the link opens the file.
document.addEventListener("DOMContentLoaded", () => {
  let dialog = null;

  function make() {
    dialog = document.createElement("dialog");
    dialog.className = "zoomed";
    dialog.setAttribute("aria-label", "Enlarged figure");
    dialog.innerHTML = '<div tabindex="0"><img></div><button type="button" autofocus>Close</button>';
    dialog.addEventListener("click", () => dialog.close());
    document.body.append(dialog);
  }

  for (const link of document.querySelectorAll("a.zoom")) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      if (!dialog) make();
      const small = [...link.querySelectorAll("img")].find((image) => image.offsetParent),
        large = dialog.querySelector("img"),
        [width, height] = ["width", "height"].map((side) => Number(small.getAttribute(side))),
        fitting = Math.min(innerWidth - 48, ((innerHeight - 48) * width) / height);
      large.src = small.src;
      large.alt = small.alt;
      large.style.width = `${Math.max(width, fitting)}px`;
      dialog.showModal();
    });
  }
});
