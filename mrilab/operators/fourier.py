"""The centred, orthonormal Fourier transform, and the mask of the samples that were acquired."""

import numpy as np

from ..arrays.checks import check_mask, check_shape, whole
from ..arrays.fft import fft
from ..arrays.libraries import Array, Constant, like, namespace
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
        Of the shape of k-space without coils, (H, W); all coils and slices of the data share it. It is copied.
    shape, axis : tuple of int and int, optional
        Shape of k-space, for a mask that is the same along some of its axes: of shape (H, 1), or of lines, (H,), along
        `axis` of k-space: −2 for phase encoding.

    Raises
    ------
    ValueError
        For a mask with other values, of size 0, or without samples; for one that does not fit `shape`, and for lines
        whose axis is not given, also where Mask(lines) would follow an `FFT` of more axes.

    Examples
    --------
    >>> Mask(np.array([True, False]))(np.ones(2))
    array([1., 0.])
    >>> Mask(np.array([True, False]), (2, 3), axis=-2).mask.astype(int)
    array([[1, 1, 1],
           [0, 0, 0]])
    """

    norm2 = 1.0

    def __init__(self, mask: Array, shape: tuple[int, ...] | None = None, axis: int | None = None):
        values = check_mask(mask)
        if shape is not None:
            values = _spread(values, check_shape(shape, "Mask"), axis)
        elif axis is not None:
            raise ValueError(f"Mask takes an axis together with the shape of k-space, got axis {axis!r} alone")
        if 0 in values.shape or values.ndim == 0:
            raise ValueError(f"an empty mask, of shape {values.shape}")
        if not values.any():
            raise ValueError(f"an empty mask: none of its {values.size} samples is acquired")
        super().__init__(values.shape, values.shape)
        self._mask = Constant(values)
        self.mask = self._mask.value

    def _op(self, x):
        return self._mask.like(x) * x

    _adj_op = _op

    def check_after(self, B):
        if isinstance(B, FFT) and len(self.shape_in) < len(B.shape_out):
            raise ValueError(
                f"a mask of shape {self.shape_in} does not say along which axes of k-space {B.shape_out} it lies; for "
                f"phase-encode lines give Mask(mask, {B.shape_out}, axis=-2), or a mask of the whole shape"
            )

    def check_data(self, y):
        super().check_data(y)
        xp = namespace(y)
        outside = int(xp.sum(xp.astype(like(y, ~self.mask) * y != 0, xp.int64)))
        if outside:
            raise ValueError(
                f"data hold {outside} samples outside the mask; multiply them by it, or use the right mask"
            )


def _spread(mask, shape, axis):
    """Return a mask on all of k-space: lines along `axis` of `shape`, or what has length 1 along some axes."""
    if axis is not None:
        axis = whole("axis", axis, -len(shape), len(shape) - 1) % len(shape)
        if mask.shape != (shape[axis],):
            raise ValueError(f"a mask along axis {axis} of {shape} has shape ({shape[axis]},), got {mask.shape}")
        mask = mask.reshape([-1 if i == axis else 1 for i in range(len(shape))])
    if mask.ndim != len(shape) or any(n not in (1, size) for n, size in zip(mask.shape, shape)):
        raise ValueError(
            f"a mask of shape {mask.shape} does not say along which axes of {shape} it lies; give it as many axes, "
            "each of the same length or of 1, or the axis of its lines"
        )
    return np.broadcast_to(mask, shape)
