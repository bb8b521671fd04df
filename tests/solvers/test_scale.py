"""Solvers in single precision with data of any size, of which they compute squares."""

import numpy as np
import pytest
from helpers import LIBRARIES, lines, unit_maps

import mrilab as m

SCALED = {
    "conjugate gradients": lambda f, lam: m.conjugate_gradient(f, max_iter=8),
    "Tikhonov": lambda f, lam: m.conjugate_gradient(f, lam=0.01, max_iter=8),
    "FISTA": lambda f, lam: m.fista(f, m.L1(lam), restart=True, max_iter=8),
    "POGM": lambda f, lam: m.pogm(f, m.L1(lam), max_iter=8),
    "POGM, OSCAR": lambda f, lam: m.pogm(f, m.OSCAR(lam, 1.0), max_iter=8),
    "Condat-Vu": lambda f, lam: m.condat_vu(f, m.L1(lam), m.Wavelet("db4", (32, 32), level=2), max_iter=8),
}


@pytest.mark.parametrize("scale", [1e-30, 1e-20, 1e20, 1e30])
@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("name", SCALED)
def test_solvers_know_no_scale(name, library, scale):
    """In single precision, whose squares end at 1e-38 and 1e38; a step, a residual or a restart is made of squares."""
    A = m.Mask(lines((32, 32))) @ m.FFT((32, 32)) @ m.Coils(unit_maps(3, (32, 32)).astype(np.complex64))
    y = A(m.shepp_logan((32, 32)))
    expected = SCALED[name](m.LeastSquares(A, y), 1e-3)
    scaled = y * np.float32(scale)
    if library == "torch":
        import torch

        scaled = torch.from_numpy(scaled)
    result = SCALED[name](m.LeastSquares(A, scaled), 1e-3 * scale)
    x = m.to_numpy(result.x).astype(complex) / scale
    np.testing.assert_allclose(x, expected.x, atol=1e-5 * abs(expected.x).max())
    np.testing.assert_allclose(result.costs / scale**2, expected.costs, rtol=1e-4)
