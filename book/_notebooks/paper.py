"""The whole course as one PDF: the pages of the site as Chromium prints them, with contents and links within the file.

Widgets are the still pictures that paper shows, hints and solutions stay folded, and the reference is left out.
"""

import runpy
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import yaml
from playwright.sync_api import Browser, PdfMargins, sync_playwright
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, NameObject, NullObject, TextStringObject

from mrilab.files import atomic
from mrilab.progress import progress_bar

from .pages import contents
from .repository import ROOT, address, repository

SITE = ROOT / "_build" / "html"
LEFT_OUT = {"progress", "api", "benchmark"}  # the reader's own record, docstrings, and times of machines
MARGINS = PdfMargins(top="16mm", bottom="18mm", left="14mm", right="14mm")
FLAGS = ["--no-sandbox", "--disable-gpu", "--allow-file-access-from-files"]  # the last one to read pictures' pixels
FOOT = (
    '<div style="width: 100%; font: 8px sans-serif; text-align: center; color: #555">'
    '<span class="title"></span> · <span class="pageNumber"></span></div>'
)
# Figures as JPEG, 1200 pixels wide at most: a PDF keeps those as they are, and stores WebP without loss, ten times as
# large. And a link to each place of the page: Chromium names in the PDF only places that a link of the page leads to.
READY = """async () => {
  await window.MathJax?.startup?.promise;
  for (const image of document.querySelectorAll(".bd-article img:not(.only-dark)")) {
    image.loading = "eager";
    await image.decode().catch(() => {});
    if (!image.naturalWidth || image.src.endsWith(".svg")) continue;
    const scale = Math.min(1, MOST / image.naturalWidth);
    const paper = new OffscreenCanvas(scale * image.naturalWidth, scale * image.naturalHeight);
    const pen = paper.getContext("2d");
    pen.fillStyle = "white";
    pen.fillRect(0, 0, paper.width, paper.height);
    pen.drawImage(image, 0, 0, paper.width, paper.height);
    image.src = URL.createObjectURL(await paper.convertToBlob({ type: "image/jpeg", quality: 0.85 }));
    await image.decode();
  }
  const named = document.createElement("div");
  named.style = "font-size: 1px; line-height: 1px; opacity: 0";
  for (const { id } of document.querySelectorAll(".bd-article :is(dt, section, span, div)[id]")) {
    named.append(Object.assign(document.createElement("a"), { href: `#${id}`, textContent: "." }));
  }
  document.querySelector(".bd-article").append(named);
}""".replace("MOST", str(1200))


def printed() -> dict[str, list[str]]:
    """Return the parts of the course, by their captions, and those of their pages that are printed."""
    return {
        caption: [page for page in pages if page not in LEFT_OUT and not page.startswith("api-")]
        for caption, pages in contents().items()
    }


def print_page(browser: Browser, page: Path, pdf: Path) -> str:
    """Print a page of the site, and return its title."""
    with browser.new_page(color_scheme="light") as opened:
        opened.goto(page.resolve().as_uri())
        opened.evaluate(READY)
        opened.pdf(
            path=pdf,
            format="A4",
            margin=MARGINS,
            display_header_footer=True,
            header_template="<i></i>",
            footer_template=FOOT,
        )
        return opened.locator("h1").first.evaluate("heading => heading.firstChild.textContent.trim()")


def links(page: PageObject) -> Iterator[DictionaryObject]:
    """Yield the links on a page."""
    for link in page.get("/Annots", ()):
        if (found := link.get_object()).get("/Subtype") == "/Link":
            yield found


Place = tuple[PageObject, float | None]  # a page, and the height on it


def lead_to(link: DictionaryObject, place: Place) -> None:
    """Point a link to a place within the file."""
    page, top = place
    link.pop("/A", None)
    height = NullObject() if top is None else FloatObject(top)
    link[NameObject("/Dest")] = ArrayObject(
        [page.indirect_reference, NameObject("/XYZ"), NullObject(), height, NullObject()]
    )


def join(printed: Mapping[str, tuple[str, str, Path]], site: str, home: str) -> PdfWriter:
    """Return one PDF of pages: by name, the part, the title and the file of each.

    Links from page to page stay in the file; those to pages that are left out lead to the site at `home`. `site` is the
    address from which the pages were printed.
    """
    whole = PdfWriter()
    parts: dict[str, Any] = {"": None}
    places: dict[tuple[str, str], Place] = {}
    firsts = {}
    for name, (part, title, file) in printed.items():
        reader, firsts[name] = PdfReader(file), len(whole.pages)
        whole.append(reader, import_outline=False)
        if part not in parts:
            parts[part] = whole.add_outline_item(title=part, page_number=firsts[name])
        whole.add_outline_item(title=title, page_number=firsts[name], parent=parts[part])
        places[name, ""] = whole.pages[firsts[name]], None
        for anchor, place in reader.named_destinations.items():
            number = reader.get_destination_page_number(place) or 0
            places[name, anchor.lstrip("/")] = whole.pages[firsts[name] + number], place.top
    for number, page in enumerate(whole.pages):
        here = [name for name, first in firsts.items() if first <= number][-1]
        for link in links(page):
            uri = str(link.get("/A", {}).get("/URI", ""))
            name, _, anchor = uri.removeprefix(site).partition("#")
            name = name.removesuffix(".html")
            if "/Dest" in link:
                lead_to(link, places.get((here, str(link["/Dest"]).lstrip("/")), places[here, ""]))
            elif uri.startswith(site) and (name, "") in places:
                lead_to(link, places.get((name, anchor), places[name, ""]))
            elif uri.startswith(site):
                action = cast(DictionaryObject, link["/A"])
                action[NameObject("/URI")] = TextStringObject(home + uri.removeprefix(site))
    return whole


def write(file: Path, wanted: Mapping[str, list[str]], site: Path = SITE) -> None:
    """Print the pages of each part, and write them as one PDF."""
    home = address(repository(yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["repository"]["url"]))
    chromium = runpy.run_path(str(ROOT / "tests" / "find_chromium.py"))["program"]()
    folder = file.parent / f".{file.stem}"
    folder.mkdir(parents=True, exist_ok=True)
    printed = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        every = [(part, page) for part, pages in wanted.items() for page in pages]
        with progress_bar(len(every), None) as bar:
            for part, name in every:
                pdf = folder / f"{name}.pdf"
                printed[name] = part, print_page(browser, site / f"{name}.html", pdf), pdf
                bar.update()
        browser.close()
    with atomic(file) as part_written:
        join(printed, site.resolve().as_uri() + "/", home).write(part_written)


if __name__ == "__main__":
    write(Path(sys.argv[1]), printed())
    print(sys.argv[1])
