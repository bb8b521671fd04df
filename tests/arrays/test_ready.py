"""While the loops are compiled elsewhere the generic code serves, with the same results."""

import os
import subprocess
import sys
from types import SimpleNamespace as Fake

import numpy as np
import pytest

import mrilab
from mrilab.arrays import ready

CODE = """
import sys
from types import SimpleNamespace as Fake
sys.modules["IPython"] = Fake(get_ipython=lambda: Fake(kernel=1))  # as in a notebook
import numpy as np
from mrilab import FFT, L1, LeastSquares, Mask, Wavelet, fista
from mrilab.arrays import ready

Psi = Wavelet("haar", (16, 16), level=1)
x = fista(LeastSquares(Mask(np.ones((16, 16))) @ FFT((16, 16)) @ Psi.H, np.ones((2, 16, 16), "c8")), L1(0.1)).x
compiled = ready.ready(x)
ready.wait()

from mrilab.arrays import loops
print(compiled, len(loops.shrink_groups.signatures), ready.stored_mark().exists())
"""


def test_the_generic_code_gives_the_same_image_until_the_loops_are_there(coil_problem, monkeypatch):
    A, Psi, y = coil_problem
    frame = mrilab.UndecimatedWavelet("sym4", A.shape_in, level=2)
    status = []
    monkeypatch.setattr(ready, "_start", lambda: Fake(poll=lambda: status[-1]))

    def images():
        assert ready.takes_loops(y) is (status[-1] is not None)
        f, g = mrilab.LeastSquares(A @ Psi.H, y), mrilab.L1(0.01)
        yield from (solve(f, g, max_iter=5).x for solve in (mrilab.fista, mrilab.pogm))
        yield mrilab.condat_vu(mrilab.LeastSquares(A, y), g, frame, max_iter=5).x

    status.append(None)
    meanwhile = list(images())
    status.append(0)
    for before, after in zip(meanwhile, images(), strict=True):
        assert before.dtype == after.dtype == np.complex64
        assert not np.array_equal(before, after), "both are the same code"
        np.testing.assert_allclose(before, after, atol=1e-5 * abs(after).max())


def test_a_process_that_fails_leaves_the_loops_to_this_one(monkeypatch):
    monkeypatch.setattr(ready, "_start", lambda: Fake(poll=lambda: 1))
    assert ready.takes_loops(np.ones(2, np.complex64))


@pytest.mark.audit
def test_a_new_machine_compiles_in_another_process_and_later_ones_find_the_loops(tmp_path):
    env = {k: v for k, v in os.environ.items() if k not in ("MRILAB_COMPILE", "TQDM_DISABLE")}
    env |= {"NUMBA_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-c", CODE]
    first, second = (subprocess.run(command, env=env, capture_output=True, text=True, check=True) for _ in range(2))
    assert (first.stdout.split(), second.stdout.split()) == (["False", "0", "True"], ["True", "1", "True"])
    assert (first.stderr.count("compiles its loops"), second.stderr.count("compiles its loops")) == (1, 0)
