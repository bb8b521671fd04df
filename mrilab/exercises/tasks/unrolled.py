"""Exercises of the chapter on unrolled networks."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ...operators.fourier import FFT
from ..base import choice, exercise
from ..draws import matrix, noise


def _correct(x):
    """Stand for a small network: some function of an image that is not linear."""
    return x * (0.5 + 0.4 * np.tanh(abs(x)))


def _shift(x):
    """Stand for another one."""
    return 0.9 * np.roll(x, 1) + 0.1j


def _problem(rng):
    return {"A": matrix(rng, 6, 8), "y": noise(rng, 6)}


@exercise(
    "unrolled-cascade",
    "unrolled",
    "writes one cascade: the network's correction minus a step along the gradient of the data term",
    draw=lambda rng: {
        **_problem(rng),
        "x": noise(rng, 8),
        "correct": _correct,
        "step": float(rng.uniform(0.5, 1.5)),
    },
    minutes=5,
    level="easy",
    mistakes=[
        ("The gradient is subtracted.", lambda A, y, x, net, t: net(x) + t * A.H(A(x) - y)),
        ("The step length is missing.", lambda A, y, x, net, t: net(x) - A.H(A(x) - y)),
        (
            "That is the gradient step first and the network after it; both belong at x.",
            lambda A, y, x, net, t: net(x - t * A.H(A(x) - y)),
        ),
        ("The gradient is taken at x, not at the corrected image.", lambda A, y, x, net, t: _late(A, y, net(x), t)),
        (
            "The network gives the whole image here: x is not added again.",
            lambda A, y, x, net, t: x + net(x) - t * A.H(A(x) - y),
        ),
        ("The step belongs to the gradient, not to the network.", lambda A, y, x, net, t: t * (net(x) - A.H(A(x) - y))),
        (
            "The network takes the place of x: nothing else has a minus but the gradient.",
            lambda A, y, x, net, t: x - t * (net(x) + A.H(A(x) - y)),
        ),
        ("The network has no part in that.", lambda A, y, x, net, t: _late(A, y, x, t)),
    ],
)
def cascade(A, y, x, correct, step):
    return correct(x) - step * A.H(A(x) - y)


def _late(A, y, x, step):
    return x - step * A.H(A(x) - y)


def _measured(rng):
    mask = rng.random((6, 5)) < 0.5
    mask[3, 2], mask[0, 0] = True, False
    return {"y": noise(rng, 6, 5) * mask, "mask": mask, "z": noise(rng, 6, 5), "lam": float(rng.uniform(0.2, 0.8))}


def _consistent(y, mask, z, lam, weight=None, everywhere=False, half=1.0):
    F = FFT(z.shape)
    k = F(z)
    mixed = (y + (lam if weight is None else weight) * k) / (1 + lam) * half
    return F.H(mixed if everywhere else np.where(mask, mixed, k)).astype(np.complex64)


@exercise(
    "unrolled-consistency",
    "unrolled",
    "solves the data consistency of MoDL for one coil, in closed form",
    draw=_measured,
    minutes=15,
    single=True,
    mistakes=[
        ("That puts the data in hard, as λ = 0 would.", lambda y, m, z, lam: _consistent(y, m, z, 0.0)),
        ("λ belongs to z: (y + λ Fz) / (1 + λ).", lambda y, m, z, lam: _swapped(y, m, z, lam)),
        ("Where nothing was measured, z stays as it is.", lambda y, m, z, lam: _consistent(y, m, z, lam, None, True)),
        ("Divide by 1 + λ.", lambda y, m, z, lam: (1 + lam) * _consistent(y, m, z, lam) - lam * _rest(m, z)),
        (
            "The weights are 1 and λ, and their sum divides.",
            lambda y, m, z, lam: _consistent(y, m, z, lam, half=(1 + lam) / 2),
        ),
        ("Where nothing was measured, z stays as it is.", lambda y, m, z, lam: _consistent(y, m, z, lam) - _rest(m, z)),
        ("Come back from k-space at the end.", lambda y, m, z, lam: FFT(z.shape)(_consistent(y, m, z, lam))),
    ],
)
def consistency(y, mask, z, lam):
    return _consistent(y, mask, z, lam)


def _swapped(y, mask, z, lam):
    return _consistent(lam * y, mask, z, lam, weight=1.0)


def _rest(mask, z):
    F = FFT(z.shape)
    return F.H(np.where(mask, 0, F(z)))


def _unroll(A, y, nets, steps, start=True, keep=False, order=1):
    first = x = A.H(y) if start else 0 * A.H(y)
    for net, step in list(zip(nets, steps))[::order]:
        x = net(x) - step * A.H(A(first if keep else x) - y)
    return x


@exercise(
    "unrolled-net",
    "unrolled",
    "unrolls a whole network: from the zero-filled image through all cascades",
    draw=lambda rng: {
        **_problem(rng),
        "networks": [_correct, _shift, _correct],
        "steps": [float(step) for step in rng.uniform(0.5, 1.5, 3)],
    },
    minutes=20,
    level="hard",
    mistakes=[
        ("Begin at Aᴴy, not at zero.", lambda A, y, n, s: _unroll(A, y, n, s, start=False)),
        ("The gradient is that of the present x, not of the first.", lambda A, y, n, s: _unroll(A, y, n, s, keep=True)),
        ("The first network comes first.", lambda A, y, n, s: _unroll(A, y, n, s, order=-1)),
        ("Each cascade has its own network.", lambda A, y, n, s: _unroll(A, y, [n[0]] * len(n), s)),
        ("Each cascade has its own step.", lambda A, y, n, s: _unroll(A, y, n, [s[0]] * len(s))),
    ],
)
def unroll(A, y, networks, steps):
    return _unroll(A, y, networks, steps)


choice(
    "unrolled-choice",
    "unrolled",
    "knows what data consistency can and cannot correct",
    {
        "a": "It corrects only what A sees: a detail that lies in the lines left out gives no residual at all.",
        "b": "The residual of the samples is known at run time, so every cascade pulls the image back to them.",
        "c": "More parameters would help both networks; at equal parameters the unrolled one is ahead.",
        "d": "A U-Net could learn Aᴴ of one mask, but masks change from scan to scan, and it is not told them.",
    },
    right=lambda: "b",
)
