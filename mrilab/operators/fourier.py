"""The centred, orthonormal Fourier transform, and the mask of the samples that were acquired."""

import numpy as np

from ..arrays.checks import check_shape
from ..arrays.fft import fft
from ..arrays.libraries import Array, Constant, like, namespace, to_numpy
from .linop import LinearOperator


class FFT(LinearOperator):
    """The centred, orthonormal discrete Fourier transform over the last len(shape) axes.

    y[k] = 1/√N Σ_r x[r] exp(−2πi k·r/n), with k and r counted from index n//2 of each axis (so DC is at n//2),
    computed as ifftshift → FFT → fftshift. It is unitary: Aᴴ = A⁻¹. Without one of the shifts, or with both swapped at
    an odd size, the phase is wrong.

    Parameters
    ----------
    shape : tuple of int
        Image grid, (W,), (H, W) or (D, H, W).

    Raises
    ------
    TypeError
        For arrays that are not complex.
    ValueError
        If the shape is not a tuple of one to three positive sizes.

    Examples
    --------
    >>> F = FFT((4, 4))
    >>> y = F(np.ones((4, 4), np.complex64))  # a constant image has energy at DC only
    >>> abs(y[2, 2]), abs(y).sum()
    (np.float32(4.0), np.float32(4.0))
    """

    needs_complex = True
    norm2 = 1.0

    def __init__(self, shape: tuple[int, ...]):
        shape = check_shape(shape, "FFT")
        super().__init__(shape, shape)
        self.axes = tuple(range(-len(shape), 0))

    def _op(self, x, inverse=False):
        xp = namespace(x)
        shifted = xp.fft.ifftshift(x, axes=self.axes)
        return xp.fft.fftshift(fft(shifted, self.axes, inverse=inverse, overwrite=True), axes=self.axes)

    def _adj_op(self, y):
        return self._op(y, inverse=True)


class Mask(LinearOperator):
    """The sampling mask Ω: y = m · x, zero where no sample was acquired. It is self-adjoint.

    Parameters
    ----------
    mask : array of bool or of zeros and ones
        Of the shape of k-space without coils, (H, W); all coils and slices of the data share it.

    Raises
    ------
    ValueError
        For a mask with other values, of size 0, or without samples.

    Examples
    --------
    >>> Mask(np.array([True, False]))(np.ones(2))
    array([1., 0.])
    """

    norm2 = 1.0

    def __init__(self, mask: Array):
        namespace(mask)
        values = to_numpy(mask)
        if 0 in values.shape or values.ndim == 0:
            raise ValueError(f"an empty mask, of shape {values.shape}")
        if not np.isin(values, (0, 1)).all():
            raise ValueError(f"a mask holds only 0 and 1, got {values.dtype} values {np.unique(values)[:4]} …")
        if not values.any():
            raise ValueError(f"an empty mask: none of its {values.size} samples is acquired")
        super().__init__(values.shape, values.shape)
        self.mask = values.astype(bool)
        self._mask = Constant(self.mask)

    def _op(self, x):
        return self._mask.like(x) * x

    _adj_op = _op

    def check_data(self, y):
        super().check_data(y)
        xp = namespace(y)
        outside = int(xp.sum(xp.astype(like(y, ~self.mask) * y != 0, xp.int64)))
        if outside:
            raise ValueError(
                f"data hold {outside} samples outside the mask; multiply them by it, or use the right mask"
            )
