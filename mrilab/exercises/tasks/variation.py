"""Exercises of the chapter on total variation."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

from functools import cache

import numpy as np

from ...operators.differences import FiniteDifference
from ...operators.linop import Identity
from ...problems.least_squares import LeastSquares
from ...problems.regularisers import GroupL1
from ...solvers.condat_vu import condat_vu
from ..base import choice, exercise
from ..draws import noise


def _tv(x, isotropic=True, wrap=False, squared=False):
    down = np.diff(x, axis=0, append=x[:1] if wrap else x[-1:])
    across = np.diff(x, axis=1, append=x[:, :1] if wrap else x[:, -1:])
    if not isotropic:
        return float(abs(down).sum() + abs(across).sum())
    power = abs(down) ** 2 + abs(across) ** 2
    return float(np.sum(power if squared else np.sqrt(power)))


@exercise(
    "analysis-tv",
    "variation",
    "computes the isotropic total variation of an image, with differences of 0 at the last row and column",
    draw=lambda rng: {"x": noise(rng, 6, 7)},
    tol=1e-3,
    minutes=10,
    level="easy",
    mistakes=[
        ("That is anisotropic: it adds |down| and |across|.", lambda x: _tv(x, isotropic=False)),
        ("The last row minus the first is in it. Nothing goes round the edge.", lambda x: _tv(x, wrap=True)),
        (
            "The square of a complex number is not |·|²: take `abs` first.",
            lambda x: np.sum(np.sqrt(np.sum(FiniteDifference(x.shape)(x) ** 2, axis=0))),
        ),
        (
            "np.gradient takes central differences. Those between a pixel and the next are asked for: np.diff.",
            lambda x: float(np.sum(np.linalg.norm(list(np.gradient(x)), axis=0))),
        ),
        (
            "First the differences, then the magnitudes: where the phase changes, the image does.",
            lambda x: _tv(abs(x)),
        ),
        (
            "Beyond the last row there is no zero: the difference there is 0, not the pixel.",
            lambda x: float(np.linalg.norm([np.diff(x, axis=i, append=0) for i in (0, 1)], axis=0).sum()),
        ),
        ("A root for each pixel, then the sum.", lambda x: _tv(x, squared=True) ** 0.5),
        ("The root is missing: it sums lengths, not their squares.", lambda x: _tv(x, squared=True)),
        (
            "The last row and column are cut off: they have one difference each.",
            lambda x: float(np.sum(np.sqrt(abs(np.diff(x, axis=0)[:, :-1]) ** 2 + abs(np.diff(x, axis=1)[:-1]) ** 2))),
        ),
    ],
)
def tv(x):
    return GroupL1(1.0, axis=-3)(FiniteDifference(x.shape)(x))


def _adjoint(v, out=-1, into=1, wrap=False, last=False, axes=(0, 1)):
    """Each difference is subtracted at its pixel and added at the next."""
    x = np.zeros(v.shape[1:], v.dtype)
    for part, axis in zip(v, axes):
        part = np.moveaxis(part, axis, 0)
        here = np.array(part) if wrap or last else np.concatenate([part[:-1], 0 * part[-1:]])
        there = np.roll(here, 1, 0) if wrap else np.concatenate([0 * here[:1], here[:-1]])
        x += np.moveaxis(out * here + into * there, 0, axis)
    return x


@exercise(
    "variation-adjoint",
    "variation",
    "computes the adjoint of the differences down and across",
    draw=lambda rng: {"v": noise(rng, 2, 5, 6)},
    minutes=15,
    mistakes=[
        ("The sign is turned: that is the divergence, and the adjoint is minus it.", lambda v: -_adjoint(v)),
        ("Nothing goes round the edge.", lambda v: _adjoint(v, wrap=True)),
        (
            "The difference at the last row and column is 0 whatever x is: what v holds there must have no effect.",
            lambda v: _adjoint(v, last=True),
        ),
        ("A difference is subtracted at its own pixel.", lambda v: _adjoint(v, out=1)),
        ("Each difference acts on two pixels, its own and the next.", lambda v: _adjoint(v, into=0)),
        ("Each difference acts on two pixels, its own and the next.", lambda v: _adjoint(v, out=0)),
        (
            "v[0] are the differences down, from row to row.",
            lambda v: _adjoint(v, axes=(1, 0)),
        ),
        (
            "Both parts add up to one image.",
            lambda v: np.stack([_adjoint(v * m) for m in ([[[1]], [[0]]], [[[0]], [[1]]])]),
        ),
        (
            "That is ∇ of the parts, not its adjoint.",
            lambda v: sum(FiniteDifference(v.shape[1:])(v[j])[j] for j in (0, 1)),
        ),
    ],
)
def adjoint(v):
    return FiniteDifference(v.shape[1:]).H(v)


@cache
def _losses(lam, sigma=0.5, max_iter=300):
    """The losses of all three discs, a batch."""
    down, across = np.indices((64, 64)) - 32
    discs = np.stack([np.hypot(down, across) <= r for r in (4, 8, 16)]).astype(np.complex64)
    f = LeastSquares(Identity((64, 64)), discs)
    x = condat_vu(f, GroupL1(lam, axis=-3), FiniteDifference((64, 64)), sigma=sigma, max_iter=max_iter).x
    return (1 - x[:, 32, 32].real).astype(float).tolist()


@exercise(
    "analysis-disc",
    "variation",
    "measures the height that TV with λ = 0.5 takes from the middle of discs of radius 4, 8 and 16",
    kind="value",
    book={"lam": 0.5},
    tol=0.02,
    minutes=20,
    second="Small and thin ones are at risk: the loss is λ times perimeter over area. Pixels make a rough circle.",
    mistakes=[
        (
            "Those are the formula's values. Measure, on the grid of 64 × 64.",
            lambda lam: [2 * lam / r for r in (4, 8, 16)],
        ),
        ("Those are the heights that stay.", lambda lam: [1 - loss for loss in _losses(lam)]),
        (
            "It has not converged: 100 iterations at the default ς are too few. Take ς = 0.5 and 300.",
            lambda lam: _losses(lam, sigma=None, max_iter=100),
        ),
        (
            "Almost: the large disc has not converged. Take ς = 0.5 too: the dual moves slowly at the default one.",
            lambda lam: _losses(lam, sigma=None),
        ),
        ("The order is by radius: 4, 8, 16.", lambda lam: _losses(lam)[::-1]),
    ],
)
def disc(lam):
    return _losses(lam)


choice(
    "variation-choice",
    "variation",
    "knows that total variation does not ask for sharp borders",
    {
        "a": "Each gradient falls to a quarter, but there are four of them.",
        "b": "Across the border the differences add up to the height of the step, sharp or blurred.",
        "c": "All four gradients point the same way, so their lengths add up as the heights do.",
        "d": "Four pixels have a gradient, each a quarter of the old one.",
    },
    right=lambda: "b",
)
