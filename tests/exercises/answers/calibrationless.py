"""Answers to the exercises of the chapter `calibrationless`, written from their texts."""

import numpy as np

from mrilab import GroupL1


def group(z, t, axis=-3):
    norm = np.linalg.norm(z, axis=axis, keepdims=True)
    return np.where(norm > t, z - t * z / np.maximum(norm, t), 0)


RIGHT = {
    "prox": [group, lambda z, t: z * np.clip(1 - t / np.sqrt((abs(z) ** 2).sum(-3) + 1e-30), 0, None)[..., None, :, :]],
}
WRONG = {
    "prox": [
        lambda z, t: group(z, t, axis=0),
        lambda z, t: group(z, t, axis=(-2, -1)),
        lambda z, t: GroupL1(t / 2, axis=-3).prox(z, 1.0),
    ],
}
