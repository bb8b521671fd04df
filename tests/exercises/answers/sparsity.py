"""Answers to the exercises of the chapter on sparsity, written from its page."""

import numpy as np
import pywt


def by_sorting(z, k):
    out, order = z.copy(), sorted(range(z.size), key=lambda i: abs(z.flat[i]))
    for i in order[: z.size - k]:
        out.flat[i] = 0
    return out


def by_partition(z, k):
    out = np.zeros(z.size, z.dtype)
    place = np.argpartition(abs(z.ravel()), z.size - k)[-k:] if k else []
    out[place] = z.ravel()[place]
    return out.reshape(z.shape)


def by_dropping(z, error):
    order, k = sorted(abs(z.ravel())), z.size
    while k > 1 and np.linalg.norm(order[: z.size - k + 1]) <= error * np.linalg.norm(z):
        k -= 1
    return k


def by_search(z, error):
    tails = np.sqrt(np.cumsum(np.sort(abs(z.ravel()).astype(float) ** 2)))
    return z.size - np.searchsorted(tails, error * tails[-1], side="right")


def by_blocks(x, scale=0.5, order=(0, 1, 2, 3)):
    out = np.zeros((4, x.shape[0] // 2, x.shape[1] // 2), complex)
    for p in range(out.shape[1]):
        for q in range(out.shape[2]):
            (a, b), (c, d) = x[2 * p : 2 * p + 2, 2 * q : 2 * q + 2]
            out[:, p, q] = a + b + c + d, a + b - c - d, a - b + c - d, a - b - c + d
    return scale * out[list(order)]


def by_pywt(x):
    coarse, details = pywt.dwt2(x, "haar")
    return np.stack([coarse, *details])


RIGHT = {
    "sparsity-keep": [by_sorting, by_partition],
    "sparsity-count": [by_dropping, by_search],
    "sparsity-haar": [by_blocks, by_pywt, lambda x: list(by_blocks(x))],
}

WRONG = {
    "sparsity-keep": [
        lambda z, k: z * (abs(z) >= np.sort(abs(z).ravel())[-k]),
        lambda z, k: by_partition(z, k + 1),
        lambda z, k: by_sorting(z.real, k),
        lambda z, k: np.sort(abs(z).ravel())[-k:],
        lambda z, k: z - by_partition(z, z.size - k),
    ],
    "sparsity-count": [
        lambda z, error: by_search(z, error**2),
        lambda z, error: by_search(z, np.sqrt(error)),
        lambda z, error: z.size - by_search(z, error),
        lambda z, error: by_search(z, error) - 1,
    ],
    "sparsity-haar": [
        lambda x: by_blocks(x, scale=0.25),
        lambda x: by_blocks(x, order=(0, 2, 1, 3)),
        lambda x: by_blocks(x)[0],
        lambda x: np.hstack(by_blocks(x)),
    ],
}
