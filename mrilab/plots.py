"""Pictures of the chapters: images with their errors, convergence, sampling, coefficients, curves.

Figures are 7 inches wide with text of 9 points or more, so they can be read on a phone; lines differ by dash and marker
as well as by colour (Okabe and Ito's, told apart by the colour-blind). Each function returns a Figure that pyplot has
let go of: a notebook shows it once, when it is the last line of a cell.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from .arrays import Array, to_numpy
from .masks import acceleration
from .metrics import nrmse, psnr, ssim

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH = 7.0  # inches
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
DASHES = ("-", "--", "-.", ":")
MARKERS = "osD^vPX"


def gallery(
    images: Mapping[str, Array],
    ref: Array | None = None,
    *,
    columns: int | None = None,
    error_scale: float | None = None,
    crop: tuple[slice, slice] | None = None,
) -> "Figure":
    """Show magnitudes on one grey scale and, if there is a reference, their errors ||x| − |ref|| on one scale below.

    `images` maps titles to arrays (H, W) of one shape, complex or real, NumPy or torch. PSNR, SSIM and NRMSE stand
    under the title of each that is not the reference itself. White is the largest magnitude of the reference (else of
    the images), `error_scale` the error at the top of the colour bar (None: the largest). At most `columns` (None: 3)
    stand side by side. `crop`, a pair of slices, shows a part; the metrics are still those of the whole.
    Raises ValueError if there is no image, or one is not (H, W).

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


def convergence(results: Mapping[str, Any], *, best: float | None = None) -> "Figure":
    """Show the costs of several runs against iterations and against seconds, on a logarithmic axis.

    `results` maps names to what solvers return, with `costs` and `times` of one length. With `best`, the cost of the
    minimum, the relative gap (cost − best) / |best| is shown; where a run lies below `best`, its line breaks.
    Raises ValueError if there are no results.

    >>> from types import SimpleNamespace
    >>> run = SimpleNamespace(costs=np.array([4.0, 2.0, 1.5]), times=np.array([0.0, 0.1, 0.2]))
    >>> len(convergence({"fista": run}, best=1.0).axes)
    2
    """
    if not results:
        raise ValueError("convergence needs at least one result")
    figure, axes = _figure(1, 2, 3.2, sharey=True, layout="constrained")
    for i, (name, result) in enumerate(results.items()):
        costs = np.asarray(result.costs, dtype=float)
        if best is not None:
            costs = (costs - best) / abs(best)
        costs = np.where(costs > 0, costs, np.nan)
        look = _look(i) | {"markevery": (i, max(1, len(costs) // 6))}  # shifted, so that equal runs show both
        axes[0, 0].plot(costs, label=name, **look)
        axes[0, 1].plot(result.times, costs, label=name, **look)
    for axis, label in zip(axes[0], ("iterations", "seconds")):
        axis.set(yscale="log", xlabel=label)
        axis.grid(alpha=0.3)
    axes[0, 0].set_ylabel("cost" if best is None else "relative gap to the minimum")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=min(3, len(results)))
    return figure


def show_mask(mask: Array, kspace: Array | None = None) -> "Figure":
    """Show a mask (H, W), white where sampled, and beside it the log magnitude of k-space (H, W) or (C, H, W).

    Coils are combined by their root sum of squares. The title gives the acceleration R. Raises ValueError if the mask
    is not (H, W) or samples nothing, or k-space is of another size.

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
    Coils are combined by their root sum of squares. The titles say how many are not zero. Raises ValueError unless H
    and W are multiples of 2^level.

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


def lines(curves: Mapping[str, Array], *, xlabel: str, ylabel: str) -> "Figure":
    """Draw curves (N,) over their index, told apart by colour, dash and marker.

    Raises ValueError if there are no curves.

    >>> len(lines({"a": np.arange(3), "b": np.ones(3)}, xlabel="rank", ylabel="size").axes)
    1
    """
    if not curves:
        raise ValueError("lines needs at least one curve")
    figure, axes = _figure(1, 1, 3.2, layout="constrained")
    for i, (name, curve) in enumerate(curves.items()):
        values = to_numpy(curve)
        axes[0, 0].plot(values, label=name, markevery=(i, max(1, len(values) // 8)), **_look(i))
    axes[0, 0].set(xlabel=xlabel, ylabel=ylabel)
    axes[0, 0].grid(alpha=0.3)
    figure.legend(loc="outside upper center", ncols=min(4, len(curves)))
    return figure


def histograms(samples: Mapping[str, Array], *, bins: Array, label: str) -> "Figure":
    """Show histograms of several samples (N,) over the same bins, one beside the other, on a logarithmic count.

    Raises ValueError if there are no samples.

    >>> len(histograms({"a": np.arange(3), "b": np.ones(3)}, bins=np.arange(5), label="size").axes)
    2
    """
    if not samples:
        raise ValueError("histograms needs at least one sample")
    figure, axes = _figure(1, len(samples), 2.6, sharey=True, layout="constrained")
    for i, (name, values) in enumerate(samples.items()):
        axes[0, i].hist(to_numpy(values), bins=bins, color=COLOURS[i % len(COLOURS)], log=True)
        axes[0, i].set_title(name, fontsize=9)
    axes[0, 0].set_ylabel("count")
    figure.supxlabel(label, fontsize=9)
    return figure


def _look(i: int) -> dict[str, Any]:
    """The colour, dash and marker of the i-th line of a picture."""
    return {
        "color": COLOURS[i % len(COLOURS)],
        "linestyle": DASHES[i % len(DASHES)],
        "marker": MARKERS[i % len(MARKERS)],
    }


def _figure(rows: int, columns: int, height: float, **options):
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(
        rows, columns, figsize=(WIDTH, height), dpi=120, facecolor="white", squeeze=False, **options
    )
    plt.close(figure)  # else a notebook would show it twice
    return figure, axes


def _panels(rows: int, columns: int, shape: tuple[int, ...], titled: int | None = None):
    """Return a figure with room for images of `shape`, titles over `titled` of the rows (all), and a colour bar."""
    side = min(WIDTH / columns, 4.5)
    # Too high leaves a gap above the colour bar; too low, and matplotlib cuts titles off.
    height = rows * (side * shape[0] / shape[1] + 0.05) + 0.5 * (rows if titled is None else titled) + 0.7
    figure, axes = _figure(rows, columns, height, layout="compressed")
    for axis in axes.ravel():
        axis.set_axis_off()
    return figure, axes


def _slice(name: str, x: Array, combine: bool = False) -> np.ndarray:
    """Return the magnitudes of a slice (H, W); with `combine` the coils in front are summed up as squares."""
    array = np.abs(to_numpy(x))
    if combine and array.ndim == 3:
        array = np.sqrt(np.sum(array**2, axis=0))
    if array.ndim != 2 or array.size == 0:
        raise ValueError(f"{name!r} must be one slice (H, W), got shape {array.shape}")
    return array


def _decades(x: np.ndarray, largest: float) -> np.ndarray:
    """Return log₁₀ of magnitudes over the largest, five decades deep."""
    return np.log10(np.maximum(x / (largest or 1.0), 1e-5))


def _caption(name: str, x: np.ndarray, ref: np.ndarray | None) -> str:
    if ref is None or np.array_equal(x, ref):
        return name
    return f"{name}\nPSNR {psnr(x, ref):.2f} dB, SSIM {ssim(x, ref):.3f}\nNRMSE {nrmse(x, ref):.3f}"
