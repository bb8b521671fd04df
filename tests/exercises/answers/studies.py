"""Answers to the exercises of the chapter on studies of many scans, written from its page."""

import numpy as np


def by_sorting(fractions, errors, quality):
    ratios, lost = [], []
    for e, p in zip(errors, quality):
        own, top = np.argsort(e)[0], np.argsort(p)[-1]
        ratios.append(fractions[own] / fractions[top])
        lost.append(max(p) - p[own])
    return ratios, lost


def in_turn(function, items, results, done, caught=Exception, first=0):
    values, there = list(results), list(done)
    for i, item in enumerate(items):
        if i < first or there[i]:
            continue
        try:
            values[i], there[i] = function(item), True
        except caught:
            continue
    return np.array(values), np.array(there)


def all_or_nothing(function, items, results, done):
    try:
        return np.where(done, results, [function(item) for item in items]), np.ones(len(items), bool)
    except Exception:
        return results, done


def by_adding(curve, fractions, draws, first=0, total=lambda e: np.sum(e, 0), pick=lambda f, i: f[i]):
    errors, each = [], []
    for seed in range(first, first + draws):
        errors.append(curve(seed))
        each.append(pick(fractions, int(np.argmin(errors[-1]))))
    return pick(fractions, int(np.argmin(total(errors)))), each


def most_often(curve, fractions, draws):
    each = np.array(by_adding(curve, fractions, draws)[1])
    values, times = np.unique(each, return_counts=True)
    return values[np.argmax(times)], each


RIGHT = {
    "study-cost": [
        by_sorting,
        lambda q, e, p: (
            q[e.argmin(1)] / q[p.argmax(1)],
            p.max(1) - np.take_along_axis(p, e.argmin(1)[:, None], 1)[:, 0],
        ),
    ],
    "study-resume": [in_turn, lambda *a: [part.tolist() for part in in_turn(*a)]],
    "ownscan-splits": [by_adding, lambda *a: [by_adding(*a)[0], np.array(by_adding(*a)[1])]],
}

WRONG = {
    "study-cost": [
        lambda q, e, p: (q[e.argmin(1)] / q[p.argmax(1)], p.max(1) - p.mean(1)),
        lambda q, e, p: (q[e.argmin(1)] / q[p.argmax(1)], p.max() - p.max(1)),
        lambda q, e, p: (q[e.argmin(1)] - q[p.argmax(1)], by_sorting(q, e, p)[1]),
        lambda q, e, p: (e.argmin(1) / np.maximum(p.argmax(1), 1), by_sorting(q, e, p)[1]),
    ],
    "study-resume": [
        all_or_nothing,
        lambda *a: in_turn(*a, first=1),
        lambda f, items, results, done: in_turn(f, items, results, 0 * done),
        lambda f, items, results, done: in_turn(f, items, results, ~done),
        lambda *a: in_turn(*a, caught=ValueError),
    ],
    "ownscan-splits": [
        most_often,
        lambda *a: by_adding(*a, first=1),
        lambda *a: by_adding(*a, total=lambda e: np.median(e, 0)),
        lambda *a: by_adding(*a, pick=lambda f, i: i),
        lambda *a: by_adding(*a, total=lambda e: np.min(e, 0)),
    ],
}
