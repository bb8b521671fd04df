"""Links in the text that set a widget, an address that keeps what was set, and the challenge of the first page."""

import re

import pytest

pytestmark = pytest.mark.book

PSNR = "document.querySelector('.w-painter [data-name=psnr]').textContent"


def psnr(page):
    return float(page.evaluate(PSNR).removesuffix(" dB"))


@pytest.mark.parametrize("how", ["mouse", "keyboard", "touch"])
def test_a_link_sets_the_widget_and_the_address_keeps_it(visit, how):
    with visit("index", has_touch=how == "touch") as (page, complaints):
        link = page.get_by_role("link", name="a box")
        if how == "keyboard":
            link.focus()
            page.keyboard.press("Enter")
        elif how == "touch":
            link.tap()
        else:
            link.click()
        page.wait_for_function(f"{PSNR} === '26.6 dB'")
        assert page.locator(".w-painter input[value=box]").is_checked()
        address = page.evaluate("location.hash")
        assert re.match(r"#try-1:.*design=box.*r=10", address)
        assert not complaints
    with visit("index") as (page, complaints):
        page.goto(f"{page.url}{address}")
        page.reload()
        page.wait_for_function(f"{PSNR} === '26.6 dB'")
        assert not complaints


def test_what_a_reader_sets_is_in_the_address(visit):
    with visit("index") as (page, _):
        page.locator(".w-painter [data-name=design] label", has_text="Radial").click()
        page.wait_for_function("location.hash.includes('design=radial')")


def test_the_challenge_says_how_far_it_is(visit):
    with visit("index") as (page, complaints):
        verdict = page.locator(".w-challenge")
        assert "26.7 dB from at most 10 % of the samples?" in verdict.inner_text()
        page.get_by_role("link", name="random points").click()
        page.wait_for_function(f"parseFloat({PSNR}) < 21")
        page.wait_for_function("document.querySelector('.w-challenge').textContent.includes('6.1')")
        page.locator(".w-painter [data-name=r]").fill("4")
        page.wait_for_function("document.querySelector('.w-challenge').textContent.includes('more than 6554 samples')")
        # A disc of a tenth of the samples is enough.
        page.evaluate("""() => {
            const { state, refresh } = document.querySelector(".w-painter");
            const far = (i) => Math.hypot((i >> 8) - 128, (i & 255) - 128);
            state.mask.forEach((_, i, mask) => { mask[i] = far(i) < 45.6 ? 1 : 0; });
            refresh();
        }""")
        page.wait_for_function("document.querySelector('.w-challenge').textContent.includes('Done')")
        assert psnr(page) >= 26.7 and not complaints
