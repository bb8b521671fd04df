"""Rewriting of a least-squares problem in a cheaper form with the same norm ‖A x − y‖, on which the data term depends.

Unitary factors that do not change the norm are left out. The rest is applied slice by slice, or coil by coil, one per
core, so that intermediate results stay in the cache of that core. A whole batch would be written to memory and read
again after each of wavelet, FFT and mask, and all cores share the memory. The results are equal up to rounding.
"""

from functools import reduce
from math import prod
from operator import matmul

import numpy as np

from ..arrays.checks import check
from ..arrays.fft import fft, padded
from ..arrays.libraries import Array, Constant, is_complex, is_numpy, like, namespace, zeros
from ..arrays.memory import empty
from ..arrays.ready import takes_loops
from ..arrays.sums import combine
from ..arrays.threads import split
from ..operators.coils import Coils
from ..operators.fourier import FFT, Mask
from ..operators.linop import Identity, LinearOperator


def rewrite(A: LinearOperator, y: Array) -> tuple["Slicewise | Coilwise", Array]:
    """Return (A', y') with ‖A' x − y'‖ = ‖A x − y‖ for every x, where A' is as cheap to apply as possible.

    >>> from mrilab import Identity
    >>> rewrite(Identity((2,)), np.ones((3, 2)))[1].shape
    (3, 2)
    """
    cheaper, data = cancel(A, y)
    return slicewise(cheaper), data


class SampledFFT(LinearOperator):
    """Mask @ FFT without the steps that cancel in a least-squares problem; created by `cancel`.

    Only the axes along which the mask changes are transformed, and there are no shifts. If this is one axis (a mask of
    lines), only the sampled lines are kept, so shape_out is smaller than the mask.
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
        # NumPy's take would first copy the whole of y if there are gaps between its rows.
        return np.ascontiguousarray(y[self._at(index)]) if is_numpy(y) else xp.take(y, index, axis=self.axes[0])

    def _op(self, x):
        return self._select(fft(x, self.axes))

    def overwriting(self, x: Array) -> Array:
        """Apply the operator to an array that is no longer needed, and may be overwritten."""
        return self._select(fft(x, self.axes, overwrite=True))

    def _adj_op(self, y):
        return fft(self._fill(y), self.axes, inverse=True, overwrite=True)

    def _fill(self, lines):
        """Apply the transpose of `_select`: the lines in their places, with zeros between them."""
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
        """Convert data y of Mask @ FFT to data of this operator: transform idle axes back, and undo the shifts."""
        xp = namespace(y)
        axes = tuple(range(-len(self.shape_in), 0))
        y = fft(xp.fft.ifftshift(y, axes=axes), self.idle, inverse=True)
        if self.idle:
            y = xp.fft.fftshift(y, axes=self.idle)
        for axis in self.axes:  # the shift of the image is a phase in k-space
            n = self.shape_in[axis]
            phase = np.exp(-2j * np.pi * (n // 2) * np.fft.fftfreq(n)).reshape([-1] + [1] * (-1 - axis))
            y = like(y, phase) * y
        return self._select(y)


def cancel(A: LinearOperator, y: Array) -> tuple[LinearOperator, Array]:
    """Return (A', y') with ‖A' x − y'‖ = ‖A x − y‖ for every x, where A' is cheaper to apply.

    If A begins with Mask @ FFT, unitary factors on the side of the data can be moved to y without changing the norm.
    With F = F_p F_r over phase encode and readout, and a mask that is constant along the readout, ‖Ω F_p F_r x − y‖ =
    ‖Ω F_p x − F_rᴴ y‖. Shifts cancel for the same reason.

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


LARGE = 1 << 14  # numbers in a slice; for smaller ones the call of an operator takes longer than the memory access


def slicewise(A: LinearOperator) -> "Slicewise | Coilwise":
    """Return an operator equal to A that is applied to batches slice by slice, and to coils one by one.

    >>> import numpy as np
    >>> from mrilab import Identity
    >>> slicewise(Identity((2,)))(np.ones((3, 2))).shape
    (3, 2)
    """
    match A.factors:
        case [SampledFFT() as F, Coils() as S, *others]:
            return Coilwise(F, S, reduce(matmul, others) if others else Identity(S.shape_in))
    return Slicewise(A)


def _compiled(x, size):
    return is_numpy(x) and is_complex(x) and size >= LARGE


def _store(out, image, data):
    """Write image − data to `out`, or the image if there are no data."""
    if data is None:
        out[...] = image
    else:
        np.subtract(image, data, out=out)


def _accumulate(smap, y, total):
    """Add the image of a coil times its conjugate map to the total, in one pass over the cache."""
    from ..arrays import loops

    rows, columns = prod(smap.shape[:-1]), smap.shape[-1]
    loops.accumulate(smap.reshape(rows, columns), *(x.reshape(-1, rows, columns) for x in (y, total)))


