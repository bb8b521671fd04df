"""Answers to the exercises of the chapter on a real scan, written from its page."""

from itertools import combinations

import numpy as np
from scipy.stats import kendalltau


def by_pixels(m, coils, sigma, least=0.0):
    out = np.zeros(m.shape)
    for place in np.ndindex(*m.shape):
        power = m[place] ** 2 - coils * sigma**2
        out[place] = np.sqrt(power) if power > 0 else least
    return out


def by_variance(first, second, head, ddof=0):
    a, b = first[head], second[head]
    return np.mean([a, b]) / np.sqrt(np.var(a - b, ddof=ddof) / 2)


def by_errors(score, sigma, part=2):
    squared = np.exp(-np.log(10) * score / 10)
    return 10 * np.log10(1 / (squared - sigma**2 / part))


def by_combinations(a, b):
    return sum((a[i] < a[j]) != (b[i] < b[j]) for i, j in combinations(range(len(a)), 2))


def by_tau(a, b):
    pairs = len(a) * (len(a) - 1) / 2
    return round(pairs * (1 - kendalltau(a, b).statistic) / 2)


RIGHT = {
    "realscan-bias": [by_pixels, lambda m, c, s: np.sqrt(np.clip((m - s * c**0.5) * (m + s * c**0.5), 0, None))],
    "realscan-repeat": [
        by_variance,
        lambda a, b, head: (a[head].mean() + b[head].mean()) / (np.sqrt(2) * (b - a)[head].std()),
    ],
    "realscan-truth": [by_errors, lambda score, sigma: score - 10 * np.log10(1 - 10 ** (score / 10) * sigma**2 / 2)],
    "realscan-swaps": [by_combinations, by_tau],
}
WRONG = {
    "realscan-bias": [
        lambda m, c, s: by_pixels(m, 1, s),
        lambda m, c, s: by_pixels(m, c, np.sqrt(s)),
        lambda m, c, s: by_pixels(m, c, s, least=s),
        lambda m, c, s: by_pixels(m, c, s) ** 2,
        lambda m, c, s: abs(m - s * np.sqrt(c)),
        lambda m, c, s: m,
    ],
    "realscan-repeat": [
        lambda a, b, head: a[head].mean() / (a - b)[head].std(),
        lambda a, b, head: a.mean() / (a - b).std() * np.sqrt(2),
        lambda a, b, head: by_variance(a, b, ~head),
        lambda a, b, head: 1 / by_variance(a, b, head),
        lambda a, b, head: by_variance(a, b, head, ddof=1),
        lambda a, b, head: by_variance(a, b, head) * 2,
    ],
    "realscan-truth": [
        lambda score, sigma: by_errors(score, sigma, part=1),
        lambda score, sigma: by_errors(score, sigma, part=-2),
        lambda score, sigma: by_errors(score, np.sqrt(sigma)) if score < 0 else score,
        lambda score, sigma: score + 3,
        lambda score, sigma: by_errors(score, 2 * sigma / 3),
    ],
    "realscan-swaps": [
        lambda a, b: 2 * by_combinations(a, b),
        lambda a, b: 21 - by_combinations(a, b),
        lambda a, b: kendalltau(a, b).statistic,
        lambda a, b: by_combinations(a, a),
        lambda a, b: int(np.sum(np.argsort(a) != np.argsort(b))),
    ],
}
