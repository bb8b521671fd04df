"""Exercises of the chapter on contrast."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ..base import choice, exercise

choice(
    "contrast-choice",
    "contrast",
    "knows which settings weight an image by which time",
    {
        "a": "A short TR lets T1 in: that is a mixture, in which both differences work against each other.",
        "b": "Yet the echo comes so early that hardly any T2 has acted: that is proton density.",
        "c": "All have recovered, so T1 is out, and at a TE near T2 the tissues differ by T2.",
        "d": "That is T1: little recovery, and no time to decay.",
    },
    right=lambda: "c",
)


def _times(rng):
    t1 = float(rng.uniform(0.3, 2.0))
    return {"tr": t1 * float(rng.uniform(0.05, 0.8)), "t1": t1}


def _ernst(tr, t1):
    return float(np.rad2deg(np.arccos(np.exp(-tr / t1))))


@exercise(
    "contrast-ernst",
    "contrast",
    "computes the Ernst angle in degrees",
    draw=_times,
    minutes=5,
    level="easy",
    mistakes=[
        ("That is in radians.", lambda tr, t1: np.deg2rad(_ernst(tr, t1))),
        ("That is the cosine of the angle.", lambda tr, t1: np.exp(-tr / t1)),
        ("E₁ is the cosine of the angle, not its sine.", lambda tr, t1: 90 - _ernst(tr, t1)),
        ("TR and T1 are swapped: E₁ falls with TR.", lambda tr, t1: _ernst(t1, tr)),
        (
            "√(2 TR/T1) is its limit for short TR. Solve cos α = E₁.",
            lambda tr, t1: float(np.rad2deg(np.sqrt(2 * tr / t1))),
        ),
        (
            "What has recovered is 1 − E₁. The cosine is E₁.",
            lambda tr, t1: float(np.rad2deg(np.arccos(1 - np.exp(-tr / t1)))),
        ),
    ],
)
def ernst_angle(tr, t1):
    return _ernst(tr, t1)


def _two(rng):
    a = float(rng.uniform(0.04, 0.12))
    return {"a": a, "b": a * float(rng.uniform(1.3, 3.0))}


def _best(a, b):
    return np.log(b / a) / (1 / a - 1 / b)


@exercise(
    "contrast-te",
    "contrast",
    "finds the echo time at which two tissues that differ by T2 alone differ most",
    draw=_two,
    minutes=10,
    level="medium",
    second="For T2 that are nearly equal it is T2 itself, at which the signal has decayed to 1/e.",
    mistakes=[
        ("Close, but that is their mean: set the derivative of the difference to 0.", lambda a, b: (a + b) / 2),
        ("Close, but that is their geometric mean: set the derivative to 0.", lambda a, b: np.sqrt(a * b)),
        ("A time cannot be negative: one of the two differences is turned.", lambda a, b: -_best(a, b)),
        ("Without the logarithm the derivative is not 0.", lambda a, b: 1 / (1 / a - 1 / b)),
        ("The rates 1/T2 differ by less: divide by their difference.", lambda a, b: np.log(b / a) * (b - a)),
        ("At the T2 of one of them the difference is not yet largest.", lambda a, b: a),
        ("At the longer T2 the other one has decayed too far.", lambda a, b: b),
    ],
)
def best_te(a, b):
    return _best(a, b)


def _train(rng):
    return {
        "n": int(rng.integers(5, 9)),
        "tr": float(rng.uniform(0.05, 0.3)),
        "t1": float(rng.uniform(0.5, 1.5)),
        "flip": float(rng.uniform(15, 70)),
    }


def _magnetisation(n, tr, t1, flip, *, after=False, kept=np.cos, degrees=True, start=1.0, more=0, to=1.0):
    alpha, E1 = np.deg2rad(flip) if degrees else flip, np.exp(-tr / t1)
    M, out = start, []
    for _ in range(n + more):
        out.append(M * kept(alpha) if after else M)
        M = to + (M * kept(alpha) - to) * E1
    return np.array(out)


@exercise(
    "contrast-steady",
    "contrast",
    "follows the longitudinal magnetisation from pulse to pulse",
    draw=_train,
    minutes=10,
    level="medium",
    mistakes=[
        (
            "That is just after each pulse. Before it, the whole has recovered once more.",
            lambda *a: _magnetisation(*a, after=True),
        ),
        ("A pulse leaves cos α along the field, and sin α across.", lambda *a: _magnetisation(*a, kept=np.sin)),
        ("NumPy's angles are in radians.", lambda *a: _magnetisation(*a, degrees=False)),
        ("Between pulses it recovers towards 1, not towards 0.", lambda *a: _magnetisation(*a, to=0.0)),
        ("It begins with 1, before the first pulse.", lambda *a: _magnetisation(*a, more=1)[1:]),
        ("That is one pulse too many.", lambda *a: _magnetisation(*a, more=1)),
        ("E₁ = exp(−TR/T1): the two are swapped.", lambda n, tr, t1, flip: _magnetisation(n, t1, tr, flip)),
    ],
)
def magnetisation(n, tr, t1, flip):
    return _magnetisation(n, tr, t1, flip)


def _voxel(rng):
    return {
        "offsets": rng.normal(size=7) * 12,
        "t": np.sort(rng.uniform(0.0, 0.12, 9)),
        "te": float(rng.uniform(0.05, 0.08)),
        "t2": float(rng.uniform(0.06, 0.1)),
    }


def _signal(offsets, t, te, t2, *, pulse=0.5, decay=True, cycles=2 * np.pi, mean=True, sign=1, late=0.0):
    passed = np.where(t < pulse * te, t, t - 2 * pulse * te + late)
    s = (
        np.exp(sign * 1j * cycles * np.outer(passed, offsets))
        * (np.exp(-t / t2) if decay else np.ones_like(t))[:, None]
    )
    return s.mean(1) if mean else s.sum(1)


@exercise(
    "contrast-echo",
    "contrast",
    "sums the spins of a voxel, which a 180° pulse refocuses while T2 goes on",
    draw=_voxel,
    minutes=10,
    level="medium",
    mistakes=[
        ("Without the 180° pulse this is the free decay.", lambda *a: _signal(*a, pulse=9.0)),
        ("The pulse comes at TE/2, so that the echo comes at TE.", lambda *a: _signal(*a, pulse=1.0)),
        ("T2 is missing: no pulse undoes it.", lambda *a: _signal(*a, decay=False)),
        ("Offsets are in Hz: a phase of one cycle is 2π.", lambda *a: _signal(*a, cycles=1.0)),
        ("Take the mean of the spins, not their sum.", lambda *a: _signal(*a, mean=False)),
        (
            "Only the offsets are refocused: T2 counts from the excitation.",
            lambda o, t, te, t2: (
                _signal(o, t, te, t2, decay=False) * np.exp(-abs(np.where(t < te / 2, t, t - te)) / t2)
            ),
        ),
        ("A spin of positive offset gains positive phase.", lambda *a: _signal(*a, sign=-1)),
        (
            "The pulse turns the phase that there is, φ to −φ; it does not set it to 0.",
            lambda o, t, te, t2: _signal(o, t, te, t2, late=te / 2),
        ),
        ("That is its magnitude. The signal is complex.", lambda *a: abs(_signal(*a))),
    ],
)
def voxel_signal(offsets, t, te, t2):
    return _signal(offsets, t, te, t2)
