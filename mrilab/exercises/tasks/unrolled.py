"""Exercises of the chapter on unrolled networks."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ...operators.fourier import FFT
from ..base import choice, exercise
from ..compare import Problem, differs
from ..draws import matrix, network, noise, tensor


def _correct(x):
    """Stand for a small network: some function of an image that is not linear."""
    return x * (0.5 + 0.4 * np.tanh(abs(x)))


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


def _shared(rng):
    mask = rng.random((6, 5)) < 0.5
    mask[3, 2], mask[0, 0] = True, False
    y = noise(rng, 2, 6, 5) * mask
    inputs = {"net": network(rng), "y": tensor(y), "mask": tensor(mask)}
    return {**inputs, "lam": float(rng.uniform(0.2, 0.8)), "cascades": int(rng.integers(2, 4))}


def _unroll(
    net, y, mask, lam, cascades, *, end=True, hard=False, first=False, add=False, everywhere=False, flip=False, sign=1
):
    import torch

    F = FFT(tuple(mask.shape))
    x = 0 * y if first else F.H(y)
    for cascade in range(cascades):
        parts = [x.imag, x.real] if flip else [x.real, x.imag]
        out = net(torch.stack(parts, dim=1))
        z = torch.complex(out[:, 0], sign * out[:, 1]) + (x if add else 0)
        k, weight = F(z), 0.0 if hard else lam
        mixed = (y + weight * k) / (1 + weight)
        x = F.H(mixed if everywhere else torch.where(mask, mixed, k)) if end or cascade + 1 < cascades else z
    return x


def _values(*inputs, **faults):
    return _unroll(*inputs, **faults).detach().numpy()


def _learns(answer, inputs):
    """The values are right, and a gradient reaches the weights of the network."""
    problem = differs(answer, _values(*inputs.values()), 1e-3)
    if problem is not None or getattr(answer, "requires_grad", False):
        return problem
    hint = "The network could not be trained: is anything detached, or made an array of NumPy, on the way?"
    return Problem("the values are right, but no gradient leads back to the network", hint, True)


@exercise(
    "unrolled-net",
    "unrolled",
    "unrolls MoDL: a network and data consistency in turn, with gradients through both",
    draw=_shared,
    accept=_learns,
    minutes=20,
    level="hard",
    mistakes=[
        ("Begin at Aᴴy, not at zero.", lambda *a: _values(*a, first=True)),
        ("Each cascade ends in data consistency, the last one too.", lambda *a: _values(*a, end=False)),
        ("That puts the data in hard, as λ = 0 would.", lambda *a: _values(*a, hard=True)),
        ("The network gives R(x) itself: x is not added.", lambda *a: _values(*a, add=True)),
        ("Where nothing was measured, R(x) stays as it is.", lambda *a: _values(*a, everywhere=True)),
        ("The real part is the first channel.", lambda *a: _values(*a, flip=True)),
        ("The second channel that comes out is +Im.", lambda *a: _values(*a, sign=-1)),
        ("The image that comes out is complex.", lambda *a: abs(_values(*a))),
        ("All cascades, one after the other.", lambda net, y, mask, lam, n: _values(net, y, mask, lam, 1)),
        ("One cascade too few.", lambda net, y, mask, lam, n: _values(net, y, mask, lam, n - 1)),
        ("One cascade too many.", lambda net, y, mask, lam, n: _values(net, y, mask, lam, n + 1)),
        ("λ belongs to the network's image, 1 to the data.", lambda net, y, m, lam, n: _values(net, y, m, 1 / lam, n)),
    ],
)
def unroll(net, y, mask, lam, cascades):
    return _unroll(net, y, mask, lam, cascades)


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
