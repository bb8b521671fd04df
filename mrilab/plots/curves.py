"""Curves of the chapters: convergence, lines, histograms, paths through k-space; and the style of all figures.

Figures are 7 inches wide with text of 9 points or more, so they can be read on a phone; lines differ by dash and marker
as well as by colour (Okabe and Ito's palette, which colour-blind readers can distinguish). Each function returns a
Figure that is closed in pyplot, so a notebook shows it once, as the value of the last line of a cell.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays.checks import check_values
from ..arrays.libraries import Array

if TYPE_CHECKING:
    from matplotlib.figure import Figure


WIDTH = 7.0  # inches
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
DASHES = ("-", "--", "-.", ":")
MARKERS = "osD^vPX"


def convergence(results: Mapping[str, Any], *, best: float | None = None) -> "Figure":
    """Plot the costs of several runs against iterations and against seconds, on a logarithmic axis.

    `results` maps names to results of solvers, with `costs` and `times` of equal length. With `best`, the cost of the
    minimum, the relative gap (cost − best) / |best| is shown; costs below `best` leave a gap in the line.
    Raises ValueError if there are no results.

    >>> from types import SimpleNamespace
    >>> run = SimpleNamespace(costs=np.array([4.0, 2.0, 1.5]), times=np.array([0.0, 0.1, 0.2]))
    >>> len(convergence({"fista": run}, best=1.0).axes)
    2
    """
    if not results:
        raise ValueError("convergence needs at least one result")
    figure, axes = make_figure(1, 2, 3.2, sharey=True, layout="constrained")
    for i, (name, result) in enumerate(results.items()):
        costs = np.asarray(result.costs, dtype=float)
        if best is not None:
            costs = (costs - best) / abs(best)
        costs = np.where(costs > 0, costs, np.nan)
        look = _look(i) | {"markevery": (i, max(1, len(costs) // 6))}  # shifted, so that two equal runs are both seen
        axes[0, 0].plot(costs, label=name, **look)
        axes[0, 1].plot(result.times, costs, label=name, **look)
    for axis, label in zip(axes[0], ("iterations", "seconds")):
        axis.set(yscale="log", xlabel=label)
        axis.grid(alpha=0.3)
    axes[0, 0].set_ylabel("cost" if best is None else "relative gap to the minimum")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=min(3, len(results)))
    return figure


def lines(
    curves: Mapping[str, Array | tuple[Array, Array]],
    xlabel: str,
    ylabel: str,
    *,
    marks: Mapping[str, float] | None = None,
    **settings,
) -> "Figure":
    """Plot curves: arrays (N,) against their index, or pairs (x, y) of such arrays.

    `marks` maps names to positions on the x axis, where vertical lines are drawn. `settings` are properties of
    matplotlib's axes, such as yscale="log" or ylim=(0, 1). Raises ValueError if there are no curves.

    >>> len(lines({"a": np.arange(3), "b": ([0, 2], [1, 1])}, xlabel="rank", ylabel="size").axes)
    1
    """
    if not curves:
        raise ValueError("lines needs at least one curve")
    figure, axes = make_figure(1, 1, 3.2, layout="constrained")
    axis = axes[0, 0]
    for i, (name, curve) in enumerate(curves.items()):
        x, y = curve if isinstance(curve, tuple) else (np.arange(len(curve)), curve)
        x, values = (check_values(v if hasattr(v, "ndim") else np.asarray(v), repr(name), finite=False) for v in (x, y))
        step = max(1, len(values) // 8)
        axis.plot(x, values, label=name, markevery=(i % step, step), linewidth=1.2, **_look(i))
    axis.set(xlabel=xlabel, ylabel=ylabel, **settings)
    if settings.get("xscale") == "log":
        _label_decade(axis)
    for name, x in (marks or {}).items():
        axis.axvline(x, color="0.4", linewidth=1)
        axis.annotate(
            name,
            (x, 0),
            (-3, 4),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            rotation=90,
            ha="right",
            va="bottom",
            fontsize=9,
        )
    axis.grid(alpha=0.3)
    figure.legend(loc="outside upper center", ncols=min(4, len(curves)))
    return figure


def _label_decade(axis) -> None:
    """Label 1, 2 and 5 where a logarithmic x axis spans about a decade; matplotlib's own labels run into each other."""
    from matplotlib.ticker import LogFormatterSciNotation, LogLocator

    axis.xaxis.set_minor_locator(LogLocator(subs=(2, 5)))
    axis.xaxis.set_minor_formatter(LogFormatterSciNotation(minor_thresholds=(1.5, 1.5)))


