"""The live sparse solver in a browser, on a page of its own: its iterates are those of mrilab."""

import numpy as np
import pytest
import traitlets
from chromium import awkward, barriers, rest, stage

import mrilab
from mrilab import FFT, L1, LeastSquares, Mask, Wavelet, fista, lambda_max, pogm
from mrilab.widgets import SparseSolver
from mrilab.widgets.base import bits

SHAPE = (64, 128)
READ = """p => ({
  ...Object.fromEntries(["image", "mask", "zeroFilled"].map(name => [name, Array.from(p.state[name])])),
  cost: p.state.cost, psnr: p.state.psnr, alive: p.state.count, lambda: p.state.lambda,
  words: Object.fromEntries([...p.querySelectorAll("dd")].map(e => [e.dataset.name, e.textContent])),
  spoken: p.querySelector("[role=status]").textContent,
  gap: p.querySelector("[data-name=gaps]").ariaLabel,
  curves: p.querySelectorAll("[data-name=psnrs] .w-curve").length,
  legend: [...p.querySelectorAll(".w-legend li")].map(e => e.textContent),
  shown: [...p.querySelectorAll("canvas")].map(canvas => canvas.toDataURL()),
})"""
ADVANCE = "(p, n) => { for (let i = 0; i < n; i++) p.advance(); p.draw(); }"

pytestmark = pytest.mark.book


@pytest.fixture(scope="module")
def images():
    """A head with noise and one without."""
    clean = mrilab.brain((128, 128), seed=1)[32:96]
    parts = np.random.default_rng(0).standard_normal((2, *SHAPE))
    return clean + (0.02 * (parts[0] + 1j * parts[1])).astype(np.complex64), clean


@pytest.fixture(scope="module")
def widget(images):
    return SparseSolver(*images, iterations=0)


@pytest.fixture
def page(visit, widget):
    with visit(stage("solver", widget), width=1000) as (page, complaints):
        yield page
        assert not complaints


def read(page):
    rest(page)
    state = page.locator(".w-solver").evaluate(READ)
    return state | {name: np.array(state[name]).reshape(SHAPE) for name in ("image", "mask", "zeroFilled")}


def travelled(widget) -> np.ndarray:
    """The image that the browser has."""
    planes = np.frombuffer(widget.pixels, "<i2").reshape(2, *SHAPE) * widget.scale
    return (planes[0] + 1j * planes[1]).astype(np.complex64)


def problem(widget, mask=None, wavelet="sym8", fraction=1e-3, step=1.0):
    """(f, g, Ψ) of mrilab for the same data; the step stands for another bound on the Lipschitz constant."""
    mask, F = widget.mask if mask is None else mask.astype(bool), FFT(SHAPE)
    Psi = Wavelet(wavelet, SHAPE, level=4)
    f = LeastSquares(Mask(mask) @ F @ Psi.H, F(travelled(widget)) * mask)
    f.lipschitz = 1 / step
    return f, L1(fraction * lambda_max(f, L1(1.0))), Psi


def ista(f, g, z=None, *, max_iter):
    step, z = 1 / f.lipschitz, f.zeros() if z is None else z
    for _ in range(max_iter):
        z = g.prox(z - step * f.grad(z), step)
    return mrilab.fista(f, g, z, max_iter=0)


def assert_right(state, result, Psi, images):
    """The image, the cost and the words are those of mrilab."""
    image = abs(Psi.H(result.x))
    assert state["cost"] == pytest.approx(result.costs[-1], rel=1e-4)
    np.testing.assert_allclose(state["image"], image, atol=1e-3 * image.max())
    assert state["psnr"] == pytest.approx(mrilab.psnr(image, images[1]), abs=0.01)
    assert state["alive"] == pytest.approx(np.count_nonzero(result.x), abs=20)
    assert float(state["words"]["cost"]) == pytest.approx(result.costs[-1], rel=1e-3)


METHODS = {
    "ista": lambda f, g, n, restart: ista(f, g, max_iter=n),
    "fista": lambda f, g, n, restart: fista(f, g, max_iter=n, restart=restart),
    "pogm": lambda f, g, n, restart: pogm(f, g, max_iter=n, restart=restart),
}


@pytest.mark.parametrize(
    "algorithm, wavelet, fraction, step, restart",
    [
        ("ista", "sym8", 1e-3, 1.0, False),
        ("ista", "haar", 1e-2, 1.9, False),
        ("fista", "sym8", 1e-3, 1.0, False),
        ("fista", "db4", 1e-2, 0.1, True),
        ("pogm", "sym8", 1e-3, 1.0, True),
        ("pogm", "sym8", 1e-4, 0.8, False),
    ],
)
def test_iterates_are_those_of_mrilab(visit, images, algorithm, wavelet, fraction, step, restart):
    terms = {"algorithm": algorithm, "wavelet": wavelet, "fraction": fraction, "step": step, "restart": restart}
    widget = SparseSolver(*images, iterations=0, **terms)
    with visit(stage("solver", widget), width=1000) as (page, complaints):
        page.locator(".w-solver").evaluate(ADVANCE, 50)
        f, g, Psi = problem(widget, None, wavelet, fraction, step)
        state = read(page)
        assert_right(state, METHODS[algorithm](f, g, 50, restart), Psi, images)
        assert state["lambda"] == pytest.approx(g.lam, rel=1e-5) and not complaints


