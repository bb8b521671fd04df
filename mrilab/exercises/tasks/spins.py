"""Exercises of the chapter from spins to samples."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ...sampling.hardware import GAMMA
from ..base import choice, exercise

choice(
    "spins-choice",
    "spins",
    "knows what a weaker readout gradient does, at the same dwell time and as many samples",
    {
        "a": "The field of view is 1/Δk, and Δk = γ/2π · G · Δt is half as large now.",
        "b": "Half the step and as many samples: twice the field of view, pixels twice as large. Time and noise stay.",
        "c": "As many samples that are half as far apart reach half as far out: pixels are larger, not the same.",
        "d": "The dwell time has not changed, so neither have the bandwidth and the time of the readout.",
    },
    right=lambda: "b",
)


def _waveform(rng):
    steps = int(rng.integers(9, 14))
    return {
        "G": rng.normal(size=(steps, 2)) * 5e-3,
        "dt": float(rng.uniform(1e-5, 3e-5)),
        "pulse": int(rng.integers(3, steps - 3)),
    }


def _path(G, dt, pulse, *, scale=GAMMA, turn=-1, last=True, whole=False, late=0, before=False):
    k = np.concatenate([np.zeros((1, 2)), np.cumsum(G, axis=0) * scale * dt])
    at = pulse + late
    if whole:
        k[at:] *= -1
    else:
        k[at:] += (turn - 1) * k[at].copy()
    if before:
        k[:at] *= -1
    return k if last else k[1:]


@exercise(
    "spins-path",
    "spins",
    "integrates gradients to a path through k-space, with a 180° pulse on the way",
    draw=_waveform,
    minutes=10,
    level="medium",
    mistakes=[
        ("That is k of a gradient echo: where is the 180° pulse?", lambda *a: _path(*a, turn=1)),
        (
            "The pulse turns what k is at that moment. The gradients after it keep their signs.",
            lambda *a: _path(*a, whole=True),
        ),
        ("The pulse is in the past for later steps: k before it stays as it was.", lambda *a: _path(*a, before=True)),
        ("k counts cycles, so γ/2π stands there, not γ.", lambda *a: _path(*a, scale=2 * np.pi * GAMMA)),
        ("γ/2π is missing: G is in T/m, k in 1/m.", lambda *a: _path(*a, scale=1.0)),
        ("Each step takes dt.", lambda G, dt, pulse: _path(G, 1.0, pulse)),
        ("k begins with 0, before the first step: there are T + 1 rows.", lambda *a: _path(*a, last=False)),
        ("The pulse comes one step too late.", lambda *a: _path(*a, late=1)),
        ("The pulse comes one step too early.", lambda *a: _path(*a, late=-1)),
        ("The pulse turns k to −k, not to 0.", lambda *a: _path(*a, turn=0)),
    ],
)
def k_path(G, dt, pulse):
    return _path(G, dt, pulse)


def _protocol(rng):
    return {
        "fov_mm": float(rng.integers(180, 260)),
        "bandwidth_khz": float(rng.integers(20, 120)),
        "n": int(rng.choice([96, 128, 160, 192])),
    }


def _readout(fov_mm, bandwidth_khz, n):
    return 1e9 * bandwidth_khz / (GAMMA * fov_mm), n / bandwidth_khz


@exercise(
    "spins-readout",
    "spins",
    "gives the readout gradient in mT/m and its duration in ms, from field of view, bandwidth and samples",
    draw=_protocol,
    minutes=5,
    level="easy",
    mistakes=[
        ("The gradient is in T/m there: 1 T/m is 1000 mT/m.", lambda f, b, n: (_readout(f, b, n)[0] / 1e3, n / b)),
        (
            "k counts cycles, so γ/2π stands there, not γ.",
            lambda f, b, n: (_readout(f, b, n)[0] / (2 * np.pi), n / b),
        ),
        (
            "Too strong by n: the bandwidth is that of all pixels, and the step is 1/FOV.",
            lambda f, b, n: (n * _readout(f, b, n)[0], n / b),
        ),
        ("The duration is that of n samples.", lambda f, b, n: (_readout(f, b, n)[0], 1 / b)),
        ("The duration is in s there.", lambda f, b, n: (_readout(f, b, n)[0], n / b / 1e3)),
        ("The gradient first, then the duration.", lambda f, b, n: _readout(f, b, n)[::-1]),
    ],
)
def readout(fov_mm, bandwidth_khz, n):
    return _readout(fov_mm, bandwidth_khz, n)


@exercise(
    "spins-shift",
    "spins",
    "computes the shift of fat in pixels, and the bandwidth that keeps it within one",
    kind="value",
    book={"offset_hz": 434, "n": 256, "bandwidth_khz": 32},
    question=lambda offset_hz, n, bandwidth_khz: (
        f"Fat is off by {offset_hz} Hz, and a readout takes {n} samples at a bandwidth of {bandwidth_khz} kHz."
    ),
    draw=lambda rng: {
        "offset_hz": int(rng.choice([220, 330, 430, 450])),
        "n": int(rng.choice([128, 192, 320])),
        "bandwidth_khz": int(rng.choice([16, 25, 40])),
    },
    minutes=5,
    level="easy",
    mistakes=[
        ("That is the shift in fields of view: count it in pixels.", lambda f, n, b: (f / (1e3 * b), 1e-3 * f * n)),
        ("A kHz has 1000 Hz: the shift is too large.", lambda f, n, b: (f * n / b, 1e-3 * f * n)),
        ("The second is asked for in kHz, of the whole readout.", lambda f, n, b: (f * n / (1e3 * b), f * n)),
        ("The second is the bandwidth of one pixel, not of all n.", lambda f, n, b: (f * n / (1e3 * b), 1e-3 * f)),
        (
            "The first is its inverse: a higher bandwidth shifts less.",
            lambda f, n, b: (1e3 * b / (f * n), 1e-3 * f * n),
        ),
        ("There is no 2π: all frequencies are in Hz.", lambda f, n, b: (f * n / (2e3 * np.pi * b), 1e-3 * f * n)),
        ("The other way round: the shift first.", lambda f, n, b: (1e-3 * f * n, f * n / (1e3 * b))),
    ],
)
def shift(offset_hz, n, bandwidth_khz):
    return offset_hz * n / (1e3 * bandwidth_khz), 1e-3 * offset_hz * n
