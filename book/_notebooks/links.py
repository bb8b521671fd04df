"""Where references lead from a notebook: to the site's pages, to DOIs, to the page of a function."""

import inspect
import re
import unicodedata
from functools import reduce
from pathlib import Path

from pybtex.database import Entry, parse_file
from pybtex.richtext import Text

import mrilab

from .pages import CONFIG, chapters, directive, tokens
from .repository import ROOT, address, repository


def slug() -> str:
    """Return "owner/name" of the repository on GitHub."""
    return repository(CONFIG["repository"]["url"])


def site() -> str:
    """Return the address of the published book, as the pages themselves give it."""
    return address(slug())


def term_anchor(word: str) -> str:
    """Return the anchor that Sphinx gives to a word of the glossary."""
    plain = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode()
    return "term-" + re.sub(r"[^a-zA-Z0-9._]+", "-", plain).strip("-")


class Links:
    """The targets of all pages: labels, terms, numbers of equations and exercises, the bibliography.

    Sphinx numbers equations and exercises through the whole book, so all pages are read, in the order of the contents.
    """

    def __init__(self, folder: Path = ROOT / "book", order: list[str] | None = None):
        self.site = site()
        self.labels: dict[str, tuple[str, str]] = {}  # label -> page, words
        self.equations: dict[str, tuple[str, int]] = {}
        self.exercises: dict[str, int] = {}
        self.terms: dict[str, str] = {}  # of the glossary -> address
        for page in order if order is not None else chapters():
            self._index(page, (folder / f"{page}.md").read_text(encoding="utf-8"))
        bibliography = folder / "references.bib"
        self.entries = parse_file(str(bibliography)).entries if bibliography.is_file() else {}

    def _index(self, page: str, text: str) -> None:
        pending: list[str] = []
        heading = False
        for token in tokens(text):
            found = directive(token)
            if token.type == "myst_target":
                pending.append(token.content)
            elif token.type == "heading_open":
                heading = True
            elif token.type == "inline" and heading:
                self.labels |= dict.fromkeys(pending, (page, token.content))
                pending, heading = [], False
            elif token.type == "math_block_label":
                self._equation(page, token.info)
            elif found and found.name == "math" and "label" in found.options:
                self._equation(page, found.options["label"])
            elif found and found.name == "glossary":
                words = re.findall(r"(?m)^\S.*", found.body)
                self.terms |= {word.lower(): self.page(page, term_anchor(word)) for word in words}
            elif found and found.name in {"exercise", "exercise-start"}:
                label = found.options.get("label", "")
                self.exercises[label] = len(self.exercises) + 1
                self.labels[label] = page, f"Exercise {self.exercises[label]}"

    def _equation(self, page: str, label: str) -> None:
        self.equations[label] = page, len(self.equations) + 1

    def page(self, name: str, anchor: str = "") -> str:
        """Return the address of a page, or of a place on it."""
        return f"{self.site}{name}.html{f'#{anchor}' if anchor else ''}"

    def ref(self, label: str, words: str = "") -> str:
        """Return a link to a label."""
        page, title = self.labels[label]
        return f"[{words or title}]({self.page(page, label)})"

    def term(self, word: str, words: str = "") -> str:
        """Return a link to a definition."""
        return f"[{words or word}]({self.terms[word.lower()]})"

    def eq(self, label: str) -> str:
        """Return a link to an equation, by its number."""
        page, number = self.equations[label]
        return f"[({number})]({self.page(page, f'equation-{label}')})"

    def doc(self, name: str, words: str = "") -> str:
        """Return a link to a page."""
        title = next((title for page, title in self.labels.values() if page == name), name)
        return f"[{words or title}]({self.page(name)})"

    def cite(self, keys: str, *, textual: bool) -> str:
        """Return "Beck and Teboulle (2009)", or "(Beck and Teboulle, 2009)", each linked by its DOI."""
        cited = []
        for key in re.split(r"\s*,\s*", keys):
            entry = self.entries[key]
            authors, year = _authors(entry), entry.fields["year"]
            words = f"{authors} ({year})" if textual else f"{authors}, {year}"
            cited.append(f"[{words}]({self._address(entry)})")
        return ", ".join(cited) if textual else f"({'; '.join(cited)})"

    def _address(self, entry: Entry) -> str:
        doi, url = entry.fields.get("doi"), entry.fields.get("url")
        return f"https://doi.org/{doi}" if doi else url or self.page("bibliography")

    def api(self, name: str) -> str:
        """Return a link from a public name to its documentation."""
        short = name.lstrip(".~").removeprefix("mrilab.")
        thing = reduce(getattr, short.split("."), mrilab)
        anchor = thing.__name__ if inspect.ismodule(thing) else f"{thing.__module__}.{thing.__qualname__}"
        prefix = "module-" if inspect.ismodule(thing) else ""
        room = anchor.split(".")[1]
        return f"[`{short}`]({self.page(f'api-{room}', prefix + anchor)})"


def _authors(entry: Entry) -> str:
    people = entry.persons.get("author") or entry.persons["editor"]
    last = [str(Text.from_latex(" ".join([*person.prelast_names, *person.last_names]))) for person in people]
    if len(last) > 2:
        return f"{last[0]} *et al.*"
    return " and ".join(last)
