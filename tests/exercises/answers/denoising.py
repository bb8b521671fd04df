"""Answers to the exercises of the chapter on the prox and denoising, written from its page."""

import numpy as np

from mrilab import L1


def by_entries(z, lam):
    out = []
    for v in z.ravel():
        r = abs(v)
        out.append((r - lam) * v / r if r > lam else 0)
    return np.reshape(np.array(out, z.dtype), z.shape)


def by_phase(z, lam):
    return np.maximum(abs(z) - lam, 0) * np.exp(1j * np.angle(z))


def by_sums(A, z, y, lam):
    misfit = 0.0
    for row, sample in zip(A, y):
        misfit += abs(sum(a * b for a, b in zip(row, z)) - sample) ** 2 / 2
    return misfit + lam * sum(map(abs, z))


def spun(y, method, lam, shifts, axes=(0, 1), back=-1, first=0, divisor=None):
    total = np.zeros(y.shape)
    for s in range(first, first + shifts):
        total = total + np.roll(method(np.roll(y, [s] * len(axes), axes), lam), [back * s] * len(axes), axes)
    return total / (divisor or shifts)


def by_index(y, method, lam, shifts):
    images, (rows, columns) = [], map(np.arange, y.shape)
    for s in range(shifts):
        there = method(y[(rows[:, None] - s) % y.shape[0], (columns - s) % y.shape[1]], lam)
        images.append(there[(rows[:, None] + s) % y.shape[0], (columns + s) % y.shape[1]])
    return np.average(images, axis=0)


def stein(z, lam, sigma, across=lambda r, lam: 1 - lam / r, along=1.0, offset=1.0, inside=lambda r: r**2, half=1.0):
    risk = 0.0
    for r in abs(z).ravel():
        risk += lam**2 + half * sigma**2 * (along + across(r, lam)) if r > lam else inside(r)
    return risk - offset * sigma**2 * z.size


def by_sampled_slopes(z, lam, sigma, e=1e-6):
    z, soft = z.astype(complex), by_phase
    div = (soft(z + e, lam) - soft(z - e, lam)).real + (soft(z + 1j * e, lam) - soft(z - 1j * e, lam)).imag
    return np.linalg.norm(soft(z, lam) - z) ** 2 + sigma**2 * div.sum() / (2 * e) - z.size * sigma**2


RIGHT = {
    "sparsity-soft": [by_entries, by_phase, lambda z, lam: L1(lam).prox(z, 1.0)],
    "sparsity-cost": [
        by_sums,
        lambda A, z, y, lam: 0.5 * np.vdot(A @ z - y, A @ z - y) + lam * np.linalg.norm(z, 1),
        lambda A, z, y, lam: np.float32(np.linalg.norm(np.dot(A, z) - y) ** 2 / 2 + lam * abs(z).sum()),
    ],
    "sparsity-cycle": [spun, by_index],
    "sparsity-sure": [stein, by_sampled_slopes],
}

WRONG = {
    "sparsity-soft": [
        lambda z, lam: np.where(abs(z) > lam, z, 0),
        lambda z, lam: np.sign(z.real) * np.maximum(abs(z) - lam, 0),
        lambda z, lam: np.maximum(abs(z) - lam, 0),
        lambda z, lam: z - lam * np.exp(1j * np.angle(z)),
        lambda z, lam: by_phase(z.real, lam) + 1j * by_phase(z.imag, lam),
        lambda z, lam: np.maximum(1 - lam / np.abs(z).max(), 0) * z,
    ],
    "sparsity-cost": [
        lambda A, z, y, lam: np.linalg.norm(A @ z - y) ** 2 + lam * abs(z).sum(),
        lambda A, z, y, lam: 0.5 * np.linalg.norm(A @ z - y) + lam * abs(z).sum(),
        lambda A, z, y, lam: 0.5 * np.linalg.norm(A @ z - y) ** 2 + lam * np.linalg.norm(z),
        lambda A, z, y, lam: 0.5 * np.sum((A @ z - y) ** 2) + lam * abs(z).sum(),
        lambda A, z, y, lam: 0.5 * np.linalg.norm(A @ z - y) ** 2 + lam * (abs(z.real) + abs(z.imag)).sum(),
        lambda A, z, y, lam: 0.5 * np.mean(abs(A @ z - y) ** 2) + lam * abs(z).mean(),
    ],
    "sparsity-cycle": [
        lambda *a: spun(*a, axes=(1,)),
        lambda *a: spun(*a, first=1),
        lambda *a: spun(*a, back=1),
        lambda *a: spun(*a, divisor=1),
        lambda y, method, lam, shifts: np.roll(
            method(np.roll(y, (shifts, shifts), (0, 1)), lam), (-shifts, -shifts), (0, 1)
        ),
        lambda *a: spun(*a, back=0),
    ],
    "sparsity-sure": [
        lambda *a: stein(*a, across=lambda r, lam: 1),
        lambda *a: stein(*a, across=lambda r, lam: 1 - lam / r, half=0.5),
        lambda *a: stein(*a, offset=2),
        lambda *a: stein(*a, across=lambda r, lam: 0),
        lambda *a: stein(*a, inside=lambda r: 0),
        lambda z, lam, s: stein(z, lam, s) / z.size,
    ],
}
