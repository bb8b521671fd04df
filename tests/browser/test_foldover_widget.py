"""Fold-over in a browser, on a page of its own: images, g-factor and PSNR follow the hand, and are those of mrilab."""

import numpy as np
import pytest
from chromium import awkward, barriers, rest, stage

import mrilab
from mrilab.parallel.sense import g_factor, sense_unfold
from mrilab.widgets import FoldOver

SHAPE = (48, 40)
READ = """p => {
  const { rate, coils, psnr } = p.state, names = ["x", "noise", "maps", "folded", "image", "g"];
  const text = name => p.querySelector(`[data-name=${name}]`).textContent;
  return {
    rate, coils, psnr,
    ...Object.fromEntries(names.map(name => [name, Array.from(p.state[name])])),
    words: Object.fromEntries(["lines", "psnr", "mean", "marks"].map(name => [name, text(name)])),
    spoken: p.querySelector("[role=status]").textContent,
    thumbnails: p.querySelectorAll(".w-coils label:not([hidden])").length,
    marks: [...p.querySelector(".w-marks").children].map(e => [parseFloat(e.style.top), parseFloat(e.style.left)]),
    shown: [...p.querySelectorAll(".w-stage .w-frame canvas")].map(canvas => canvas.toDataURL()),
  };
}"""

pytestmark = pytest.mark.book


@pytest.fixture(scope="module")
def head():
    x = mrilab.brain(SHAPE, seed=1)
    return x, abs(x) > 0.05


@pytest.fixture
def page(visit, head):
    with visit(stage("foldover", FoldOver(*head)), width=1000) as (page, complaints):
        yield page
        assert not complaints


def read(page):
    rest(page)
    state = page.locator(".w-foldover").evaluate(READ)
    for name in ("x", "noise", "maps", "folded", "image", "g"):
        state[name] = np.array(state[name], np.float32)
    return state


def planes(values, *shape):
    """Complex array of real parts, then imaginary parts."""
    re, im = values.reshape(2, -1)
    return (re + 1j * im).reshape(shape).astype(np.complex64)


