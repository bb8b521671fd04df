"""Exercises of the chapter on designed trajectories."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ...sampling.hardware import GAMMA, gradients, slew_rates, step_limits
from ...sampling.trajectories import spiral
from ..base import choice, exercise


@exercise(
    "fastest",
    "designed",
    "finds the shortest readout of a spoke under a gradient limit, in seconds",
    kind="value",
    book={"pixel": 0.236 / 128, "limit": 40e-3},
    question=lambda d, G: (
        "How short can a readout of a spoke be made, in seconds, "
        f"if only $|G| \\le {1e3 * G:g}$ mT/m counts and a pixel is {1e3 * d:.3f} mm wide?"
    ),
    draw=lambda rng: {"pixel": float(rng.uniform(0.8e-3, 2e-3)), "limit": float(rng.integers(20, 80)) * 1e-3},
    tol=2e-3,
    minutes=5,
    level="easy",
    second="The slew rate: the gradient must first rise to its limit.",
    mistakes=[
        ("A spoke runs from edge to edge: 1/pixel, not half of it.", lambda d, G: 0.5 / d / GAMMA / G),
        ("γ/2π is 42.58 MHz/T already; no further 2π.", lambda d, G: 1 / d / (2 * np.pi * GAMMA) / G),
        ("Seconds are asked for, these are milliseconds.", lambda d, G: 1e3 / d / GAMMA / G),
        ("k-space ends at ½ cycle per pixel. How many 1/m are that?", lambda d, G: d / GAMMA / G),
        ("How fast the path is depends on G.", lambda d, G: 1 / d / GAMMA),
        ("The limit goes in T/m: 40 mT/m is 0.04.", lambda d, G: 1 / d / GAMMA / (1e3 * G)),
    ],
)
def fastest(pixel, limit):
    return 1 / pixel / GAMMA / limit


def _limits(pixel, dwell, gradient, slew, steps=1, scale=1.0):
    return step_limits(pixel, dwell, gradient=gradient * scale, slew=slew * scale)


@exercise(
    "gentle",
    "designed",
    "gives the limits (α, β) of first and second differences for a halved slew rate",
    kind="value",
    book={"pixel": 0.236 / 128, "dwell": 10e-6, "gradient": 40.0, "slew": 90.0},
    question=lambda d, dwell, G, S: (
        f"The slew rate is to be {S:g} T/m/s only, with {G:g} mT/m and pixels of {1e3 * d:.3f} mm."
    ),
    draw=lambda rng: {
        "pixel": float(rng.uniform(1e-3, 2e-3)),
        "dwell": 10e-6,
        "gradient": 40.0,
        "slew": float(rng.integers(60, 120)),
    },
    tol=1e-3,
    minutes=10,
    mistakes=[
        ("The slew rate is the old one.", lambda d, t, G, S: step_limits(d, t, gradient=G, slew=2 * S)),
        (
            "Only the slew rate is halved; the amplitude stays.",
            lambda d, t, G, S: step_limits(d, t, gradient=G / 2, slew=S),
        ),
        ("The order is (α, β): first the amplitude.", lambda d, t, G, S: step_limits(d, t, gradient=G, slew=S)[::-1]),
        (
            "Those are limits of the hardware. (α, β) bound the steps of k: see `step_limits`.",
            lambda d, t, G, S: (G, S),
        ),
        (
            "The limits go in as mT/m and T/m/s: step_limits(…, gradient=40).",
            lambda d, t, G, S: step_limits(d, t, gradient=1e-3 * G, slew=S),
        ),
    ],
)
def gentle(pixel, dwell, gradient, slew):
    return step_limits(pixel, dwell, gradient=gradient, slew=slew)


class _Spring:
    """An energy with DensityEnergy's interface: k ↦ (F, a direction), here a spring to given points."""

    def __init__(self, centre):
        self.centre = centre

    def __call__(self, k):
        gap, bend = k - self.centre, k - np.roll(k, 1, axis=1)
        energy = np.sum(1 - np.cos(3 * gap)) / 3 + np.sum(bend**2) / 4
        return float(energy), np.sin(3 * gap) + (bend - np.roll(bend, -1, axis=1)) / 2

    def __repr__(self):
        return "an energy: energy(k) → (F, p∇F)"


