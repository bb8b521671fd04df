"""ESPIRiT's defaults on a real head of 16 channels, fully sampled: what the maps of few lines lose in decibels."""

import os
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from mrilab import (
    FFT,
    L1,
    Coils,
    LeastSquares,
    Mask,
    UndecimatedWavelet,
    condat_vu,
    espirit,
    lambda_max,
    load_kspace,
    random_lines,
    rss,
)

SCANS = os.environ.get("MRILAB_SCANS")


@pytest.fixture(scope="module")
def head():
    """The samples, the root sum of squares of all of them, and where the head is."""
    kspace = load_kspace(Path(SCANS) / "head16.dat").kspace
    images = rss(FFT(kspace.shape[-2:]).H(kspace))
    return kspace / images.max(), images / images.max(), ndimage.binary_fill_holes(images > 0.1 * images.max())


@pytest.mark.skipif(not SCANS, reason="MRILAB_SCANS names no folder of real scans")
@pytest.mark.parametrize("lines, least", [(24, 30.0), (16, 29.5)])
def test_few_central_lines_are_enough_for_maps(head, lines, least):
    """A third of the lines; maps by default; the best λ of an undecimated frame, after 60 iterations."""
    kspace, truth, inside = head
    shape = truth.shape
    mask = random_lines(shape, 3, center=lines, seed=0)
    maps = espirit(kspace * mask, lines)
    f = LeastSquares(Mask(mask) @ FFT(shape) @ Coils(maps), kspace * mask)
    Psi = UndecimatedWavelet("db4", shape, level=3)
    top = lambda_max(f, L1(1.0), Psi)
    # With the step sigma = ½, the default, 60 iterations are not enough at such a small λ.
    images = [rss(maps) * condat_vu(f, L1(q * top), Psi, sigma=0.03, max_iter=60).x for q in (6e-4, 1e-3)]
    errors = [np.mean((abs(x) - truth)[inside] ** 2) for x in images]
    assert 10 * np.log10(1 / min(errors)) >= least
