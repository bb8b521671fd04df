"""Answers to the exercises of the chapter `radial`, written from their texts."""

import numpy as np

RIGHT = {
    "radial-ramp": [
        lambda k: np.hypot(*k.T).T / np.hypot(*k.T).max(),
        lambda k: (r := np.sqrt((k**2).sum(-1))) / r.max(),
    ],
}
WRONG = {
    "radial-ramp": [
        lambda k: 2 * np.linalg.norm(k, axis=-1),
        lambda k: np.linalg.norm(k, axis=-1) / np.linalg.norm(k),
        lambda k: np.sum(k**2, axis=-1) / np.max(np.sum(k**2, axis=-1)),
    ],
}
