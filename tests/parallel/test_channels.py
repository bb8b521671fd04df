"""Noise covariance, prewhitening and coil compression."""

import numpy as np
import pytest
from helpers import draw
from hypothesis import given, settings
from hypothesis import strategies as st

from mrilab.parallel.channels import compress_coils, mix_channels, noise_covariance, prewhiten, whitening_matrix

MIXING = draw((5, 5), dtype="complex128", seed=3)
NOISE = MIXING @ draw((5, 20000), dtype="complex128", seed=4) / np.sqrt(2)  # E|ε|² = 1 before mixing
Y = draw((5, 16, 12))


def test_the_covariance_is_that_of_the_mixing():
    cov = noise_covariance(NOISE)
    assert np.array_equal(cov, cov.conj().T)
    assert np.linalg.norm(cov - MIXING @ MIXING.conj().T) < 0.03 * np.linalg.norm(cov)


def test_whitened_noise_is_white():
    first, second = NOISE[:, :10000], NOISE[:, 10000:]
    white = prewhiten(second, noise_covariance(first), axis=-2)
    assert abs(noise_covariance(white) - np.eye(5)).max() < 0.06
    assert np.allclose(noise_covariance(prewhiten(first, noise_covariance(first), axis=-2)), np.eye(5), atol=1e-10)


def test_whitening_inverts_the_cholesky_factor():
    cov = MIXING @ MIXING.conj().T
    L = np.linalg.cholesky(cov)
    assert np.allclose(whitening_matrix(cov) @ L, np.eye(5), atol=1e-10)


def test_data_and_maps_are_mixed_alike():
    """L⁻¹(S x) = (L⁻¹S) x, and the same for the matrix of compression."""
    cov, x = MIXING @ MIXING.conj().T, draw((16, 12), seed=8)
    assert np.allclose(prewhiten(Y * x, cov), prewhiten(Y, cov) * x, atol=1e-4)
    virtual, M = compress_coils(Y * x, 3)
    assert np.allclose(virtual, mix_channels(M, Y) * x, atol=1e-5)


@settings(max_examples=20, deadline=None)
@given(coils=st.integers(1, 6), data=st.data(), tail=st.sampled_from([(7,), (4, 5), (3, 2, 4)]))
def test_compression_keeps_the_most_energy(coils, data, tail):
    n = data.draw(st.integers(1, coils))
    y = np.moveaxis(draw((coils, *tail), dtype="complex128"), 0, -2 if len(tail) == 1 else -3)
    axis = -2 if len(tail) == 1 else -3
    before = y.copy()
    virtual, M = compress_coils(y, n, axis=axis)
    values = np.linalg.svd(np.moveaxis(y, axis, 0).reshape(coils, -1), compute_uv=False)
    assert virtual.shape[axis] == n and M.shape == (n, coils)
    assert np.allclose(M @ M.conj().T, np.eye(n))
    assert np.isclose(np.linalg.norm(virtual) ** 2, (values[:n] ** 2).sum())
    assert np.array_equal(y, before)


def test_channels_that_repeat_each_other_compress_without_loss():
    few = draw((3, 50), dtype="complex128")
    many = draw((8, 3), dtype="complex128", seed=2) @ few
    virtual, M = compress_coils(many, 3, axis=-2)
    assert np.allclose(M.conj().T @ virtual, many)


def test_torch_goes_in_and_out():
    torch = pytest.importorskip("torch")
    t, cov = torch.from_numpy(Y), torch.from_numpy(MIXING @ MIXING.conj().T)
    virtual, M = compress_coils(t, 2)
    assert virtual.dtype == M.dtype == prewhiten(t, cov).dtype == torch.complex64
    assert np.array_equal(virtual.numpy(), compress_coils(Y, 2)[0])
    assert noise_covariance(t[:, 0]).dtype == torch.complex64


CASES = {
    "real noise": (lambda: noise_covariance(NOISE.real), TypeError, "complex numbers, got float64"),
    "noise with NaN": (lambda: noise_covariance(NOISE * np.nan), ValueError, "NaN"),
    "noise with a third axis": (lambda: noise_covariance(Y), ValueError, r"\(C, T\), got \(5, 16, 12\)"),
    "no noise": (lambda: noise_covariance(NOISE[:, :0]), ValueError, "empty"),
    "noise a list": (lambda: noise_covariance([1j]), TypeError, "got list"),
    "covariance singular": (lambda: prewhiten(Y, np.ones((5, 5))), ValueError, "not positive definite"),
    "covariance negative": (lambda: prewhiten(Y, -np.eye(5)), ValueError, "not positive definite"),
    "covariance not Hermitian": (lambda: prewhiten(Y, np.triu(np.ones((5, 5)))), ValueError, "not Hermitian"),
    "covariance not square": (lambda: prewhiten(Y, np.eye(5)[:3]), ValueError, r"\(C, C\), got \(3, 5\)"),
    "covariance of others": (lambda: prewhiten(Y, np.eye(4)), ValueError, r"\(4, 4\) does not fit the 5 channels"),
    "real data": (lambda: prewhiten(Y.real, np.eye(5)), TypeError, "complex numbers"),
    "data with NaN": (lambda: compress_coils(Y * np.nan, 2), ValueError, "NaN"),
    "too many": (lambda: compress_coils(Y, 6), ValueError, "5 channels, .* got 6"),
    "none": (lambda: compress_coils(Y, 0), ValueError, "between 1 and 5, got 0"),
    "a fraction": (lambda: compress_coils(Y, 2.5), TypeError, "whole number .*, got 2.5"),
    "no such axis": (lambda: compress_coils(Y[0], 2), ValueError, r"\(16, 12\) have no channel axis -3"),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_named(case):
    call, kind, message = CASES[case]
    with pytest.raises(kind, match=message):
        call()
