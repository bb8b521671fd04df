"""The widgets' Python side: what travels to the browser and back, and what is refused. tests/browser has the rest."""

import subprocess
import sys
from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter
from PIL import Image
from widget_examples import EXAMPLES, WIDGETS

import mrilab
from mrilab.widgets import Compare, FoldOver, KSpacePainter, SparseSolver, TrajectoryPlayer, explore
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


def still(widget):
    """The grey levels of a widget's still picture, without titles: what it gives to be drawn."""
    return list(widget._still().values())


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_viewer_without_widgets_gets_a_picture_or_words(name):
    """What a notebook stores: the widget, words, and a picture of many greys; the board has words alone."""
    data, _ = DisplayFormatter().format(EXAMPLES[name]())
    assert "application/vnd.jupyter.widget-view+json" in data and data["text/plain"].startswith(f"{name}(")
    assert ("image/png" in data) == (name != "ProgressBoard")
    if "image/png" in data:
        with Image.open(BytesIO(b64decode(data["image/png"]))) as picture:
            assert picture.format == "PNG" and np.ptp(np.asarray(picture.convert("L"))) > 200


def test_a_still_picture_shows_what_the_widget_does():
    x = head((64, 64)) / np.abs(head((64, 64))).max()
    F, lines = mrilab.FFT(x.shape), mrilab.regular_lines(x.shape, 4)
    mask, image = still(KSpacePainter(x, lines))
    assert np.array_equal(mask, lines) and np.allclose(image, np.abs(F.H(lines * F(x))), atol=1e-4)
    assert np.allclose(still(SparseSolver(x, mask=lines))[1], image, atol=1e-4)
    points = mrilab.variable_density(x.shape, 2)
    zero_filled, solved = still(SparseSolver(x, mask=points))[1:]
    assert mrilab.psnr(solved, x) > mrilab.psnr(zero_filled, x) + 3

    fold = FoldOver(x)
    fold.accel = 4
    assert np.allclose(still(fold)[1], 4 * image, atol=1e-3)

    compare = Compare(x, {"dark": 0.5 * x, "darker": 0.25 * x})
    compare.wipe = 25
    shown, error = still(compare)
    for part, factor in ((np.s_[:, :16], 0.5), (np.s_[:, 16:], 0.25)):
        assert np.allclose(shown[part], factor * np.abs(x[part]), atol=1e-4)
        assert np.allclose(error[part], 5 * (1 - factor) * np.abs(x[part]), atol=1e-3)

    explorer = explore(
        lambda bright, left: bright * (x if left else x[:, ::-1]), bright=[0.25, 1.0], left=[True, False]
    )
    for bright, first in ((1.0, 1.0), (0.5, 0.25)):  # between two choices, the one before it
        explorer.value = {"bright": bright, "left": False}
        assert np.allclose(still(explorer)[0], first * np.abs(x[:, ::-1]), atol=1 / 255)

    k = mrilab.radial(100, 64)
    y = mrilab.NUFFT(k, x.shape)(x)
    player = TrajectoryPlayer({"radial": k}, {"radial": y}, x.shape, pixel_size=4e-3, dwell=1e-5, reference=x)
    for shot, played in ((62, 0.35), (100, 1)):
        assert player.shot == shot
        path, image = still(player)
        assert path[128, 128] == 1 and path[0, 0] == 0 and path[path > 0].min() == pytest.approx(played)
        player.shot = 100
    assert mrilab.nrmse(image, x) < 0.2


def test_import_mrilab_leaves_the_widgets_alone():
    code = (
        "import sys, mrilab; mrilab.fista; assert not {'anywidget', 'ipywidgets', 'mrilab.widgets'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_anywidget_the_error_says_what_to_install():
    code = "import sys; sys.modules['anywidget'] = None\nimport mrilab.widgets"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert 'pip install "mrilab[notebook]"' in result.stderr
