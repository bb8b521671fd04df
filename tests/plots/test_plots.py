"""Plots: shared scales, the right numbers beside the right picture, and nothing cut off or left open."""

from itertools import pairwise
from types import SimpleNamespace
from xml.etree import ElementTree

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from mrilab.metrics import nrmse, psnr, ssim
from mrilab.plots import coefficients, convergence, gallery, histograms, lines, show_mask
from mrilab.plots.tables import table
from mrilab.sampling.masks import center_lines, random_lines


@pytest.fixture(autouse=True)
def no_figure_is_left_open():
    yield
    assert plt.get_fignums() == []


def pictures(figure):
    return [axis.images[0] for axis in figure.axes if axis.images]


def pair(shape=(32, 24)):
    rng = np.random.default_rng(0)
    ref = rng.random(shape) * np.exp(1j)
    return ref, ref + 0.1 * rng.standard_normal(shape)


def runs(n=3):
    costs = 1 + np.exp(-np.arange(101.0) / 10)
    return {f"run {i}": SimpleNamespace(costs=costs + 0.1 * i, times=0.1 * (i + 1) * np.arange(101)) for i in range(n)}


def test_gallery_puts_images_and_errors_on_one_scale_each():
    ref, x = pair()
    figure = gallery({"ref": ref, "near": x, "far": 3 * x, "half": x / 2}, ref)
    images = [p for p in pictures(figure) if p.get_cmap().name == "gray"]
    errors = [p for p in pictures(figure) if p.get_cmap().name != "gray"]
    assert len(images) == len(errors) == 4
    assert {p.get_clim() for p in images} == {(0, abs(ref).max())}
    assert {p.get_clim() for p in errors} == {(0, abs(abs(3 * x) - abs(ref)).max())}
    np.testing.assert_allclose(images[1].get_array(), abs(x))
    np.testing.assert_allclose(errors[1].get_array(), abs(abs(x) - abs(ref)))


def test_gallery_states_the_metrics_of_the_whole_image():
    ref, x = pair()
    figure = gallery({"truth": ref, "near": x}, ref, crop=(slice(8, 16), slice(4, 12)))
    titles = [axis.get_title() for axis in figure.axes if axis.get_title()]
    assert titles[0] == "truth"  # nothing to measure
    assert titles[1] == f"near\nPSNR {psnr(x, ref):.2f} dB, SSIM {ssim(x, ref):.3f}\nNRMSE {nrmse(x, ref):.3f}"
    assert {p.get_array().shape for p in pictures(figure)} >= {(8, 8)}


def test_gallery_without_reference_and_with_a_fixed_scale():
    ref, x = pair()
    plain = gallery({"a": ref, "b": 2 * x})
    assert [p.get_clim() for p in pictures(plain)] == [(0, abs(2 * x).max())] * 2
    assert [axis.get_title() for axis in plain.axes] == ["a", "b"]
    assert pictures(gallery({"b": x}, ref, error_scale=0.05))[1].get_clim() == (0, 0.05)


def test_gallery_takes_torch_and_rows_of_columns():
    torch = pytest.importorskip("torch")
    ref, x = pair()
    figure = gallery({str(i): torch.from_numpy(x) for i in range(5)}, torch.from_numpy(ref), columns=2)
    assert len(pictures(figure)) == 10
    assert figure.axes[0].get_gridspec().ncols == 2


def test_convergence_shows_costs_and_gaps_against_both_axes():
    results = runs()
    for best, label in ((None, "cost"), (0.5, "gap")):
        figure = convergence(results, best=best)
        assert [axis.get_yscale() for axis in figure.axes] == ["log", "log"]
        assert label in figure.axes[0].get_ylabel()
        for line, times_line, run in zip(figure.axes[0].lines, figure.axes[1].lines, results.values()):
            expected = run.costs if best is None else (run.costs - best) / best
            np.testing.assert_allclose(line.get_ydata(), expected)
            np.testing.assert_allclose(line.get_xdata(), np.arange(101))
            np.testing.assert_allclose(times_line.get_xdata(), run.times)
        assert [text.get_text() for text in figure.legends[0].get_texts()] == list(results)


