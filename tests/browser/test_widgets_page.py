"""What all widgets share, in a browser: keys that are theirs alone, colours of where they stand."""

import pytest
from chromium import barriers, stage
from widget_examples import EXAMPLES, WIDGETS

pytestmark = pytest.mark.book

COLAB = """:root { --colab-primary-text-color: #e3e3e3; --colab-primary-surface-color: #1f1f1f; background: #1f1f1f; }
h1 { color: #e3e3e3 }"""


def test_every_widget_is_here():
    assert set(EXAMPLES) == {widget.__name__ for widget in WIDGETS}


@pytest.mark.parametrize("name", EXAMPLES)
def test_keys_that_move_a_control_are_not_for_what_is_around(visit, name):
    with visit(stage(name, EXAMPLES[name]())) as (page, complaints):
        page.evaluate("document.addEventListener('keydown', event => (window.heard ??= []).push(event.key))")
        control = page.locator(".mrilab-w :is(input:not([hidden]), canvas[tabindex], summary)").first
        control.focus()
        for key in ("ArrowRight", "ArrowDown", "Home", "PageUp", "Space"):
            page.keyboard.press(key)
        page.keyboard.press("Escape")
        assert page.evaluate("heard") == ["Escape"]
        assert not complaints


@pytest.mark.parametrize("name", EXAMPLES)
def test_colours_follow_a_dark_colab(visit, name):
    with visit(stage(name, EXAMPLES[name]())) as (page, complaints):
        page.add_style_tag(content=COLAB)
        assert not complaints + barriers(page)


@pytest.mark.parametrize("page", ["kspace", "completion"])
def test_paper_has_a_still_picture_in_the_place_of_each_widget(visit, page):
    with visit(page, "dark") as (opened, complaints):
        widgets, posters = opened.locator(".mrilab-w"), opened.locator(".poster")
        assert widgets.count() == posters.count() > 0 and not posters.first.is_visible()
        opened.emulate_media(media="print")
        for poster in posters.all():
            assert poster.is_visible()
            poster.scroll_into_view_if_needed()
            opened.wait_for_function(
                "box => [...box.children].some(image => image.naturalWidth > 100)", arg=poster.element_handle()
            )
        assert not any(widget.is_visible() for widget in widgets.all())
        assert not complaints
