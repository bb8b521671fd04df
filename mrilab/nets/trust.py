"""Tests of a reconstruction before it is trusted: its residual, its stability, and the disagreement of an ensemble.

Every test takes a function `reconstruct(A, y)` from data (B, C, H, W) to images (B, H, W): a network of this folder, or
any function that calls a solver. `lesions` and `shifts` contain the tests that need a population of heads.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from ..arrays.checks import check_mask, check_positive, check_values, whole
from ..arrays.libraries import Array, plain, to_numpy
from ..operators.coils import Coils
from ..operators.fourier import FFT, Mask
from ..operators.linop import LinearOperator
from .dataset import Sample

Reconstruct = Callable[[LinearOperator, Tensor], Tensor]


def operator_of(sample: Sample) -> LinearOperator:
    """Return the operator A = Ω F S of a sample, from images (H, W) to k-space (C, H, W).

    >>> operator_of(Sample(*np.ones((4, 1, 2, 2), np.complex64))._replace(mask=np.eye(2, dtype=bool))).shape_out
    (1, 2, 2)
    """
    return Mask(sample.mask) @ FFT(sample.mask.shape) @ Coils(sample.smaps)


def image_of(reconstruct: Reconstruct, A: LinearOperator, y: Array) -> np.ndarray:
    """Return reconstruct(A, y) of one scan, y (C, H, W), as a NumPy array (H, W).

    A network is evaluated without gradients, in evaluation mode, on its own device. Raises ValueError if the result is
    not finite, or not one image.

    >>> A = Mask(np.eye(4, dtype=bool)) @ FFT((4, 4))
    >>> image_of(lambda A, y: A.H(y), A, np.eye(4, dtype=np.complex64)).shape
    (4, 4)
    """
    with torch.no_grad(), _evaluating(reconstruct):
        x = to_numpy(reconstruct(A, _batch(reconstruct, y)))
    if x.shape != (1, *A.shape_in):
        raise ValueError(f"a reconstruction of one scan must have the shape {(1, *A.shape_in)}, got {x.shape}")
    if not np.isfinite(x).all():
        raise ValueError(f"the reconstruction of shape {x.shape} holds values that are not finite")
    return x[0]


def residual(A: LinearOperator, x: Array, y: Array, sigma: float) -> float:
    """Return ‖A x − y‖ / (σ √n), n the number of samples: near 1 for the true image, far above 1 if x contradicts y.

    y, complex (C, H, W), is zero where nothing was sampled, with noise E|ε|² = σ² elsewhere. Below 1, noise has been
    fitted. The residual depends only on the part of x in the row space of A: anything from its null space can be added
    to x without a change. Raises ValueError for σ ≤ 0, for shapes that do not fit A, and for y without samples.

    >>> A = Mask(np.ones((4, 4), bool)) @ FFT((4, 4))
    >>> round(residual(A, np.zeros((4, 4), np.complex64), np.full((4, 4), 0.1, np.complex64), sigma=0.1), 5)
    1.0
    """
    sigma = check_positive("sigma", sigma)
    data, image = check_values(y, "y"), check_values(x, "the image")
    count = np.count_nonzero(data)
    if not count:
        raise ValueError(f"y of shape {data.shape} holds no sample")
    gap = to_numpy(A(image.astype(np.complex64, copy=False))) - data
    return float(np.linalg.norm(gap) / (sigma * np.sqrt(count)))


@dataclass(frozen=True, eq=False)
class Stability:
    """The result of `stability`.

    Attributes
    ----------
    worst, random : float
        Amplification ‖f(y + δ) − f(y)‖ / ‖δ‖ of the worst δ found, and the mean over random ones.
    delta : ndarray, complex64 (C, H, W)
        The worst δ.
    before, after : ndarray (H, W)
        f(y) and f(y + δ).

    Examples
    --------
    >>> Stability(2.0, 1.0, *np.zeros((3, 2, 2))).worst
    2.0
    """

    worst: float
    random: float
    delta: np.ndarray
    before: np.ndarray
    after: np.ndarray


def stability(
    reconstruct: Reconstruct,
    A: LinearOperator,
    y: Array,
    *,
    size: float = 0.01,
    steps: int = 10,
    draws: int = 5,
    seed: int = 0,
) -> Stability:
    """Return how much a small error of the samples is amplified: the worst found by gradient ascent, and random ones.

    The worst δ on the samples of y (C, H, W) with ‖δ‖ = size ‖y‖ maximises h(δ) = ‖f(y + δ) − f(y)‖². A step of the
    search is δ ← size ‖y‖ ∇h / ‖∇h‖. It maximises the linear approximation of h at δ over all such vectors, and for a
    linear f it is the power iteration on JᴴJ. The result is a lower bound of the worst case: more `steps` may find a
    larger value. For zero-filling it is at most 1, because ‖A‖ ≤ 1. Gradients must flow through `reconstruct`, as they
    do through networks and the solvers of `mrilab`.

    Raises TypeError or ValueError for a `size` that is not positive, for counts below 1, for y without samples, and for
    a reconstruction without gradients.

    References
    ----------
    Antun et al., On instabilities of deep learning in image reconstruction and the potential costs of AI, PNAS 117
    (2020); the step: Journée et al., Generalized power method for sparse principal component analysis, J. Mach. Learn.
    Res. 11 (2010).

    Examples
    --------
    >>> A = Mask(np.eye(4, dtype=bool)) @ FFT((4, 4))
    >>> found = stability(lambda A, y: A.H(y), A, np.eye(4, dtype=np.complex64))
    >>> round(found.worst, 3), round(found.random, 3)
    (1.0, 1.0)
    """
    size = check_positive("size", size)
    whole("steps", steps, 1), whole("draws", draws, 1)
    data = _batch(reconstruct, y)
    sampled = data != 0
    if not sampled.any():
        raise ValueError(f"y of shape {tuple(data.shape[1:])} holds no sample")
    radius = size * torch.linalg.norm(data)
    generator = torch.Generator().manual_seed(seed)  # of the CPU: the same draws for every device

    def draw() -> Tensor:
        noise = torch.randn(data.shape, dtype=torch.complex64, generator=generator)
        noise = noise.to(data.device, non_blocking=True) * sampled
        return radius * noise / torch.linalg.norm(noise)

    @torch.no_grad()
    def grown(delta: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        after = reconstruct(A, data + delta)
        return torch.linalg.norm(after - before) / radius, delta, after

    with _evaluating(reconstruct):
        with torch.no_grad():
            before = reconstruct(A, data)
        random = torch.stack([grown(draw())[0] for _ in range(draws)]).mean()
        delta = draw()
        best: tuple[Tensor, ...] = grown(delta)
        for _ in range(steps):  # which of two is worse is chosen on the device: the host need not know
            delta = _uphill(reconstruct, A, data, delta, before, sampled, radius)
            found = grown(delta)
            best = tuple(torch.where(found[0] > best[0], new, old) for new, old in zip(found, best))
    worst, delta, after = best
    return Stability(float(worst), float(random), to_numpy(delta[0]), to_numpy(before[0]), to_numpy(after[0]))


def ensemble(members: Sequence[Reconstruct], A: LinearOperator, y: Array) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean image of several reconstructions (H, W), and the standard deviation of their magnitudes (H, W).

    The members should differ only in arbitrary choices, such as the seed of their training. Where they disagree, the
    data do not determine the image; where they agree, all may still be wrong in the same way. Raises ValueError for
    fewer than two members.

    References
    ----------
    Lakshminarayanan, Pritzel and Blundell, Simple and scalable predictive uncertainty estimation using deep ensembles,
    NeurIPS 2017.

    Examples
    --------
    >>> A = Mask(np.eye(4, dtype=bool)) @ FFT((4, 4))
    >>> members = [lambda A, y: A.H(y), lambda A, y: 3 * A.H(y)]
    >>> mean, deviation = ensemble(members, A, np.eye(4, dtype=np.complex64))
    >>> bool(np.allclose(deviation, abs(mean) / np.sqrt(2)))
    True
    """
    if len(members) < 2:
        raise ValueError(f"an ensemble needs at least two members, got {len(members)}")
    images = np.stack([image_of(member, A, y) for member in members])
    return images.mean(axis=0), np.abs(images).std(axis=0, ddof=1)


