"""Answers to the exercises of the chapter on learning without references, written from its page."""

import numpy as np


def split(sampled, chance, share, center, far=None, theta=lambda inner, sampled, middle: inner):
    h = np.arange(sampled.size) - sampled.size // 2 + center // 2
    middle = (h >= 0) & (h < (center if far is None else far(center)))
    held = np.array([s and c < share and not m for s, c, m in zip(sampled, chance, middle)])
    return theta(np.logical_and(sampled, np.logical_not(held)), sampled, middle), held


def by_sums(predicted, measured, held):
    u, v = ([k[place] for place in zip(*np.nonzero(held))] for k in (predicted, measured))
    first = sum(abs(a - b) for a, b in zip(u, v)) / sum(map(abs, v))
    second = sum(abs(a - b) ** 2 for a, b in zip(u, v)) / sum(abs(b) ** 2 for b in v)
    return (first + second**0.5) / 2


def by_masks(u, v, held, below=lambda u, v: v, where=lambda k, held: k * held, size=abs):
    a, b = where(size(u - v), held), where(abs(below(u, v)), held)
    return 0.5 * a.sum() / b.sum() + 0.5 * np.sqrt((a**2).sum() / (b**2).sum())


def by_zeros(predict, y, held):
    without = y.copy()
    without[held] = 0
    return bool(abs(predict(y) - predict(without)).max() > 1e-5 * abs(y).max())


def by_each(predict, y, held):
    for place in zip(*np.nonzero(held)):
        other = y.copy()
        other[place] += 10
        if not np.allclose(predict(other), predict(y)):
            return 1
    return 0


RIGHT = {
    "unsupervised-leak": [by_zeros, by_each],
    "unsupervised-split": [split, lambda *a: [part.astype(np.uint8) for part in split(*a)]],
    "unsupervised-loss": [by_sums, by_masks, lambda *a: np.float32(by_masks(*a))],
}

WRONG = {
    "unsupervised-leak": [
        lambda predict, y, held: bool(np.allclose(predict(y)[held], y[held], atol=1e-3)),
        lambda predict, y, held: bool(np.any(predict(y) != predict(0 * y))),
        lambda predict, y, held: not by_zeros(predict, y, held),
        lambda predict, y, held: bool(abs(predict(y)[held]).max() > 0),
    ],
    "unsupervised-split": [
        lambda *a: split(*a, far=lambda c: c // 2 * 2),
        lambda *a: split(*a, theta=lambda inner, sampled, middle: inner | middle),
        lambda *a: split(*a)[::-1],
        lambda sampled, chance, share, center: split(sampled, 1 - chance, share, center),
        lambda sampled, chance, share, center: split(np.ones_like(sampled), chance, share, center),
        lambda sampled, chance, share, center: split(sampled, chance, share, 0),
    ],
    "unsupervised-loss": [
        lambda *a: by_masks(*a, below=lambda u, v: u),
        lambda *a: by_masks(*a, where=lambda k, held: k),
        lambda *a: 2 * by_masks(*a),
        lambda u, v, held: by_masks(abs(u), abs(v), held),
        lambda u, v, held: by_masks(u, v, ~held),
        lambda u, v, held: np.linalg.norm((u - v)[held]) / np.linalg.norm(v[held]),
        lambda u, v, held: (
            0.5 * np.linalg.norm((u - v) * held, 1) / np.linalg.norm(v * held, 1)
            + 0.5 * np.linalg.norm((u - v)[held]) / np.linalg.norm(v[held])
        ),
        lambda u, v, held: (
            0.5 * np.mean(abs(u - v)[held] / abs(v[held]))
            + 0.5 * np.linalg.norm((u - v)[held]) / np.linalg.norm(v[held])
        ),
        lambda u, v, held: (
            0.5 * abs(u - v)[held].sum() / abs(v[held]).sum()
            + 0.5 * (abs(u - v)[held] ** 2).sum() / (abs(v[held]) ** 2).sum()
        ),
    ],
}
