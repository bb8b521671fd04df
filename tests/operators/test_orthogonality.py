"""Every wavelet that is accepted: ΨᴴΨ = I, and ‖Ψ‖² as Lanczos finds it; the others are refused."""

import numpy as np
import pytest
import pywt
from helpers import draw
from scipy.sparse.linalg import eigsh

from mrilab import UndecimatedWavelet, Wavelet

ORTHOGONAL = [name for name in pywt.wavelist(kind="discrete") if pywt.Wavelet(name).orthogonal and name != "dmey"]


@pytest.mark.parametrize("transform", [Wavelet, UndecimatedWavelet])
@pytest.mark.parametrize("name", ORTHOGONAL)
def test_every_wavelet_is_an_isometry(name, transform):
    Psi = transform(name, (21, 16), level=2)
    x = draw((21, 16), dtype="complex128")
    np.testing.assert_allclose(Psi.H(Psi(x)), x, atol=1e-9)
    largest = eigsh(Psi.gram.as_scipy(), k=1, v0=x.ravel(), tol=1e-10, return_eigenvectors=False)[0]
    assert Psi.lipschitz() == pytest.approx(largest, abs=1e-9)


@pytest.mark.parametrize("transform", [Wavelet, UndecimatedWavelet])
def test_a_flag_alone_makes_no_wavelet_orthogonal(transform):
    assert pywt.Wavelet("dmey").orthogonal
    with pytest.raises(ValueError, match="'dmey' is not orthogonal"):
        transform("dmey", (64, 64))
