"""How a page begins, what its figures say, and how tall it is: the picture first, its caption, a larger view at a tap,
no checks, and one sitting on a screen of 1400 × 900, its exercises apart.
"""

import re

import pytest
from built import PAGES, SITE, Page, parts
from helpers import ROOT

from book._notebooks import pages

SCREEN = 900  # pixels
MOST = 14  # screens up to the exercises
CHAPTERS = [name for name in pages.chapters() if f"(ch-{name})=" in (ROOT / "book" / f"{name}.md").read_text()]
FIRST = """() => {
  const seen = document.querySelector("figure.picture, .bd-article canvas, .bd-article .jupyter-widgets-view");
  return seen ? seen.getBoundingClientRect().top + scrollY : Infinity;
}"""
TALL = """() => {
  const heads = [...document.querySelectorAll(".bd-article h2")];
  const end = heads.find(head => head.textContent.startsWith("Exercises"));
  return end ? end.getBoundingClientRect().top + scrollY : document.body.scrollHeight;
}"""
# A folded solution has no innerText.
SILENT = """() => [...document.querySelectorAll(".bd-article .cell_output img, .bd-article p > img")]
  .filter(image => !image.closest(".poster"))
  .filter(image => !image.closest("figure")?.querySelector("figcaption")?.textContent.trim())
  .map(image => image.getAttribute("alt"))"""

# On a phone: pictures side by side, the letters of titles and bars in pixels, and curves that were not drawn for it.
ON_A_PHONE = """async () => {
  const images = [...document.querySelectorAll(".bd-article figure.picture img")];
  const rows = Object.values(Object.groupBy(document.querySelectorAll(".panels .panel"),
    panel => `${[...document.querySelectorAll(".panels")].indexOf(panel.parentElement)} ${panel.offsetTop}`));
  const letters = [...document.querySelectorAll(".panel p, .bar :is(span, p)")];
  return {
    across: Math.max(0, ...rows.map(row => row.length)),
    letters: Math.min(99, ...letters.map(one => parseFloat(getComputedStyle(one).fontSize))),
    wide: images.filter(image => image.offsetParent && image.closest("picture") && !image.currentSrc.includes(
      image.previousElementSibling.srcset)).filter(image => image.currentSrc).length,
  };
}"""

pytestmark = pytest.mark.book


@pytest.fixture(scope="module")
def places(visit):
    """Of each chapter, in pixels from its top: its first picture, wide and narrow, and where its exercises begin."""
    found = {}
    for name in CHAPTERS:
        with visit(name) as (page, _):
            found[name] = {"tall": page.evaluate(TALL), 1400: page.evaluate(FIRST)}
            page.set_viewport_size({"width": 390, "height": SCREEN})
            found[name][390] = page.evaluate(FIRST)
    return found


@pytest.mark.parametrize("width", [1400, 390])
def test_the_first_screen_of_every_chapter_shows_a_picture(places, say, width):
    tops = {name: found[width] for name, found in places.items()}
    say(f"the first picture at {width} px: " + ", ".join(f"{name} {top:.0f}" for name, top in tops.items()))
    assert {name: top for name, top in tops.items() if top > SCREEN} == {}


def test_a_page_is_one_sitting(places, say):
    screens = {name: places[name]["tall"] / SCREEN for name in parts()}
    say("screens up to the exercises: " + ", ".join(f"{name} {tall:.1f}" for name, tall in screens.items()))
    assert {name: tall for name, tall in screens.items() if tall > MOST} == {}


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_figure_has_its_caption_and_room(visit, name):
    with visit(name, "light", 390) as (page, complaints):
        assert page.evaluate(SILENT) == []
        assert page.locator("figure.picture img:not([width]), figure.picture img:not([height])").count() == 0
        shown = page.evaluate(ON_A_PHONE)
        assert shown["across"] <= 2 and shown["letters"] >= 11 and not shown["wide"], shown
        assert not complaints


def test_every_picture_that_a_cell_draws_has_its_room():
    """One that is drawn at a size of its own would have neither a caption nor a twin for dark pages."""
    bare = re.compile(r"<img(?![^>]* width=)[^>]*_images/[0-9a-f]{64}[^>]*>")
    found = {name: bare.findall((SITE / f"{name}.html").read_text()) for name in PAGES}
    assert {name: images for name, images in found.items() if images} == {}


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
        assert large.is_visible() and large.get_attribute("alt") == link.locator("img:visible").get_attribute("alt")
        assert large.evaluate("image => image.clientWidth") > link.evaluate("a => a.clientWidth")
        page.keyboard.press("Escape")
        assert not large.is_visible() and not complaints


@pytest.mark.parametrize("theme, shown", [("light", "only-light"), ("dark", "only-dark")])
def test_a_dark_page_shows_the_twin_of_each_figure(visit, theme, shown):
    with visit("random", theme) as (page, complaints):
        images = page.locator("figure.picture img[class]:visible")  # a picture alone needs no twin
        assert images.count() > 0
        assert {image.get_attribute("class") for image in images.all()} == {shown}
        assert not complaints