def _pulled(rng):
    k = rng.uniform(-0.5, 0.5, (3, 6, 2))
    return {"energy": _Spring(rng.uniform(-0.7, 0.7, k.shape)), "k": k, "tau": 0.3, "steps": int(rng.integers(8, 20))}


def _descend(energy, k, tau, steps, sign=-1, clip=True):
    for _ in range(steps):
        k = k + sign * tau * energy(k)[1]
        k = np.clip(k, -0.5, 0.5) if clip else k
    return k


@exercise(
    "free",
    "designed",
    "descends k ← k − τ·p∇F(k), each coordinate kept in [−½, ½]",
    draw=_pulled,
    minutes=15,
    mistakes=[
        ("That climbs: the sign of the step is wrong.", lambda e, k, t, n: _descend(e, k, t, n, sign=1)),
        ("Samples leave k-space: clip to ±½ after each step.", lambda e, k, t, n: _descend(e, k, t, n, clip=False)),
        (
            "Clip after each step, not once at the end.",
            lambda e, k, t, n: np.clip(_descend(e, k, t, n, clip=False), -0.5, 0.5),
        ),
        ("One step only: loop over `steps`.", lambda e, k, t, n: _descend(e, k, t, 1)),
    ],
)
def descend(energy, k, tau, steps):
    return _descend(energy, k, tau, steps)


def _played(rng):
    k = spiral(3, 40, turns=float(rng.uniform(1, 3))) + 0.004 * rng.standard_normal((3, 40, 2))
    return {"k": k, "pixel": float(rng.uniform(1e-3, 2e-3)), "dwell": 1e-5}


@exercise(
    "designed-gradient",
    "designed",
    "computes the largest gradient amplitude |G| of a trajectory (shots, samples, 2), in mT/m",
    draw=_played,
    minutes=10,
    level="easy",
    mistakes=[
        (
            "`np.gradient` spans two steps. Neighbours are asked for: `np.diff`.",
            lambda k, d, t: np.linalg.norm(np.gradient(k, axis=1), axis=-1).max() / (d * t * 42.577e6) * 1e3,
        ),
        ("Take the length over both axes, then the largest.", lambda k, d, t: abs(gradients(k, d, t)).max()),
        ("Those are T/m.", lambda k, d, t: np.linalg.norm(gradients(k, d, t), axis=-1).max() / 1e3),
        (
            "γ/2π is 42.58 MHz/T already; no further 2π.",
            lambda k, d, t: np.linalg.norm(gradients(k, d, t), axis=-1).max() / (2 * np.pi),
        ),
        (
            "k is in cycles per pixel: divide by the pixel to have 1/m.",
            lambda k, d, t: np.linalg.norm(gradients(k, d, t), axis=-1).max() * d,
        ),
    ],
)
def largest_gradient(k, pixel, dwell):
    return np.linalg.norm(gradients(k, pixel, dwell), axis=-1).max()


def _shaken(rng):
    """Shots that bend in all directions, at about the limit."""
    k = 0.3 * spiral(3, 60, turns=1.0) + 0.02 * rng.standard_normal((3, 60, 2))
    return {"k": k, "pixel": 4e-3, "dwell": 4e-5}


