"""Exercises of the chapter on density weights."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ..base import choice, exercise
from ..draws import matrix, noise

choice(
    "nc-choice",
    "weights",
    "knows what weighting the data does to the speed and to the minimum",
    {
        "a": "Weights change the sum of squares, so another image has the smallest. The two agree only where an image "
        "leaves no residual at all, and nothing is penalised.",
        "b": "The norm of the weighted operator is small, so steps are long; and the sum of squares is another one.",
        "c": "The cost of an iteration hardly changes, its step does: a gradient step is as long as 1/L allows.",
        "d": "Weights do not remove noise. They believe a sample at DC less than one at the edge, although both are "
        "equally noisy: that can only raise the variance.",
    },
    right=lambda: "b",
)

choice(
    "nc-kappa",
    "weights",
    "knows what weights W^κ do to FISTA as κ grows from 0 to 1",
    {
        "a": "Print L: it falls, so the steps get longer.",
        "b": "L falls from over a hundred to below two, and 15 iterations reach more.",
        "c": "L changes, and the early PSNR with it.",
        "d": "That would be so if noise decided; after 15 iterations convergence does.",
    },
    right=lambda: "b",
    minutes=10,
    level="medium",
)


def _weighted(rng):
    return {"B": noise(rng, 12, 5).astype(complex), "w": rng.uniform(0.2, 2, 12)}


def _variance(B, w, power=2, conj=True, sided=True):
    Bh = (B.conj() if conj else B).T
    M = np.linalg.inv(Bh @ (w[:, None] * B))
    C = M @ (Bh @ (w[:, None] ** power * B)) @ M if sided else M
    return np.trace(C).real


@exercise(
    "nc-noise",
    "weights",
    "computes the total variance of weighted least squares",
    draw=_weighted,
    minutes=15,
    tol=1e-3,
    mistakes=[
        (
            "In the middle stands W², not W: the noise has the variance 1, not 1/W.",
            lambda B, w: _variance(B, w, power=1),
        ),
        ("w is the diagonal of W itself: no root of it, and no square.", lambda B, w: _variance(B, np.sqrt(w))),
        ("M holds W once; only between the two M stands W².", lambda B, w: _variance(B, w**2, sided=False)),
        ("Bᴴ needs the conjugate.", lambda B, w: _variance(B, w, conj=False)),
        ("That is for the weights 1.", lambda B, w: _variance(B, np.ones_like(w))),
        (
            "The weights multiply the rows of B: w[:, None] * B.",
            lambda B, w: _variance(B * np.resize(w, B.shape[1]), np.ones_like(w)),
        ),
    ],
)
def total_variance(B, w):
    return _variance(B, w)


def _weighted_problem(rng):
    A = matrix(rng, 9, 5)
    return {"A": A, "w": rng.uniform(0.2, 2, 9).astype(np.float32), "x": noise(rng, 5), "y": noise(rng, 9)}


@exercise(
    "nc-gradient",
    "weights",
    "computes the gradient of ½‖W^½(A x − y)‖², with w the diagonal of W",
    draw=_weighted_problem,
    minutes=5,
    level="easy",
    mistakes=[
        (
            "W^½ stands on both sides, so W in the middle: neither √w nor w².",
            lambda A, w, x, y: A.H(np.sqrt(w) * (A(x) - y)),
        ),
        ("W^½ is squared once, not twice.", lambda A, w, x, y: A.H(w**2 * (A(x) - y))),
        ("Weight the whole residual, y too.", lambda A, w, x, y: A.H(w * A(x) - y)),
        ("The weights are missing.", lambda A, w, x, y: A.H(A(x) - y)),
        ("The ½ takes the 2 away: no factor.", lambda A, w, x, y: 2 * A.H(w * (A(x) - y))),
        ("The sign is turned: A x − y.", lambda A, w, x, y: A.H(w * (y - A(x)))),
    ],
)
def gradient(A, w, x, y):
    return A.H(w * (A(x) - y))
