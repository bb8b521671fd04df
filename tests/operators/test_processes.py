"""Operators and solvers in forked and spawned processes, and shared by threads: the same numbers as in one thread."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest
from helpers import draw, lines, unit_maps

from mrilab import FFT, L1, Coils, GroupL1, LeastSquares, Mask, Wavelet, fista

SHAPE = (48, 32)
A = Mask(lines(SHAPE)) @ FFT(SHAPE) @ Coils(unit_maps(3, SHAPE).astype(np.complex64))
PSI = Wavelet("sym4", SHAPE, level=2)
F = LeastSquares(A @ PSI.H, A(draw(SHAPE)))  # what a class of students shares: one operator, one data term


def reconstruct(seed):
    """Two sparse reconstructions, with maps and without, and the arrays that they begin with."""
    x = PSI(draw(SHAPE, seed=seed))
    own = LeastSquares(Mask(lines(SHAPE)) @ FFT(SHAPE) @ PSI.H, A(draw(SHAPE, seed=seed)))
    return fista(F, L1(0.01), x, max_iter=5).x, fista(own, GroupL1(0.01, axis=-3), max_iter=5).x


def same(found, expected):
    for one, two in zip(found, expected, strict=True):
        assert all(np.allclose(a, b, rtol=1e-5, atol=1e-6) for a, b in zip(one, two, strict=True))


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_processes_give_the_same(start):
    if start not in multiprocessing.get_all_start_methods():
        pytest.skip(f"this system cannot {start}")
    expected = list(map(reconstruct, range(4)))  # the parent has used every operator before it forks
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(start)) as pool:
        same(list(pool.map(reconstruct, range(4), timeout=100)), expected)


def test_six_threads_give_the_same():
    expected = list(map(reconstruct, range(12)))
    with ThreadPoolExecutor(6) as pool:
        same(pool.map(reconstruct, range(12)), expected)
