"""Exercises of the chapter on analysis: primal and dual."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ...problems.regularisers import L1
from ..base import choice, exercise
from ..draws import least_squares, matrix, noise


@exercise(
    "analysis-step",
    "analysis",
    "finds the longest τ of Condat–Vũ",
    kind="value",
    book={"sigma": 0.05, "L": 1.0, "norm2": 8.0},
    question=lambda s, L, n: (
        f"For total variation, $\\|\\nabla\\|^2 \\le {n:g}$; let $\\varsigma = {s:.4g}$ and $L = {L:.4g}$."
    ),
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
        ("The condition has ‖∇‖², and 8 bounds it: no root.", lambda s, L, n: 1 / (L / 2 + s * n**0.5)),
        ("L/2 is missing.", lambda s, L, n: 1 / (s * n)),
        ("ς‖∇‖² goes to the other side, with a plus.", lambda s, L, n: 1 / (L / 2 - s * n) if 2 * s * n != L else 0.0),
        ("That is the τ which mrilab takes, 0.99 of the longest.", lambda s, L, n: 0.99 / (L / 2 + s * n)),
    ],
)
def longest(sigma, L, norm2):
    return 1 / (L / 2 + sigma * norm2)


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
        (
            "The inner product in the gap has a real part, which is not its magnitude.",
            lambda x, u, f, g, Psi: (_certificate(x, u, f, g, Psi)[0], 1 - abs(np.vdot(u, Psi(x))) / g(Psi(x))),
        ),
        (
            "The dual is missing in the first: Ψᴴu is added to the gradient.",
            lambda x, u, f, g, Psi: (_certificate(x, 0 * u, f, g, Psi)[0], _certificate(x, u, f, g, Psi)[1]),
        ),
        (
            "The gap is relative too: to g(Ψx).",
            lambda *a: (_certificate(*a)[0], _certificate(*a, relative=False)[1]),
        ),
        (
            "The first is relative too: to the norm of the gradient at zero.",
            lambda *a: (_certificate(*a, relative=False)[0], _certificate(*a)[1]),
        ),
        ("First the gradient's condition, then the gap.", lambda *a: _certificate(*a)[::-1]),
    ],
)
def certificate(x, u, f, g, Psi):
    return _certificate(x, u, f, g, Psi)


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
        (
            "Each value has a disc of its own: no norm of the whole array.",
            lambda u, lam: u * min(1, lam / np.linalg.norm(u)),
        ),
        (
            "The factor outside is λ over the magnitude, not over its square.",
            lambda u, lam: u * np.minimum(1, lam / abs(u) ** 2),
        ),
        ("That blows up what is inside: the factor is at most 1.", lambda u, lam: u * np.maximum(1, lam / abs(u))),
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
