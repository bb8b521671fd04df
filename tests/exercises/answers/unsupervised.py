"""Answers to the exercises of the chapter `unsupervised`, written from their texts."""

import numpy as np


def split(sampled, chance, share, center, far=None, theta=lambda inner, sampled, middle: inner):
    h = np.arange(sampled.size) - sampled.size // 2 + center // 2
    middle = (h >= 0) & (h < (center if far is None else far(center)))
    held = np.array([s and c < share and not m for s, c, m in zip(sampled, chance, middle)])
    return theta(np.logical_and(sampled, np.logical_not(held)), sampled, middle), held


RIGHT = {
    "unsupervised-split": [split, lambda *a: [part.astype(np.uint8) for part in split(*a)]],
}
WRONG = {
    "unsupervised-split": [
        lambda *a: split(*a, far=lambda c: c // 2 * 2),
        lambda *a: split(*a, theta=lambda inner, sampled, middle: inner | middle),
        lambda *a: split(*a)[::-1],
    ],
}