def test_convergence_breaks_where_a_gap_is_not_positive():
    result = SimpleNamespace(costs=np.array([3.0, 2.0, 1.0, 0.5]), times=np.arange(4.0))
    gap = convergence({"run": result}, best=1.0).axes[0].lines[0].get_ydata()
    np.testing.assert_allclose(gap, [2, 1, np.nan, np.nan])


def test_lines_differ_without_colour():
    lines = convergence(runs(7)).axes[0].lines
    assert len({(line.get_linestyle(), line.get_marker()) for line in lines}) == 7


def test_show_mask_states_the_acceleration_and_combines_coils():
    mask = random_lines((32, 24), 4)
    kspace = np.full((4, 32, 24), 0.5 + 0j) * mask
    figure = show_mask(mask, kspace)
    assert "R = 4" in figure.axes[0].get_title()
    sampled, magnitude = (p.get_array() for p in pictures(figure))
    assert (sampled == mask).all()
    np.testing.assert_allclose(magnitude, np.where(mask, 0, -5))  # the root sum of squares is 1: log₁₀ 1 and the floor


def test_coefficients_mark_bands_and_share_one_scale():
    z = np.zeros((3, 32, 16), complex)
    z[:, 4, 3] = 1
    figure = coefficients({"one": z, "none": 0 * z, "all": 0.1 * np.ones((32, 16))}, 2)
    one, none, full = pictures(figure)
    assert one.get_clim() == none.get_clim() == (-5, 0)
    assert one.get_array()[4, 3] == 0 and (none.get_array() == -5).all()
    assert full.get_array()[0, 0] == pytest.approx(np.log10(0.1 / np.sqrt(3)))
    assert "0.2% not zero" in figure.axes[0].get_title() and "100.0%" in figure.axes[2].get_title()
    borders = {tuple(line.get_xdata()) for line in figure.axes[0].lines if np.ptp(line.get_xdata()) == 0}
    assert borders == {(7.5, 7.5), (3.5, 3.5)}  # between the columns of the halves, and of the quarters


def test_nothing_is_cut_off_and_text_is_legible():
    ref, x = pair()
    figures = [
        gallery({"reference": ref, "zero-filled": x, "condat-vu, OSCAR": x}, ref),
        gallery({str(i): x for i in range(4)}, ref, columns=4, crop=(slice(0, 8), slice(None))),
        convergence(runs(6)),
        show_mask(np.eye(32), np.ones((32, 32))),
        coefficients({"a\nb": np.eye(32), "c": np.eye(32)}, 3),
    ]
    for figure in figures:
        renderer = FigureCanvasAgg(figure).get_renderer()
        figure.draw(renderer)
        assert figure.get_figwidth() == 7
        for text in figure.findobj(Text):
            if text.get_text() and text.get_visible():
                assert text.get_fontsize() >= 9
        for axis in figure.axes:
            box = axis.title.get_window_extent(renderer)
            assert not axis.get_title() or (box.y0 >= 0 and box.y1 <= figure.bbox.height)


def test_table_is_walkable_and_safe():
    shown = table([{"method": "a <b> & c", "PSNR": 31.23456, "n": 12}, {"method": "d", "PSNR": np.float32(2), "n": 3}])
    root = ElementTree.fromstring(shown._repr_html_())
    heads = [(cell.get("scope"), cell.text) for cell in root.iter("th")]
    assert heads == [("col", "method"), ("col", "PSNR"), ("col", "n"), ("row", "a <b> & c"), ("row", "d")]
    assert [cell.text for cell in root.iter("td")] == ["31.23", "12", "2.00", "3"]
    assert "| d | 2.00 | 3 |" in repr(shown)


