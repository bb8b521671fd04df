"""Answers to the exercises of the chapter on radial and spiral scans, written from its page."""

import math

import numpy as np

from mrilab import shots_for

STEP = np.pi * (np.sqrt(5) - 1) / 2


def by_adding(shots, step=STEP, first=0.0):
    angles = [first]
    while len(angles) < shots:
        angles.append((angles[-1] + step) % (2 * np.pi))
    return angles


def by_shots(k):
    weights = [[math.hypot(*sample) for sample in shot] for shot in k]
    largest = max(map(max, weights))
    return [[weight / largest for weight in shot] for shot in weights]


def iterated(A, steps, size=abs, kernel=lambda A, w: A(A.H(w)), start=1):
    w = np.full(A.shape_out, start, np.complex64)
    for _ in range(steps):
        w = w / size(kernel(A, w))
    return w


RIGHT = {
    "radial-count": [
        lambda n, R, T: (round(np.pi * n / 2 / R), round(n / (4 * T) / R)),
        lambda n, R, T: np.array([shots_for((n, n), R), shots_for((n, n), R, turns=T)], float),
    ],
    "radial-golden": [
        by_adding,
        lambda shots: np.arange(shots) * STEP % np.pi,
        lambda shots: np.deg2rad(111.246117975 * np.arange(shots)).astype(np.float32),
        lambda shots: [math.radians(111.25) * i for i in range(shots)],
    ],
    "radial-ramp": [by_shots, lambda k: (r := np.sqrt((k**2).sum(-1))) / r.max()],
    "radial-pipe": [
        lambda A, steps: iterated(A, steps).real,
        lambda A, steps: abs(iterated(A, steps)).astype(float),
    ],
}

WRONG = {
    "radial-count": [
        lambda n, R, T: (round(n / R), round(n / (4 * T) / R)),
        lambda n, R, T: (round(np.pi * n / R), round(n / (4 * T) / R)),
        lambda n, R, T: (round(np.pi * n / 2 / R), round(n / (2 * T) / R)),
        lambda n, R, T: (round(np.pi * n / 2 / R), round(n / 2 / R)),
        lambda n, R, T: (round(np.pi * n / 2), n // 8),
        lambda n, R, T: (round(np.pi * n / 2 * R), round(n / (4 * T) * R)),
    ],
    "radial-golden": [
        lambda shots: by_adding(shots, 2 * np.pi * (3 - np.sqrt(5)) / 2),
        lambda shots: by_adding(shots, np.pi * (1 + np.sqrt(5)) / 2 / 2),
        lambda shots: by_adding(shots, STEP, first=STEP),
        lambda shots: np.degrees(by_adding(shots)),
        lambda shots: np.sort(np.array(by_adding(shots)) % np.pi),
    ],
    "radial-ramp": [
        lambda k: 2 * np.linalg.norm(k, axis=-1),
        lambda k: np.linalg.norm(k, axis=-1) / np.linalg.norm(k),
        lambda k: np.sum(k**2, axis=-1) / np.max(np.sum(k**2, axis=-1)),
        lambda k: (r := abs(k).sum(-1)) / r.max(),
    ],
    "radial-pipe": [
        lambda A, steps: iterated(A, steps, size=lambda v: abs(v) ** 0.5).real,
        lambda A, steps: (w := iterated(A, steps).real) / w.max(),
        lambda A, steps: iterated(A, steps + 1).real,
        lambda A, steps: iterated(A, steps, kernel=lambda A, w: A(A.H(np.ones_like(w)))).real,
        lambda A, steps: iterated(A, steps, size=lambda v: np.linalg.norm(v)).real,
    ],
}
