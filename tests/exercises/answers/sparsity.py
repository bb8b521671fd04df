"""Answers to the exercises of the chapter `sparsity`, written from their texts."""

import numpy as np


def by_sorting(z, k):
    out, order = z.copy(), sorted(range(z.size), key=lambda i: abs(z.flat[i]))
    for i in order[: z.size - k]:
        out.flat[i] = 0
    return out


def by_partition(z, k):
    out = np.zeros(z.size, z.dtype)
    place = np.argpartition(abs(z.ravel()), z.size - k)[-k:]
    out[place] = z.ravel()[place]
    return out.reshape(z.shape)


RIGHT = {
    "sparsity-keep": [by_sorting, by_partition],
}
WRONG = {
    "sparsity-keep": [
        lambda z, k: z * (abs(z) >= np.sort(abs(z).ravel())[-k]),
        lambda z, k: by_partition(z, k + 1),
        lambda z, k: by_sorting(z.real, k),
    ],
}
