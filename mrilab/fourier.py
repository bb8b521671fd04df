"""The centred, orthonormal Fourier transform, and the mask that says which of its samples were acquired."""

from functools import reduce
from operator import matmul

import numpy as np

from .arrays import Array, Constant, fft, is_complex, is_numpy, like, namespace, padded, to_numpy, zeros
from .linop import LinearOperator


def check_shape(shape, who: str, ndims: tuple[int, ...] = (1, 2, 3)) -> tuple[int, ...]:
    """Return `shape` as a tuple of ints; raise unless it has as many positive sizes as `ndims` allows."""
    try:
        sizes = tuple(int(n) for n in shape)
    except TypeError:
        raise TypeError(f"{who} takes a shape such as (256, 256), got {shape!r}") from None
    if len(sizes) not in ndims or min(sizes, default=0) < 1 or sizes != tuple(shape):
        raise ValueError(f"{who} takes {' or '.join(map(str, ndims))} positive sizes, got {shape!r}")
    return sizes


class FFT(LinearOperator):
    """The centred, orthonormal discrete Fourier transform over the last len(shape) axes.

    y[k] = 1/√N Σ_r x[r] exp(−2πi k·r/n), with k and r counted from index n//2 of each axis (so DC stands at n//2),
    computed as ifftshift → FFT → fftshift. It is unitary: Aᴴ = A⁻¹. One shift less, or the two swapped at an odd
    size, and the phase is wrong.

    Parameters
    ----------
    shape : tuple of int
        Image grid, (W,), (H, W) or (D, H, W).

    Raises
    ------
    TypeError
        For arrays that are not complex.
    ValueError
        For a shape that is no tuple of one to three positive sizes.

    Examples
    --------
    >>> F = FFT((4, 4))
    >>> y = F(np.ones((4, 4), np.complex64))  # a constant image is all DC
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
    """The sampling mask Ω: y = m · x, zero where no sample was acquired. It is its own adjoint.

    Parameters
    ----------
    mask : array of bool or of zeros and ones
        Shape of k-space without coils, (H, W); leading axes of the data (coils, slices) share it.

    Raises
    ------
    ValueError
        For a mask with other values, an empty one, or one that samples nothing.

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


class SampledFFT(LinearOperator):
    """Mask @ FFT without the work that cancels in a least-squares problem; made by `cancel`.

    Only the axes along which the mask changes are transformed, and nothing is shifted. If one axis is left (a mask of
    lines), only the sampled lines are kept: shape_out is shorter than the mask.
    """

    needs_complex = True
    norm2 = 1.0

    def __init__(self, mask: np.ndarray):
        changes = [i for i in range(mask.ndim) if not (mask == mask.take([0], i)).all()]
        self.axes = tuple(i - mask.ndim for i in changes)
        self.idle = tuple(i for i in range(-mask.ndim, 0) if i not in self.axes)
        unshifted = np.fft.ifftshift(mask)
        shape_out = list(mask.shape)
        if len(changes) == 1:
            axis = changes[0]
            lines = np.flatnonzero(unshifted.any(axis=tuple(i for i in range(mask.ndim) if i != axis)))
            self._lines = Constant(lines)
            shape_out[axis] = lines.size
        else:
            self._mask = Constant(unshifted)
        super().__init__(tuple(shape_out), mask.shape)

    def _select(self, y):
        if len(self.axes) != 1:
            return self._mask.like(y) * y
        xp = namespace(y)
        index = self._lines.like(y, xp.int64)
        # NumPy's take would first copy all of a y with gaps between its rows
        return np.ascontiguousarray(y[self._at(index)]) if is_numpy(y) else xp.take(y, index, axis=self.axes[0])

    def _op(self, x):
        return self._select(fft(x, self.axes))

    def _adj_op(self, y):
        return fft(self._fill(y), self.axes, inverse=True, overwrite=True)

    def _fill(self, lines):
        """The transpose of `_select`: lines in their places, zeros between them."""
        if len(self.axes) != 1:
            return self._mask.like(lines) * lines
        shape = (*lines.shape[: lines.ndim - len(self.shape_in)], *self.shape_in)
        if is_numpy(lines):
            y = padded(shape, lines.dtype, self.axes)
            y.fill(0)
        else:
            y = zeros(shape, lines)
        y[self._at(self._lines.like(lines, namespace(lines).int64))] = lines
        return y

    def _at(self, index):
        return (..., index, *[slice(None)] * (-1 - self.axes[0]))

    def data(self, y: Array) -> Array:
        """Return the data y of Mask @ FFT in this operator's terms: idle axes transformed back, shifts undone."""
        xp = namespace(y)
        axes = tuple(range(-len(self.shape_in), 0))
        y = fft(xp.fft.ifftshift(y, axes=axes), self.idle, inverse=True)
        if self.idle:
            y = xp.fft.fftshift(y, axes=self.idle)
        for axis in self.axes:  # the image's own shift is a phase in k-space
            n = self.shape_in[axis]
            phase = np.exp(-2j * np.pi * (n // 2) * np.fft.fftfreq(n)).reshape([-1] + [1] * (-1 - axis))
            y = like(y, phase) * y
        return self._select(y)


def cancel(A: LinearOperator, y: Array) -> tuple[LinearOperator, Array]:
    """Return (A', y') with ‖A' x − y'‖ = ‖A x − y‖ for every x, and A' cheaper to apply.

    Where A begins with Mask @ FFT, unitary factors on the data side change no distance. With F = F_p F_r over phase
    encode and readout and a mask constant along the readout, ‖Ω F_p F_r x − y‖ = ‖Ω F_p x − F_rᴴ y‖. Shifts cancel
    for the same reason.

    Examples
    --------
    >>> mask = np.arange(4)[:, None] % 2 * np.ones((4, 6))
    >>> cancel(Mask(mask) @ FFT((4, 6)), np.zeros((4, 6), np.complex64))[1].shape
    (2, 6)
    """
    factors = A.factors
    if len(factors) < 2 or not (isinstance(factors[0], Mask) and isinstance(factors[1], FFT) and is_complex(y)):
        return A, y
    if factors[0].shape_in != factors[1].shape_out:
        return A, y
    sampled = SampledFFT(factors[0].mask)
    return reduce(matmul, [sampled, *factors[2:]]), sampled.data(y)
