"""Operators applied slice by slice or coil by coil, one to a core: what lies between two steps stays in its cache.

A batch that goes through wavelet, FFT and mask as a whole is written to memory and read again at every step, and memory
is what all cores share. The results are the same to rounding.
"""

from functools import reduce
from math import prod
from operator import matmul

import numpy as np

from .arrays import Array, check, is_complex, is_numpy, zeros
from .coils import Coils
from .combinations import combine
from .fourier import SampledFFT
from .linop import Identity, LinearOperator
from .memory import empty

LARGE = 1 << 14  # numbers in a slice; below, calling an operator costs more than memory does


def slicewise(A: LinearOperator) -> "Slicewise | Coilwise":
    """Return an operator equal to A that goes through batches slice by slice, and through coils coil by coil.

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
    """out = image − data, or the image alone where there are none."""
    if data is None:
        out[...] = image
    else:
        np.subtract(image, data, out=out)


class Slicewise(LinearOperator):
    """A, applied to each slice of a batch on its own; made by `slicewise`."""

    def __init__(self, A: LinearOperator):
        super().__init__(A.shape_out, A.shape_in)
        self.A, self.needs_complex, self.norm2 = A, A.needs_complex, A.norm2

    def _op(self, x):
        return self._each(self.A._op, x, self.shape_in, self.shape_out)

    def _adj_op(self, y):
        return self._each(self.A._adj_op, y, self.shape_out, self.shape_in)

    def residual(self, x: Array, y: Array) -> Array:
        """Return A x − y; the data of a slice are subtracted while it is in the cache."""
        check(x, self.shape_in, repr(self), needs_complex=self.needs_complex)
        batch = x.shape[: x.ndim - len(self.shape_in)]
        if y.shape != (*batch, *self.shape_out) or y.dtype != x.dtype:
            return self._op(x) - y
        return self._each(self.A._op, x, self.shape_in, self.shape_out, y)

    def _each(self, apply, x, core_in, core_out, minus=None):
        batch = x.shape[: x.ndim - len(core_in)]
        if not (_compiled(x, prod(core_in)) and prod(batch) > 1):
            out = apply(x)
            out = np.ascontiguousarray(out) if is_numpy(out) else out  # an FFT's rows may have gaps between them
            return out if minus is None else combine((1.0, out), (-1.0, minus))
        from .kernels import split

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
    """F S B for a sampled Fourier transform F, coils S and an operator B on images; made by `slicewise`."""

    needs_complex = True

    def __init__(self, F: SampledFFT, S: Coils, B: LinearOperator):
        super().__init__((S.shape_out[0], *F.shape_out), B.shape_in)
        self.F, self.S, self.B, self.norm2 = F, S, B, (F @ S @ B).norm2

    def _op(self, x):
        return self._each(self.B._op(x))

    def residual(self, x: Array, y: Array) -> Array:
        """Return A x − y; the data of a coil are subtracted while its image is in the cache."""
        check(x, self.shape_in, repr(self), needs_complex=True)
        batch = x.shape[: x.ndim - len(self.shape_in)]
        if y.shape != (*batch, *self.shape_out) or y.dtype != x.dtype:
            return self._op(x) - y
        return self._each(self.B._op(x), y)

    def _each(self, x, minus=None):
        if not _compiled(x, prod(self.S.shape_in)):
            out = self.F._op(self.S._op(x))
            return out if minus is None else combine((1.0, out), (-1.0, minus))
        from .kernels import split

        smaps = self.S.like(x)
        out = empty((*x.shape[: x.ndim - len(self.S.shape_in)], *self.shape_out), x.dtype)

        def piece(start, stop):
            for c in range(start, stop):
                image = self.F._op(np.multiply(smaps[c], x, out=empty(x.shape, x.dtype)))
                _store(out[self._at(c)], image, None if minus is None else minus[self._at(c)])

        split(piece, len(smaps))
        return out

    def _adj_op(self, y):
        if not _compiled(y, prod(self.S.shape_in)):
            return self.B._adj_op(self.S._adj_op(self.F._adj_op(y)))
        from .kernels import split

        smaps = self.S.like(y)

        def piece(start, stop):
            total = zeros((*y.shape[: y.ndim - len(self.shape_out)], *self.S.shape_in), y)
            for c in range(start, stop):
                image = self.F._adj_op(y[self._at(c)])
                image *= smaps[c].conj()
                total += image
            return total

        return self.B._adj_op(sum(split(piece, len(smaps))))

    def _at(self, c):
        """Where the data of coil c lie."""
        return (..., c, *[slice(None)] * len(self.F.shape_out))

    @property
    def factors(self):
        return [self.F, self.S, *self.B.factors]

    def __repr__(self):
        return f"{self.F!r} @ {self.S!r} @ {self.B!r}"
