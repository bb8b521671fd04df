"""The glossary: its form, its words in the chapters, and what they show to pointer, keyboard and finger."""

import re

import pytest
from built import SITE, Page
from chromium import barriers, rest
from helpers import ROOT

from book._notebooks import links, pages

GLOSSARY = (ROOT / "book" / "glossary.md").read_text()
ENTRIES = dict(re.findall(r"(?m)^(\S.*)\n((?:  .*\n|\n)+)", re.search(r"(?s):sorted:\n(.*)```", GLOSSARY)[1]))
CHAPTERS = [
    name
    for name in pages.chapters()
    if f"(ch-{name})=" in (ROOT / "book" / f"{name}.md").read_text()
    and name != "capstones"  # which brings no new words
]
TERM = re.compile(r"\{term\}`([^`<]*?)(?: <([^>]+)>)?`")


def words(chapter: str) -> list[str]:
    return [target or word for word, target in TERM.findall((ROOT / "book" / f"{chapter}.md").read_text())]


@pytest.mark.parametrize("word", ENTRIES)
def test_an_entry_has_two_sentences_and_leads_to_its_chapter(word):
    definition, leads = re.split(r"\n\s*\n", ENTRIES[word].strip())
    assert len(re.findall(r"\.(?=\s|$)", definition)) == 2
    assert set(re.findall(r"\{ref\}`ch-(\w+)`", leads)) <= set(CHAPTERS) and "{ref}`ch-" in leads
    assert not re.search(r"[`$*]", definition), "the box over a page shows plain words"


def test_entries_stand_in_the_order_of_the_alphabet():
    assert list(ENTRIES) == sorted(ENTRIES, key=str.lower)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_marks_the_first_use_of_its_words(chapter):
    used = [word.lower() for word in words(chapter)]
    assert 2 <= len(used) == len(set(used)) <= 6
    assert set(used) <= {word.lower() for word in ENTRIES}


@pytest.mark.book
def test_addresses_in_notebooks_are_those_of_the_page():
    ids = {name for name in Page(SITE / "glossary.html").ids if name.startswith("term-")}
    assert ids == {address.split("#")[1] for address in links.Links().terms.values()}


def first(page):
    return page.locator(".term:has(> a[href*=glossary])").first


@pytest.mark.book
def test_a_definition_opens_under_the_pointer_and_by_keyboard(visit):
    with visit("radial") as (page, complaints):
        term, tip = first(page), first(page).locator("[role=tooltip]")
        link = term.locator("a")
        assert not tip.is_visible()
        assert link.get_attribute("aria-describedby") == tip.get_attribute("id")
        link.hover()
        assert tip.is_visible() and "Fourier transform" in tip.inner_text()
        tip.hover()
        rest(page)
        assert tip.is_visible(), "it stays while the pointer is on it"
        page.keyboard.press("Escape")
        assert not tip.is_visible()
        page.mouse.move(1, 1)
        link.focus()
        assert tip.is_visible()
        page.keyboard.press("Escape")
        assert not tip.is_visible() and page.evaluate("document.activeElement.matches('.term > a')")
        page.keyboard.press("Enter")
        page.wait_for_url("**/glossary.html#term-NUFFT")
        page.go_back()
        link.focus()
        assert tip.is_visible()
        assert not complaints + barriers(page)


@pytest.mark.book
def test_no_definition_hangs_over_the_edge_of_a_phone(visit):
    with visit("kspace", "dark", 390, has_touch=True) as (page, complaints):
        for term in page.locator(".term").all():
            term.scroll_into_view_if_needed()
            term.locator("a").focus()
            box = term.locator("[role=tooltip]").bounding_box()
            assert box["x"] >= 0 and box["x"] + box["width"] <= 390 and 0 <= box["y"] <= 900 - box["height"]
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert not complaints


@pytest.mark.book
def test_a_finger_reads_first_and_leaves_by_a_second_tap(visit):
    with visit("kspace", width=390, has_touch=True, is_mobile=True) as (page, complaints):
        link = first(page).locator("a")
        link.scroll_into_view_if_needed()
        rest(page)
        link.tap()
        assert first(page).locator("[role=tooltip]").is_visible() and "kspace" in page.url
        link.tap()
        page.wait_for_url("**/glossary.html#term-*")
        assert not complaints
