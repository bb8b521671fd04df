"""Contrast in a browser, on a page of its own: image, curves and numbers are those of the signal equations."""

import numpy as np
import pytest
from chromium import awkward, barriers, rest, stage
from traitlets import TraitError

import mrilab
from mrilab.simulation.contrast import HEAD
from mrilab.widgets import Contrast
from mrilab.widgets.contrast import ECHO, REPETITION

READ = """w => ({
  kind: w.state.kind, tr: w.state.tr, te: w.state.te, flip: w.state.flip, image: Array.from(w.state.image),
  tops: w.state.tops, signals: w.state.signals,
  curves: Object.fromEntries(["tr", "te", "flip"].map(
    name => [name, [...w.querySelectorAll(`[data-name=plot-${name}] path`)].map(path => path.getAttribute("d"))])),
  numbers: [...w.querySelectorAll("dd")].map(e => e.textContent),
  spoken: w.querySelector("[role=status]").textContent,
  shown: w.querySelector("canvas").toDataURL(),
})"""
SHAPE, NOISE = (48, 40), 0.02

pytestmark = pytest.mark.book


@pytest.fixture(scope="module")
def parts():
    rate = np.zeros(SHAPE)
    rate[10:30, 15:25] = 40.0  # 1/s
    return mrilab.brain_tissues(SHAPE, seed=1), rate


@pytest.fixture
def widget(parts):
    fractions, rate = parts
    return Contrast(fractions, dephasing=rate, noise=NOISE)


@pytest.fixture
def page(visit, widget):
    with visit(stage("contrast", widget), width=1000) as (page, complaints):
        yield page
        assert not complaints


def read(page):
    rest(page)
    return page.locator(".w-contrast").evaluate(READ)


def slide(page, name, *keys):
    for key in keys:
        page.get_by_role("slider", name=name).press(key)


def signal(kind, tr, te, flip):
    """PD · S of all tissues."""
    t1, t2, t2star, density = np.transpose(list(HEAD.values()))
    if kind == "spin":
        return density * mrilab.spin_echo(1e-3 * tr, 1e-3 * te, t1, t2, flip)
    return density * mrilab.gradient_echo(1e-3 * tr, 1e-3 * te, flip, t1, t2star)


def assert_right(state, widget, kind, tr, te, flip):
    """The image is that of Python, whose noise-free part is the sum over the tissues; and so are all numbers."""
    assert (state["kind"], state["tr"], state["te"], state["flip"]) == (kind, tr, te, flip)
    S = signal(kind, tr, te, flip)
    np.testing.assert_allclose(state["signals"], S, rtol=1e-9)
    widget.set_state({"kind": kind, "tr": tr, "flip": flip})
    widget.set_state({"te": te})
    np.testing.assert_allclose(np.reshape(state["image"], SHAPE), widget.image(), atol=1e-6)
    scan, first, second, contrast = state["numbers"]
    assert f"{first} {second}" == f"{S[0] / NOISE:.1f} {S[1] / NOISE:.1f}"
    assert contrast.replace("−", "-") == f"{(S[0] - S[1]) / NOISE:.1f}"
    seconds = SHAPE[0] * tr / 1000
    assert scan == (f"{seconds:.1f} s" if seconds < 60 else f"{int(seconds // 60)} min {round(seconds % 60)} s")


def test_the_image_is_the_sum_of_its_tissues(parts, widget):
    fractions, rate = parts
    widget.kind, widget.te = "gradient", 30
    clean = np.einsum("t,thw->hw", signal("gradient", 500, 30, 90), fractions) * np.exp(-0.03 * rate)
    noise = widget.image()[fractions.sum(0) == 0]
    assert np.sqrt(np.mean(noise**2)) == pytest.approx(NOISE, rel=0.15)
    quiet = Contrast(fractions, dephasing=rate, noise=0.0)
    quiet.kind, quiet.te = "gradient", 30
    np.testing.assert_allclose(quiet.image(), clean, atol=5e-3)
    quiet.kind = "spin"
    np.testing.assert_allclose(quiet.image(), np.einsum("t,thw->hw", signal("spin", 500, 30, 90), fractions), atol=5e-3)


def test_it_begins_with_t1(page, widget):
    state = read(page)
    assert_right(state, widget, "spin", 500, 12, 90)
    assert state["signals"][1] > state["signals"][0] > state["signals"][2], "white, grey, fluid"
    assert not barriers(page)


def test_by_keyboard(page, widget):
    before = read(page)
    slide(page, "TR", "End")
    slide(page, "TE", *["ArrowRight"] * 11)
    late = read(page)
    assert_right(late, widget, "spin", REPETITION[-1], 90, 90)
    assert late["signals"][2] > late["signals"][0] > late["signals"][1], "fluid is bright, white is dark: T2"
    page.get_by_role("radio", name="Gradient echo").focus()
    page.keyboard.press("Space")
    slide(page, "Flip", "ArrowLeft")
    state = read(page)
    assert_right(state, widget, "gradient", REPETITION[-1], 90, 89)
    assert len({before["shown"], late["shown"], state["shown"]}) == 3


