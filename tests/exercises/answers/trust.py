"""Answers to the exercises of the chapter `trust`, written from their texts."""

import numpy as np

RIGHT = {
    "trust-residual": [
        lambda A, x, y, s: np.sqrt((abs(y - A.op(x)) ** 2).sum() / y.size) / s,
        lambda A, x, y, s: np.sqrt(np.mean(abs(A(x) - y) ** 2)) / s,
    ],
}
WRONG = {
    "trust-residual": [
        lambda A, x, y, s: np.linalg.norm(A(x) - y) / s / np.sqrt(len(y)),
        lambda A, x, y, s: np.linalg.norm(A(x) - y) / s,
        lambda A, x, y, s: np.mean(abs(A(x) - y)) / s,
    ],
}