def test_it_runs_a_few_iterations_by_itself(visit, images):
    widget = SparseSolver(*images, iterations=12)
    with visit(stage("solver", widget), width=1000) as (page, complaints):
        page.wait_for_function("() => document.querySelector('dd').textContent === '12'")
        page.get_by_role("button", name="Run", exact=True).wait_for()
        f, g, Psi = problem(widget)
        assert_right(read(page), fista(f, g, max_iter=12), Psi, images)
        assert page.get_by_label("Iterate").is_checked()
        page.get_by_role("button", name="Run", exact=True).click()
        page.wait_for_function("() => +document.querySelector('dd').textContent > 14")
        assert not complaints


def test_by_mouse(page, widget, images):
    before = read(page)
    assert before["words"]["count"] == "0" and not before["image"].any()
    f, g, Psi = problem(widget)
    zero_filled = abs(Psi.H(f.A.H(f.y)))
    np.testing.assert_allclose(before["zeroFilled"], zero_filled, atol=1e-3 * zero_filled.max())
    assert before["words"]["psnr"] == f"{mrilab.psnr(zero_filled, images[1]):.1f} dB"
    page.get_by_role("button", name="Run").click()
    page.wait_for_function("() => +document.querySelector('dd').textContent >= 15")
    page.get_by_role("button", name="Pause").click()
    after = read(page)
    count = int(after["words"]["count"])
    result = fista(f, g, max_iter=count)
    assert_right(after, result, Psi, images)
    assert all(a != b for a, b in zip(before["shown"][:2], after["shown"][:2])), "image and error"
    assert f"FISTA, {count} iterations" in after["spoken"]
    page.get_by_role("button", name="One step").click()
    assert read(page)["words"]["count"] == str(count + 1)
    page.get_by_role("button", name="Start again").click()
    again = read(page)
    assert again["shown"][0] == before["shown"][0] and again["cost"] == before["cost"]


def test_by_keyboard(page, widget, images):
    before = read(page)
    page.get_by_label("FISTA", exact=True).focus()
    page.keyboard.press("ArrowRight")  # to POGM
    page.get_by_label("Restart").press("Space")
    for _ in range(20):
        page.get_by_role("slider", name="λ").press("ArrowRight")  # of a twentieth of a decade
    page.get_by_label("Coefficients").press("Space")
    for _ in range(3):
        page.get_by_role("button", name="One step").press("Enter")
    after = read(page)
    f, g, Psi = problem(widget, fraction=1e-2)
    assert_right(after, pogm(f, g, max_iter=3), Psi, images)
    assert after["legend"] == ["POGM, restart"] and after["shown"][1] != before["shown"][1]


def test_a_change_goes_on_from_where_it_is(page, widget, images):
    """As mrilab's x0 does: another mask, wavelet and λ for the same image, without momentum."""
    page.locator(".w-solver").evaluate(ADVANCE, 12)
    page.get_by_label("Random lines").check()
    page.get_by_label("haar").check()
    page.get_by_role("slider", name="λ").press("Home")
    between = read(page)
    f, g, Psi = problem(widget)
    x = Psi.H(fista(f, g, max_iter=12).x)
    mask = between["mask"]
    assert (mask == mask[:, :1]).all() and not np.array_equal(mask, widget.mask)
    other, h, Haar = problem(widget, mask, "haar", 1e-5)
    assert between["cost"] == pytest.approx(other(Haar(x)) + h(Haar(x)), rel=1e-4)
    page.locator(".w-solver").evaluate(ADVANCE, 12)
    assert_right(read(page), fista(other, h, Haar(x), max_iter=12), Haar, images)


def test_curves_of_one_problem_stay_and_of_another_go(page):
    again = page.get_by_role("button", name="Start again")
    for name in ("ISTA", "FISTA", "POGM"):
        page.get_by_label(name, exact=True).check()
        page.locator(".w-solver").evaluate(ADVANCE, 5)
        again.click()
    state = read(page)
    assert state["legend"] == ["ISTA", "FISTA", "POGM", "POGM"] and state["curves"] == 4
    page.get_by_role("slider", name="λ").press("ArrowLeft")
    assert read(page)["legend"] == ["POGM"]


