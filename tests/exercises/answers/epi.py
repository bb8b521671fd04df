"""Answers to the exercises of the chapter `epi`, written from their texts."""

import numpy as np


def by_unwrapping(there, back, sign=1, middle=None):
    phase = np.unwrap(np.angle(sum(a * np.conj(b) for a, b in zip(there, back))))
    x = np.arange(phase.size) - (phase.size // 2 if middle is None else middle)
    slope, constant = np.polyfit(x, phase, 1)
    return sign * (constant - 2 * np.pi * round(constant / (2 * np.pi))), sign * slope


RIGHT = {
    "epi-shift": [lambda n, ms, f: [f * n * ms * 1e-3, f * (n // 2) * ms * 1e-3], (1.6, 0.8), np.array([1.6, 0.8])],
    "epi-ghost": [lambda p: abs(1 - np.exp(1j * p)) / abs(1 + np.exp(1j * p)), 0.1003, np.tan(0.1)],
    "epi-phase": [by_unwrapping, lambda a, b: np.array(by_unwrapping(a, b))],
}
WRONG = {
    "epi-shift": [(1.6, 1.6), (0.8, 1.6), (0.025, 0.0125), (1600, 800), (3.2, 1.6)],
    "epi-ghost": [0.2, 0.0998, 0.2027, 0.01, 9.97],
    "epi-phase": [
        lambda a, b: by_unwrapping(a, b, sign=-1),
        lambda a, b: by_unwrapping(a, b, middle=0),
        lambda a, b: by_unwrapping(a, b)[::-1],
        lambda a, b: by_unwrapping(a, b)[0],
        lambda a, b: by_unwrapping(a, b.conj()),
    ],
}
