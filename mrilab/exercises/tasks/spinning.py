"""Exercises of the chapter on cycle spinning: its grids, its prox and its mean."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ...operators.undecimated import UndecimatedWavelet
from ...operators.wavelets import Wavelet
from ...problems.regularisers import L1
from ..base import choice, exercise
from ..draws import noise


@exercise(
    "spinning-grids",
    "spinning",
    "counts the grids of a wavelet",
    kind="value",
    book={"level": 3},
    question=lambda level: f"Here $J = {level}$.",
    draw=lambda rng: {"level": int(rng.integers(3, 7))},
    tol=1e-6,
    minutes=5,
    level="easy",
    mistakes=[
        ("That is along one axis; rows and columns move independently.", lambda level: 2**level),
        ("Moved by one block it is the same grid: the last shift is one too many.", lambda level: (2**level + 1) ** 2),
        ("The finest blocks have 2 pixels, so the coarsest have 2^J.", lambda level: 4 ** (level - 1)),
        ("Those are the bands of the undecimated transform.", lambda level: 3 * level + 1),
    ],
)
def grids(level):
    return (2**level) ** 2


def _prox(x, Psi, threshold, shift, *, back=-1, shrink=None, axes=(0, 1)):
    shift = tuple(int(n) for n in shift)
    z = Psi(np.roll(x, shift, axis=axes))
    p = Psi.H(L1(1.0).prox(z, threshold) if shrink is None else shrink(z, threshold))
    return np.roll(p, tuple(back * n for n in shift), axis=axes)


def _apart(z, t):
    real, imaginary = (np.sign(v) * np.maximum(abs(v) - t, 0) for v in (z.real, z.imag))
    return real + 1j * imaginary


@exercise(
    "spinning-prox",
    "spinning",
    "computes the prox of the l1 norm of a shifted wavelet",
    draw=lambda rng: {
        "x": noise(rng, 8, 12),
        "Psi": Wavelet("db2", (8, 12), 2),
        "threshold": float(rng.uniform(0.4, 0.9)),
        "shift": (int(rng.integers(1, 4)), int(rng.integers(1, 4))),
    },
    tol=1e-3,
    minutes=10,
    mistakes=[
        ("The image is not moved back.", lambda *a: _prox(*a, back=0)),
        ("It is moved on, not back: the signs change.", lambda *a: _prox(*a, back=1)),
        ("Nothing was moved before the transform: that is the one grid.", lambda x, P, t, s: _prox(x, P, t, (0, 0))),
        (
            "It moves the other way first: `np.roll` by `shift`, then back.",
            lambda x, P, t, s: _prox(x, P, t, (-s[0], -s[1])),
        ),
        ("Rows and columns have changed places.", lambda x, P, t, s: _prox(x, P, t, s[::-1])),
        ("Real and imaginary parts are thresholded apart.", lambda *a: _prox(*a, shrink=_apart)),
        (
            "That is a hard threshold: what survives is not made smaller.",
            lambda *a: _prox(*a, shrink=lambda z, t: z * (abs(z) > t)),
        ),
        (
            "Those are coefficients, not an image: Ψᴴ is missing.",
            lambda x, P, t, s: L1(1.0).prox(P(np.roll(x, s, (0, 1))), t),
        ),
        ("Nothing was shrunk.", lambda x, P, t, s: x),
    ],
)
def spun_prox(x, Psi, threshold, shift):
    return _prox(x, Psi, threshold, shift)


def _scales(level):
    return np.array([level] + [level - b // 3 for b in range(3 * level)])


def _mean(z, weights):
    return float(np.sum(weights * np.abs(z).sum(axis=(1, 2))))


@exercise(
    "spinning-mean",
    "spinning",
    "computes the mean over all grids from the bands of the undecimated transform",
    draw=lambda rng: {"z": UndecimatedWavelet("haar", (8, 12), 2)(noise(rng, 8, 12)), "level": 2},
    tol=1e-3,
    minutes=20,
    level="hard",
    mistakes=[
        ("All bands weigh the same: the factor of the scale is missing.", lambda z, J: _mean(z, 1)),
        (
            "The factor is 2^−j: an undecimated band is 2^j times too large, so divide.",
            lambda z, J: _mean(z, 2.0 ** _scales(J)),
        ),
        (
            "The factor is 2^−j, not 4^−j: both are norms, and the bands are scaled already.",
            lambda z, J: _mean(z, 4.0 ** -_scales(J)),
        ),
        (
            "The scales run the other way: the coarsest come first.",
            lambda z, J: _mean(z, 2.0 ** -np.r_[1, [1 + b // 3 for b in range(3 * J)]]),
        ),
        (
            "The approximation has a factor too, that of the coarsest scale.",
            lambda z, J: _mean(z, np.r_[1, 2.0 ** -_scales(J)[1:]]),
        ),
        ("The approximation belongs to the sum.", lambda z, J: _mean(z[1:], 2.0 ** -_scales(J)[1:])),
        ("The finest scale is j = 1, not 0.", lambda z, J: _mean(z, 2.0 ** (1 - _scales(J)))),
        (
            "Those are squares: the norm sums magnitudes.",
            lambda z, J: float(np.sum(2.0 ** -_scales(J) * (abs(z) ** 2).sum((1, 2)))),
        ),
        (
            "That divides by the number of grids; the bands hold the mean already.",
            lambda z, J: _mean(z, 2.0 ** -_scales(J)) / 4**J,
        ),
    ],
)
def mean_norm(z, level):
    return _mean(z, 2.0 ** -_scales(level))


choice(
    "spinning-solver",
    "spinning",
    "knows why Condat–Vũ cannot use another grid in each step",
    {
        "a": "Shifting changes no norm: ‖ΨT_s‖ = 1 for each s.",
        "b": "After the shift the same numbers would stand for other places of the image.",
        "c": "It follows from the prox of g by Moreau's identity, for every orthogonal transform.",
        "d": "A dual of the last grid says nothing about the new one: the saddle point would move with each step.",
    },
    right=lambda: "b",
)
