"""Numbers and places in words lead astray when a page changes or is narrow: what is meant is linked, or named."""

import re

import pytest
from helpers import ROOT

PAGES = {path.stem: path.read_text() for path in sorted((ROOT / "book").glob("*.md"))}
ORDINAL = "first|second|third|fourth|fifth|last|next|previous|following"
LEADS_ASTRAY = [
    r"[Ee]xercises? \d",
    rf"\b({ORDINAL}) (exercise|chapter|page)s?\b",
    r"\b(last|next|previous|earlier) sections?\b",
    r"\bearlier chapters?\b",
    r"\bchapter of its own\b",
    r"\b[Bb]eside (them|it)\b",
    r"\b[Uu]nder (them|it)\b",
    r"\bbeing written\b",
]


def linked(text: str) -> str:
    """A page without the targets of links, without code, and without tables, which may be timetables."""
    return re.sub(r"(?ms)^(`{3,})(\{code-cell\}|\w).*?^\1$|^\|.*?$|\]\([^)]*\)", "", text)


@pytest.mark.parametrize("page", PAGES)
def test_places_are_not_told_by_number_or_side(page):
    text = re.sub(r"\s+", " ", linked(PAGES[page]))
    assert [found[0] for wrong in LEADS_ASTRAY for found in re.finditer(rf".{{0,30}}{wrong}.{{0,20}}", text)] == []
