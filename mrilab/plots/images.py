"""Pictures of the chapters: images with their errors, sampling masks, wavelet coefficients.

Each function returns a Figure that is closed in pyplot, so a notebook shows it once, as the value of the last line of a
cell.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ..arrays.checks import check_values
from ..arrays.libraries import Array
from ..metrics import nrmse, psnr, ssim
from ..sampling.masks import acceleration
from .curves import COLOURS, WIDTH, make_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def gallery(
    images: Mapping[str, Array],
    ref: Array | None = None,
    *,
    columns: int | None = None,
    error_scale: float | None = None,
    crop: tuple[slice, slice] | None = None,
) -> "Figure":
    """Show magnitudes on one grey scale and, if there is a reference, the errors ||x| − |ref|| below them.

    `images` maps titles to arrays (H, W) of one shape, complex or real, NumPy or torch. The title of each image that
    differs from the reference gives its PSNR, SSIM and NRMSE. White is the largest magnitude of the reference (without
    one, of the images). All errors share one scale, and `error_scale` is its upper end (None: the largest error). At
    most `columns` (None: 3) images are side by side. `crop`, a pair of slices, shows a part of each image; the metrics
    are still those of the whole image. Raises ValueError if there are no images, or one is not (H, W).

    >>> figure = gallery({"flat": np.ones((16, 16))}, np.eye(16))
    >>> len(figure.axes)  # image, error, colour bar
    3
    """
    arrays = {name: _slice(name, x) for name, x in images.items()}
    if not arrays:
        raise ValueError("a gallery needs at least one image")
    target = None if ref is None else _slice("reference", ref)
    captions = {name: _caption(name, x, target) for name, x in arrays.items()}
    white = max(x.max() for x in arrays.values()) if target is None else target.max()
    kinds = [arrays] if target is None else [arrays, {name: np.abs(x - target) for name, x in arrays.items()}]
    kinds = [{name: x[crop or ...] for name, x in kind.items()} for kind in kinds]
    top = error_scale or max(x.max() for x in kinds[-1].values()) or 1.0
    across = min(columns or 3, len(arrays))
    down = -(-len(arrays) // across) * len(kinds)
    figure, axes = _panels(down, across, next(iter(kinds[0].values())).shape, down // len(kinds))
    for i, name in enumerate(arrays):
        cells = axes[len(kinds) * (i // across) :, i % across]
        cells[0].imshow(kinds[0][name], cmap="gray", vmin=0, vmax=white)
        cells[0].set_title(captions[name], fontsize=9)
        if target is not None:
            errors = cells[1].imshow(kinds[1][name], cmap="inferno", vmin=0, vmax=top)
    if target is not None:
        figure.colorbar(errors, ax=axes, location="bottom", label="error of the magnitude", shrink=0.7, aspect=40)
    return figure


def panels(pictures: Mapping[str, Array], *, columns: int = 3, window: tuple[float, float] | None = None) -> "Figure":
    """Show real pictures (H, W) or colour pictures (H, W, 3 or 4), without metrics.

    Each picture has its own grey scale, unless `window`, a pair (black, white), gives one for all. At most `columns`
    are side by side. Raises ValueError if there are no pictures, or one has another shape.

    >>> len(panels({"eye": np.eye(8), "red": np.tile([1.0, 0, 0], (8, 8, 1))}).axes)
    2
    """
    arrays = {name: check_values(x, repr(name), real=True, finite=False) for name, x in pictures.items()}
    if not arrays or any(x.ndim != 2 and (x.ndim != 3 or x.shape[-1] not in (3, 4)) for x in arrays.values()):
        shapes = [x.shape for x in arrays.values()]
        raise ValueError(f"panels takes at least one picture, (H, W) or (H, W, 3 or 4), got shapes {shapes}")
    low, high = window or (None, None)
    across = min(columns, len(arrays))
    figure, axes = _panels(-(-len(arrays) // across), across, next(iter(arrays.values())).shape)
    for axis, (name, picture) in zip(axes.ravel(), arrays.items()):
        axis.imshow(picture, cmap="gray", interpolation="nearest", vmin=low, vmax=high)
        axis.set_title(name, fontsize=9)
    return figure


def show_mask(mask: Array, kspace: Array | None = None) -> "Figure":
    """Show a mask (H, W), white where sampled, and beside it the log magnitude of k-space (H, W) or (C, H, W).

    Coils are combined by their root sum of squares. The title gives the acceleration R. Raises ValueError if the mask
    is not (H, W) or has no samples, or k-space has another size.

    >>> len(show_mask(np.eye(8)).axes)
    1
    """
    sampled = _slice("mask", mask) != 0
    panels = [(sampled, f"sampled, R = {acceleration(sampled):.3g}")]
    if kspace is not None:
        magnitude = _slice("k-space", kspace, combine=True)
        panels.append((_decades(magnitude, magnitude.max()), "log₁₀ |k-space|"))
    if panels[-1][0].shape != sampled.shape:
        raise ValueError(f"k-space of shape {panels[-1][0].shape} does not fit a mask of shape {sampled.shape}")
    figure, axes = _panels(1, len(panels), sampled.shape)
    for axis, (picture, title) in zip(axes[0], panels):
        axis.imshow(picture, cmap="gray", interpolation="nearest")
        axis.set_title(title, fontsize=9)
    return figure


def coefficients(coeffs: Array | Mapping[str, Array], level: int, *, columns: int | None = None) -> "Figure":
    """Show log magnitudes of packed wavelet coefficients with lines between the bands of `level` scales.

    Takes one array (H, W) or (C, H, W), or a mapping from titles to such arrays, which share one scale of five decades.
    Coils are combined by their root sum of squares. The titles give the share of non-zero coefficients. Raises
    ValueError unless H and W are multiples of 2^level.

    >>> len(coefficients({"a": np.eye(8), "b": np.ones((8, 8))}, level=2).axes)  # two pictures, colour bar
    3
    """
    named = coeffs if isinstance(coeffs, Mapping) else {"coefficients": coeffs}
    if not named:
        raise ValueError("coefficients needs at least one array")
    arrays = {name: _slice(name, z, combine=True) for name, z in named.items()}
    shape = next(iter(arrays.values())).shape
    if any(n % 2**level for n in shape):
        raise ValueError(
            f"coefficients of shape {shape} have no {level} scales: both sides must be multiples of {2**level}"
        )
    largest = max(z.max() for z in arrays.values())
    across = min(columns or 2, len(arrays))
    figure, axes = _panels(-(-len(arrays) // across), across, shape)
    for axis, (name, z) in zip(axes.ravel(), arrays.items()):
        picture = axis.imshow(_decades(z, largest), cmap="gray", vmin=-5, vmax=0, interpolation="nearest")
        axis.set_title(f"{name}\n{np.count_nonzero(z) / z.size:.1%} not zero", fontsize=9)
        for scale in range(1, level + 1):
            height, width = (n / 2**scale - 0.5 for n in shape)
            axis.plot([width, width], [-0.5, 2 * height + 0.5], color=COLOURS[5], linewidth=1)
            axis.plot([-0.5, 2 * width + 0.5], [height, height], color=COLOURS[5], linewidth=1)
    figure.colorbar(picture, ax=axes, location="bottom", label="log₁₀ of magnitude / largest", shrink=0.7, aspect=40)
    return figure


def _panels(rows: int, columns: int, shape: tuple[int, ...], titled: int | None = None):
    """Return a figure with space for images of `shape`, titles on `titled` rows (None: on all), and a colour bar."""
    side = min(WIDTH / columns, 4.5)
    # A larger height leaves a gap above the colour bar; with a smaller one, matplotlib cuts off titles.
    height = rows * (side * shape[0] / shape[1] + 0.05) + 0.5 * (rows if titled is None else titled) + 0.7
    figure, axes = make_figure(rows, columns, height, layout="compressed")
    for axis in axes.ravel():
        axis.set_axis_off()
    return figure, axes


def _slice(name: str, x: Array, combine: bool = False) -> np.ndarray:
    """Return the magnitudes of a slice (H, W); with `combine`, the root sum of squares over a coil axis in front."""
    array = np.abs(check_values(x, repr(name), finite=False))
    if combine and array.ndim == 3:
        array = np.sqrt(np.sum(array**2, axis=0))
    if array.ndim != 2 or array.size == 0:
        raise ValueError(f"{name!r} must be one slice (H, W), got shape {array.shape}")
    return array


def _decades(x: np.ndarray, largest: float) -> np.ndarray:
    """Return log₁₀ of magnitudes relative to the largest, and at least −5."""
    return np.log10(np.maximum(x / (largest or 1.0), 1e-5))


def _caption(name: str, x: np.ndarray, ref: np.ndarray | None) -> str:
    if ref is None or np.array_equal(x, ref):
        return name
    return f"{name}\nPSNR {psnr(x, ref):.2f} dB, SSIM {ssim(x, ref):.3f}\nNRMSE {nrmse(x, ref):.3f}"
