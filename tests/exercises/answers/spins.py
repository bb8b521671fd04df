"""Answers to the exercises of the chapter `spins`, written from their texts."""

import numpy as np
import torch

GYRO = 42.577478518e6


def step_by_step(G, dt, pulse, gyro=GYRO, sign=-1.0, after=0):
    k = [np.zeros(2)]
    for j in range(len(G)):
        if j == pulse + after:
            k[-1] = sign * k[-1]
        k.append(k[-1] + gyro * dt * G[j])
    return np.array(k)


def gradient(fov_mm, bandwidth_khz, gyro=42.577478518):
    return bandwidth_khz / (gyro * fov_mm) * 1e3


RIGHT = {
    "spins-path": [step_by_step, lambda *a: torch.as_tensor(step_by_step(*a)), lambda *a: step_by_step(*a).tolist()],
    "spins-readout": [
        lambda f, b, n: (gradient(f, b), n / b),
        lambda f, b, n: [gradient(f, b), 1e3 * n * (1 / (1e3 * b))],
        lambda f, b, n: torch.tensor([gradient(f, b), n / b]),
    ],
    "spins-shift": [
        lambda f, n, b: (f / (1e3 * b / n), f * n / 1e3),
        (3.472, 111.104),
        np.array([3.472, 111.104]),
    ],
}
WRONG = {
    "spins-path": [
        lambda *a: step_by_step(*a, gyro=GYRO / 1e6),
        lambda *a: step_by_step(*a)[:, ::-1],
        lambda *a: -step_by_step(*a),
        lambda *a: step_by_step(*a, after=1),
        lambda *a: step_by_step(*a, sign=0.0),
        lambda *a: step_by_step(*a)[:-1],
    ],
    "spins-readout": [
        lambda f, b, n: (n / b, gradient(f, b)),
        lambda f, b, n: gradient(f, b),
        lambda f, b, n: (gradient(f / 2, b), n / b),
        lambda f, b, n: (gradient(f, b), n / b / 2),
        lambda f, b, n: (gradient(f, b) * 10, n / b),
    ],
    "spins-shift": [(3.472, 434), (111.104, 3.472), (1.736, 111.104), (3.472, 55.552), 3.472, (0.288, 111.104)],
}
