"""Choosing λ without a ground truth: leave out some of the acquired samples, and find the λ that predicts them best."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays.checks import check, check_mask, check_positive, within
from ..arrays.libraries import Array, namespace, to_numpy
from .masks import center_box

FRACTIONS = tuple(10.0 ** (e / 3) for e in range(-15, -3))  # of λ_max: three per decade


def leave_out(mask: Array, share: float = 0.1, *, keep: int | tuple[int, int] = 0, seed: int = 0):
    """Split a mask into (kept, held): a random `share` of the samples is held back, to judge reconstructions by.

    If the mask consists of whole phase encode lines, lines are held back, because single points of a line would be
    predicted by their neighbours. The box of `keep` points around DC (0: DC alone) is always kept: coil maps are
    estimated from it, and its energy would dominate the error. kept and held are boolean (H, W), disjoint, and their
    union is the mask. At least one point (line) is held, and one kept.

    Raises ValueError unless 0 < share < 1 and two or more points (lines) lie outside the box.

    >>> mask = np.ones((8, 8), bool)
    >>> kept, held = leave_out(mask, 0.25, keep=4)
    >>> int(held.sum()), bool((kept ^ held).all())
    (16, True)
    """
    mask = check_mask(mask)
    if mask.ndim != 2:
        raise ValueError(f"leave_out takes a mask of shape (H, W), got {mask.shape}")
    share = within("share", share, 0, 1, strictly=True)
    box = center_box(mask.shape, keep or 1)
    lines = bool((mask == mask[:, :1]).all())
    free = np.flatnonzero(mask[:, 0] & ~box.any(axis=1)) if lines else np.flatnonzero(mask & ~box)
    if len(free) < 2:
        raise ValueError(
            f"only {len(free)} {'lines' if lines else 'points'} lie outside the box of {keep}: too few to leave one out"
        )
    units = np.count_nonzero(mask[:, 0]) if lines else np.count_nonzero(mask)
    count = min(max(1, round(share * units)), len(free) - 1)
    chosen = np.random.default_rng(seed).choice(free, count, replace=False)
    held = np.zeros(mask.shape, dtype=bool)
    if lines:
        held[chosen] = True
    else:
        held.ravel()[chosen] = True
    return mask & ~held, held


@dataclass(frozen=True)
class Choice:
    """The result of `choose_lambda`.

    Attributes
    ----------
    fraction : float
        The best of `fractions`.
    fractions, errors : ndarray
        The candidates, in ascending order, and the error ‖ŷ − y‖²/‖y‖² of each on the samples held back.

    Examples
    --------
    >>> Choice(1e-3, np.array([1e-4, 1e-3, 1e-2]), np.array([0.3, 0.2, 0.4])).fraction
    0.001
    """

    fraction: float
    fractions: np.ndarray
    errors: np.ndarray


def choose_lambda(
    predict: Callable[[Array, np.ndarray, float], Array],
    kspace: Array,
    mask: Array,
    fractions: Sequence[float] = FRACTIONS,
    *,
    share: float = 0.1,
    keep: int | tuple[int, int] = 24,
    seed: int = 0,
    progress: bool | None = None,
) -> Choice:
    """Return the λ, as a fraction of λ_max, whose reconstruction from some of the samples best predicts the others.

    For each candidate t, ŷ = predict(M y, M, t) is the k-space F S x̂ of a reconstruction from the samples M that
    `leave_out` keeps, on the whole grid, without a mask. Its error is ‖H(ŷ − y)‖² / ‖Hy‖² on the samples H held back.
    With noise of variance σ² per sample, the expected error is that of the reconstruction plus σ² per sample, so its
    minimum can be found without a ground truth. Afterwards, reconstruct from all samples with the fraction returned.

    Takes k-space (..., H, W) with zeros where nothing was sampled. Warns if the best candidate is the smallest or the
    largest, because a better one may lie beyond. Raises TypeError or ValueError for candidates that are not positive,
    for a prediction of another shape, and as `leave_out` does.

    References
    ----------
    Ward, Compressed sensing with cross validation, IEEE Trans. Inf. Theory 55 (2009).

    Examples
    --------
    >>> from mrilab import FFT, L1, LeastSquares, Mask, Wavelet, fista, lambda_max, shepp_logan, variable_density
    >>> F, Psi = FFT((64, 64)), Wavelet("haar", (64, 64), level=3)
    >>> mask = variable_density((64, 64), 2)
    >>> def predict(y, mask, fraction):
    ...     f = LeastSquares(Mask(mask) @ F @ Psi.H, y)
    ...     return F(Psi.H(fista(f, L1(fraction * lambda_max(f, L1(1.0))), max_iter=30).x))
    >>> choice = choose_lambda(predict, mask * F(shepp_logan((64, 64))), mask, [1e-4, 1e-3, 1e-1], keep=8)
    >>> choice.fraction
    0.001
    """
    from ..progress import progress_bar

    candidates = np.sort([check_positive("a fraction", fraction) for fraction in fractions])
    if not len(candidates):
        raise ValueError("choose_lambda got no fractions: it takes at least one")
    kept, held = leave_out(mask, share, keep=keep, seed=seed)
    kspace, xp = check(kspace, kept.shape, "choose_lambda"), namespace(kspace)
    known = to_numpy(kspace)[..., held]
    if not known.any():
        raise ValueError(f"the k-space of shape {tuple(kspace.shape)} is zero at all samples that were held back")
    training = xp.where(xp.asarray(kept), kspace, xp.zeros_like(kspace))
    errors = []
    with progress_bar(len(candidates), progress) as bar:
        for fraction in candidates:
            guess = predict(training, kept, float(fraction))
            if tuple(guess.shape) != tuple(kspace.shape):
                raise ValueError(
                    f"predict gave k-space of shape {tuple(guess.shape)}, the data are {tuple(kspace.shape)}"
                )
            errors.append(np.sum(abs(to_numpy(guess)[..., held] - known) ** 2) / np.sum(abs(known) ** 2))
            bar.update()
    best = int(np.argmin(errors))
    if best in (0, len(errors) - 1):
        warnings.warn(f"the best fraction, {candidates[best]:.2g}, is at the edge of those tried", stacklevel=2)
    return Choice(float(candidates[best]), candidates, np.array(errors))
