"""How a page begins and what its figures say: the picture first, its caption, a larger view at a tap, no checks."""

import pytest
from built import SITE, Page
from helpers import ROOT

from book._notebooks import pages

CHAPTERS = [name for name in pages.chapters() if f"(ch-{name})=" in (ROOT / "book" / f"{name}.md").read_text()]
FIRST = """() => {
  const seen = document.querySelector("figure.picture, .bd-article canvas, .bd-article .jupyter-widgets-view");
  return seen ? seen.getBoundingClientRect().top + scrollY : Infinity;
}"""
# A folded solution has no innerText.
SILENT = """() => [...document.querySelectorAll(".bd-article .cell_output img, .bd-article p > img")]
  .filter(image => !image.closest("figure")?.querySelector("figcaption")?.textContent.trim())
  .map(image => image.getAttribute("alt"))"""

pytestmark = pytest.mark.book


@pytest.mark.parametrize("width, most", [(1400, 900), (390, 900)])
def test_the_first_screen_of_every_chapter_shows_a_picture(visit, capsys, width, most):
    places = {}
    for name in CHAPTERS:
        with visit(name, "light", width) as (page, _):
            places[name] = page.evaluate(FIRST)
    with capsys.disabled():
        print(f"\nthe first picture at {width} px:", ", ".join(f"{name} {top:.0f}" for name, top in places.items()))
    assert {name: top for name, top in places.items() if top > most} == {}


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_figure_has_its_caption_and_room(visit, name):
    with visit(name, "light", 390) as (page, complaints):
        assert page.evaluate(SILENT) == []
        assert page.locator("figure.picture img:not([width]), figure.picture img:not([height])").count() == 0
        assert not complaints


def test_what_a_cell_prints_is_not_lifted_with_its_picture(visit):
    with visit("noncartesian") as (page, _):
        assert page.locator(".opening figure.picture").count() == 1
        assert page.locator(".opening pre").count() == 0


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_checks_run_and_are_not_shown(name):
    assert "checks" not in Page(SITE / f"{name}.html").ids
    source = (ROOT / "book" / f"{name}.md").read_text()
    assert "## Checks" not in source or "assert " in source.split("## Checks")[1]


@pytest.mark.parametrize("how", ["mouse", "keyboard"])
def test_a_figure_opens_in_place_and_closes(visit, how):
    with visit("kspace", "dark", 390) as (page, complaints):
        link = page.locator("a.zoom").first
        if how == "mouse":
            link.click()
        else:
            link.focus()
            page.keyboard.press("Enter")
        large = page.locator("dialog.zoomed img")
        assert large.is_visible() and large.get_attribute("alt") == link.locator("img").get_attribute("alt")
        assert large.evaluate("image => image.clientWidth") > link.evaluate("a => a.clientWidth")
        page.keyboard.press("Escape")
        assert not large.is_visible() and not complaints
