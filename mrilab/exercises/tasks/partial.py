"""Exercises of the chapter on partial Fourier."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ...operators.fourier import FFT
from ..base import choice, exercise
from ..draws import noise

choice(
    "lines-choice",
    "partial",
    "knows what the symmetry makes of a receiver that is a quarter turn off",
    {
        "a": "The symmetry is that of a real image. For i·x it has the other sign: y(−k) = −conj y(k).",
        "b": "Zeros would be better: they keep half of the detail. The fill puts numbers there, with the wrong sign.",
        "c": "What both sides measured stays. Filled lines have the wrong sign: detail cancels along the phase of i·x.",
        "d": "That takes a conjugate of all of k-space. Here lines are conjugated and flipped, and only missing ones.",
    },
    right=lambda: "c",
)


def _mirrored(y, step=lambda n: 1 - n % 2, axes=(0, 1)):
    flipped = np.conj(np.flip(y, axes))
    return np.roll(flipped, [step(y.shape[axis]) for axis in axes], axes)


@exercise(
    "partial-mirror",
    "partial",
    "gives the conjugate of k-space at −k, at even and odd sizes",
    draw=lambda rng, trial: {"y": noise(rng, *((6, 7) if trial % 2 else (5, 8)))},
    minutes=5,
    level="easy",
    second="DC, and at even sizes index 0: four samples of an even grid, one of an odd one.",
    mistakes=[
        ("The conjugate is missing.", lambda y: np.conj(_mirrored(y))),
        (
            "At even sizes DC is not in the middle of the array: flipped, it has moved by one.",
            lambda y: np.conj(y[::-1, ::-1]),
        ),
        ("At odd sizes the flip is enough: DC stays where it is.", lambda y: _mirrored(y, lambda n: 1)),
        (
            "Flipped at an even size, DC is one index too low: move it up, not down.",
            lambda y: _mirrored(y, lambda n: n % 2 - 1),
        ),
        ("−k turns both axes around.", lambda y: _mirrored(y, axes=(0,))),
        ("−k turns both axes around.", lambda y: _mirrored(y, axes=(1,))),
        ("Only the conjugate: at which k?", np.conj),
    ],
)
def mirrored(y):
    return _mirrored(y)


def _weights(H, half, alone=lambda W: 1.0, slope=1.0, least=0.0, middle=None):
    k = np.arange(H) - (H // 2 if middle is None else middle(H))
    W = np.clip(1 - slope * k / half, least, 2)
    if H % 2 == 0:
        W[0] = alone(W[0])
    return W


def _step(H, half):
    k = np.arange(H) - H // 2
    return np.where(k <= -half, 2.0, np.where(k < half, 1.0, 0.0)) * np.where((H % 2 == 0) & (k == -(H // 2)), 0.5, 1)


@exercise(
    "partial-ramp",
    "partial",
    "makes the weights of homodyne detection: W(k) + W(−k) = 2, with a ramp over the centre",
    draw=lambda rng, trial: {"H": int(rng.integers(12, 20)) * 2 + trial % 2, "half": int(rng.integers(3, 7))},
    minutes=10,
    second="Lines without a partner arrive at half their strength: it is the zero-filled image.",
    mistakes=[
        (
            "At even H the line k = −H/2 is its own mirror, so 2 W = 2 there.",
            lambda H, n: _weights(H, n, alone=lambda W: W),
        ),
        (
            "At even H the line k = −H/2 is its own mirror, but it was acquired.",
            lambda H, n: _weights(H, n, alone=lambda W: 0),
        ),
        ("The side that was acquired is that of negative k.", lambda H, n: _weights(H, n, slope=-1.0)),
        ("A step in the middle, where a ramp was asked for.", _step),
        ("Weights go down to 0, not below.", lambda H, n: _weights(H, n, least=-np.inf)),
        ("They sum to 2 in pairs, so 1 at DC.", lambda H, n: _weights(H, n) / 2),
        ("The ramp ends at ±half, twice as far.", lambda H, n: _weights(H, n, slope=2.0)),
        ("DC is at H // 2.", lambda H, n: _weights(H, n, middle=lambda H: 0)),
    ],
)
def weights(H, half):
    return _weights(H, half)


@exercise(
    "partial-noise",
    "partial",
    "says by which factor weights raise the noise of the real part",
    draw=lambda rng: {"W": np.where(rng.random(30) < 0.6, rng.uniform(0.2, 2, 30), 0)},
    minutes=5,
    level="easy",
    mistakes=[
        ("That is the variance: take its root.", lambda W: np.mean(W**2)),
        ("Noise adds in squares.", np.mean),
        ("The mean runs over all lines, those of weight 0 too.", lambda W: np.sqrt(np.mean(W[W > 0] ** 2))),
        ("A mean, not a sum.", lambda W: np.sqrt(np.sum(W**2))),
        (
            "As a factor to the full scan, whose real part has σ/√2 too: that cancels.",
            lambda W: np.sqrt(np.mean(W**2) / 2),
        ),
        ("That is the spread of the weights; noise sees their squares, not their distance from the mean.", np.std),
    ],
)
def noise_gain(W):
    return np.sqrt(np.mean(W**2))


def _problem(rng):
    lines = np.zeros((9, 8), bool)
    lines[:6] = True
    turn = np.exp(1j * rng.uniform(-2, 2, lines.shape))
    return {"m": rng.normal(size=lines.shape), "y": noise(rng, *lines.shape) * lines, "lines": lines, "turn": turn}


def _gradient(m, y, lines, turn, *, back=np.conj, masked=True, data=1.0, part=np.real):
    F = FFT(m.shape)
    misfit = F((turn * m).astype(np.complex64)) * (lines if masked else 1) - data * y
    return part(back(turn) * F.H(misfit.astype(np.complex64)))


@exercise(
    "partial-gradient",
    "partial",
    "gives the gradient of the misfit of a real image whose phase is known",
    draw=_problem,
    minutes=15,
    second="An iteration of POCS is m minus this gradient: gradient descent with the step 1.",
    mistakes=[
        ("m is real, and so is the gradient: its real part.", lambda *a: _gradient(*a, part=lambda x: x)),
        ("The real part, not the magnitude.", lambda *a: _gradient(*a, part=np.abs)),
        ("Going back, the phase comes off: the conjugate of `turn`.", lambda *a: _gradient(*a, back=lambda turn: turn)),
        ("Take the phase off again before the real part.", lambda *a: _gradient(*a, back=lambda turn: 1)),
        ("Lines that were not acquired have no misfit.", lambda *a: _gradient(*a, masked=False)),
        ("The data are missing: the misfit is A m − y.", lambda *a: _gradient(*a, data=0.0)),
        ("That goes downhill: the gradient is A^H (A m − y).", lambda *a: -_gradient(*a)),
        ("The cost has a half, the gradient no 2.", lambda *a: 2 * _gradient(*a)),
        ("That is the next m. The gradient alone is asked.", lambda m, *a: m - _gradient(m, *a)),
    ],
)
def gradient(m, y, lines, turn):
    return _gradient(m, y, lines, turn)
