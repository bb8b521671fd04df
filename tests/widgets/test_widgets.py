"""The widgets' Python side: what travels to the browser and back, and what is refused. tests/browser has the rest."""

import subprocess
import sys

import numpy as np
import pytest
from widget_examples import WIDGETS

import mrilab
from mrilab.widgets import KSpacePainter
from mrilab.widgets.base import MOST, bits, mask_of, to_int16

SHAPE = (32, 64)


def head(shape=SHAPE):
    return mrilab.brain((64, 64), seed=1)[: shape[0], : shape[1]]


def test_the_image_travels_in_half_its_size_and_loses_little():
    x = head()
    widget = KSpacePainter(x)
    planes = np.frombuffer(widget.pixels, "<i2").reshape(2, *SHAPE) * widget.scale
    assert len(widget.pixels) == x.nbytes // 2
    assert np.abs(planes[0] + 1j * planes[1] - x).max() <= widget.scale  # √2 of half a step, at most
    assert widget.scale <= np.abs(x).max() / 32767


def test_real_images_and_torch_tensors_are_taken():
    import torch

    x = np.abs(head())
    assert KSpacePainter(torch.from_numpy(x)).pixels == KSpacePainter(x).pixels == to_int16(x)[0]


def test_a_mask_survives_the_way_there_and_back():
    mask = np.random.default_rng(0).random(SHAPE) < 0.3
    widget = KSpacePainter(head(), mask)
    assert np.array_equal(mask_of(memoryview(bits(mask)), widget), mask)


def test_the_mask_follows_the_browser_and_the_browser_follows_the_mask():
    widget, seen = KSpacePainter(head()), []
    widget.observe(lambda change: seen.append(change["new"]), "mask")
    painted = mrilab.center_lines(SHAPE, 3)
    widget.set_state({"mask": memoryview(bits(painted))})  # what a message from the browser does
    assert np.array_equal(widget.mask, painted)
    assert np.array_equal(seen[-1], painted)
    widget.mask = mrilab.regular_lines(SHAPE, 4).astype(int)
    assert widget.get_state("mask")["mask"] == bits(mrilab.regular_lines(SHAPE, 4))
    assert widget.mask.dtype == bool


def test_the_mask_is_a_read_only_copy():
    mask = np.ones(SHAPE, bool)
    widget = KSpacePainter(head(), mask)
    mask[:] = False
    assert widget.mask.all()
    with pytest.raises(ValueError, match="read-only"):
        widget.mask[0, 0] = False


@pytest.mark.parametrize(
    "x, error, message",
    [
        (np.ones((32, 48)), ValueError, r"powers of two, 16 to 1024, got \(32, 48\)"),
        (np.ones((1, 32, 32)), ValueError, r"got \(1, 32, 32\)"),
        (np.ones((8, 8)), ValueError, r"got \(8, 8\)"),
        (np.ones((2 * MOST, 16), np.int8), ValueError, "powers of two"),
        (np.zeros((32, 32)), ValueError, "zero everywhere"),
        (np.full((32, 32), np.nan), ValueError, "NaN or infinite"),
        (np.full((32, 32), "a"), TypeError, "numbers, got <U1"),
    ],
)
def test_bad_images_are_refused(x, error, message):
    with pytest.raises(error, match=message):
        KSpacePainter(x)


@pytest.mark.parametrize("mask, message", [(np.ones((4, 4)), r"\(4, 4\) does not fit"), (np.full(SHAPE, 0.5), "0.5")])
def test_bad_masks_are_refused(mask, message):
    with pytest.raises(ValueError, match=message):
        KSpacePainter(head(), mask)
    widget = KSpacePainter(head())
    with pytest.raises(ValueError, match=message):
        widget.mask = mask


@pytest.mark.parametrize("widget", WIDGETS)
def test_a_module_asks_for_nothing_else(widget):
    """No import, no other host: the page's host runs the module from a blob."""
    for text in (widget._esm, widget._css):
        assert "http" not in str(text) and "@import" not in str(text) and "\nimport " not in str(text)


def test_import_mrilab_leaves_the_widgets_alone():
    code = (
        "import sys, mrilab; mrilab.fista; assert not {'anywidget', 'ipywidgets', 'mrilab.widgets'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_anywidget_the_error_says_what_to_install():
    code = "import sys; sys.modules['anywidget'] = None\nimport mrilab.widgets"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert 'pip install "mrilab[notebook]"' in result.stderr
