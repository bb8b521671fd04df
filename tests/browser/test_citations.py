"""What is cited shows under the pointer, by keyboard and by finger, and leads to the bibliography."""

import pytest
from chromium import rest

pytestmark = pytest.mark.book


def test_a_citation_opens_by_pointer_keyboard_and_finger(visit):
    with visit("lines", width=390, has_touch=True) as (page, complaints):
        cited = page.locator(".cited").first
        link, box = cited.locator("a"), cited.locator("[role=tooltip]")
        assert not box.is_visible() and link.get_attribute("aria-describedby") == box.get_attribute("id")
        link.hover()
        assert box.is_visible() and "doi:" in box.inner_text()
        page.keyboard.press("Escape")
        page.mouse.move(1, 1)
        assert not box.is_visible()
        link.focus()
        assert box.is_visible()
        edges = box.bounding_box()
        assert edges["x"] >= 0 and edges["x"] + edges["width"] <= 390
        link.blur()
        assert not box.is_visible()
        rest(page)
        link.tap()
        assert box.is_visible() and "lines" in page.url
        link.tap()
        page.wait_for_url("**/bibliography.html#*")
        assert not complaints
