"""Links to places that have moved: each leads to where the place is now."""

import pytest
from built import SITE, Page, chapters
from helpers import ROOT

from book._ext.moved import places

MOVED = places(ROOT / "book")

pytestmark = pytest.mark.book


@pytest.fixture(scope="module")
def pages() -> dict[str, Page]:
    return {name: Page(SITE / f"{name}.html") for name in chapters()}


@pytest.mark.parametrize("old", MOVED)
def test_a_place_has_left_and_is_where_the_list_says(pages, old):
    (left, anchor), (page, there) = old.split("#"), MOVED[old].split("#")
    here = [attrs for _, attrs in pages[left].tags if attrs.get("id") == anchor]
    assert [attrs.get("class") for attrs in here] == ["moved"]
    assert there in pages[page].ids and MOVED[old] not in MOVED


def test_the_pages_themselves_link_to_where_a_place_is_now(pages):
    old = {place.replace("#", ".html#") for place in MOVED}
    assert {name: late for name, page in pages.items() if (late := old & {link for _, link in page.links()})} == {}


def test_a_link_of_old_is_followed_and_no_other(visit):
    with visit("kspace") as (page, complaints):
        assert page.locator(".moved").count() > 3 and page.locator(".moved:visible").count() == 0
        page.evaluate("location.hash = 'the-model-with-noise'")
        page.evaluate("location.hash = 'ex-kspace-fft'")
        page.wait_for_url("**/fft.html#ex-kspace-fft")
        page.go_back()
        page.wait_for_url("**/kspace.html#the-model-with-noise")
        page.goto(page.url.replace("kspace.html#the-model-with-noise", "lines.html#projections"))
        page.wait_for_url("**/partial.html#projections")
        assert page.locator("#projections").evaluate("place => place.getBoundingClientRect().top") < 450
        page.goto(page.url.replace("partial.html#projections", "api.html#mrilab.operators.fourier.FFT"))
        page.wait_for_url("**/api-operators.html#mrilab.operators.fourier.FFT")
        assert not complaints
