"""Answers to the exercises of the chapter `random`, written from their texts."""

import numpy as np


def lloyd(points, p, empty="stay", power=2, at="before"):
    x = np.stack(np.meshgrid(*((np.arange(n) - n // 2) / n for n in p.shape), indexing="ij"), -1).reshape(-1, 2)
    w = p.ravel() ** power
    cell = ((x[:, None] - points) ** 2).sum(-1).argmin(1)
    moved = points.copy() if empty == "stay" else np.zeros(points.shape)
    for i, _ in enumerate(points):
        if (cell == i).any():
            moved[i] = (w[cell == i, None] * x[cell == i]).sum(0) / w[cell == i].sum()
    near = points if at == "before" else moved
    return moved, (w * ((x[:, None] - near) ** 2).sum(-1).min(1)).sum()


RIGHT = {
    "random-lloyd": [lloyd, lambda points, p: list(lloyd(points, p))],
}
WRONG = {
    "random-lloyd": [
        lambda *a: lloyd(*a, empty="zero"),
        lambda *a: lloyd(*a, power=1),
        lambda *a: lloyd(*a, at="after"),
    ],
}
