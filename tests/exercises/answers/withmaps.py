"""Answers to the exercises of the chapter from coil maps to the image, written from its page."""

import numpy as np

from mrilab import psnr


def by_energy(A, x, y, mask, sigma):
    r = (A @ x - y)[:, mask]
    return np.sqrt(np.sum(r.real**2 + r.imag**2) / (r.size * sigma**2))


def by_coils(A, x, y, mask, sigma):
    energy = [np.vdot(r, r).real for r in A.op(x) - y]
    return float((sum(energy) / len(energy) / mask.sum()) ** 0.5 / sigma)


def heads(lines, data, references, sample, estimate, solve, masked=lambda y, mask: y * mask, seen=None, total=np.mean):
    scores, mask = [], sample(lines)
    for head in range(len(data)):
        y = masked(data[head], mask)
        maps = estimate(y if seen is None else seen(data, head, mask), lines)
        scores.append(psnr(solve(y, maps, mask), references[head]))
    return total(scores)


def pooled(lines, data, references, sample, estimate, solve):
    images = [solve(y * sample(lines), estimate(y * sample(lines), lines), sample(lines)) for y in data]
    return np.mean([psnr(*pair) for pair in zip(images, references)])


def of_the_stack(lines, data, references, sample, estimate, solve):
    images = [solve(y * sample(lines), estimate(y * sample(lines), lines), sample(lines)) for y in data]
    gap = np.mean((abs(np.stack(images)) - abs(references)) ** 2)
    return 10 * np.log10(abs(references).max() ** 2 / gap)


RIGHT = {
    "coils-residual": [
        by_energy,
        by_coils,
        lambda A, x, y, mask, s: np.linalg.norm(A(x) - y) / np.linalg.norm(s * np.ones_like(y.real) * mask),
    ],
    "coils-dead": ["B", "(b)"],
    "coils-budget": [heads, pooled],
}

WRONG = {
    "coils-residual": [
        lambda A, x, y, mask, s: np.linalg.norm(A(x) - y) / s / np.sqrt(y.size),
        lambda A, x, y, mask, s: np.sum(abs(A(x) - y) ** 2) / (s**2 * len(y) * mask.sum()),
        lambda A, x, y, mask, s: np.linalg.norm(A(x) - y) / s / np.sqrt(mask.sum()),
        lambda A, x, y, mask, s: np.linalg.norm(A(x) - y) / s / np.sqrt(2 * len(y) * mask.sum()),
        lambda A, x, y, mask, s: np.mean(abs(A(x) - y)[:, mask]) / s,
        lambda A, x, y, mask, s: np.linalg.norm(A(x) - y) / s / (len(y) * mask.sum()),
    ],
    "coils-budget": [
        lambda *a: heads(*a, masked=lambda y, mask: y),
        lambda *a: heads(*a, seen=lambda data, i, mask: data[0] * mask),
        lambda *a: heads(*a, total=np.max),
        lambda *a: heads(*a, total=np.median),
        of_the_stack,
        lambda *a: heads(*a, total=list),
    ],
}
