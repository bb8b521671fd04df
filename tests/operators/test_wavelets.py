"""Wavelets: tight frames at every shape, pywt's coefficients where pywt defines them."""

import numpy as np
import pytest
import pywt
from helpers import LIBRARIES, PRECISIONS, draw
from hypothesis import given, settings
from hypothesis import strategies as st

from mrilab import UndecimatedWavelet, Wavelet, to_numpy

NAMES = ("haar", "db3", "sym8", "coif2")
TOLERANCE = {"complex64": 2e-6, "complex128": 1e-10}


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("shape", [(64, 64), (230, 180), (65, 33)], ids=str)
@pytest.mark.parametrize("kind", [Wavelet, UndecimatedWavelet])
def test_synthesis_undoes_analysis(kind, shape, library, dtype):
    Psi = kind("sym8", shape, level=4)
    x = draw((2, *shape), library, dtype)
    error = np.linalg.norm(to_numpy(Psi.H(Psi(x)) - x)) / np.linalg.norm(to_numpy(x))
    assert error < TOLERANCE[dtype]


@given(st.integers(2, 70), st.integers(2, 70), st.sampled_from(NAMES), st.integers(1, 3), st.booleans())
@settings(max_examples=40, deadline=None)
def test_tight_at_any_size(height, width, name, level, undecimated):
    level = min(level, min(height, width).bit_length() - 1)
    Psi = (UndecimatedWavelet if undecimated else Wavelet)(name, (height, width), level)
    x = draw((height, width), dtype="complex128")
    assert np.allclose(Psi.H(Psi(x)), x, atol=1e-9)
    assert np.linalg.norm(Psi(x)) == pytest.approx(np.linalg.norm(x))


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.filterwarnings("ignore:Level value")  # pywt warns where the filter is longer than the coarsest band
def test_equals_pywt_and_is_orthogonal_on_divisible_shapes(name, library, dtype):
    Psi = Wavelet(name, (64, 96), level=4)
    x = draw((3, 64, 96), library, dtype)
    ours = to_numpy(Psi(x))
    for image, packed in zip(to_numpy(x), ours, strict=True):
        coeffs = pywt.wavedec2(image, name, mode="periodization", level=4)
        assert np.abs(packed - pywt.coeffs_to_array(coeffs)[0]).max() < 10 * TOLERANCE[dtype]
        flat = [coeffs[0], *(band for scale in coeffs[1:] for band in scale)]
        for index, band in zip(Psi.bands, flat, strict=True):
            assert np.abs(packed[index] - band).max() < 10 * TOLERANCE[dtype]
    z = draw(Psi.shape_out, library, dtype)
    assert np.abs(to_numpy(Psi(Psi.H(z)) - z)).max() < 10 * TOLERANCE[dtype]


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("name", ["haar", "db3", "sym8"])
def test_undecimated_equals_pywt(name, library):
    Psi = UndecimatedWavelet(name, (64, 96), level=3)
    x = draw((64, 96), library, "complex128")
    coeffs = pywt.swt2(to_numpy(x), name, 3, norm=True, trim_approx=True)
    expected = [coeffs[0], *(band for scale in coeffs[1:] for band in scale)]
    ours = to_numpy(Psi(x))
    assert all(np.allclose(ours[index], band, atol=1e-10) for index, band in zip(Psi.bands, expected, strict=True))


def test_bands_tile_the_coefficients():
    Psi = Wavelet("db3", (65, 33), level=3)
    covered = np.zeros(Psi.shape_out, int)
    for index in Psi.bands:
        covered[index] += 1
    assert (covered == 1).all()


@pytest.mark.parametrize("shape", [(64, 64), (230, 180), (65, 33)], ids=str)
@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("kind", [Wavelet, UndecimatedWavelet])
def test_kernels_equal_the_generic_path(kind, shape, dtype):
    """Real arrays take the matrix products, complex ones the compiled loops; strides must not matter."""
    Psi = kind("sym8", shape, level=4)
    wide = draw((3, shape[1], shape[0] * 2), dtype=dtype)
    x = wide[:, :, ::2].transpose(0, 2, 1)  # not contiguous
    tolerance = 10 * TOLERANCE[dtype]
    assert np.abs(Psi(x) - Psi(np.ascontiguousarray(x.real)) - 1j * Psi(np.ascontiguousarray(x.imag))).max() < tolerance
    z = Psi(x)
    assert np.abs(Psi.H(z) - Psi.H(z.real) - 1j * Psi.H(z.imag)).max() < tolerance


def test_undecimated_bands_move_with_the_image_and_packed_ones_do_not():
    x = draw((32, 32), dtype="complex128")
    shifted = np.roll(x, (3, 1), axis=(0, 1))
    Psi = UndecimatedWavelet("sym4", (32, 32), level=2)
    assert np.allclose(Psi(shifted), np.roll(Psi(x), (3, 1), axis=(-2, -1)))
    packed = Wavelet("sym4", (32, 32), level=2)
    assert not np.allclose(np.sort(abs(packed(shifted)).ravel()), np.sort(abs(packed(x)).ravel()))