def test_the_gap_is_that_to_the_minimum(page, widget):
    page.get_by_role("button", name="One step").click()
    page.locator(".w-solver").evaluate(ADVANCE, 9)
    page.wait_for_function("() => document.querySelector('.w-solver').sought() === 0")
    page.get_by_role("button", name="One step").click()
    said = float(read(page)["gap"].split("now ")[1].split(" %")[0])
    f, g, _ = problem(widget)
    costs = fista(f, g, max_iter=400, restart=True).costs
    cost = fista(f, g, max_iter=11).costs[-1]
    assert said == pytest.approx(100 * (cost / costs.min() - 1), rel=0.06)  # it has two digits


def test_at_the_largest_lambda_all_is_black(page):
    page.get_by_role("slider", name="λ").press("End")
    page.get_by_role("button", name="One step").click()
    state = read(page)
    assert not state["image"].any() and state["words"]["alive"] == "0.0 %"


def test_it_pauses_where_it_diverges(visit, images):
    with visit(stage("solver", SparseSolver(*images, algorithm="ista", step=2.2, iterations=0)), width=1000) as (
        page,
        complaints,
    ):
        page.get_by_role("slider", name="Pace").press("End")
        page.get_by_role("button", name="Run").click()
        page.get_by_role("button", name="Run", exact=True).wait_for()
        assert float(read(page)["words"]["cost"].replace("∞", "inf")) > 1e6 and not complaints


@pytest.mark.parametrize("theme, width", [("light", 1400), ("dark", 1400), ("dark", 390), ("light", 390)])
def test_nothing_scrolls_or_bars(visit, widget, theme, width):
    with visit(stage("solver", widget), theme, width) as (page, complaints):
        page.add_style_tag(content="body { background: Canvas }")  # axe takes a ground that is not said for white
        page.locator(".w-solver").evaluate(ADVANCE, 3)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert width > 390 or not awkward(page)
        assert not complaints + barriers(page)


@pytest.mark.parametrize("n", [128, 256])
def test_an_iteration_is_measured(visit, n, say):
    with visit(stage("solver", SparseSolver(mrilab.shepp_logan((n, n)), iterations=0)), width=1000) as (
        page,
        complaints,
    ):
        times = page.locator(".w-solver").evaluate(
            """p => Array.from({length: 60}, () => {
                 const start = performance.now(); p.advance(); const half = performance.now(); p.draw();
                 return [half - start, performance.now() - half];
               })"""
        )
        step, draw = np.median(times, axis=0)
        say(f"the solver: {step:.1f} ms an iteration of {n}², {draw:.1f} ms to draw it, medians of {len(times)}")
        assert not complaints


def test_state_travels_both_ways(images):
    widget = SparseSolver(*images, algorithm="pogm")
    mask = mrilab.center_lines(SHAPE, 9)
    widget.set_state({"mask": memoryview(bits(mask)), "fraction": 0.02, "restart": True})  # a message from the browser
    assert np.array_equal(widget.mask, mask) and widget.fraction == 0.02 and widget.restart
    assert repr(widget) == "SparseSolver(64 × 128, 1152 of 8192 samples, pogm, sym8, λ = 0.02 λ_max)"
    with pytest.raises(ValueError, match="read-only"):
        widget.mask[0] = False
    truth = np.frombuffer(widget.truth, "<u2").reshape(SHAPE) * (widget.peak / 65535)
    np.testing.assert_allclose(truth, abs(images[1]), atol=1e-5 * widget.peak)


def test_without_a_reference_the_image_is_one(images):
    assert SparseSolver(images[0]).truth == SparseSolver(images[0], images[0]).truth


@pytest.mark.parametrize(
    "state", [{"algorithm": "adam"}, {"wavelet": "bior2.2"}, {"fraction": 0.0}, {"step": 3.0}, {"restart": "yes"}]
)
def test_bad_state_is_refused(images, state):
    with pytest.raises(traitlets.TraitError):
        SparseSolver(*images, **state)


def test_bad_input_is_refused(images):
    x = images[0]
    with pytest.raises(ValueError, match=r"powers of two, 16 to 1024, got \(60, 128\)"):
        SparseSolver(x[:60])
    with pytest.raises(ValueError, match=r"the reference has shape \(64, 64\), the image \(64, 128\)"):
        SparseSolver(x, x[:, :64])
    with pytest.raises(ValueError, match="the reference of shape .* is zero everywhere"):
        SparseSolver(x, 0 * x)
    with pytest.raises(ValueError, match=r"a mask of shape \(4, 4\) does not fit"):
        SparseSolver(x, mask=np.ones((4, 4)))
    with pytest.raises(TypeError, match="no attribute 'lam' to set"):
        SparseSolver(x, lam=0.1)


def test_the_module_asks_for_nothing_else():
    for text in (SparseSolver._esm, SparseSolver._css):
        assert "http" not in str(text) and "@import" not in str(text) and "\nimport " not in str(text)
