"""Exercises of the chapter on off-resonance."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ..base import choice, exercise
from ..draws import Matrix, noise

choice(
    "offresonance-choice",
    "offresonance",
    "knows that the blur of a spiral follows from the turns during an arm",
    {
        "a": "The frequency stays, but what blurs is its phase at the edge of k-space, and that takes time to grow.",
        "b": "Phase at the edge of k-space is the frequency times the length of an arm: half a turn instead of one.",
        "c": "Both arms gain the same phase at the same distance from DC, so nothing cancels.",
        "d": "A shift needs a phase that grows along one direction. On a spiral it grows in all directions alike.",
    },
    right=lambda: "b",
)


def _echoes(rng):
    first = noise(rng, 3, 4, 5)
    field = rng.uniform(-180, 180, (4, 5))
    second = 0.8 * first * np.exp(2j * np.pi * field * 2.5e-3) + 0.1 * noise(rng, 3, 4, 5)
    return {"first": first, "second": second, "delay": 2.5e-3}


def _product(first, second):
    return np.sum(second * first.conj(), axis=0)


@exercise(
    "offresonance-echoes",
    "offresonance",
    "computes the off-resonance in Hz from coil images (C, H, W) of two echoes",
    draw=_echoes,
    tol=1e-3,
    minutes=10,
    level="easy",
    mistakes=[
        ("The sign: a positive frequency turns the later echo forwards.", lambda a, b, d: -two_echoes(a, b, d)),
        ("Those are radians per second: a turn is 2π.", lambda a, b, d: np.angle(_product(a, b)) / d),
        ("Those are radians: divide by the time between the echoes too.", lambda a, b, d: np.angle(_product(a, b))),
        ("Those are turns: divide by the time between the echoes too.", lambda a, b, d: two_echoes(a, b, d) * d),
        (
            "A difference of two angles leaves −π to π: take the angle of a product.",
            lambda a, b, d: (np.angle(b) - np.angle(a)).mean(axis=0) / (2 * np.pi * d),
        ),
        (
            "Conjugate the first echo: a product of both adds their phases.",
            lambda a, b, d: np.angle(np.sum(a * b, axis=0)) / (2 * np.pi * d),
        ),
        (
            "Coils have phases of their own: multiply coil by coil, then sum.",
            lambda a, b, d: two_echoes(a.sum(0, keepdims=True), b.sum(0, keepdims=True), d),
        ),
        (
            "One map for all coils: sum the products over the coils.",
            lambda a, b, d: np.angle(b * a.conj()) / (2 * np.pi * d),
        ),
        (
            "Half a turn in the delay is the largest phase, a whole turn is 1/delay.",
            lambda a, b, d: 2 * two_echoes(a, b, d),
        ),
    ],
)
def two_echoes(first, second, delay):
    return np.angle(_product(first, second)) / (2 * np.pi * delay)


def _folded(delay, fat):
    full = 1000 / delay
    return full / 2, (fat + full / 2) % full - full / 2


@exercise(
    "offresonance-wrap",
    "offresonance",
    "knows the range of a map from two echoes, and what a frequency beyond it is taken for",
    kind="value",
    book={"delay": 2.3, "fat": -435},
    question=lambda delay, fat: (
        f"Two echoes are {delay} ms apart. Answer with a pair: the largest frequency in Hz that they can tell, and "
        f"what they report for fat at {fat} Hz."
    ),
    draw=lambda rng: {"delay": float(rng.choice([1.7, 1.9, 2.1])), "fat": -int(rng.choice([425, 440, 450]))},
    tol=5e-3,
    minutes=5,
    level="easy",
    mistakes=[
        (
            "Half a turn either way: the largest is half of 1/delay.",
            lambda delay, fat: (2 * _folded(delay, fat)[0], _folded(delay, fat)[1]),
        ),
        ("Fat is beyond the range: it comes back from the other side.", lambda delay, fat: (500 / delay, fat)),
        ("Add a whole turn, 1/delay, not half of one.", lambda delay, fat: (500 / delay, fat + 500 / delay)),
        ("Add the turn once: fat is negative.", lambda delay, fat: (500 / delay, fat - 1000 / delay)),
        ("Those are radians per second.", lambda delay, fat: tuple(2 * np.pi * v for v in _folded(delay, fat))),
        ("The delay is in milliseconds.", lambda delay, fat: tuple(v / 1000 for v in _folded(delay, fat))),
    ],
)
def wrapped(delay, fat):
    return _folded(delay, fat)


def _parts(rng):
    return {
        "y": noise(rng, 9),
        "F": Matrix(noise(rng, 9, 6)),
        "field": rng.uniform(-60, 60, 6),
        "centres": np.sort(rng.uniform(0, 0.02, 3)),
        "B": noise(rng, 3, 9),
    }


def _adjoint(y, F, field, centres, B, *, phase=-2j * np.pi, weight=np.conj, back=lambda F: F.H, share=1):
    parts = (np.exp(phase * field * s) * back(F)(weight(b) * y) for b, s in zip(B, centres))
    return sum(parts) / share


@exercise(
    "offresonance-segments",
    "offresonance",
    "writes the adjoint of the sum over time segments",
    draw=_parts,
    tol=1e-3,
    minutes=15,
    level="medium",
    mistakes=[
        ("The adjoint turns the image back: conjugate its phase.", lambda *a: _adjoint(*a, phase=2j * np.pi)),
        ("The weights are complex: conjugate them.", lambda *a: _adjoint(*a, weight=lambda b: b)),
        (
            "Both diagonals are complex: conjugate both.",
            lambda *a: _adjoint(*a, phase=2j * np.pi, weight=lambda b: b),
        ),
        ("A turn is 2π.", lambda *a: _adjoint(*a, phase=-1j)),
        ("It is a sum over the segments, not a mean.", lambda *a: _adjoint(*a, share=3)),
        ("Only the last segment is left: sum them all.", lambda y, F, f, s, B: _adjoint(y, F, f, s[-1:], B[-1:])),
        (
            "The weights are complex: their modulus is not enough.",
            lambda *a: _adjoint(*a, weight=abs),
        ),
    ],
)
def adjoint(y, F, field, centres, B):
    return _adjoint(y, F, field, centres, B)


def _times(rng):
    return {
        "field": rng.uniform(-60, 60, (5, 7)),
        "times": np.sort(rng.uniform(0, 0.02, 6)),
        "centres": np.array([0.001, 0.009, 0.018]) + rng.uniform(-5e-4, 5e-4, 3),
    }


def _best(field, times, centres, *, turn=2j * np.pi, adjoint=np.conj):
    E, targets = (np.exp(turn * np.outer(field.ravel(), s)) for s in (centres, times))
    return np.linalg.solve(adjoint(E).T @ E, adjoint(E).T @ targets)


@exercise(
    "offresonance-weights",
    "offresonance",
    "computes the weights of time segments by least squares over the pixels",
    draw=_times,
    tol=1e-3,
    minutes=20,
    level="hard",
    mistakes=[
        ("The sign: a positive frequency turns forwards.", lambda *a: _best(*a, turn=-2j * np.pi)),
        ("A turn is 2π.", lambda *a: _best(*a, turn=1j)),
        ("The normal equations have the conjugate transpose.", lambda *a: _best(*a, adjoint=lambda E: E)),
        ("A row for each centre, a column for each time: transpose.", lambda *a: _best(*a).T),
        (
            "Those are straight lines between the centres. Least squares knows the field.",
            lambda f, t, s: np.array([np.interp(t, s, row) for row in np.eye(3)]) + 0j,
        ),
        ("The weights are complex.", lambda *a: _best(*a).real),
        (
            "That matches each centre alone; they depend on each other: solve for all at once.",
            lambda f, t, s: np.exp(2j * np.pi * np.multiply.outer(t - s[:, None], f)).mean(axis=(2, 3)),
        ),
    ],
)
def best_weights(field, times, centres):
    return _best(field, times, centres)
