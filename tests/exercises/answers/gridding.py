"""Answers to the exercises of the chapter `gridding`, written from their texts."""

import numpy as np


def weights(k, m, kernel):
    """The matrix (K, m) of the kernel around each sample, periodic: what spreading and reading share."""
    points = np.arange(m) - m // 2
    return sum(kernel(k[:, None] * m - points - turn * m) for turn in (-1, 0, 1))


def spread(k, y, m, kernel, width):
    return weights(k, m, kernel).T @ y


def read(k, grid, kernel, width):
    return weights(k, len(grid), kernel) @ grid


def one_by_one(k, y, m, kernel, width):
    grid = [0j] * m
    for place, value in zip(k * m, y):
        for point in range(int(np.ceil(place - width / 2)), int(np.floor(place + width / 2)) + 1):
            grid[(point + m // 2) % m] += value * float(kernel(place - point))
    return np.array(grid)


def trapezoid(kernel, width, x, turn=2 * np.pi):
    u = np.linspace(-width / 2, width / 2, 1001)
    values = np.exp(-1j * turn * x[:, None] * u) * kernel(u)
    return (np.sum(values, axis=1) * (u[1] - u[0])).real


RIGHT = {
    "gridding-count": [lambda n, a, w: [int(n * a) * int(n * a), w * w], (20736, 25), np.array([144**2, 25])],
    "gridding-spread": [spread, one_by_one],
    "gridding-transform": [trapezoid, lambda kernel, width, x: trapezoid(kernel, width, -x)],
    "gridding-read": [read, lambda k, grid, kernel, width: np.einsum("kl,l->k", weights(k, len(grid), kernel), grid)],
}
WRONG = {
    "gridding-count": [(13824, 25), (20736, 5), (9216, 25), (25, 20736), (144, 5), (20736, 125)],
    "gridding-spread": [
        lambda k, y, m, kernel, w: np.fft.ifftshift(spread(k, y, m, kernel, w)),
        lambda k, y, m, kernel, w: spread(-k, y, m, kernel, w),
        lambda k, y, m, kernel, w: spread(k, y, m, kernel, w).real,
        lambda k, y, m, kernel, w: 2 * spread(k, y, m, kernel, w),
        lambda k, y, m, kernel, w: spread(k, y.conj(), m, kernel, w),
        lambda k, y, m, kernel, w: spread(k, y, m + 1, kernel, w),
    ],
    "gridding-transform": [
        lambda kernel, width, x: trapezoid(kernel, width, x, turn=1),
        lambda kernel, width, x: trapezoid(kernel, width, x) / width,
        lambda kernel, width, x: trapezoid(kernel, width / 2, x),
        lambda kernel, width, x: abs(trapezoid(kernel, width, x)) + 1,
        lambda kernel, width, x: np.sinc(x * width) * width,
        lambda kernel, width, x: trapezoid(kernel, width, x) ** 2,
    ],
    "gridding-read": [
        lambda k, grid, kernel, w: read(k, np.fft.ifftshift(grid), kernel, w),
        lambda k, grid, kernel, w: read(-k, grid, kernel, w),
        lambda k, grid, kernel, w: read(k, grid.conj(), kernel, w),
        lambda k, grid, kernel, w: read(k, grid, kernel, w) / w,
        lambda k, grid, kernel, w: read(k, grid, kernel, w).real,
        lambda k, grid, kernel, w: np.interp(k * len(grid) + len(grid) // 2, np.arange(len(grid)), grid.real),
    ],
}
