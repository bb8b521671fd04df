"""Widgets where they stand in the chapters: each answers mouse, keyboard and the links in the text."""

from urllib.parse import parse_qsl

import pytest
from built import PAGES, SITE
from chromium import rest

# The painter's slider sets its brush, the board of the reader's progress has none: they have tests of their own.
OTHERS = {"index", "kspace", "masks", "progress"}
CHAPTERS = [name for name in PAGES if "widget-view+json" in (SITE / f"{name}.html").read_text() and name not in OTHERS]
PICTURE = """widget => [...widget.querySelectorAll("canvas")].map(canvas => canvas.toDataURL()).join()
  + [...widget.querySelectorAll("svg")].map(svg => svg.innerHTML).join()"""

LINKS = [name for name in PAGES if 'class="try"' in (SITE / f"{name}.html").read_text() and name != "index"]
BRUSH = ["masks"]  # where a link sets a tool, which draws nothing by itself

pytestmark = pytest.mark.book


def moves(slider):
    """Keys and places of the mouse that move a slider, from where it stands to the end that is farther away."""
    low, high, now = (float(slider.evaluate(f"input => input.{name}")) for name in ("min", "max", "value"))
    up = now - low < high - now
    return ("ArrowRight" if up else "ArrowLeft"), (0.9 if up else 0.1)


@pytest.mark.parametrize("name", CHAPTERS)
def test_its_widgets_answer_mouse_and_keyboard(visit, name):
    with visit(name) as (page, complaints):
        widgets = page.locator(".mrilab-w")
        assert widgets.count() > 0
        for widget in widgets.all():
            slider = widget.locator("input[type=range]:visible").first
            shown = [widget.evaluate(PICTURE)]
            key, _ = moves(slider)
            slider.focus()
            page.keyboard.press(key)
            rest(page)
            shown.append(widget.evaluate(PICTURE))
            _, place = moves(slider)
            box = slider.bounding_box()
            slider.click(position={"x": place * box["width"], "y": box["height"] / 2})
            rest(page)
            shown.append(widget.evaluate(PICTURE))
            assert len(set(shown)) == 3, widget.get_attribute("aria-label")
        assert not complaints


def test_the_way_back_up_is_in_no_hands_way(visit):
    with visit("random", width=390) as (page, complaints):
        for place in (4000, 3500):  # the button comes as one goes back
            page.evaluate(f"scrollTo(0, {place})")
            rest(page)
        button = page.locator("#pst-back-to-top")
        box = button.bounding_box()
        assert (box["width"], box["height"]) == (44, 44) and box["x"] > 330 and box["y"] > 830
        page.locator(".mrilab-w input[type=range]").first.focus()
        assert not button.is_visible() and not complaints


@pytest.mark.parametrize("name", LINKS)
def test_each_link_sets_the_widget_as_it_says(visit, name):
    """The address then has what the controls stand at. A slider cannot stand at what it does not have."""
    with visit(name) as (page, complaints):
        every = f"[...document.querySelectorAll('.mrilab-w')].map({PICTURE}).join()"
        shown = {page.evaluate(every)}
        for link in page.locator("a.try").all():
            wanted = parse_qsl(link.get_attribute("href").removeprefix("#try:"))
            link.click()
            found = parse_qsl(page.evaluate("location.hash").partition(":")[2])
            missing = {pair for pair in wanted if pair[0] != "press"} - set(found)
            assert not missing, f"{link.inner_text()}: {found}"
            rest(page)
            shown.add(page.evaluate(every))
        assert len(shown) > 1 or name in BRUSH
        assert not complaints
