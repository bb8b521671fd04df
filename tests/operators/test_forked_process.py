"""A process that forks after a NUFFT: the child's NUFFT ends, with the same result."""

import os
import subprocess
import sys

import pytest

CODE = """
import multiprocessing
import numpy as np
from mrilab import NUFFT, radial

A = NUFFT(radial(16, 64), (64, 64))
x = np.ones((64, 64), complex)
y = A(x)
with multiprocessing.get_context("fork").Pool(2) as pool:
    for again in pool.map(A, [x, x]):
        assert np.allclose(again, y)
    for image in pool.map(A.adj_op, [y, y]):
        assert np.allclose(image, A.H(y))
"""


@pytest.mark.parametrize("threads", [1, 2])
def test_a_fork_after_a_nufft_ends(threads):
    env = os.environ | {"OMP_NUM_THREADS": str(threads)}
    subprocess.run([sys.executable, "-c", CODE], env=env, timeout=240, check=True)
