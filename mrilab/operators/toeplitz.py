"""The normal operator AᴴWA of a NUFFT as a convolution, which needs no NUFFT per iteration."""

from functools import reduce
from math import prod, sqrt
from operator import matmul

import numpy as np

from ..arrays.checks import check_values
from ..arrays.fft import fft
from ..arrays.libraries import Array, Constant, is_numpy, namespace, to_numpy, zeros
from .diagonal import Diagonal
from .linop import LinearOperator
from .nufft import NUFFT


class ToeplitzGram(LinearOperator):
    """The normal operator G = AᴴWA of a NUFFT with sample weights, (..., *shape) → (..., *shape), as a convolution.

    (Gx)[r] = Σ_s t[r − s] x[s] with t[d] = 1/N Σ_k w_k exp(2πi k·d). This is a block Toeplitz matrix, whose entries
    depend only on the difference of two pixels. So G is a convolution with the point spread function t, which covers
    twice the field of view: x is padded with zeros, both are multiplied in Fourier space, and the first pixels kept. t
    is computed once, by one NUFFT. An application costs two FFTs of 2^d N points for any number of samples.

    It equals A.H @ Diagonal(weights) @ A to the accuracy of the NUFFT, and is self-adjoint to rounding.

    Parameters
    ----------
    A : NUFFT
        For products of operators, see `toeplitz_gram`.
    weights : real array (K,), optional
        Weights of the samples, at least 0; by default ones.

    Attributes
    ----------
    psf : complex128 NumPy array (2H − 1, 2W − 1)
        The point spread function t, with t[0] in the middle.

    Raises
    ------
    TypeError
        If A is not a NUFFT, the weights are not real, or the images are not complex.
    ValueError
        For weights of another shape, or that are negative, NaN or infinite.

    References
    ----------
    Wajer and Pruessmann, Major speedup of reconstruction for sensitivity encoding with arbitrary trajectories, Proc.
    ISMRM 9 (2001), 767; Fessler et al., Toeplitz-based iterative image reconstruction for MRI with correction for
    magnetic field inhomogeneity, IEEE Trans. Signal Process. 53 (2005).

    Examples
    --------
    >>> from mrilab import radial
    >>> A = NUFFT(radial(8, 16), (8, 8))
    >>> x = np.ones((8, 8), np.complex64)
    >>> bool(np.allclose(ToeplitzGram(A)(x), A.H(A(x)), atol=1e-4))
    True
    """

    needs_complex = True

    def __init__(self, A: NUFFT, weights: Array | None = None):
        if not isinstance(A, NUFFT):
            raise TypeError(f"ToeplitzGram takes a NUFFT, got {type(A).__name__}: {A!r:.60}")
        super().__init__(A.shape_in, A.shape_in)
        weights = np.ones(A.shape_out) if weights is None else _check_weights(weights, A)
        from scipy.fft import next_fast_len

        reach = tuple(2 * n - 1 for n in self.shape_in)
        self.psf = NUFFT(A.trajectory, reach).H(weights.astype(np.complex128)) * (sqrt(prod(reach)) / prod(A.shape_in))
        self._padded = tuple(next_fast_len(n) for n in reach)
        kernel = np.zeros(self._padded, np.complex128)
        kernel[tuple(slice(n) for n in reach)] = self.psf
        kernel = np.roll(kernel, [1 - n for n in self.shape_in], range(len(reach)))
        self._transfer = Constant(np.fft.fftn(kernel).real)  # t[−d] is the conjugate of t[d], so it is real

    def _op(self, x):
        first = x.ndim - len(self.shape_in)
        axes = range(x.ndim - 1, first - 1, -1)
        for axis in axes:  # one by one: rows that are still zero need no transform
            x = fft(_padded(x, axis, self._padded[axis - first]), (axis,), overwrite=True)
        x *= self._transfer.like(x)
        for axis in reversed(axes):
            x = fft(x, (axis,), inverse=True, overwrite=True)
            x = x[(*[slice(None)] * axis, slice(self.shape_in[axis - first]))]
        return np.ascontiguousarray(x) if is_numpy(x) else x

    _adj_op = _op

    @property
    def H(self):
        return self


def _padded(x, axis, size):
    """Return x with zeros appended along an axis."""
    shape = list(x.shape)
    if is_numpy(x):
        shape[axis] = size
        out = zeros(tuple(shape), x)
        out[(*[slice(None)] * axis, slice(x.shape[axis]))] = x
        return out
    shape[axis] = size - shape[axis]
    return namespace(x).concat([x, zeros(tuple(shape), x)], axis=axis)


def _check_weights(weights, A):
    """Return the weights as a float64 NumPy array; raise unless there is one per sample, real and at least 0."""
    values = check_values(weights, "weights of samples", real=True, finite=False).astype(np.float64)
    if values.shape != A.shape_out:
        raise ValueError(f"weights must have shape {A.shape_out}, one for each sample of {A!r}, got {values.shape}")
    bad = np.count_nonzero(~(np.isfinite(values) & (values >= 0)))
    if bad:
        raise ValueError(f"weights must be finite and at least 0, got {bad} others of {values.size}")
    return values


def toeplitz_gram(A: LinearOperator) -> LinearOperator:
    """Return A.gram of a product [Diagonal(d) @ …] NUFFT @ B as Bᴴ (NUFFTᴴ |d|² NUFFT) B, with a `ToeplitzGram` inside.

    B may be any operator, such as coils with or without a synthesis operator, or be missing.

    Parameters
    ----------
    A : LinearOperator
        Each factor to the left of the NUFFT must be a `Diagonal` with one number per sample.

    Raises
    ------
    TypeError
        If A is not such a product.
    ValueError
        For a `Diagonal` of another shape, such as one number per sample and coil.

    Examples
    --------
    >>> from mrilab import Coils
    >>> A = NUFFT(np.zeros((3, 2)), (4, 4)) @ Coils(np.full((2, 4, 4), 0.5 + 0j))
    >>> toeplitz_gram(A).shape_in
    (4, 4)
    """
    if not isinstance(A, LinearOperator):
        raise TypeError(f"A must be a LinearOperator, got {type(A).__name__}: {A!r:.60}")
    front, rest = nufft_factors(A)
    if not front:
        raise TypeError(f"a Toeplitz gram needs a NUFFT, alone or after Diagonals of weights; A is {A!r}")
    *diagonals, nufft = front
    weights = reduce(np.multiply, (np.abs(to_numpy(D.d)).astype(np.float64) ** 2 for D in diagonals), np.ones(()))
    gram = ToeplitzGram(nufft, weights if diagonals else None)
    if not rest:
        return gram
    B = reduce(matmul, rest)
    return B.H @ gram @ B


def nufft_factors(A) -> tuple[list, list]:
    """Return the factors of A up to its NUFFT and those after it, or [] and all if A is not such a product."""
    factors = A.factors
    for i, factor in enumerate(factors):
        if isinstance(factor, NUFFT):
            return factors[: i + 1], factors[i + 1 :]
        if not isinstance(factor, Diagonal):
            break
    return [], factors
