"""Answers to the exercises of the chapter on error bars, written from its page."""

import numpy as np
from scipy import stats


def by_loops(images):
    mean = sum(images) / len(images)
    sizes = [abs(image) for image in images]
    middle = sum(sizes) / len(sizes)
    return mean, (sum((size - middle) ** 2 for size in sizes) / (len(sizes) - 1)) ** 0.5


def by_differences(a, b):
    """Spearman's own formula."""
    d = stats.rankdata(a) - stats.rankdata(b)
    return 1 - 6 * np.sum(d**2) / (len(a) ** 3 - len(a))


def by_counting(a, b):
    ranks = [np.array([np.sum(values < value) for value in values]) for values in (a, b)]
    u, v = (rank - rank.mean() for rank in ranks)
    return u @ v / np.sqrt(u @ u * (v @ v))


def by_search(errors, deviations, coverage):
    ratios = errors / deviations

    def held(t):
        return (np.mean(ratios > t, axis=1).sum() + 1) / (len(errors) + 1) <= 1 - coverage

    return min(filter(held, ratios.ravel()))


def by_place(errors, deviations, coverage):
    n, P = errors.shape
    most = int(np.floor(((n + 1) * (1 - coverage) - 1) * P))
    return np.partition((errors / deviations).ravel(), n * P - 1 - most)[n * P - 1 - most]


RIGHT = {
    "errorbars-ensemble": [by_loops, lambda x: (np.mean(x, 0), np.std(np.abs(x), 0, ddof=1))],
    "errorbars-rank": [by_differences, by_counting, lambda a, b: stats.spearmanr(a, b).statistic],
    "errorbars-factor": [by_search, by_place],
}

WRONG = {
    "errorbars-ensemble": [
        lambda x: (np.median(x.real, 0) + 1j * np.median(x.imag, 0), by_loops(x)[1]),
        lambda x: (by_loops(x)[0], np.ptp(abs(x), axis=0)),
        lambda x: (by_loops(x)[0].real, by_loops(x)[1]),
        lambda x: by_loops(x)[1],
    ],
    "errorbars-rank": [
        lambda a, b: stats.kendalltau(a, b).statistic,
        lambda a, b: abs(by_counting(a, b)) / 2,
        lambda a, b: np.corrcoef(np.sort(a), np.sort(b))[0, 1],
        lambda a, b: stats.spearmanr(a, b).pvalue,
    ],
    "errorbars-factor": [
        lambda e, d, c: np.median(e / d),
        lambda e, d, c: np.quantile(np.quantile(e / d, c, axis=1), c),
        lambda e, d, c: np.quantile(e, c) / np.quantile(d, c),
        lambda e, d, c: 1.645,
    ],
}
