"""The first page: the challenge, four ways in, a map and cards, wide and narrow."""

import pytest

pytestmark = pytest.mark.book

PLACES = """() => Object.fromEntries([".mrilab-w", ".sd-card", ".course-map", "ul.chapters"]
  .map(name => [name, document.querySelector(name).getBoundingClientRect().top + scrollY]))"""
SMALLEST = """() => {
  const map = document.querySelector(".course-map"), scale = map.clientWidth / map.viewBox.baseVal.width;
  const sizes = [...map.querySelectorAll("text")].map(text => parseFloat(getComputedStyle(text).fontSize));
  return scale * Math.min(...sizes);
}"""
CUT = """() => {
  const edge = document.querySelector(".course-map").getBoundingClientRect().right;
  return [...document.querySelectorAll(".course-map text")]
    .filter(text => text.getBoundingClientRect().right > edge).map(text => text.textContent);
}"""


@pytest.mark.parametrize("width, theme", [(1400, "light"), (390, "dark")])
def test_challenge_ways_in_map_and_cards(visit, width, theme):
    with visit("index", theme, width) as (page, complaints):
        places = page.evaluate(PLACES)
        assert list(places.values()) == sorted(places.values())
        assert places[".mrilab-w"] < 900
        assert page.evaluate(SMALLEST) >= 11 and page.evaluate(CUT) == []
        assert page.locator(".course-map a").count() == page.locator("ul.chapters li").count() > 30
        first = page.locator("ul.chapters img:visible").first
        first.scroll_into_view_if_needed()
        page.wait_for_function("image => image.naturalWidth === 320", arg=first.element_handle())
        page.locator(".course-map a").nth(3).click()
        page.wait_for_url("**/kspace.html")
        page.go_back()
        page.locator("ul.chapters li p").first.click(force=True)
        page.wait_for_url("**/tenlines.html")
        assert not complaints
