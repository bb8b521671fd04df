"""Receiver coils: the operator that multiplies an image by their sensitivities, and the root sum of squares."""

from math import prod

import numpy as np

from ..arrays.checks import check, check_numbers, whole
from ..arrays.libraries import Array, Constant, detached, namespace, plain
from ..arrays.memory import empty
from ..arrays.ready import takes_loops
from ..arrays.threads import split
from .linop import LinearOperator


class Coils(LinearOperator):
    """The coil sensitivities S: y_c = S_c · x, and Sᴴ y = Σ_c S̄_c · y_c.

    Parameters
    ----------
    smaps : complex array (C, H, W)
        Sensitivity maps. With Σ_c |S_c|² = 1, S is an isometry; zeros outside the object are allowed.
        They are copied.

    Raises
    ------
    TypeError
        For maps, images or data that are not complex.
    ValueError
        For maps that contain NaN, are all zero, or have no coil axis.

    References
    ----------
    Pruessmann et al., SENSE: sensitivity encoding for fast MRI, Magn. Reson. Med. 42 (1999).

    Examples
    --------
    >>> import numpy as np
    >>> S = Coils(np.full((4, 2, 2), 0.5 + 0j))
    >>> S.H(S(np.ones((2, 2), complex)))[0, 0]
    np.complex128(1+0j)
    """

    needs_complex = True

    def __init__(self, smaps: Array):
        smaps = plain(smaps)
        xp = namespace(smaps)
        if smaps.ndim < 2 or 0 in smaps.shape:
            raise ValueError(f"smaps must have shape (coils, height, width), got {tuple(smaps.shape)}")
        check(smaps, tuple(smaps.shape), "Coils", needs_complex=True)
        energy = float(detached(xp.max(xp.sum(xp.abs(smaps) ** 2, axis=0))))
        if not 0 < energy < float("inf"):
            raise ValueError(f"smaps of shape {tuple(smaps.shape)} are all zero or hold NaN or infinite values")
        super().__init__(tuple(smaps.shape), tuple(smaps.shape[1:]))
        self._smaps = Constant(smaps)
        self.smaps = self._smaps.value
        self.norm2 = 1.0 if abs(energy - 1) < 1e-5 else energy  # float32 maps are normalised to rounding only

    def _op(self, x):
        return self._compiled_op(x) if takes_loops(x) else self._generic_op(x)

    def _adj_op(self, y):
        return self._compiled_adj_op(y) if takes_loops(y) else self._generic_adj_op(y)

    def _generic_op(self, x):
        return self._smaps.like(x) * x[(..., None, *[slice(None)] * len(self.shape_in))]

    def _generic_adj_op(self, y):
        xp = namespace(y)
        return xp.sum(xp.conj(self._smaps.like(y)) * y, axis=-len(self.shape_out))

    def _compiled_op(self, x):
        from ..arrays import loops

        smaps, images = self._flat_smaps(x), np.ascontiguousarray(x).reshape(-1, prod(self.shape_in))
        out = empty((*x.shape[: x.ndim - len(self.shape_in)], *self.shape_out), x.dtype)
        rows = out.reshape(-1, images.shape[-1])
        split(loops.weight, len(rows), smaps, images, rows, work=rows.size)
        return out

    def _compiled_adj_op(self, y):
        from ..arrays import loops

        smaps = self._flat_smaps(y)
        coil_images = np.ascontiguousarray(y).reshape(-1, *smaps.shape)
        out = empty((*y.shape[: y.ndim - len(self.shape_out)], *self.shape_in), y.dtype)
        rows = out.reshape(-1, smaps.shape[-1])
        blocks = len(rows) * -(-rows.shape[-1] // loops.WIDTH)
        split(loops.unweight, blocks, smaps, coil_images, rows, work=y.size)
        return out

    def like(self, x: Array) -> Array:
        """Return the maps in the library, on the device and in the precision of x."""
        return self._smaps.like(x)

    def _flat_smaps(self, x):
        """Return the maps as (coils, pixels), in the precision of x."""
        return np.ascontiguousarray(self.like(x)).reshape(self.shape_out[0], -1)


def rss(x: Array, axis: int = -3) -> Array:
    """Return the root sum of squares over coils, √Σ_c |x_c|², a real array without the coil axis.

    With Σ_c |S_c|² = 1 and no noise it is |x|. Noise makes it positive where there is no signal. For one coil it is
    |x_1|. Raises ValueError if the array has no such axis.

    Parameters
    ----------
    x : array (..., C, H, W)
        Coil images.
    axis : int
        Coil axis.

    References
    ----------
    Roemer et al., The NMR phased array, Magn. Reson. Med. 16 (1990).

    Examples
    --------
    >>> import numpy as np
    >>> rss(np.array([[[3.0 + 0j]], [[4j]]]))
    array([[5.]])
    """
    x = check_numbers(x, "rss")
    xp = namespace(x)
    if not -x.ndim <= whole("axis", axis) < x.ndim:
        raise ValueError(f"rss over axis {axis} of an array of shape {tuple(x.shape)}, which has no such axis")
    return xp.sqrt(xp.sum(xp.abs(x) ** 2, axis=axis))