@exercise(
    "designed-slew",
    "designed",
    "says whether a trajectory keeps a slew rate of 180 T/m/s: returns the share of its samples above it",
    draw=_shaken,
    tol=1e-6,
    minutes=10,
    mistakes=[
        (
            "Take the length over both axes before you compare.",
            lambda k, d, t: float(np.mean(abs(slew_rates(k, d, t)) > 180)),
        ),
        (
            "A dwell time for each of two derivatives: divide by dwell².",
            lambda k, d, t: float(np.mean(np.linalg.norm(slew_rates(k, d, t), axis=-1) * t > 180)),
        ),
        (
            "That is the share that keeps the limit.",
            lambda k, d, t: float(np.mean(np.linalg.norm(slew_rates(k, d, t), axis=-1) <= 180)),
        ),
        (
            "The length of a vector is a root of squares, not a sum of magnitudes.",
            lambda k, d, t: float(np.mean(abs(slew_rates(k, d, t)).sum(-1) > 180)),
        ),
        (
            "That is the largest slew rate. How many are above the limit?",
            lambda k, d, t: float(np.linalg.norm(slew_rates(k, d, t), axis=-1).max()),
        ),
        ("A share, not a count.", lambda k, d, t: int(np.sum(np.linalg.norm(slew_rates(k, d, t), axis=-1) > 180))),
    ],
)
def too_fast(k, pixel, dwell):
    return float(np.mean(np.linalg.norm(slew_rates(k, pixel, dwell), axis=-1) > 180))


def _unit(gaps):
    size = np.linalg.norm(gaps, axis=-1, keepdims=True)
    return gaps / np.where(size > 0, size, 1)


def _energy(k, places, density, *, half=0.5, pull=1, mean=True, slope=1.0):
    to_places, to_samples = k[:, None] - places, k[:, None] - k
    p = len(k)
    attraction = np.linalg.norm(to_places, axis=-1) @ density
    repulsion = np.linalg.norm(to_samples, axis=-1)
    value = pull * (attraction.mean() - half * repulsion.sum() / p**2)
    forces = density @ _unit(to_places) - _unit(to_samples).sum(axis=1) / (p if mean else 1)
    return value, pull * slope * forces


def _attraction(k, places, density):
    return density @ _unit(k[:, None] - places)


def _samples(rng):
    density = rng.uniform(0.2, 1, 12)
    k, places = rng.uniform(-0.5, 0.5, (7, 2)), rng.uniform(-0.5, 0.5, (12, 2))
    return {"k": k, "places": places, "density": density / density.sum()}


@exercise(
    "designed-energy",
    "designed",
    "computes the energy of attraction and repulsion, and its slopes p∇F, by sums over all pairs",
    draw=_samples,
    minutes=25,
    level="hard",
    mistakes=[
        ("Each pair stands twice in the repulsion: it has the factor 1/(2p²).", lambda *a: _energy(*a, half=1)),
        ("The signs are turned: attraction counts positive, repulsion negative.", lambda *a: _energy(*a, pull=-1)),
        ("The slope of the repulsion is a mean over the samples: divide by p.", lambda *a: _energy(*a, mean=False)),
        ("Those are ∂F/∂k; the slopes asked for are p times that.", lambda *a: _energy(*a, slope=1 / len(a[0]))),
        (
            "A sample stands in two sums of the repulsion: is the half still in its slope?",
            lambda *a: (_energy(*a)[0], (_energy(*a, half=0.0)[1] + _attraction(*a)) / 2),
        ),
        ("Where is the repulsion?", lambda *a: (_energy(*a, half=0.0)[0], _attraction(*a))),
        (
            "The slope of |k| is a vector of length 1, k/|k|, not k.",
            lambda k, places, d: (_energy(k, places, d)[0], d @ (k[:, None] - places) - (k[:, None] - k).mean(axis=1)),
        ),
    ],
)
def energy_of(k, places, density):
    return _energy(k, places, density)


choice(
    "designed-choice",
    "designed",
    "predicts which limit of the hardware a designed trajectory uses up",
    {
        "a": "Spokes in 5 ms need few mT/m, and wiggles of a few 1/n add little to the speed. 40 mT/m stay far away.",
        "b": "A small, quick wiggle needs little speed and much acceleration: the shots touch this limit often.",
        "c": "The two are not used alike: at these wavelengths the acceleration is too large long before the speed is.",
        "d": "Straight spokes leave wide gaps. Repulsion bends them into these gaps, as sharply as it is allowed.",
    },
    right=lambda: "b",
)
