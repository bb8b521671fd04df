"""The comparison in a browser, on a page of its own: wipe, errors, loupe and window follow hand and keyboard."""

import numpy as np
import pytest
from chromium import awkward, barriers, rest, stage

import mrilab
from mrilab.widgets import Compare

READ = """p => ({
  image: Array.from(p.state.image), error: Array.from(p.state.error), edge: p.state.edge,
  words: [...p.querySelectorAll("dd")].map(e => e.textContent), spoken: p.querySelector("[role=status]").textContent,
  shown: [...p.querySelectorAll("canvas")].map(canvas => canvas.toDataURL()),
})"""
SHAPE = (64, 48)

pytestmark = pytest.mark.book


@pytest.fixture(scope="module")
def images():
    x = mrilab.brain((64, 64), seed=1)[:, 8:56]
    F = mrilab.FFT(SHAPE)
    masks = {"<b>lines": mrilab.random_lines(SHAPE, 2), "box": mrilab.center_box(SHAPE, 24)}
    return x, {name: F.H(mask * F(x)) for name, mask in masks.items()}


@pytest.fixture
def page(visit, images):
    with visit(stage("compare", Compare(*images)), width=1000) as (page, complaints):
        yield page
        assert not complaints


def read(page):
    rest(page)
    state = page.locator(".w-compare").evaluate(READ)
    return state | {name: np.array(state[name], np.float32).reshape(SHAPE) for name in ("image", "error")}


def assert_right(state, images, left, right):
    """Left of the edge stands one image, right of it the other; the errors are theirs."""
    x, edge = abs(images[0]), state["edge"]
    every = {"reference": x, **{name: abs(image) for name, image in images[1].items()}}
    image = np.hstack([every[left][:, :edge], every[right][:, edge:]])
    np.testing.assert_allclose(state["image"], image, atol=1e-4)
    np.testing.assert_allclose(state["error"], abs(image - x), atol=1e-4)
    for words, name in zip(state["words"], (left, right)):
        assert words.startswith("the reference" if name == "reference" else f"{mrilab.psnr(every[name], x):.2f} dB")
        assert f"{name} ({words})" in state["spoken"]


def test_it_begins_with_the_first_and_the_last(page, images):
    state = read(page)
    assert state["edge"] == 24
    assert_right(state, images, "<b>lines", "box")
    assert not barriers(page)


def test_the_wipe_follows_the_mouse(page, images):
    before, box = read(page), page.locator(".w-compare canvas").first.bounding_box()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.25 * box["width"], box["y"] + 0.3 * box["height"], steps=4)
    page.mouse.up()
    after = read(page)
    assert after["edge"] == 12
    assert all(a != b for a, b in zip(before["shown"], after["shown"])), "image, error and loupe"
    assert_right(after, images, "<b>lines", "box")


def test_everything_by_keyboard(page, images):
    before = read(page)
    page.get_by_label("Wipe").press("End")
    page.locator("select[data-name=left]").focus()
    page.keyboard.press("r")  # the option that begins with it
    after = read(page)
    assert after["edge"] == 48 and not after["error"].any()
    assert_right(after, images, "reference", "box")
    page.get_by_label("White").press("Home")
    white = read(page)
    assert white["shown"][0] != after["shown"][0] and white["shown"][1] == after["shown"][1]
    page.locator(".w-compare canvas").first.focus()
    page.keyboard.press("ArrowUp")
    assert read(page)["shown"][2] != white["shown"][2] != before["shown"][2]


@pytest.mark.parametrize("theme, width", [("dark", 1400), ("dark", 390), ("light", 390)])
def test_nothing_scrolls_or_bars(visit, images, theme, width):
    with visit(stage("compare", Compare(*images)), theme, width) as (page, complaints):
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert width > 390 or not awkward(page)
        assert not complaints + barriers(page)


def test_one_image_is_compared_with_the_reference(images):
    x, others = images
    widget = Compare(x, {"box": others["box"]})
    assert (widget.left, widget.right) == (1, 0)
    widget.set_state({"wipe": 20})  # what a message from the browser does
    assert widget.wipe == 20


@pytest.mark.parametrize(
    "reference, others, message",
    [
        (np.ones(SHAPE), {}, "got none"),
        (np.ones((16, 64)), {"a": np.ones((16, 64))}, r"got \(16, 64\)"),
        (np.ones(SHAPE), {"a": np.ones((48, 64))}, r"\(48, 64\) cannot be compared"),
        (np.zeros(SHAPE), {"a": np.ones(SHAPE)}, "zero everywhere"),
        (np.ones(SHAPE), {"a": np.full(SHAPE, np.inf)}, "NaN or infinite"),
    ],
)
def test_bad_input_is_refused(reference, others, message):
    with pytest.raises(ValueError, match=message):
        Compare(reference, others)


def test_a_side_that_is_not_there_is_refused(images):
    with pytest.raises(ValueError, match="there are 3 images, counted from 0, got 3"):
        Compare(*images).left = 3
