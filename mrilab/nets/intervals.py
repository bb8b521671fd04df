"""Error bars that keep a promise: predicted deviations, scaled until enough pixels of other heads lie inside."""

from collections.abc import Sequence

import numpy as np

from ..arrays.checks import check_mask, check_values, within
from ..arrays.libraries import Array


def interval_factor(
    errors: Sequence[Array], deviations: Sequence[Array], where: Sequence[Array], *, coverage: float = 0.9
) -> float:
    """Return the factor t by which predicted deviations must be multiplied to be intervals, x̂ ± t · deviation.

    With R_i(t) the fraction of the pixels of head i with error > t · deviation, t is the smallest number for which

        (Σ_i R_i(t) + 1) / (n + 1) ≤ 1 − coverage,

    so the expected fraction of pixels inside, of one more head, is at least `coverage`. This holds for any network and
    any deviations, if this head and the n heads of the calibration are exchangeable: drawn from one population, scanned
    alike, and seen by no training. It says nothing about another population, nor about a single pixel.

    Parameters
    ----------
    errors : sequence of n arrays, float
        Absolute errors of the calibration heads, ≥ 0, in the unit of the images.
    deviations : sequence of n arrays, float
        Predicted deviations, > 0, of the same shapes and unit.
    where : sequence of n arrays, bool
        The pixels that count, such as those of the head.
    coverage : float
        Expected fraction of the pixels inside, between 0 and 1.

    Raises
    ------
    TypeError, ValueError
        For sequences of different lengths, arrays of different shapes, an empty selection, negative errors, deviations
        that are not positive where they count, and if there are too few heads: (n + 1) (1 − coverage) must exceed 1.

    References
    ----------
    Angelopoulos, Bates, Fisch, Lei and Schuster, Conformal risk control, ICLR 2024; before it: Angelopoulos et al.,
    Image-to-image regression with distribution-free uncertainty quantification and applications in imaging, ICML 2022.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> errors, flat = abs(rng.standard_normal((50, 20, 20))), np.ones((50, 20, 20))
    >>> t = interval_factor(errors, flat, flat == 1, coverage=0.9)
    >>> 1.6 < t < 2.0  # 90 % of a normal distribution lie within 1.645 deviations
    True
    """
    coverage = within("coverage", coverage, 0, 1, strictly=True)
    if not len(errors) == len(deviations) == len(where):
        raise ValueError(
            f"errors, deviations and where must have one array for each head, got {len(errors)}, {len(deviations)}, "
            f"{len(where)}"
        )
    most = (len(errors) + 1) * (1 - coverage) - 1  # what Σ R_i may be
    if most <= 0:
        raise ValueError(f"{len(errors)} heads are too few to calibrate a coverage of {coverage}")
    parts = [_ratios(*one) for one in zip(errors, deviations, where, strict=True)]
    ratios, shares = np.concatenate(parts), np.concatenate([np.full(part.size, 1 / part.size) for part in parts])
    order = np.argsort(ratios)
    outside = shares.sum() - np.cumsum(shares[order])  # Σ R_i(t) at t = each ratio, ascending
    return float(ratios[order][np.argmax(outside <= most)])


def share_inside(error: Array, deviation: Array, where: Array, factor: float) -> float:
    """Return the fraction of the selected pixels with error ≤ factor · deviation. Raises as `interval_factor`.

    >>> share_inside(np.array([1.0, 3.0]), np.ones(2), np.ones(2, bool), factor=2.0)
    0.5
    """
    return float(np.mean(_ratios(error, deviation, where) <= factor))


def _ratios(error: Array, deviation: Array, where: Array) -> np.ndarray:
    """Return error / deviation of the selected pixels."""
    error, deviation = check_values(error, "an error", real=True), check_values(deviation, "a deviation", real=True)
    chosen = check_mask(where, "where")
    if not error.shape == deviation.shape == chosen.shape:
        raise ValueError(
            f"error, deviation and where must have one shape, got {error.shape}, {deviation.shape}, {chosen.shape}"
        )
    error, deviation = error[chosen], deviation[chosen]
    if not error.size:
        raise ValueError(f"where of shape {chosen.shape} selects no pixel")
    if error.min() < 0 or deviation.min() <= 0:
        raise ValueError(
            f"errors must be at least 0 and deviations above 0, got a least error of {error.min()} and a least "
            f"deviation of {deviation.min()}"
        )
    return error / deviation