def assert_right(state, head, accel, coils, noise=1.0, known=False):
    """What the page folds and unfolds by sums over pixels is what mrilab does by Fourier transform and eigenvalues."""
    x, support = head
    assert (state["rate"], state["coils"], state["thumbnails"]) == (accel, coils, coils)
    smaps = planes(state["maps"], coils, *SHAPE)
    np.testing.assert_allclose(smaps, mrilab.simulate_smaps(coils, SHAPE, raw=False), atol=2e-3)
    np.testing.assert_allclose(planes(state["x"], *SHAPE), x, atol=3e-5)
    F, n = mrilab.FFT(SHAPE), planes(state["noise"], 8, *SHAPE)[:coils]
    y = F(smaps * x + noise / 100 * abs(x).max() * n) * mrilab.regular_lines(SHAPE, accel)
    folded = planes(state["folded"], coils, SHAPE[0] // accel, SHAPE[1])
    np.testing.assert_allclose(np.tile(folded, (1, accel, 1)), F.H(y), atol=1e-3)

    if known:
        smaps = smaps * support
    image, g = abs(sense_unfold(y, smaps, accel)), g_factor(smaps, accel)
    np.testing.assert_allclose(state["image"].reshape(SHAPE), image, atol=1e-3 * max(1, image.max()))
    found, lost = state["g"].reshape(SHAPE), g > 100
    np.testing.assert_array_equal(found > 100, lost)
    np.testing.assert_allclose(found[~lost], g[~lost], rtol=1e-3)
    assert state["psnr"] == pytest.approx(mrilab.psnr(image, x), abs=0.01)
    mean = state["words"]["mean"]
    if g[support].mean() > 100:
        assert mean == "> 100"
    else:
        assert float(mean) == pytest.approx(g[support].mean(), abs=0.006)
    assert state["words"]["psnr"] == f"{state['psnr']:.1f} dB" and state["words"]["psnr"] in state["spoken"]
    assert state["words"]["lines"] == f"{SHAPE[0] // accel} of {SHAPE[0]}"


def press(page, name, *keys):
    for key in keys:
        page.get_by_role("slider", name=name, exact=True).press(key)


def test_it_begins_with_two_and_eight(page, head):
    assert_right(read(page), head, 2, 8)
    assert not barriers(page)


def test_the_noise_is_white_circular_and_of_unit_variance(page):
    re, im = read(page)["noise"].reshape(2, -1)  # 15360 samples: standard errors are below 0.006
    assert np.mean(re**2) == pytest.approx(0.5, abs=0.03) and np.mean(im**2) == pytest.approx(0.5, abs=0.03)
    assert abs(np.mean(re * im)) < 0.02 and abs(np.mean(re[1:] * re[:-1])) < 0.02 and abs(np.mean(re)) < 0.03


def test_by_keyboard(page, head):
    before = read(page)
    press(page, "R", "ArrowRight", "ArrowRight")
    press(page, "Coils", "ArrowLeft", "ArrowLeft")
    after = read(page)
    assert_right(after, head, 4, 6)
    assert all(a != b for a, b in zip(before["shown"], after["shown"])), "fold, image and g"
    page.get_by_role("radio", name="known", exact=True).check()
    press(page, "Noise", "End")
    assert_right(read(page), head, 4, 6, noise=5, known=True)
    page.get_by_role("radio", name="Coil 1").press("ArrowRight")
    other = read(page)
    assert other["shown"][0] != after["shown"][0]


def test_by_mouse(page, head):
    slider = page.get_by_role("slider", name="R", exact=True)
    box = slider.bounding_box()
    page.mouse.move(box["x"] + 0.22 * box["width"], box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"], box["y"] + box["height"] / 2, steps=3)
    page.mouse.up()
    assert_right(read(page), head, 8, 8)
    page.get_by_role("radio", name="Coil 3").check()
    assert read(page)["shown"][0]


def test_more_unknowns_than_coils_cannot_be_unfolded(page, head):
    press(page, "R", "ArrowRight", "ArrowRight")
    press(page, "Coils", "Home", "ArrowRight", "ArrowRight")
    state = read(page)
    assert state["words"]["mean"] == "> 100"
    assert_right(state, head, 4, 3)


def test_the_marks_are_the_pixels_that_fold_there(page):
    press(page, "R", "ArrowRight", "ArrowRight")
    box = page.locator(".w-foldover canvas").first.bounding_box()
    page.mouse.move(box["x"] + 10.5 / 40 * box["width"], box["y"] + 30.5 / 48 * box["height"])
    page.locator(".w-foldover canvas").first.press("Shift+ArrowRight")
    state = read(page)
    rows, columns = (np.array(state["marks"]) / 100 * SHAPE - 0.5).T
    np.testing.assert_allclose(rows, [30, 42, 6, 18], atol=0.01)
    np.testing.assert_allclose(columns, 11, atol=0.01)
    g = state["g"].reshape(SHAPE)[[30, 42, 6, 18], 11]
    assert state["words"]["marks"] == ", ".join(f"{value:.2f}" for value in g)


@pytest.mark.parametrize("theme, width", [("dark", 1400), ("dark", 390), ("light", 390)])
def test_nothing_scrolls_or_bars(visit, head, theme, width):
    with visit(stage("foldover", FoldOver(*head)), theme, width) as (page, complaints):
        page.add_style_tag(content=":root { background: Canvas }")  # else axe takes the page for white
        press(page, "R", "End")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert width > 390 or not awkward(page)
        assert not complaints + barriers(page)


def test_a_move_is_measured(visit, say):
    x = mrilab.brain((120, 120), seed=1)
    with visit(stage("foldover", FoldOver(x))) as (page, _):
        times = page.locator(".w-foldover").evaluate(
            """p => [1, 2, 3, 4, 6, 8].flatMap(rate => Array.from({length: 5}, () => {
                 const start = performance.now();
                 p.state.update(rate, 8, 0.01, false);
                 return performance.now() - start;
               }))"""
        )
    say(f"fold-over: {np.median(times):.1f} ms an update of 120 × 120 with 8 coils, median of {len(times)}")


def test_python_and_the_browser_share_the_setting(head):
    widget, seen = FoldOver(*head), []
    widget.observe(lambda change: seen.append((change["name"], change["new"])), ["accel", "coils", "noise", "known"])
    widget.set_state({"accel": 4, "coils": 3, "noise": 2.5, "known": True})  # what a message from the browser does
    assert set(seen) == {("accel", 4), ("coils", 3), ("noise", 2.5), ("known", True)}
    assert repr(widget) == "FoldOver(48 × 40, R = 4, 3 coils)"
    assert widget.rates == [1, 2, 3, 4, 6, 8]


@pytest.mark.parametrize(
    "name, value, message",
    [
        ("accel", 5, "one of .1, 2, 3, 4, 6, 8., which divide 48, got 5"),
        ("coils", 9, "9"),
        ("noise", 6.0, "6"),
        ("known", True, "made without a support"),
    ],
)
def test_settings_that_do_not_exist_are_refused(head, name, value, message):
    import traitlets

    with pytest.raises((ValueError, traitlets.TraitError), match=message):
        setattr(FoldOver(head[0]), name, value)


@pytest.mark.parametrize(
    "x, support, error, message",
    [
        (np.ones((8, 32)), None, ValueError, r"sides from 16 to 256, H even, got \(8, 32\)"),
        (np.ones((33, 32)), None, ValueError, r"H even, got \(33, 32\)"),
        (np.ones((1, 32, 32)), None, ValueError, r"got \(1, 32, 32\)"),
        (np.zeros(SHAPE), None, ValueError, "zero everywhere"),
        (np.full(SHAPE, np.nan), None, ValueError, "NaN or infinite"),
        (np.full(SHAPE, "a"), None, TypeError, "numbers, got <U1"),
        (np.ones(SHAPE), np.ones((4, 4)), ValueError, r"\(4, 4\) does not fit"),
    ],
)
def test_bad_input_is_refused(x, support, error, message):
    with pytest.raises(error, match=message):
        FoldOver(x, support)
