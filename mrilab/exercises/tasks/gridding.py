"""Exercises of the chapter on gridding."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ..base import choice, exercise
from ..draws import noise

choice(
    "gridding-choice",
    "gridding",
    "says where the convolution by the kernel is undone",
    {
        "a": "They do not: the division is a product at each pixel, and the FFT mixes all pixels.",
        "b": "A convolution in one domain is a product in the other, and there it is undone pixel by pixel.",
        "c": "The weights stand for the area of a sample, whatever the kernel is.",
        "d": "Aliases are divided too. Only a finer grid and a better kernel make them small.",
    },
    right=lambda: "b",
)


@exercise(
    "gridding-count",
    "gridding",
    "counts the points of the grid, and those under a kernel",
    kind="value",
    book={"n": 96, "alpha": 1.5, "width": 5},
    question=lambda n, alpha, width: (
        f"An image has {n} × {n} pixels, the grid is {alpha:g} times as fine in each direction, the kernel {width} "
        "points wide."
    ),
    draw=lambda rng: {
        "n": int(rng.integers(4, 12)) * 16,
        "alpha": float(rng.choice([1.25, 1.5, 2.0])),
        "width": int(rng.integers(3, 8)),
    },
    tol=1e-9,
    minutes=5,
    level="easy",
    mistakes=[
        ("The grid is finer along both axes.", lambda n, alpha, width: (round(alpha * n * n), width**2)),
        ("The kernel has a width along both axes.", lambda n, alpha, width: (round(alpha * n) ** 2, width)),
        ("That is one axis.", lambda n, alpha, width: (round(alpha * n), width)),
        ("Those are the pixels of the image.", lambda n, alpha, width: (n * n, width**2)),
        ("The other way round: the grid first.", lambda n, alpha, width: (width**2, round(alpha * n) ** 2)),
        (
            "The width is in points of the fine grid already.",
            lambda n, alpha, width: (round(alpha * n) ** 2, round(alpha * width) ** 2),
        ),
        ("An image has two dimensions.", lambda n, alpha, width: (round(alpha * n) ** 3, width**3)),
    ],
)
def points(n, alpha, width):
    return round(alpha * n) ** 2, width**2


class Bump:
    """A kernel for the checks: a power of a half circle, and zero beyond half its width.

    >>> Bump(4)(np.array([0.0, 2.5]))
    array([1., 0.])
    """

    def __init__(self, width: int, power: float = 1.0):
        self.width, self.power = width, power

    def __call__(self, u):
        return np.maximum(1 - (2 * np.asarray(u) / self.width) ** 2, 0) ** self.power

    def __repr__(self) -> str:
        return f"Bump({self.width})"


def _line(rng):
    width = int(rng.integers(3, 6))
    k = np.concatenate([rng.uniform(-0.5, 0.5, 6), [0.49, -0.49, 0.1, 0.102]])
    return {
        "k": k,
        "y": noise(rng, 10).astype(complex),
        "m": int(rng.integers(11, 15)),
        "kernel": Bump(width),
        "width": width,
    }


def _places(k, m, width, *, shift=True, wrap=True):
    first = np.ceil(k * m - width / 2).astype(int)
    near = first + np.arange(width)[:, None]
    index = near + (m // 2 if shift else 0)
    return near, index % m if wrap else np.clip(index, 0, m - 1)


def _spread(k, y, m, kernel, width, *, add=True, scale=1.0, **places):
    grid = np.zeros(m, complex)
    near, index = _places(k, m, width, **places)
    for offset, place in zip(near, index):
        values = kernel(scale * (k * m - offset)) * y
        if add:
            np.add.at(grid, place, values)
        else:
            grid[place] += values
    return grid


def _without_wrap(k, y, m, kernel, width):
    grid = np.zeros(m, complex)
    for offset in _places(k, m, width)[0]:
        place = offset + m // 2
        inside = (place >= 0) & (place < m)
        np.add.at(grid, place[inside], (kernel(k * m - offset) * y)[inside])
    return grid


def _nearest(k, y, m, kernel, width):
    grid = np.zeros(m, complex)
    np.add.at(grid, (np.round(k * m).astype(int) + m // 2) % m, y)
    return grid


@exercise(
    "gridding-spread",
    "gridding",
    "spreads samples over a grid in one dimension",
    draw=_line,
    minutes=15,
    level="medium",
    mistakes=[
        ("Where samples meet, one was lost: `np.add.at` adds all.", lambda *a: _spread(*a, add=False)),
        ("DC stands at m // 2.", lambda *a: _spread(*a, shift=False)),
        ("The grid goes on around its ends: take the index modulo m.", _without_wrap),
        (
            "What falls off the end is kept at the last point: it belongs to the other side.",
            lambda *a: _spread(*a, wrap=False),
        ),
        ("Each sample reaches `width` points, with the kernel's weights.", _nearest),
        (
            "The kernel takes grid steps, not cycles per pixel.",
            lambda k, y, m, kernel, width: _spread(k, y, m, kernel, width, scale=1 / m),
        ),
        (
            "The kernel belongs around the sample, not around each point's whole number.",
            lambda k, y, m, kernel, width: _spread(np.round(k * m) / m, y, m, kernel, width),
        ),
        ("A sample keeps its phase: no conjugate.", lambda k, y, *a: _spread(k, y.conj(), *a)),
        (
            "One point is missing: a kernel reaches `width` of them.",
            lambda k, y, m, kernel, width: _spread(k, y, m, lambda u: kernel(u) * (u > -width / 2 + 1), width),
        ),
    ],
)
def spread_line(k, y, m, kernel, width):
    return _spread(k, y, m, kernel, width)


def _quadrature(kernel, width, x, *, parts=2000, trig=np.cos, turn=2 * np.pi, scale=None, half=False):
    u = ((np.arange(parts) + 0.5) / parts - (0 if half else 0.5)) * (width / 2 if half else width)
    return trig(turn * np.outer(x, u)) @ kernel(u) * (width if scale is None else scale) / parts


def _even(rng):
    width = int(rng.integers(3, 7))
    return {"kernel": Bump(width, 2.0), "width": width, "x": np.sort(rng.uniform(-1, 1, 7))}


@exercise(
    "gridding-transform",
    "gridding",
    "computes the Fourier transform of a kernel by quadrature",
    draw=_even,
    tol=2e-3,
    minutes=10,
    level="medium",
    mistakes=[
        (
            "The mean is not yet the integral: times the width.",
            lambda kernel, width, x: _quadrature(kernel, width, x, scale=1),
        ),
        (
            "x is in cycles, so 2π belongs in the cosine.",
            lambda kernel, width, x: _quadrature(kernel, width, x, turn=1),
        ),
        (
            "The sine part cancels: the cosine is left.",
            lambda kernel, width, x: _quadrature(kernel, width, x, trig=np.sin),
        ),
        (
            "That is half of the kernel: it goes on at negative u.",
            lambda kernel, width, x: _quadrature(kernel, width, x, half=True, scale=width / 2),
        ),
        (
            "The sum is over points that are width / 400 apart: divide.",
            lambda kernel, width, x: _quadrature(kernel, width, x, scale=2000),
        ),
        (
            "c(0) is the integral of the kernel, not 1.",
            lambda kernel, width, x: _quadrature(kernel, width, x) / _quadrature(kernel, width, np.zeros(1)),
        ),
        (
            "Half a turn is missing: 2π x u, not π x u.",
            lambda kernel, width, x: _quadrature(kernel, width, x, turn=np.pi),
        ),
        ("That is the kernel itself.", lambda kernel, width, x: kernel(x)),
    ],
)
def transform_of(kernel, width, x):
    return _quadrature(kernel, width, x)


def _read(k, grid, kernel, width, *, scale=1.0, divide=False, **places):
    near, index = _places(k, len(grid), width, **places)
    weights = kernel(scale * (k * len(grid) - near))
    return (weights * grid[index]).sum(axis=0) / (weights.sum(axis=0) if divide else 1)


def _read_flat(k, grid, kernel, width):
    near, index = _places(k, len(grid), width, wrap=False)
    place = near + len(grid) // 2
    inside = (place >= 0) & (place < len(grid))
    return (kernel(k * len(grid) - near) * grid[index] * inside).sum(axis=0)


def _grid(rng):
    width, m = int(rng.integers(3, 6)), int(rng.integers(11, 15))
    k = np.concatenate([rng.uniform(-0.5, 0.5, 6), [0.49, -0.49, 0.1]])
    return {"k": k, "grid": noise(rng, m).astype(complex), "kernel": Bump(width), "width": width}


@exercise(
    "gridding-read",
    "gridding",
    "reads samples off a grid in one dimension, the transpose of spreading",
    draw=_grid,
    minutes=15,
    level="hard",
    mistakes=[
        ("DC stands at m // 2.", lambda *a: _read(*a, shift=False)),
        ("The grid goes on around its ends: take the index modulo m.", _read_flat),
        ("What lies beyond the end is on the other side, not the last point again.", lambda *a: _read(*a, wrap=False)),
        ("Do not divide by the sum of the weights: then it is no transpose.", lambda *a: _read(*a, divide=True)),
        (
            "The kernel takes grid steps, not cycles per pixel.",
            lambda k, grid, kernel, width: _read(k, grid, kernel, width, scale=1 / len(grid)),
        ),
        (
            "Each sample reads `width` points, with the kernel's weights.",
            lambda k, grid, kernel, width: grid[(np.round(k * len(grid)).astype(int) + len(grid) // 2) % len(grid)],
        ),
        ("A transpose keeps the numbers of the grid: no conjugate.", lambda k, grid, *a: _read(k, grid.conj(), *a)),
        (
            "One point too few: a kernel reaches `width` of them.",
            lambda k, grid, kernel, width: _read(k, grid, lambda u: kernel(u) * (u > -width / 2 + 1), width),
        ),
    ],
)
def read_line(k, grid, kernel, width):
    return _read(k, grid, kernel, width)
