"""What tests share: random complex arrays in every library and precision, a small coil problem, the browser."""

import numpy as np
import pytest

import mrilab

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


@pytest.fixture(scope="module")
def visit():
    """`visit(page)` opens a page of the built site, or one that was staged, in Chromium."""
    from chromium import site

    with site() as opened:
        yield opened


@pytest.fixture(scope="session")
def coil_problem():
    """A small SENSE problem on a divisible grid: operator, wavelet and noisy data."""
    shape = (64, 48)
    A = mrilab.Mask(lines(shape)) @ mrilab.FFT(shape) @ mrilab.Coils(unit_maps(4, shape))
    x = np.zeros(shape, np.complex64)
    x[20:40, 15:30] = 1
    y = A(x) + 0.02 * A(A.H(draw((4, *shape), seed=5)))
    return A, mrilab.Wavelet("sym4", shape, level=3), y