def test_an_echo_comes_before_the_next_pulse(page, widget):
    slide(page, "TE", "End")
    assert_right(read(page), widget, "spin", 500, 200, 90)
    slide(page, "TR", "Home")
    assert_right(read(page), widget, "spin", REPETITION[0], 4, 90)


def test_by_mouse(page, widget):
    flip = page.get_by_role("slider", name="Flip")
    box = flip.bounding_box()
    flip.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    state = read(page)
    assert 35 < state["flip"] < 56
    assert_right(state, widget, "spin", 500, 12, state["flip"])
    page.get_by_role("radio", name="Gradient echo").click()
    assert_right(read(page), widget, "gradient", 500, 12, state["flip"])


def test_curves_are_the_signal_equations(page):
    page.get_by_role("radio", name="Gradient echo").check()
    state = read(page)
    for name, values in (
        ("tr", lambda u: 5 * (REPETITION[-1] / 5) ** u),
        ("te", lambda u: u * ECHO[-1]),
        ("flip", lambda u: 90 * u),
    ):
        mark, *lines = state["curves"][name]
        for t, line in enumerate(lines):
            u, height = np.array([point.split() for point in line.lstrip("M").split("L")], float).T / 100
            inside = (u > 0) if name == "te" else slice(None)  # TE = 0 is refused by Python
            given = {"tr": 500, "te": 12, "flip": 90} | {name: values(u[inside])}
            expected = signal_of(t, **given)
            np.testing.assert_allclose(
                (1 - height[inside]) * state["tops"][name], expected, atol=3e-4 * state["tops"][name]
            )
        at = float(mark.lstrip("M").split()[0]) / 100
        assert values(at) == pytest.approx({"tr": 500, "te": 12, "flip": 90}[name], rel=2e-3)


def signal_of(tissue, tr, te, flip):
    """PD · S of a gradient echo of one tissue against an array."""
    t1, _, t2star, density = list(HEAD.values())[tissue]
    return density * mrilab.gradient_echo(1e-3 * np.asarray(tr), 1e-3 * np.asarray(te), flip, t1, t2star)


def test_noise_stays_the_same_and_the_scale_can_be_fixed(page):
    slide(page, "TR", "Home")
    dark = read(page)
    page.get_by_role("radio", name="full signal").check()
    fixed = read(page)
    assert dark["image"] == fixed["image"] and dark["shown"] != fixed["shown"]


@pytest.mark.parametrize("theme, width", [("dark", 1400), ("dark", 390), ("light", 390)])
def test_nothing_scrolls_or_bars(visit, widget, theme, width):
    with visit(stage("contrast", widget), theme, width) as (page, complaints):
        page.add_style_tag(content="html { background: Canvas; --pst-color-primary: LinkText }")  # the book has its own
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert width > 390 or not awkward(page)
        assert not complaints + barriers(page)


def test_the_kernel_sets_what_is_shown(widget):
    widget.te = 200
    widget.tr = 100
    assert widget.te == 90
    for name, value, error, message in (
        ("tr", 123, ValueError, "tr must be one of .* ms, got 123"),
        ("te", 150, ValueError, "te must be less than tr, 100 ms, got 150"),
        ("flip", 0, ValueError, "flip must be from 1 to 90 degrees, got 0"),
        ("kind", "stimulated", TraitError, "'stimulated'"),
    ):
        with pytest.raises(error, match=message):
            setattr(widget, name, value)


@pytest.mark.parametrize(
    "changed, message",
    [
        ({"fractions": np.ones((4, 32, 32)) / 4}, r"\(5, H, W\) for 5 tissues, .* got \(4, 32, 32\)"),
        ({"fractions": np.ones((5, 8, 32)) / 5}, r"sides from 16 to 256, got \(5, 8, 32\)"),
        ({"fractions": np.full((5, 32, 32), 1.5)}, "between 0 and 1, got 1.5 to 1.5"),
        ({"dephasing": np.ones((16, 16))}, r"dephasing must be \(32, 32\) and at least 0, got \(16, 16\)"),
        ({"dephasing": -np.ones((32, 32))}, "at least 0, got .* from -1"),
        ({"noise": -1.0}, "noise"),
        ({"tissues": dict.fromkeys("abcde", (1.0, 0.1, -0.05, 1.0))}, "t2star of 'a'"),
    ],
)
def test_bad_input_is_refused(changed, message):
    with pytest.raises(ValueError, match=message):
        Contrast(**{"fractions": np.ones((5, 32, 32)) / 5} | changed)
