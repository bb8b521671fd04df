"""The k-space painter in a browser: the picture follows mouse, keyboard and finger, and is that of mrilab."""

import base64
import functools
import json
import re

import numpy as np
import pytest
from built import SITE
from chromium import awkward, rest

import mrilab
from mrilab import FFT, Mask
from mrilab.sampling.masks import plan

READ = """p => ({
  ...Object.fromEntries(["image", "mask", "psf"].map(name => [name, Array.from(p.state[name])])),
  psnr: p.state.psnr,
  count: p.state.count,
  shape: [p.state.height, p.state.width],
  words: [...p.querySelectorAll("dd")].map(e => e.textContent),
  spoken: [p.querySelector("[role=status]").textContent, p.querySelectorAll("canvas")[1].ariaLabel],
  shown: p.querySelectorAll("canvas")[1].toDataURL(),
})"""

pytestmark = pytest.mark.book


@pytest.fixture
def page(visit):
    with visit("index", width=1000) as (page, complaints):
        yield page
        assert not complaints


@functools.cache
def embedded() -> np.ndarray:
    """The image that the landing page hands to its painter."""
    name = re.search(r'data-state="([^"]+)"', (SITE / "index.html").read_text())[1]
    record = json.loads((SITE / name).read_text().removeprefix("widgetFile(").removesuffix(")"))
    data = next(buffer["data"] for buffer in record["buffers"] if buffer["path"] == ["pixels"])
    planes = np.frombuffer(base64.b64decode(data), "<i2").reshape(2, *record["state"]["shape"])
    return (record["state"]["scale"] * (planes[0] + 1j * planes[1])).astype(np.complex64)


def read(page):
    """What the painter computed, says and shows, once the hand has rested for a moment."""
    rest(page)
    state = page.locator(".w-painter").evaluate(READ)
    return state | {
        name: np.array(state[name], np.float32).reshape(state["shape"]) for name in ("image", "mask", "psf")
    }


def assert_right(state):
    """Picture, PSF and numbers are those of mrilab, and the words say so."""
    x, mask = embedded(), state["mask"].astype(bool)
    F = FFT(x.shape)
    image = abs(F.H(Mask(mask)(F(x))))
    psf = abs(F.H(mask.astype(np.complex64))) * np.sqrt(mask.size) / mask.sum()
    np.testing.assert_allclose(state["image"], image, atol=1e-3 * image.max())
    np.testing.assert_allclose(state["psf"], psf, atol=1e-3)
    assert state["psnr"] == pytest.approx(mrilab.psnr(image, x), abs=0.01)
    accel, _, db = state["words"]
    assert float(accel.rstrip("×")) == pytest.approx(mrilab.acceleration(mask), abs=0.5)
    assert db == f"{state['psnr']:.1f} dB"
    assert all(db in sentence for sentence in state["spoken"])


def test_by_mouse(page):
    before, box = read(page), page.locator(".w-painter canvas").first.bounding_box()
    assert_right(before)
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.4 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.6 * box["height"], steps=9)
    page.mouse.up()
    after = read(page)
    assert_right(after)
    assert (after["mask"] >= before["mask"]).all() and after["count"] > 2 * before["count"]
    assert after["shown"] != before["shown"] and after["psnr"] > before["psnr"]
    page.get_by_role("button", name="Undo").click()
    np.testing.assert_array_equal(read(page)["mask"], before["mask"])


def test_erase_and_clear(page):
    before, canvas = read(page), page.locator(".w-painter canvas").first
    page.get_by_label("Erase").check()
    canvas.click()  # in the middle
    erased = read(page)
    assert erased["mask"][128, 128] == 0 and erased["count"] < before["count"]
    assert_right(erased)
    page.get_by_role("button", name="Clear").click()
    empty = read(page)
    assert empty["count"] == 0 and not empty["image"].any() and empty["words"][0] == "–"


def test_by_keyboard(page):
    before = read(page)
    page.locator(".w-painter canvas").first.focus()
    page.keyboard.press("ArrowUp")
    assert read(page)["count"] == before["count"], "arrows alone paint nothing"
    page.keyboard.down("Space")
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    page.keyboard.up("Space")
    after = read(page)
    assert after["mask"][120, 128:170].all() and after["shown"] != before["shown"]
    assert_right(after)


def test_by_finger(visit):
    with visit("index", "dark", 390, has_touch=True) as (page, complaints):
        before, canvas = read(page), page.locator(".w-painter canvas").first
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        page.touchscreen.tap(box["x"] + 0.8 * box["width"], box["y"] + 0.5 * box["height"])
        after = read(page)
        assert after["count"] > before["count"] and not complaints
        assert_right(after)
        assert not awkward(page)


@pytest.mark.parametrize("presses", [0, 3])
def test_designs_are_those_of_mrilab(page, presses):
    accel, shape, masks = 4 + presses / 2, embedded().shape, {}
    page.locator(".w-painter input[value=regular]").check()
    for _ in range(presses):
        page.get_by_role("slider", name="R", exact=True).press("ArrowRight")
    for kind in ("regular", "box", "lines", "points", "radial"):
        page.locator(f".w-painter input[value={kind}]").check()
        state = read(page)
        assert_right(state)
        masks[kind] = state["mask"].astype(bool)
    side = tuple(round(n / np.sqrt(accel)) for n in shape)
    np.testing.assert_array_equal(masks["regular"], mrilab.regular_lines(shape, accel))
    np.testing.assert_array_equal(masks["box"], mrilab.center_box(shape, side))
    for kind, ours in (("lines", mrilab.random_lines), ("points", mrilab.variable_density)):
        draws = [ours(shape, accel, seed=seed) for seed in range(5)]
        assert masks[kind].sum() == draws[0].sum()
        grid = shape[: 1 if kind == "lines" else 2]
        assert masks[kind][plan(grid, accel, None)[1]].all(), "the centre is sampled in full"
        # the same density: as many lie in the middle, give or take
        middle = np.mean([draw[64:192].sum() for draw in draws])
        assert masks[kind][64:192].sum() == pytest.approx(middle, rel=0.12)
    assert mrilab.acceleration(masks["radial"]) == pytest.approx(accel, rel=0.01)


UPDATES = """p => Array.from({length: 60}, () => {
  for (let j = 0; j < 500; j++) p.state.mask[Math.floor(Math.random() * p.state.size)] ^= 1;
  return p.refresh();
})"""


def test_an_update_is_measured(page, say):
    """What a hand feels; printed, since it depends on the machine."""
    times = page.locator(".w-painter").evaluate(UPDATES)
    say(f"the painter: {np.median(times):.1f} ms an update of {embedded().shape}, median of {len(times)}")
    assert_right(read(page))
