"""Answers to the exercises of the chapter `illposed`, written from their texts."""

import numpy as np


def by_svd(A, y, lam, conj=True):
    U, s, Vh = np.linalg.svd(A, full_matrices=False)
    parts = s / (s**2 + lam) * ((U.conj() if conj else U).T @ y)
    return Vh.conj().T @ parts


def by_rows(A, y, lam, ahead=False):
    n = A.shape[1]
    rows, zeros = np.diag(np.full(n, lam**0.5)), np.zeros(n)
    stacked, data = ([rows, A], [zeros, y]) if ahead else ([A, rows], [y, zeros])
    return np.linalg.lstsq(np.concatenate(stacked), np.concatenate(data), rcond=None)[0]


def bisect(A, y, sigma, target=None):
    """Halve an interval of log λ sixty times."""
    low, high, target = np.log(1e-6), np.log(1e3), len(y) * sigma**2 if target is None else target
    for _ in range(60):
        middle = (low + high) / 2
        misfit = np.sum(abs(A @ by_svd(A, y, np.exp(middle)) - y) ** 2)
        low, high = (middle, high) if misfit < target else (low, middle)
    return np.exp(low)


def drawn_noise(s, lam, sigma):
    """The expectation as a sum over directions, one by one."""
    total = 0.0
    for value in s:
        total += (sigma * value / (value * value + lam)) ** 2
    return (total / len(s)) ** 0.5


RIGHT = {
    "illposed-condition": [lambda s, lam: [1 / s, (s**2 / (s**2 + lam)) / s], (50, 25), np.array([50.0, 25.0])],
    "illposed-stacked": [by_svd, by_rows, lambda A, y, lam: by_rows(A, y, lam, ahead=True)],
    "illposed-noise": [drawn_noise, lambda s, lam, e: float(np.linalg.norm(e * s / (s**2 + lam)) / len(s) ** 0.5)],
    "illposed-discrepancy": [bisect, lambda A, y, e: float(bisect(A, y, e)) * 1.0005],
}
WRONG = {
    "illposed-condition": [(50, 0.5), (25, 50), (50, 50), (2500, 1250), (0.02, 25), (50, 49)],
    "illposed-stacked": [
        lambda A, y, lam: by_svd(A, y, 0),
        lambda A, y, lam: by_svd(A, y, lam**2),
        lambda A, y, lam: by_svd(A, y, lam, conj=False),
        lambda A, y, lam: by_rows(A, y, lam).conj(),
        lambda A, y, lam: by_rows(A, y, lam).real,
        lambda A, y, lam: np.linalg.lstsq(A, y, rcond=None)[0] / (1 + lam),
    ],
    "illposed-noise": [
        lambda s, lam, e: drawn_noise(s, 0, e),
        lambda s, lam, e: drawn_noise(s, lam, 1),
        lambda s, lam, e: drawn_noise(s, lam, e) ** 2,
        lambda s, lam, e: drawn_noise(s, lam, e) * len(s),
        lambda s, lam, e: drawn_noise(s, lam, e) / 2**0.5,
        lambda s, lam, e: e * np.median(s / (s**2 + lam)),
    ],
    "illposed-discrepancy": [
        lambda A, y, e: bisect(A, y, e, e**2),
        lambda A, y, e: bisect(A, y, e, len(y) * e**2 / 2),
        lambda A, y, e: bisect(A, y, e, 2 * len(y) * e**2),
        lambda A, y, e: 1.02 * bisect(A, y, e),
        lambda A, y, e: np.log(bisect(A, y, e)),
        lambda A, y, e: e**2 / np.mean(abs(y) ** 2),
    ],
}
