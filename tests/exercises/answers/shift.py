"""Answers to the exercises of the chapter on data unlike the training, written from its page."""

import statistics

import numpy as np
from scipy import stats


def by_sem(net, rival, net_there, rival_there):
    here, there = net - rival, net_there - rival_there
    variance = stats.sem(here) ** 2 + stats.sem(there) ** 2
    return np.mean(here) - np.mean(there), variance**0.5


def by_statistics(a, b, c, d):
    price = statistics.mean(a) - statistics.mean(b) - statistics.mean(c) + statistics.mean(d)
    return [price, (statistics.variance(a - b) / len(a) + statistics.variance(c - d) / len(c)) ** 0.5]


def by_pixels(shares, bright):
    image = np.zeros(shares.shape[1:])
    for place in np.ndindex(*image.shape):
        image[place] = abs(sum(b * share[place] for b, share in zip(bright, shares)))
    return image / max(image.ravel())


def by_einsum(shares, bright):
    image = np.abs(np.einsum("k,khw->hw", bright, shares))
    image *= 1 / image.max()
    return image


RIGHT = {
    "trust-luck": [
        lambda a, b: (np.mean(a) - np.mean(b), stats.sem(a - b)),
        lambda a, b: [statistics.mean(a - b), statistics.stdev(a - b) / len(a) ** 0.5],
        lambda a, b: np.array([np.mean(d := a - b), np.sqrt(np.sum((d - d.mean()) ** 2) / len(d) / (len(d) - 1))]),
    ],
    "shift-price": [by_sem, by_statistics],
    "shift-contrast": [by_pixels, by_einsum],
}

WRONG = {
    "trust-luck": [
        lambda a, b: (np.mean(a - b), stats.sem(a - b) ** 2),
        lambda a, b: (np.mean(abs(a - b)), stats.sem(a - b)),
        lambda a, b: (np.mean(a - b), abs(stats.sem(a) - stats.sem(b))),
        lambda a, b: (np.mean(a - b), stats.sem(np.append(a, b))),
        lambda a, b: (stats.sem(a - b), np.mean(a - b)),
        lambda a, b: np.mean(a - b),
    ],
    "shift-price": [
        lambda a, b, c, d: (np.mean(a - b) / np.mean(c - d), by_sem(a, b, c, d)[1]),
        lambda a, b, c, d: (by_sem(a, b, c, d)[0], stats.sem(np.append(a - b, c - d))),
        lambda a, b, c, d: (np.median(a - b) - np.median(c - d), by_sem(a, b, c, d)[1]),
        lambda a, b, c, d: by_sem(a, b, c, d)[::-1],
        lambda a, b, c, d: by_sem(a, b, c, d)[0],
    ],
    "shift-contrast": [
        lambda shares, bright: by_einsum(shares, bright) ** 2,
        lambda shares, bright: by_einsum(shares, bright) * np.sign(np.einsum("k,khw->hw", bright, shares)),
        lambda shares, bright: by_einsum(shares, bright) / 2,
        lambda shares, bright: abs(np.einsum("k,khw->hw", bright, shares)) / abs(bright).max(),
        lambda shares, bright: by_einsum(shares, bright[::-1]),
    ],
}
