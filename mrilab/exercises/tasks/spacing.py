"""Exercises of the chapter on evenly spaced points and tours."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ..base import choice, exercise

choice(
    "spacing-choice",
    "spacing",
    "knows which density Lloyd's algorithm ends up with",
    {
        "a": "In two dimensions the points are as dense as the root of the weight, √p here.",
        "b": "They are as dense as √p, which is flatter than p: fewer points at the centre, more outside.",
        "c": "That would be so for a weight steeper than p². √p is flatter than p.",
        "d": "The weight still pulls: points are as dense as its root.",
    },
    right=lambda: "b",
)


def _nearest(points, own=np.inf, power=1.0, of=np.min):
    D = np.linalg.norm(points[:, None] - points, axis=-1)
    np.fill_diagonal(D, own)
    return of(D, axis=1) ** power


@exercise(
    "spacing-nearest",
    "spacing",
    "gives the distance of each point to the nearest other one",
    draw=lambda rng: {"points": rng.normal(size=(11, 2))},
    minutes=5,
    level="easy",
    mistakes=[
        ("Each point is its own neighbour, at distance 0: leave it out.", lambda points: _nearest(points, own=0.0)),
        ("Those are squares: take the root.", lambda points: _nearest(points, power=2.0)),
        ("That is the farthest point.", lambda points: _nearest(points, own=0.0, of=np.max)),
        ("One number for each point, not their mean.", lambda points: _nearest(points).mean()),
        ("One number for each point, not the smallest of all.", lambda points: _nearest(points).min()),
        (
            "That is the second nearest: the point itself and its neighbour are two.",
            lambda points: _nearest(points, of=lambda D, axis: np.sort(D, axis)[:, 1]),
        ),
        (
            "A distance is the root of a sum of squares.",
            lambda points: np.min(
                np.abs(points[:, None] - points).sum(-1) + np.diag(np.full(len(points), 99.0)), axis=1
            ),
        ),
    ],
)
def gaps(points):
    return _nearest(points)


def _tour(rng):
    points = rng.random((9, 2))
    i = int(rng.integers(1, 4))
    return {
        "D": np.linalg.norm(points[:, None] - points, axis=-1),
        "order": rng.permutation(9),
        "i": i,
        "j": i + int(rng.integers(2, 5)),
    }


def _gain(D, order, i, j, *, sign=1.0):
    a, b, c, d = order[i - 1], order[i], order[j - 1], order[j]
    return sign * (D[a, b] + D[c, d] - D[a, c] - D[b, d])


@exercise(
    "spacing-reversal",
    "spacing",
    "says by how much a tour becomes shorter if a piece of it is reversed",
    draw=_tour,
    minutes=10,
    mistakes=[
        ("The gain is old minus new: positive if the tour becomes shorter.", lambda *a: _gain(*a, sign=-1.0)),
        (
            "The piece ends at order[j − 1]: order[j] is the first one after it.",
            lambda D, order, i, j: _gain(D, order, i, j + 1),
        ),
        (
            "The piece begins at order[i]: order[i − 1] is the last one before it.",
            lambda D, order, i, j: _gain(D, order, i + 1, j),
        ),
        (
            "i and j are places in the tour. `order` says which points are there.",
            lambda D, order, i, j: _gain(D, np.arange(9), i, j),
        ),
        (
            "The new steps go from before the piece to its end, and from its beginning to behind it.",
            lambda D, order, i, j: (
                D[order[i - 1], order[i]]
                + D[order[j - 1], order[j]]
                - D[order[i - 1], order[j]]
                - D[order[i], order[j - 1]]
            ),
        ),
        (
            "Only the steps that disappear: the new ones cost something.",
            lambda D, order, i, j: D[order[i - 1], order[i]] + D[order[j - 1], order[j]],
        ),
    ],
)
def gain(D, order, i, j):
    return _gain(D, order, i, j)


def _cloud(rng):
    """Points of which the last gets nothing: another lies between it and all of the grid."""
    weights = rng.uniform(0.2, 1, (9, 8))
    points = np.concatenate([rng.uniform(-0.5, 0.4, (4, 2)), [[0.45, 0.38], [0.49, 0.48]]])
    return {"points": points, "p": weights / weights.sum()}


def _lloyd(points, p, power=2.0, weigh=True, before=True, squared=True, stay=True, middle=lambda n: n // 2):
    x = (np.argwhere(p > 0) - middle(np.array(p.shape))) / p.shape
    w = p[p > 0] ** power

    def to_nearest(centres):
        gap = np.linalg.norm(x[:, None] - centres, axis=-1)
        return gap.min(axis=1), gap.argmin(axis=1)

    distance, cell = to_nearest(points)
    moved = points.copy() if stay else np.zeros_like(points)
    for i in np.unique(cell):
        moved[i] = np.average(x[cell == i], axis=0, weights=w[cell == i] if weigh else None)
    distance = distance if before else to_nearest(moved)[0]
    return moved, np.sum(w * distance ** (2 if squared else 1))


@exercise(
    "random-lloyd",
    "spacing",
    "makes one step of Lloyd's algorithm, and returns the points and the error E",
    draw=_cloud,
    minutes=25,
    level="hard",
    mistakes=[
        ("The weights are p², not p.", lambda points, p: _lloyd(points, p, power=1.0)),
        ("The mean of a cell is weighted by p².", lambda points, p: _lloyd(points, p, weigh=False)),
        ("A point that got nothing stays where it is.", lambda points, p: _lloyd(points, p, stay=False)),
        ("E sums squared distances.", lambda points, p: _lloyd(points, p, squared=False)),
        ("E is the sum, without a root.", lambda points, p: (_lloyd(points, p)[0], _lloyd(points, p)[1] ** 0.5)),
        (
            "Index i lies at (i − ⌊n/2⌋)/n: an even axis has its 0 on a point of the grid.",
            lambda points, p: _lloyd(points, p, middle=lambda n: (n - 1) / 2),
        ),
        (
            "E is that of the points that came in, not of the moved ones.",
            lambda points, p: _lloyd(points, p, before=False),
        ),
    ],
)
def lloyd(points, p):
    return _lloyd(points, p)