def rank_correlation(deviation: Array, error: Array, where: Array | None = None) -> float:
    """Return Spearman's ρ between a predicted deviation and the true error: 1 if both rank the pixels equally.

    Takes arrays of one shape; `where` selects pixels, such as those of the head, because any prediction looks good on
    an empty background. Raises ValueError if shapes differ, or if fewer than three pixels are selected.

    >>> round(rank_correlation(np.arange(6.0), np.arange(6.0) ** 2), 6)
    1.0
    """
    from scipy.stats import spearmanr

    values = check_values(deviation, "the deviation", real=True)
    truth = check_values(error, "the error", real=True)
    if values.shape != truth.shape:
        raise ValueError(f"a deviation of shape {values.shape} does not fit an error of shape {truth.shape}")
    chosen = np.ones(values.shape, bool) if where is None else check_mask(where, "where")
    if chosen.shape != values.shape or chosen.sum() < 3:
        raise ValueError(f"where must have the shape {values.shape} and select at least three pixels")
    return float(spearmanr(values[chosen], truth[chosen]).statistic)


def _uphill(reconstruct, A, data, delta, before, sampled, radius) -> Tensor:
    delta = delta.detach().requires_grad_()
    gap = reconstruct(A, data + delta) - before
    if not gap.requires_grad:
        raise ValueError(
            "no gradient flows through the reconstruction: all of it must be computed with torch, and a solver called "
            "with differentiable=True"
        )
    (slope,) = torch.autograd.grad(torch.linalg.norm(gap).square(), delta)
    slope = slope * sampled
    return radius * slope / torch.linalg.norm(slope).clamp_min(torch.finfo(torch.float32).tiny)


class _evaluating:
    """A context with a network in evaluation mode, restored afterwards; other functions are not changed."""

    def __init__(self, reconstruct: Reconstruct):
        self.net = reconstruct if isinstance(reconstruct, nn.Module) else None

    def __enter__(self):
        if self.net is not None:
            self.was = self.net.training
            self.net.eval()

    def __exit__(self, *error):
        if self.net is not None:
            self.net.train(self.was)


def _batch(reconstruct: Reconstruct, y: Array) -> Tensor:
    """Return the data of one scan as a batch of one, complex64, on the device of the network, else on their own."""
    data = (
        plain(y.detach()) if isinstance(y, Tensor) else torch.from_numpy(check_values(y, "the data of a scan").copy())
    )
    first = next(reconstruct.parameters(), None) if isinstance(reconstruct, nn.Module) else None
    return data.to(data.device if first is None else first.device, torch.complex64)[None]
