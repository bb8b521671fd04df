"""Least squares drawn at random: cost, gradient and adjoint against NumPy, compiled loops against generic ones."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mrilab import FFT, Coils, LeastSquares, Mask, Wavelet, to_numpy


@st.composite
def problems(draw):
    """(A, y, x, parts): an operator of random factors on 1 to 3 axes, data, an image; mask, maps and wavelet of A."""
    ndim = draw(st.integers(1, 3))
    shape = tuple(draw(st.integers(2, 40 if ndim < 3 else 9)) for _ in range(ndim))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    dtype = draw(st.sampled_from(["complex64", "complex128"]))
    batch = draw(st.sampled_from([(), (1,), (3,), (2, 2)]))
    coils = draw(st.sampled_from([None, 1, 3]))
    level = draw(st.integers(1, 2)) if ndim == 2 and min(shape) >= 4 and draw(st.booleans()) else None

    def random(*size):
        return (rng.standard_normal(size) + 1j * rng.standard_normal(size)).astype(dtype)

    mask = rng.random(shape) < 0.5
    if draw(st.booleans()) and ndim > 1:  # lines: constant along the last axis
        mask[...] = mask[..., :1]
    mask[tuple(n // 2 for n in shape)] = True
    smaps = None if coils is None else random(coils, *shape)
    Psi = None if level is None else Wavelet(draw(st.sampled_from(["haar", "db3", "sym8"])), shape, level)
    A = Mask(mask) @ FFT(shape)
    A = A if smaps is None else A @ Coils(smaps)
    A = A if Psi is None else A @ Psi.H
    y = random(*batch, *A.shape_out) * mask
    return A, y, random(*batch, *A.shape_in), (mask, smaps, Psi)


def by_hand(x, mask, smaps, Psi):
    """The same A x, from NumPy's FFT."""
    image = x if Psi is None else to_numpy(Psi.H(torch.from_numpy(x)))  # torch: the generic path
    axes = tuple(range(-mask.ndim, 0))
    if smaps is not None:
        image = smaps * np.expand_dims(image, -mask.ndim - 1)
    spectrum = np.fft.fftn(np.fft.ifftshift(image, axes=axes), axes=axes, norm="ortho")
    return mask * np.fft.fftshift(spectrum, axes=axes)


@given(problems())
@settings(max_examples=150, deadline=None)
def test_cost_gradient_and_adjoint(problem):
    A, y, x, parts = problem
    tolerance = 1e-4 if y.dtype == np.complex64 else 1e-10
    f, residual = LeastSquares(A, y), by_hand(x, *parts) - y
    assert f(x) == pytest.approx(0.5 * np.linalg.norm(residual) ** 2, rel=tolerance)
    gradient = f.grad(x)
    assert gradient.dtype == x.dtype and gradient.shape == x.shape
    # the derivative along a direction is Re⟨∇f, d⟩ = Re⟨A x − y, A d⟩, and A d is linear
    direction = x[..., ::-1].copy()
    slope = np.vdot(by_hand(direction, *parts), residual).real
    scale = np.linalg.norm(by_hand(direction, *parts)) * np.linalg.norm(residual) + 1e-30
    assert abs(np.vdot(direction, gradient).real - slope) <= tolerance * scale
    assert abs(np.vdot(A.H(y), x) - np.vdot(y, A(x))) <= tolerance * np.linalg.norm(y) * np.linalg.norm(x)


@given(problems())
@settings(max_examples=100, deadline=None)
def test_compiled_loops_equal_the_generic_ones(problem):
    A, y, x, _ = problem
    tolerance = 1e-4 if y.dtype == np.complex64 else 1e-10
    compiled, generic = LeastSquares(A, y), LeastSquares(A, torch.from_numpy(y))
    assert compiled(x) == pytest.approx(generic(torch.from_numpy(x)), rel=tolerance)
    there = to_numpy(generic.grad(torch.from_numpy(x)))
    assert np.linalg.norm(compiled.grad(x) - there) <= tolerance * np.linalg.norm(there) + 1e-12
