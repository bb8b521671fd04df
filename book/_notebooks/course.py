"""The course as data: the chapters of each part, what they say of themselves, and which of them they build on."""

import re
from dataclasses import dataclass
from functools import cache

import yaml

from .pages import contents
from .repository import ROOT

BEFORE = re.compile(r"(?s)\*\*Before:\*\*(?P<asked>.*?)\*\*Time:\*\*\s*(?P<minutes>\d+)")
LABEL = re.compile(r"(?m)^\((ch-[\w-]+)\)=$")
ASKED = re.compile(r"\{ref\}`(?:[^`<]*<)?(ch-[\w-]+)>?`")
LEVELS = ("introductory", "intermediate", "advanced")
LINE = 40  # letters of a title in the map
STEPS = 2  # of the longest way to a chapter, to a level


@dataclass(frozen=True)
class Chapter:
    """A page with a summary. `before`: the pages that it states as prerequisites; `depth`: those on the longest way."""

    name: str
    title: str
    summary: str
    minutes: int
    before: tuple[str, ...]
    depth: int

    @property
    def level(self) -> str:
        """One of `LEVELS`, by how many chapters have to be read before this one."""
        return LEVELS[min(self.depth // STEPS, len(LEVELS) - 1)]

    @property
    def short(self) -> str:
        """The title, if it fits into a line of the map; otherwise up to its colon.

        >>> Chapter("a", "Coils: maps from the scan itself", "", 0, (), 0).short
        'Coils: maps from the scan itself'
        >>> Chapter("b", "Trust: what to test before you believe a network", "", 0, (), 0).short
        'Trust'
        """
        return self.title if len(self.title) <= LINE else self.title.partition(":")[0]


@cache
def course() -> dict[str, list[Chapter]]:
    """Return the chapters of each part: the pages whose header has a summary."""
    texts = {name: (ROOT / "book" / f"{name}.md").read_text("utf-8") for part in contents().values() for name in part}
    labels = {label: name for name, text in texts.items() for label in LABEL.findall(text)}
    found: dict[str, Chapter] = {}
    for name, text in texts.items():
        if summary := yaml.safe_load(text.split("---\n")[1]).get("summary") if text.startswith("---\n") else "":
            found[name] = _chapter(name, text, summary, labels, found)
    parts = {caption: [found[name] for name in names if name in found] for caption, names in contents().items()}
    return {caption: chapters for caption, chapters in parts.items() if chapters}


def _chapter(name: str, text: str, summary: str, labels: dict[str, str], known: dict[str, Chapter]) -> Chapter:
    stated = BEFORE.search(text)
    before = [labels[label] for label in ASKED.findall(stated["asked"])] if stated else []
    late = [page for page in before if page not in known]
    if late:
        raise ValueError(f"{name} builds on {', '.join(late)}, which come after it or have no summary in their header")
    return Chapter(
        name,
        re.findall(r"(?m)^# (.+)$", text)[0],
        summary.strip(),
        int(stated["minutes"]) if stated else 0,
        tuple(dict.fromkeys(before)),
        1 + max((known[page].depth for page in before), default=-1),
    )


def essential(chapters: list[Chapter]) -> dict[str, list[str]]:
    """Return the prerequisites of each chapter without those that another of them asks for already.

    >>> def chapter(name, *before):
    ...     return Chapter(name, "", "", 0, before, 0)
    >>> essential([chapter("a"), chapter("b", "a"), chapter("c", "a", "b")])
    {'a': [], 'b': ['a'], 'c': ['b']}
    """
    behind: dict[str, set[str]] = {}
    for chapter in chapters:
        behind[chapter.name] = set(chapter.before).union(*(behind[name] for name in chapter.before))
    return {
        chapter.name: [name for name in chapter.before if not any(name in behind[other] for other in chapter.before)]
        for chapter in chapters
    }