def _accumulate_generic(smap, y, total):
    y *= smap.conj()
    total += y


class Slicewise(LinearOperator):
    """A, applied to each slice of a batch separately; created by `slicewise`."""

    def __init__(self, A: LinearOperator):
        super().__init__(A.shape_out, A.shape_in)
        self.A, self.needs_complex, self.norm2 = A, A.needs_complex, A.norm2

    def _op(self, x):
        return self._each(self.A._op, x, self.shape_in, self.shape_out)

    def _adj_op(self, y):
        return self._each(self.A._adj_op, y, self.shape_out, self.shape_in)

    def residual(self, x: Array, y: Array) -> Array:
        """Return A x − y; the data of a slice are subtracted while its result is in the cache."""
        x = check(x, self.shape_in, repr(self), needs_complex=self.needs_complex)
        batch = x.shape[: x.ndim - len(self.shape_in)]
        if y.shape != (*batch, *self.shape_out) or y.dtype != x.dtype:
            return self._op(x) - y
        return self._each(self.A._op, x, self.shape_in, self.shape_out, y)

    def _each(self, apply, x, core_in, core_out, minus=None):
        batch = x.shape[: x.ndim - len(core_in)]
        if not (_compiled(x, prod(core_in)) and prod(batch) > 1):
            out = apply(x)
            out = np.ascontiguousarray(out) if is_numpy(out) else out  # an FFT may leave gaps between rows
            return out if minus is None else combine((1.0, out), (-1.0, minus))
        out = empty((*batch, *core_out), x.dtype)
        source, target = x.reshape(-1, *core_in), out.reshape(-1, *core_out)
        data = [None] * len(source) if minus is None else minus.reshape(-1, *core_out)

        def piece(start, stop):
            for i in range(start, stop):
                _store(target[i], apply(source[i]), data[i])

        split(piece, len(source))
        return out

    def check_data(self, y):
        self.A.check_data(y)

    @property
    def factors(self):
        return self.A.factors

    def __repr__(self):
        return repr(self.A)


class Coilwise(LinearOperator):
    """F S B for a sampled Fourier transform F, coils S and an operator B on images; created by `slicewise`."""

    needs_complex = True

    def __init__(self, F: SampledFFT, S: Coils, B: LinearOperator):
        super().__init__((S.shape_out[0], *F.shape_out), B.shape_in)
        self.F, self.S, self.B, self.norm2 = F, S, B, (F @ S @ B).norm2

    def _op(self, x):
        return self._each(self.B._op(x))

    def residual(self, x: Array, y: Array) -> Array:
        """Return A x − y; the data of a coil are subtracted while its image is in the cache."""
        x = check(x, self.shape_in, repr(self), needs_complex=True)
        batch = x.shape[: x.ndim - len(self.shape_in)]
        if y.shape != (*batch, *self.shape_out) or y.dtype != x.dtype:
            return self._op(x) - y
        return self._each(self.B._op(x), y)

    def _each(self, x, minus=None):
        if not _compiled(x, prod(self.S.shape_in)):
            out = self.F._op(self.S._op(x))
            return out if minus is None else combine((1.0, out), (-1.0, minus))
        smaps = self.S.like(x)
        out = empty((*x.shape[: x.ndim - len(self.S.shape_in)], *self.shape_out), x.dtype)

        def piece(start, stop):
            for c in range(start, stop):
                image = self.F.overwriting(np.multiply(smaps[c], x, out=padded(x.shape, x.dtype, self.F.axes)))
                _store(out[self._at(c)], image, None if minus is None else minus[self._at(c)])

        split(piece, len(smaps))
        return out

    def _adj_op(self, y):
        if not _compiled(y, prod(self.S.shape_in)):
            return self.B._adj_op(self.S._adj_op(self.F._adj_op(y)))
        smaps, accumulate = self.S.like(y), _accumulate if takes_loops(y) else _accumulate_generic

        def piece(start, stop):
            total = zeros((*y.shape[: y.ndim - len(self.shape_out)], *self.S.shape_in), y)
            for c in range(start, stop):
                accumulate(smaps[c], self.F._adj_op(y[self._at(c)]), total)
            return total

        return self.B._adj_op(sum(split(piece, len(smaps))))

    def _at(self, c):
        """Return the index of the data of coil c."""
        return (..., c, *[slice(None)] * len(self.F.shape_out))

    @property
    def factors(self):
        return [self.F, self.S, *self.B.factors]

    def __repr__(self):
        return f"{self.F!r} @ {self.S!r} @ {self.B!r}"
