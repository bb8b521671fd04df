"""Exercises of the chapter on analysis: total variation, primal and dual."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

from functools import cache

import numpy as np

from ...operators.differences import FiniteDifference
from ...operators.linop import Identity
from ...problems.least_squares import LeastSquares
from ...problems.regularisers import L1, GroupL1
from ...solvers.condat_vu import condat_vu
from ..base import choice, exercise
from ..draws import least_squares, matrix, noise


@exercise(
    "analysis-step",
    "analysis",
    "finds the longest τ of Condat–Vũ",
    kind="value",
    book={"sigma": 0.05, "L": 1.0, "norm2": 8.0},
    question=lambda s, L, n: f"For TV, $\\|\\nabla\\|^2 \\le {n:g}$; let $\\varsigma = {s:.4g}$ and $L = {L:.4g}$.",
    draw=lambda rng: {"sigma": float(rng.uniform(0.05, 0.3)), "L": float(rng.uniform(0.5, 2)), "norm2": 8.0},
    tol=2e-3,
    minutes=5,
    level="easy",
    mistakes=[
        ("The condition has L/2.", lambda s, L, n: 1 / (L + s * n)),
        ("‖∇‖² ≤ 8 is the square already.", lambda s, L, n: 1 / (L / 2 + s * n**2)),
        ("That is 1/τ.", lambda s, L, n: L / 2 + s * n),
        ("ς‖∇‖² is missing.", lambda s, L, n: 2 / L),
        ("Use ‖∇‖² ≤ 8, not 1.", lambda s, L, n: 1 / (L / 2 + s)),
    ],
)
def longest(sigma, L, norm2):
    return 1 / (L / 2 + sigma * norm2)


@cache
def _loss(r, lam, sigma=0.5, max_iter=300):
    down, across = np.indices((64, 64))
    disc = (np.hypot(down - 32, across - 32) <= r).astype(np.complex64)
    f = LeastSquares(Identity((64, 64)), disc)
    x = condat_vu(f, GroupL1(lam, axis=-3), FiniteDifference((64, 64)), sigma=sigma, max_iter=max_iter).x
    return float(1 - x[32, 32].real)


@exercise(
    "analysis-disc",
    "analysis",
    "measures the height that TV with λ = 0.5 takes from the middle of discs of radius 4, 8 and 16",
    kind="value",
    book={"lam": 0.5},
    tol=0.02,
    minutes=20,
    mistakes=[
        (
            "Those are the formula's values. Measure, on the grid of 64 × 64.",
            lambda lam: [2 * lam / r for r in (4, 8, 16)],
        ),
        ("Those are the heights that stay.", lambda lam: [1 - _loss(r, lam) for r in (4, 8, 16)]),
        (
            "It has not converged: 100 iterations at the default ς are too few. Take ς = 0.5 and 300.",
            lambda lam: [_loss(r, lam, sigma=None, max_iter=100) for r in (4, 8, 16)],
        ),
        (
            "Almost: the large disc has not converged. Take ς = 0.5 too: the dual moves slowly at the default one.",
            lambda lam: [_loss(r, lam, sigma=None) for r in (4, 8, 16)],
        ),
        ("That is for λ = 1.", lambda lam: [_loss(r, 2 * lam) for r in (4, 8, 16)]),
        ("The order is by radius: 4, 8, 16.", lambda lam: [_loss(r, lam) for r in (16, 8, 4)]),
    ],
)
def disc(lam):
    return [_loss(r, lam) for r in (4, 8, 16)]


def _pair(rng):
    f, Psi = least_squares(rng), matrix(rng, 10, 8)
    return {"x": noise(rng, 8), "u": noise(rng, 10), "f": f, "g": L1(float(rng.uniform(0.5, 1))), "Psi": Psi}


def _certificate(x, u, f, g, Psi, *, sign=1, conj=True, relative=True, at=0):
    first = np.linalg.norm(f.grad(x) + sign * Psi.H(u))
    z = Psi(x)
    inner = np.vdot(u, z).real if conj else np.sum(u * z).real
    if not relative:
        return first, g(z) - inner
    return first / np.linalg.norm(f.grad(at * x)), 1 - inner / g(z)


@exercise(
    "analysis-certificate",
    "analysis",
    "measures how far x and u are from being optimal",
    draw=_pair,
    tol=1e-3,
    minutes=30,
    level="hard",
    mistakes=[
        ("At the optimum ∇f(x) + Ψᴴu = 0: a plus.", lambda *a: _certificate(*a, sign=-1)),
        ("An inner product of complex vectors conjugates one: np.vdot.", lambda *a: _certificate(*a, conj=False)),
        ("Both are relative, to ‖∇f(0)‖ and to g(Ψx).", lambda *a: _certificate(*a, relative=False)),
        ("The first is relative to the gradient at zero, not at x.", lambda *a: _certificate(*a, at=1)),
        ("First the gradient's condition, then the gap.", lambda *a: _certificate(*a)[::-1]),
    ],
)
def certificate(x, u, f, g, Psi):
    return _certificate(x, u, f, g, Psi)


def _tv(x, isotropic=True, wrap=False, squared=False):
    down = np.diff(x, axis=0, append=x[:1] if wrap else x[-1:])
    across = np.diff(x, axis=1, append=x[:, :1] if wrap else x[:, -1:])
    if not isotropic:
        return float(abs(down).sum() + abs(across).sum())
    power = abs(down) ** 2 + abs(across) ** 2
    return float(np.sum(power if squared else np.sqrt(power)))


@exercise(
    "analysis-tv",
    "analysis",
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
        ("The root is missing: it sums lengths, not their squares.", lambda x: _tv(x, squared=True)),
        (
            "The last row and column are cut off: they have one difference each.",
            lambda x: float(np.sum(np.sqrt(abs(np.diff(x, axis=0)[:, :-1]) ** 2 + abs(np.diff(x, axis=1)[:-1]) ** 2))),
        ),
    ],
)
def tv(x):
    return GroupL1(1.0, axis=-3)(FiniteDifference(x.shape)(x))


@exercise(
    "analysis-dual",
    "analysis",
    "projects the dual u on |u| ≤ λ",
    draw=lambda rng: {"u": noise(rng, 4, 6), "lam": float(rng.uniform(0.6, 1.2))},
    minutes=10,
    mistakes=[
        (
            "Real and imaginary parts are clipped apart: that is a square, not a disc.",
            lambda u, lam: np.clip(u.real, -lam, lam) + 1j * np.clip(u.imag, -lam, lam),
        ),
        ("That is the soft threshold: the projection is what it takes away.", lambda u, lam: L1(lam).prox(u, 1.0)),
        ("What lies inside stays where it is.", lambda u, lam: lam * u / abs(u)),
        ("What lies outside goes to the edge, not to 0.", lambda u, lam: u * (abs(u) <= lam)),
        ("The phase is lost.", lambda u, lam: np.minimum(abs(u), lam)),
    ],
)
def project(u, lam):
    return (u - L1(lam).prox(u, 1.0)).astype(np.complex64)


choice(
    "analysis-choice",
    "analysis",
    "knows when synthesis and analysis have the same minimum",
    {
        "a": "Each converges, but to the minimum of its own problem, and these differ if Ψ is redundant.",
        "b": "Then Ψx brings every image back, but most z are not the Ψx of any image: synthesis may use them.",
        "c": "Every z is then the Ψx of exactly one x: one problem in two coordinate systems.",
        "d": "λ moves each minimum along a path of its own. The paths of a redundant Ψ are not the same.",
    },
    right=lambda: "c",
)
