"""Exercises of the chapter on radial and spiral scans."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ...sampling.trajectories import nyquist_shots, radial, shots_for
from ..base import choice, exercise
from ..draws import Matrix

GOLDEN = (np.sqrt(5) - 1) / 2


@exercise(
    "radial-count",
    "radial",
    "counts the spokes and the spirals for an acceleration",
    kind="value",
    book={"n": 128, "accel": 3, "turns": 2},
    question=lambda n, R, turns: f"How many spokes give $R = {R}$ at {n} × {n}, and how many spirals of {turns} turns?",
    # With R = 3 or 5, the exact number of spirals and the page's n/(4T) round to the same.
    draw=lambda rng: {"n": int(rng.integers(6, 16)) * 16, "accel": int(rng.choice([3, 5])), "turns": 2},
    tol=1e-9,
    minutes=5,
    level="easy",
    mistakes=[
        (
            "n / R is for lines: the gaps of spokes are widest at the edge of a circle.",
            lambda n, R, t: (round(n / R), round(n / R)),
        ),
        (
            "That is Nyquist's number; divide by R.",
            lambda n, R, t: (round(nyquist_shots((n, n))), round(nyquist_shots((n, n), turns=t))),
        ),
        (
            "Each spoke has two ends at the edge, so π n / 2 of them are enough for R = 1.",
            lambda n, R, t: (round(np.pi * n / R), shots_for((n, n), R, turns=t)),
        ),
        (
            "n / R is for lines: the gaps of spokes are widest at the edge of a circle.",
            lambda n, R, t: (round(n / R), shots_for((n, n), R, turns=t)),
        ),
        (
            "A spiral that runs in and out has two arms, and each crosses a radius T times.",
            lambda n, R, t: (shots_for((n, n), R), round(n / (2 * t) / R)),
        ),
        (
            "R = 3 takes fewer shots than Nyquist, not more.",
            lambda n, R, t: (round(np.pi * n / 2 * R), round(n / 4 / t * R)),
        ),
        ("Spirals need far fewer shots: say turns=2.", lambda n, R, t: (shots_for((n, n), R), shots_for((n, n), R))),
        (
            "Each spoke runs through the centre, and has two ends at the edge.",
            lambda n, R, t: (shots_for((n, n), R, in_out=False), shots_for((n, n), R, turns=t, in_out=False)),
        ),
    ],
)
def count(n, accel, turns):
    return shots_for((n, n), accel), shots_for((n, n), accel, turns=turns)


def _fourier(rng, n=6, shots=5):
    """The exact non-uniform transform of a small grid, as a dense operator."""
    k = radial(shots, 12, golden=True).reshape(-1, 2) + rng.uniform(-0.02, 0.02, (12 * shots, 2))
    j = np.moveaxis(np.indices((n, n)) - n // 2, 0, -1).reshape(-1, 2)
    return {"A": Matrix((np.exp(-2j * np.pi * k @ j.T) / n).astype(np.complex64)), "steps": int(rng.integers(4, 8))}


def _pipe(A, steps, root=False, divide=True, adjoint=True, size=abs):
    w = np.ones(A.shape_out, np.complex64)
    for _ in range(steps):
        spread = size(A(A.H(w if adjoint else np.ones_like(w))))
        w = w / (np.sqrt(spread) if root else spread) if divide else w * spread / spread.max()
    return w.real


@exercise(
    "radial-pipe",
    "radial",
    "computes density weights by Pipe's iteration w ← w / |A Aᴴ w|",
    draw=_fourier,
    tol=2e-3,
    minutes=15,
    mistakes=[
        ("Divide by |A Aᴴ w|: where samples crowd, weights must fall.", lambda A, n: _pipe(A, n, divide=False)),
        ("Apply A Aᴴ to the weights of this step, not always to ones.", lambda A, n: _pipe(A, n, adjoint=False)),
        ("One step too few.", lambda A, n: _pipe(A, n - 1)),
        ("One step too many.", lambda A, n: _pipe(A, n + 1)),
        ("|·| is taken of each sample; a norm is one number for all.", lambda A, n: _pipe(A, n, size=np.linalg.norm)),
        ("Nothing is scaled: the iteration finds the right size by itself.", lambda A, n: (w := _pipe(A, n)) / w.max()),
        ("Nothing is scaled: the iteration finds the right size by itself.", lambda A, n: (w := _pipe(A, n)) / w.sum()),
        ("No root: it is w / |A Aᴴ w|.", lambda A, n: _pipe(A, n, root=True)),
    ],
)
def pipe(A, steps):
    return _pipe(A, steps)


def _angles(shots, step):
    return np.arange(shots) * step


def _same_turns(answer, inputs):
    values = np.asarray(answer, float)
    if values.shape != (inputs["shots"],):
        return f"the shape is {values.shape}, but should be ({inputs['shots']},)"
    turn = np.exp(2j * (values - _angles(inputs["shots"], np.pi * GOLDEN)))
    # 111.25°, as the page has it, is near enough to 111.246° for 20 spokes.
    return None if np.abs(turn - 1).max() < 5e-3 else "the spokes do not lie at the golden angle"


@exercise(
    "radial-golden",
    "radial",
    "gives the angles of golden-angle spokes, in radians from the first; a spoke is a whole diameter",
    draw=lambda rng: {"shots": int(rng.integers(6, 20))},
    accept=_same_turns,
    minutes=5,
    level="easy",
    mistakes=[
        (
            "A spoke is a diameter, so the golden ratio divides half a turn, π.",
            lambda n: _angles(n, 2 * np.pi * GOLDEN),
        ),
        ("Those are degrees.", lambda n: _angles(n, 180 * GOLDEN)),
        ("Those are equal angles, which need the number of spokes in advance.", lambda n: _angles(n, np.pi / n)),
        ("The step is the smaller part of the turn: π (√5 − 1)/2.", lambda n: _angles(n, np.pi * (1 + np.sqrt(5)) / 4)),
        ("The scan begins with the angle 0.", lambda n: np.pi * GOLDEN * np.arange(1, n + 1)),
        ("Those are degrees.", lambda n: np.degrees(_angles(n, np.pi * GOLDEN) % (2 * np.pi))),
        (
            "In the order of the scan: each spoke is a step from the one before, not from its neighbour.",
            lambda n: np.sort(_angles(n, np.pi * GOLDEN) % np.pi),
        ),
        ("That turns the other way: the first step is 111.25°, not 68.75°.", lambda n: -_angles(n, np.pi * GOLDEN)),
        ("That is the golden angle of leaves, 137.5°.", lambda n: _angles(n, 2 * np.pi * (1 - GOLDEN) + 1e-9)),
    ],
)
def golden(shots):
    return _angles(shots, np.pi * GOLDEN)


def _ramp(k, dims=2, scale=True, axis=-1):
    r = np.linalg.norm(k, axis=-1)
    w = r ** (dims - 1) if dims else 1 / np.maximum(r, 1e-3)
    return w / w.max() if scale else w


@exercise(
    "radial-ramp",
    "radial",
    "weights the samples of spokes in 2-D by the area that each stands for, scaled to a largest weight of 1",
    draw=lambda rng: {"k": float(rng.uniform(0.5, 0.9)) * radial(int(rng.integers(3, 7)), 11).astype(float)},
    minutes=5,
    level="easy",
    mistakes=[
        ("Divide by the largest |k| of this trajectory, which need not be ½.", lambda k: 2 * _ramp(k, scale=False)),
        ("That is the density. The weight is the area of a sample, its inverse.", lambda k: _ramp(k, dims=0)),
        ("That is the ramp of spokes in 3-D, whose areas grow as |k|².", lambda k: _ramp(k, dims=3)),
        ("Scale to a largest weight of 1.", lambda k: _ramp(k, scale=False)),
        ("Scale by the largest |k|, not by a sum over all.", lambda k: _ramp(k, scale=False) / np.linalg.norm(k)),
        ("|k| is the root of a sum of squares, not |ky| + |kx|.", lambda k: (r := abs(k).sum(-1)) / r.max()),
        ("|k| is the length over both axes, not one coordinate.", lambda k: abs(k[..., 0]) / abs(k).max()),
    ],
)
def ramp(k):
    return _ramp(k)


choice(
    "radial-choice",
    "radial",
    "knows what too few spokes look like",
    {
        "a": "Copies need a regular grid. Spokes have no common step along any axis.",
        "b": "Gaps open at the edge of k-space: streaks, from a distance of the object on.",
        "c": "The edge of k-space is reached by each spoke: resolution stays.",
        "d": "The centre is sampled by every spoke, so the coarse contrast is safe.",
    },
    right=lambda: "b",
)
