"""Exercises of the chapter on synthesis: ISTA and FISTA."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

from math import sqrt

import numpy as np

from ...problems.regularisers import L1, lambda_max
from ..base import choice, exercise
from ..draws import least_squares, noise


def _gradient_inputs(rng):
    return {"A": noise(rng, 6, 4), "x": noise(rng, 4), "y": noise(rng, 6)}


@exercise(
    "synthesis-gradient",
    "synthesis",
    "computes the gradient of ½‖A x − y‖² for a complex matrix A",
    draw=_gradient_inputs,
    minutes=5,
    level="easy",
    mistakes=[
        ("The conjugate is forgotten: Aᴴ is A.conj().T.", lambda A, x, y: A.T @ (A @ x - y)),
        ("With the ½ in front there is no factor of 2.", lambda A, x, y: 2 * A.conj().T @ (A @ x - y)),
        ("The sign is turned: A x − y.", lambda A, x, y: A.conj().T @ (y - A @ x)),
        ("That is the residual; apply Aᴴ to it.", lambda A, x, y: A @ x - y),
        ("Aᴴ stands before the whole residual, y too.", lambda A, x, y: A.conj().T @ (A @ x) - A.T @ y),
        ("Aᴴ stands before the whole residual, y too.", lambda A, x, y: A.conj().T @ A @ x - y[: x.size]),
        ("The gradient has Aᴴ, not an inverse of A.", lambda A, x, y: np.linalg.pinv(A) @ (A @ x - y)),
        ("A vector of complex numbers has a complex gradient.", lambda A, x, y: (A.conj().T @ (A @ x - y)).real),
    ],
)
def gradient(A, x, y):
    return A.conj().T @ (A @ x - y)


def _step_inputs(rng):
    f = least_squares(rng)
    lam = 0.2 * lambda_max(f, L1(1.0))
    return {"f": f, "g": L1(lam), "z": noise(rng, 8), "step": float(rng.uniform(0.4, 0.8))}


@exercise(
    "fista-step",
    "synthesis",
    "takes one forward–backward step, prox(z − s ∇f(z), s)",
    draw=_step_inputs,
    minutes=5,
    level="easy",
    mistakes=[
        ("The step is doubled.", lambda f, g, z, s: g.prox(z - 2 * s * f.grad(z), s)),
        ("The prox needs the step too: its threshold is s λ.", lambda f, g, z, s: g.prox(z - s * f.grad(z), 1.0)),
        ("That climbs: subtract the gradient.", lambda f, g, z, s: g.prox(z + s * f.grad(z), s)),
        ("The prox is missing.", lambda f, g, z, s: z - s * f.grad(z)),
        ("First the gradient, then the prox.", lambda f, g, z, s: g.prox(z, s) - s * f.grad(g.prox(z, s))),
        (
            "First the gradient, then the prox, which is of where you have come to.",
            lambda f, g, z, s: g.prox(z, s) - s * f.grad(z),
        ),
        (
            "Any step: s is an argument, and not 1/L.",
            lambda f, g, z, s: g.prox(z - f.grad(z) / f.lipschitz, 1 / f.lipschitz),
        ),
        ("s multiplies the gradient: is it divided by here?", lambda f, g, z, s: g.prox(z - f.grad(z) / s, s)),
        ("s multiplies the gradient: is it divided by here?", lambda f, g, z, s: g.prox(z - f.grad(z) / s, 1 / s)),
        (
            "The threshold is s λ: which of the two is used twice?",
            lambda f, g, z, s: g.prox(z - s * f.grad(z), s * g.lam),
        ),
        (
            "The new z is asked for, not how far it is.",
            lambda f, g, z, s: np.linalg.norm(step(f, g, z, s) - z) / np.linalg.norm(z),
        ),
        ("The gradient is not multiplied by the step.", lambda f, g, z, s: g.prox(z - f.grad(z), s)),
    ],
)
def step(f, g, z, step):
    return g.prox(z - step * f.grad(z), step)


def _factors(n, rule=lambda t: (1 + sqrt(1 + 4 * t**2)) / 2, top=lambda old, t: old - 1, first=1.0):
    t, factors = first, []
    for _ in range(n):
        old, t = t, rule(t)
        factors.append(top(old, t) / t)
    return np.array(factors)


@exercise(
    "synthesis-momentum",
    "synthesis",
    "computes the factors (t_k − 1)/t_{k+1} of FISTA's momentum",
    draw=lambda rng: {"n": int(rng.integers(50, 200))},
    minutes=5,
    level="easy",
    second="They approach 1, about as 1 − 3/k: momentum hardly fades in the end, hence restarts.",
    mistakes=[
        ("The root holds 1 + 4 t².", lambda n: _factors(n, rule=lambda t: (1 + sqrt(1 + 4 * t)) / 2)),
        ("The numerator has the old t, not the new one.", lambda n: _factors(n, top=lambda old, t: t - 1)),
        (
            "That is ModOpt's or Chambolle's k/(k + 3), near but not the same.",
            lambda n: np.arange(n) / (np.arange(n) + 3),
        ),
        (
            "The half is missing: 1 plus the root, and half of that.",
            lambda n: _factors(n, lambda t: 1 + sqrt(1 + 4 * t**2)),
        ),
        ("One is subtracted in the numerator.", lambda n: _factors(n, top=lambda old, t: old)),
        ("The half is of the whole, 1 and the root.", lambda n: _factors(n, lambda t: 1 + sqrt(1 + 4 * t**2) / 2)),
        (
            "The denominator has the new t, not the old one.",
            lambda n: _factors(n, top=lambda old, t: (old - 1) * t / old),
        ),
        ("t begins with 1, so that the first factor is 0.", lambda n: _factors(n + 1)[1:]),
        ("t begins with 1, so that the first factor is 0.", lambda n: _factors(n, first=0.0)),
    ],
)
def momentum(n):
    return _factors(n)


@exercise(
    "synthesis-step",
    "synthesis",
    "finds the largest step of FISTA, in units of 1/L, as β → 1",
    kind="value",
    book={},
    tol=5e-3,
    minutes=20,
    mistakes=[
        ("That is ISTA's bound. Momentum makes it smaller.", 2.0),
        ("1/L is safe, but a little more is possible: where does μ reach −1?", 1.0),
        ("1/L is safe, so s is at least 1: is a fraction upside down?", 0.75),
        ("ISTA's bound is 2, and momentum makes it smaller: s lies between 1 and 2.", 3.0),
        ("Put μ = −1 into μ² − (1−s)(1+β)μ + (1−s)β = 0; β stands twice.", 1.5),
    ],
)
def longest():
    return 4 / 3


choice(
    "synthesis-choice",
    "synthesis",
    "knows what a λ above λ_max gives",
    {
        "a": "Zero-filling is one gradient step from zero, Aᴴy. The prox would then take it away: no entry exceeds λ.",
        "b": "Zero is then the minimum: each coefficient's pull, |Aᴴy| there, is below its price λ.",
        "c": "Whether it converges depends on the step, not on λ. Here it does, at the first step: to what?",
        "d": "The coarse band is penalised too in this chapter. It goes last, as λ grows, and at λ_max it has gone.",
    },
    right=lambda: "b",
)