def histograms(samples: Mapping[str, Array], *, bins: Array, label: str) -> "Figure":
    """Plot histograms of several samples (N,) with the same bins, side by side, with a logarithmic count axis.

    Raises ValueError if there are no samples.

    >>> len(histograms({"a": np.arange(3), "b": np.ones(3)}, bins=np.arange(5), label="size").axes)
    2
    """
    if not samples:
        raise ValueError("histograms needs at least one sample")
    edges = check_values(bins if hasattr(bins, "ndim") else np.asarray(bins), "bins", real=True)
    figure, axes = make_figure(1, len(samples), 2.6, sharey=True, layout="constrained")
    for i, (name, values) in enumerate(samples.items()):
        axes[0, i].hist(
            check_values(values, repr(name), real=True), bins=edges, color=COLOURS[i % len(COLOURS)], log=True
        )
        axes[0, i].set_title(name, fontsize=9)
    axes[0, 0].set_ylabel("count")
    figure.supxlabel(label, fontsize=9)
    return figure


def paths(trajectories: Mapping[str, Array], *, columns: int = 3, samples: bool = False) -> "Figure":
    """Draw trajectories (shots, samples, 2) in k-space, at most `columns` side by side, each shot in its own colour.

    The square is [-½, ½]², with the first axis pointing down as in images; `samples` marks each sample by a point.
    Raises ValueError if there are no trajectories, or one has another shape.

    >>> len(paths({"one spoke": np.zeros((1, 8, 2))}).axes)
    1
    """
    shots = {name: check_values(k, repr(name), real=True) for name, k in trajectories.items()}
    if not shots or any(k.ndim != 3 or k.shape[-1] != 2 for k in shots.values()):
        shapes = [k.shape for k in shots.values()]
        raise ValueError(f"paths takes at least one trajectory (shots, samples, 2), got shapes {shapes}")
    across = min(columns, len(shots))
    down = -(-len(shots) // across)
    figure, axes = make_figure(down, across, down * (min(WIDTH / across, 4.5) + 0.3), layout="compressed")
    for axis, (name, k) in zip(axes.ravel(), shots.items()):
        for i, (y, x) in enumerate(k.swapaxes(1, 2)):
            axis.plot(
                x, y, linewidth=0.7, color=COLOURS[i % 6], **({"marker": ".", "markersize": 2} if samples else {})
            )
        axis.set(xlim=(-0.52, 0.52), ylim=(0.52, -0.52), aspect="equal", xticks=[], yticks=[])
        axis.set_title(name, fontsize=9)
    for axis in axes.ravel()[len(shots) :]:
        axis.set_axis_off()
    return figure


def _look(i: int) -> dict[str, Any]:
    """Return the colour, dash and marker of the i-th line of a figure."""
    return {
        "color": COLOURS[i % len(COLOURS)],
        "linestyle": DASHES[i % len(DASHES)],
        "marker": MARKERS[i % len(MARKERS)],
    }


def make_figure(rows: int, columns: int, height: float, **options):
    """Return a figure of width `WIDTH`, and its axes as an array (rows, columns)."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(rows, columns, figsize=(WIDTH, height), dpi=120, squeeze=False, **options)
    plt.close(figure)  # or a notebook would show it twice
    return figure, axes
