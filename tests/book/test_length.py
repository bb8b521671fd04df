"""How long the pages are: minutes are those of a count, and all counts are printed."""

import re

import pytest
from built import parts, runs
from helpers import ROOT

from book._notebooks import lengths
from book._notebooks.pages import Piece
from mrilab.exercises.chapters import CHAPTERS

PARTS = [name for name in parts() if runs(name)]
MOST = 1800  # words of prose in one sitting
TIMED = [name for name in CHAPTERS if name != "capstones"]  # whose minutes are those of its three tasks


@pytest.mark.parametrize(
    "text, count",
    [
        ("Three plain words.\n\n- and two", 5),
        ("So $a + b$ is {ref}`that one <label>`, {cite:p}`one,two`.", 5),
        ("# A title\n\n$$\nx = 1 + 2\n$$\n\n```python\nx = 1 + 2\n```\n", 2),
        (":::{admonition} Box\nfour words in it\n:::", 4),
    ],
)
def test_words_are_those_of_prose(text, count):
    assert lengths.words(text) == count


def test_exercises_checks_and_further_reading_are_left_out():
    kept = lengths.main_part(
        [
            Piece("text", "One.\n\n## Exercises\n\nno\n"),
            Piece("code", "no"),
            Piece("text", "no\n\n## Pitfalls\n\nTwo.\n\n## Further reading\n\nno"),
        ]
    )
    assert [piece.source.strip() for piece in kept] == ["One.", "## Pitfalls\n\nTwo."]


@pytest.mark.parametrize("name", TIMED)
def test_the_minutes_of_a_page_are_counted(name):
    stated = re.search(r"\*\*Time:\*\*\s+(\d+)\s+minutes", (ROOT / "book" / f"{name}.md").read_text())
    counted = lengths.length(name).minutes
    assert stated and abs(int(stated[1]) - counted) <= 5, f"{name}: counted {counted} minutes"


@pytest.mark.parametrize("name", PARTS)
def test_a_page_is_one_sitting(name):
    words = lengths.length(name).words
    assert words <= MOST, f"{name} has {words} words: split it, or say it in fewer"


def test_the_lengths_of_all_pages_are_printed(say):
    say(lengths.table())
