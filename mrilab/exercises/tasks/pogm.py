"""Exercises of the chapter on POGM, and a restart."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

from math import sqrt

import numpy as np

from ...problems.regularisers import L1, lambda_max
from ..base import choice, exercise
from ..draws import least_squares


def _t(n, first=1.0, rule=lambda t: (1 + sqrt(1 + 4 * t**2)) / 2):
    t = [first]
    for _ in range(n):
        t.append(rule(t[-1]))
    return np.array(t[:-1]), np.array(t[1:])


def _numbers(n, **rest):
    old, new = _t(n, **rest)
    a, b = (old - 1) / new, old / new
    return np.stack([a, b, 1 + a + b])


def _new_on_top(n):
    old, new = _t(n)
    a, b = (new - 1) / old, new / old
    return np.stack([a, b, 1 + a + b])


@exercise(
    "pogm-numbers",
    "pogm",
    "computes the factors a, b and ξ of POGM",
    draw=lambda rng: {"n": int(rng.integers(5, 40))},
    minutes=10,
    level="easy",
    second="a and b approach 1, and ξ approaches 3, in units of 1/L.",
    mistakes=[
        ("The root holds 1 + 4 t².", lambda n: _numbers(n, rule=lambda t: (1 + sqrt(1 + 4 * t)) / 2)),
        ("The half is of the whole, 1 and the root.", lambda n: _numbers(n, rule=lambda t: 1 + sqrt(1 + 4 * t**2))),
        ("t₀ is 1, so that the first a is 0.", lambda n: _numbers(n, first=0.0)),
        ("t₀ is 1, so that the first a is 0.", lambda n: _numbers(n + 1)[:, 1:]),
        ("The old t stands above, the new one below.", _new_on_top),
        ("ξ has a 1 too: the gradient step.", lambda n: _numbers(n) - np.array([[0.0], [0.0], [1.0]])),
        ("One row for each of the three: (3, n).", lambda n: _numbers(n).T),
        ("a has t − 1 on top, b has t.", lambda n: _numbers(n)[[1, 0, 2]]),
    ],
)
def numbers(n):
    return _numbers(n)


def _problem(rng):
    f = least_squares(rng)
    return {"f": f, "g": L1(0.2 * lambda_max(f, L1(1.0))), "max_iter": int(rng.integers(5, 9))}


def _pogm(f, g, max_iter, *, momentum=1.0, long=1.0, look=1.0, step=True, late=False, result="x"):
    x = w = u = f.zeros()
    t, xi, L = 1.0, 1.0, f.lipschitz
    for _ in range(max_iter):
        t_old, u_old, xi_old = t, u, xi
        t = (1 + sqrt(1 + 4 * t**2)) / 2
        a, b = (t_old - 1) / t, t_old / t
        u, xi = x - f.grad(x) / L, (1 + a + b) / L
        last = xi if late else xi_old
        w = u + momentum * a * (u - u_old) + long * b * (u - x) + look * a / (L * last) * (w - x)
        x = g.prox(w, xi if step else 1 / L)
    return x if result == "x" else w


@exercise(
    "pogm-loop",
    "pogm",
    "writes POGM without restart",
    draw=_problem,
    tol=1e-3,
    minutes=20,
    mistakes=[
        ("The prox of POGM has the step ξ, not 1/L.", lambda *a: _pogm(*a, step=False)),
        ("The term with b is missing: it lengthens the gradient step.", lambda *a: _pogm(*a, long=0.0)),
        ("The momentum a (u − u_old) is missing, or u_old is u.", lambda *a: _pogm(*a, momentum=0.0)),
        ("The last term is missing: what the prox before took away.", lambda *a: _pogm(*a, look=0.0)),
        ("The last term has a sign that is turned: w − x, both old.", lambda *a: _pogm(*a, look=-1.0)),
        ("The last term has the old ξ.", lambda *a: _pogm(*a, late=True)),
        ("x after the prox is asked for, not w.", lambda *a: _pogm(*a, result="w")),
        ("One iteration too many.", lambda f, g, n: _pogm(f, g, n + 1)),
        ("One iteration too few.", lambda f, g, n: _pogm(f, g, n - 1)),
    ],
)
def loop(f, g, max_iter):
    return _pogm(f, g, max_iter)


def _restart_inputs(rng):
    """A problem with a bound that is 5 times too large, and an end soon after the first rise of the cost."""
    f = least_squares(rng, 30, 10)
    f.A.norm2 = f.lipschitz = 5.0
    g = L1(0.02 * lambda_max(f, L1(1.0)))
    costs = _restart(f, g, 100, when=lambda costs: False)[1]
    rises = np.flatnonzero(np.diff(costs) > 1e-6 * costs[0])
    return {"f": f, "g": g, "max_iter": int(rises[0]) + 9 if rises.size else 60}


def _restart(
    f,
    g,
    max_iter,
    *,
    when=lambda costs: costs[-1] > costs[-2],
    to_z=True,
    to_t=True,
    late=False,
    back=False,
    of_w=False,
):
    z = w = f.zeros()
    t, s, costs = 1.0, 1 / f.lipschitz, [f(z) + g(z)]
    for _ in range(max_iter):
        old, told = z, t
        z = g.prox(w - s * f.grad(w), s)
        costs.append(f(z) + g(z))
        if back and when(costs):
            z = old
        t = (1 + sqrt(1 + 4 * t**2)) / 2
        w = z + (told - 1) / t * (z - old)
        if of_w:
            costs[-1] = f(w) + g(w)
        if when(costs):
            w, t = z if to_z else w, 1.0 if to_t else t
            t = (1 + sqrt(5)) / 2 if late else t
    return z, np.array(costs)


RESTARTS = "It restarts at each step or nearly, which is ISTA: look at the sign of your comparison."


@exercise(
    "synthesis-restart",
    "pogm",
    "adds a restart to FISTA: w = z, t = 1 whenever the cost has risen; returns z and all costs",
    draw=_restart_inputs,
    tol=2e-4,
    trials=3,
    minutes=30,
    level="hard",
    second="One more A an iteration, if the cost is computed afresh; none if A z is kept, as mrilab does.",
    mistakes=[
        ("No restart: the costs still rise.", lambda *a: _restart(*a, when=lambda c: False)),
        (RESTARTS, lambda *a: _restart(*a, when=lambda c: True)),
        (
            "The costs begin with that of the start, before the first iteration.",
            lambda *a: (_restart(*a)[0], _restart(*a)[1][1:]),
        ),
        (
            "t is 1 when the next step begins: restart after the new t, so that it is not moved on from 1 at once.",
            lambda *a: _restart(*a, late=True),
        ),
        ("z itself stays as it is: only w and t start anew.", lambda *a: _restart(*a, back=True)),
        ("Cost and restart are those of z, the point after the prox, not of w.", lambda *a: _restart(*a, of_w=True)),
        (RESTARTS, lambda *a: _restart(*a, when=lambda c: c[-1] < c[-2])),
        ("Set t = 1 too: the momentum goes on.", lambda *a: _restart(*a, to_t=False)),
        ("Set w = z too: this step still has the old momentum.", lambda *a: _restart(*a, to_z=False)),
    ],
)
def restart(f, g, max_iter):
    return _restart(f, g, max_iter)


choice(
    "pogm-choice",
    "pogm",
    "knows what a bound that is too large costs",
    {
        "a": "Steps are 1/L to 2/L: a larger L makes them shorter.",
        "b": "Steps of up to 2/4 never turn the misfit round. But the gap's bound grows with L: it takes √4 as long.",
        "c": "A bound that is too large still holds. One that is too small does not.",
        "d": "L is the unit of every step. The minimum stays, and the way to it does not.",
    },
    right=lambda: "b",
)
