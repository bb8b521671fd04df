"""What tests share: random complex arrays in every library and precision, maps, masks, the files of the project."""

from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
LIBRARIES = ("numpy", "torch")
PRECISIONS = ("complex64", "complex128")


def draw(shape, library="numpy", dtype="complex64", seed=0):
    """Complex Gaussian noise as an array of the library."""
    rng = np.random.default_rng(seed)
    x = (rng.standard_normal(shape) + 1j * rng.standard_normal(shape)).astype(dtype)
    if library == "numpy":
        return x
    import torch

    return torch.from_numpy(x)


def unit_maps(coils, shape, seed=1):
    """Random coil maps with Σ|S|² = 1."""
    smaps = draw((coils, *shape), dtype="complex128", seed=seed)
    return smaps / np.sqrt((abs(smaps) ** 2).sum(0))


def lines(shape, seed=2):
    """A mask of half the lines, the central one among them."""
    mask = np.random.default_rng(seed).random(shape[-2]) < 0.5
    mask[shape[-2] // 2] = True
    return mask[:, None] & np.ones(shape, bool)
