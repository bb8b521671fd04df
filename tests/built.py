"""The site that `make book` built, as data: its pages, and the notebooks that they were made from."""

from html.parser import HTMLParser
from pathlib import Path

import nbformat
from helpers import ROOT

from book._notebooks.pages import chapters, contents  # noqa: F401, tests take the first from here

SITE = ROOT / "_build" / "html"
PAGES = sorted(path.stem for path in SITE.glob("*.html"))


class Page(HTMLParser):
    """The ids of one HTML page, its references (tag, attributes), its images."""

    def __init__(self, path: Path):
        super().__init__()
        self.ids, self.tags = set(), []
        self.feed(path.read_text())

    def handle_starttag(self, tag, attrs):
        attrs = {key: value or "" for key, value in attrs}
        self.ids |= {attrs[key] for key in ("id", "name") if key in attrs}
        self.tags.append((tag, attrs))

    def links(self):
        return [(tag, attrs[key]) for tag, attrs in self.tags for key in ("href", "src") if key in attrs]


def parts() -> list[str]:
    """The chapters of Parts I to III."""
    return [page for caption, pages in contents().items() if caption.startswith("Part ") for page in pages]


def runs(chapter: str) -> bool:
    return "\nkernelspec:" in (ROOT / "book" / f"{chapter}.md").read_text()


def executed(chapter):
    """The notebook of a chapter with its outputs, as the build left it: what the page is made of."""
    return nbformat.read(ROOT / "_build" / "jupyter_execute" / f"{chapter}.ipynb", as_version=4)
