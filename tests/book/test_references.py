"""The bibliography can be parsed whole, every entry has a DOI and a title that shows as it is written."""

import re

import pytest
from helpers import ROOT
from pybtex.database import parse_file

BIB = ROOT / "book" / "references.bib"
ENTRIES = parse_file(BIB, bib_format="bibtex").entries


def outside_of_entries(text: str) -> str:
    """What no entry holds, comments left out: BibTeX skips it in silence, a stray brace too."""
    depth, rest = 0, []
    for character in re.sub(r"(?m)^%.*$", "", re.sub(r"@\w+(?=\{)", "", text)):
        depth += character == "{"
        if depth <= 0:
            rest.append(character)
        depth = max(depth - (character == "}"), 0)
    return "".join(rest).strip()


@pytest.mark.parametrize("stray, found", [("", ""), ("\n}\n", "}"), ("\ntext\n", "text")])
def test_what_stands_outside_of_entries_is_found(stray, found):
    assert outside_of_entries(f"% a comment }}\n@book{{a, title = {{{{T}}}}}}\n{stray}\n@book{{b}}") == found


def test_nothing_stands_outside_of_entries():
    assert outside_of_entries(BIB.read_text()) == ""


@pytest.mark.parametrize("key", ENTRIES)
def test_an_entry_is_complete_and_its_title_clean(key):
    fields = ENTRIES[key].fields
    assert re.fullmatch(r"10\.\d{4,}/\S+", fields.get("doi", "")), f"{key} has no DOI"
    assert re.fullmatch(r"(19|20)\d\d", fields.get("year", "")), f"{key} has no year"
    assert key.endswith(fields["year"]), f"{key} is of {fields['year']}"
    # Sphinx shows mathematics in a title as source text.
    assert not re.search(r"[$_^]|\\[a-zA-Z]{2,}", fields["title"]), fields["title"]
    assert fields["title"].count("{") == fields["title"].count("}"), fields["title"]


def test_no_two_entries_share_a_doi():
    dois = [entry.fields["doi"].lower() for entry in ENTRIES.values()]
    assert len(dois) == len(set(dois))
