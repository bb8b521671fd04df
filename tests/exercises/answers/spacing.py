"""Answers to the exercises of the chapter on evenly spaced points, written from their texts."""

from itertools import pairwise

import numpy as np
from scipy.spatial import cKDTree


def lloyd(points, p, empty="stay", power=2, at="before", centre=lambda n: n // 2):
    x = np.stack(np.meshgrid(*((np.arange(n) - centre(n)) / n for n in p.shape), indexing="ij"), -1).reshape(-1, 2)
    w = p.ravel() ** power
    cell = ((x[:, None] - points) ** 2).sum(-1).argmin(1)
    moved = points.copy() if empty == "stay" else np.zeros(points.shape)
    for i, _ in enumerate(points):
        if (cell == i).any():
            moved[i] = (w[cell == i, None] * x[cell == i]).sum(0) / w[cell == i].sum()
    near = points if at == "before" else moved
    return moved, (w * ((x[:, None] - near) ** 2).sum(-1).min(1)).sum()


def by_tree(points, which=1):
    return cKDTree(points).query(points, which + 1)[0][:, which]


def by_loops(points):
    return [min(np.hypot(*(a - b)) for j, b in enumerate(points) if j != i) for i, a in enumerate(points)]


def length(D, order):
    return sum(D[a, b] for a, b in pairwise(order))


def by_reversal(D, order, i, j):
    turned = np.concatenate([order[:i], order[i:j][::-1], order[j:]])
    return length(D, order) - length(D, turned)


RIGHT = {
    "spacing-nearest": [by_tree, by_loops, lambda points: np.float32(by_tree(points))],
    "spacing-reversal": [by_reversal, lambda *a: np.float32(by_reversal(*a))],
    "random-lloyd": [lloyd, lambda points, p: list(lloyd(points, p))],
}
WRONG = {
    "spacing-nearest": [
        lambda points: by_tree(points, 2),
        lambda points: by_tree(points) ** 2,
        lambda points: by_tree(points).mean(),
        lambda points: np.sort(by_tree(points)),
        lambda points: 0 * by_tree(points),
    ],
    "spacing-reversal": [
        lambda *a: -by_reversal(*a),
        lambda D, order, i, j: by_reversal(D, order, i, j + 1),
        lambda D, order, i, j: by_reversal(D, order, i + 1, j),
        lambda D, order, i, j: by_reversal(D, np.arange(len(order)), i, j),
        lambda D, order, i, j: length(D, order),
    ],
    "random-lloyd": [
        lambda *a: lloyd(*a, empty="zero"),
        lambda *a: lloyd(*a, power=1),
        lambda *a: lloyd(*a, at="after"),
        lambda *a: lloyd(*a, centre=lambda n: (n - 1) / 2),
        lambda *a: (lloyd(*a)[0], np.sqrt(lloyd(*a)[1])),
    ],
}
