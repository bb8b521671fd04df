"""What all widgets share, in a browser: keys that are theirs alone, colours of where they stand."""

import pytest
from chromium import barriers, stage
from test_widgets import WIDGETS

import mrilab
from mrilab.widgets import Compare, FoldOver, KSpacePainter, SparseSolver, TrajectoryPlayer, explore

pytestmark = pytest.mark.book

HEAD = mrilab.brain((64, 64), seed=1)
COLAB = """:root { --colab-primary-text-color: #e3e3e3; --colab-primary-surface-color: #1f1f1f; background: #1f1f1f; }
h1 { color: #e3e3e3 }"""


def player(k):
    y = mrilab.NUFFT(k, HEAD.shape)(HEAD)
    return TrajectoryPlayer({"radial": k}, {"radial": y}, HEAD.shape, pixel_size=4e-3, dwell=1e-5)


EXAMPLES = {
    "Compare": lambda: Compare(HEAD, {"half as bright": 0.5 * HEAD}),
    "Explorer": lambda: explore(lambda factor: factor * HEAD, factor=[0.25, 0.5, 1.0]),
    "FoldOver": lambda: FoldOver(HEAD),
    "KSpacePainter": lambda: KSpacePainter(HEAD),
    "SparseSolver": lambda: SparseSolver(HEAD),
    "TrajectoryPlayer": lambda: player(mrilab.radial(8, 64)),
}


def test_every_widget_is_here():
    assert set(EXAMPLES) == {widget.__name__ for widget in WIDGETS}


@pytest.mark.parametrize("name", EXAMPLES)
def test_keys_that_move_a_control_are_not_for_what_is_around(visit, name):
    with visit(stage(name, EXAMPLES[name]())) as (page, complaints):
        page.evaluate("document.addEventListener('keydown', event => (window.heard ??= []).push(event.key))")
        control = page.locator(".mrilab-w :is(input, canvas[tabindex])").first
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