@pytest.mark.parametrize(
    "column, shown",
    [
        ([27.0, 28.183], ["27.00", "28.18"]),
        ([9.8765, -12.3456, 0.0], ["9.88", "-12.35", "0.00"]),
        ([1.0, 2.0], ["1", "2"]),
        ([1e-3, 0.5], ["0.001", "0.5"]),  # of two orders of magnitude: each with its digits
        ([1.5e-7, 2e-7], ["1.5e-07", "2e-07"]),
        ([1234.56, float("nan"), "–"], ["1235", "nan", "–"]),
    ],
)
def test_floats_of_a_column_have_equal_digits(column, shown):
    rows = table([{"name": "a", "what": value} for value in column]).rows
    assert [row[1] for row in rows] == shown


@pytest.mark.parametrize(
    "values, number",
    [
        (["31.2 ± 0.5", "–"], True),
        (["1.2e-05", "−3"], True),
        (["12 (0.52 s)", "7"], True),
        (["7 lines", "8"], False),
        (["56%", "0%"], True),
        (["db2", "haar"], False),
        ([0.25, 7], True),
    ],
)
def test_columns_of_figures_are_told_from_columns_of_words(values, number):
    root = ElementTree.fromstring(table([{"name": "a", "what": value} for value in values])._repr_html_())
    marked = [cell.get("class") for cell in root.iter() if cell.text == "what" or cell.tag == "td"]
    assert marked == [("number" if number else None)] * 3


@pytest.mark.parametrize("call, message", [
    (lambda: gallery({}), "at least one image"),
    (lambda: gallery({"coils": np.ones((2, 8, 8))}), r"'coils' must be one slice \(H, W\), got shape \(2, 8, 8\)"),
    (lambda: gallery({"a": np.ones((9, 8))}, np.eye(8)), "cannot be compared"),
    (lambda: convergence({}), "at least one result"),
    (lambda: show_mask(np.zeros((8, 8))), "samples nothing"),
    (lambda: show_mask(center_lines((8, 8), 2), np.ones((8, 9))), r"\(8, 9\) does not fit a mask of shape \(8, 8\)"),
    (lambda: coefficients(np.eye(12), 3), "multiples of 8"),
    (lambda: coefficients({}, 3), "at least one array"),
    (lambda: table([]), "rows with the same keys"),
    (lambda: table([{"a": 1}, {"b": 1}]), "rows with the same keys"),
])  # fmt: skip
def test_bad_input_raises(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_lines_and_histograms_show_what_they_are_given():
    figure = lines({"up": np.arange(20), "flat": np.ones(20)}, xlabel="rank", ylabel="size")
    assert [list(line.get_ydata()) for line in figure.axes[0].lines] == [list(range(20)), [1] * 20]
    assert len({line.get_linestyle() for line in figure.axes[0].lines}) == 2
    figure = histograms({"a": np.array([0, 0, 1]), "b": np.array([2])}, bins=np.arange(4) - 0.5, label="coils")
    assert [[bar.get_height() for bar in axis.patches] for axis in figure.axes] == [[2, 1, 0], [0, 0, 1]]
    for draw in (lambda: lines({}, xlabel="", ylabel=""), lambda: histograms({}, bins=[0, 1], label="")):
        with pytest.raises(ValueError, match="at least one"):
            draw()


@pytest.mark.parametrize("decades", [0.5, 0.9, 1.0, 1.3, 1.5, 2.2, 5])
@pytest.mark.parametrize("start", [1e-4, 1.5e-4, 3e-3])
def test_labels_of_a_logarithmic_axis_stand_apart(decades, start):
    x = start * np.logspace(0, decades, 6)
    figure = lines({"a": (x, x)}, "λ", "error", xscale="log")
    FigureCanvasAgg(figure).draw()
    axis = figure.axes[0]
    low, high = axis.get_xlim()
    shown = [
        tick.label1.get_window_extent()
        for tick in (*axis.xaxis.get_major_ticks(), *axis.xaxis.get_minor_ticks())
        if low <= tick.get_loc() <= high and tick.label1.get_text()
    ]
    edges = sorted((box.x0, box.x1) for box in shown)
    assert edges and all(one[1] < other[0] for one, other in pairwise(edges))
