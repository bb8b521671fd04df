"""Several sets of coil sensitivities: an image for each, where one pixel shows more than one place."""

import numpy as np

from ..arrays.checks import check
from ..arrays.libraries import Array, Constant, namespace, plain, to_numpy
from .linop import LinearOperator


class CoilSets(LinearOperator):
    """Sets of coil sensitivities S_s, each with an image x_s of its own: y_c = Σ_s S_sc · x_s.

    It maps images (sets, H, W) to coil images (C, H, W). Where an object is larger than the field of view it folds, and
    two places with different sensitivities share a pixel: no single map fits. The picture is the root sum of squares of
    the coil images, rss(S x). For sets that are orthogonal at each pixel, as those of `espirit(…, sets=2)`, it is that
    of rss(S_s) · |x_s| over s.

    Parameters
    ----------
    smaps : complex array (sets, C, H, W)
        The maps of each set. They are copied.

    Raises
    ------
    TypeError
        For maps, images or data that are not complex.
    ValueError
        For maps of another number of axes, that contain NaN, or are all zero.

    References
    ----------
    Uecker et al., ESPIRiT: an eigenvalue approach to autocalibrating parallel MRI, Magn. Reson. Med. 71 (2014), on soft
    SENSE.

    Examples
    --------
    >>> smaps = np.zeros((2, 2, 4, 4), complex)
    >>> smaps[0, 0], smaps[1, 1] = 1, 1  # each coil sees one of two places
    >>> S = CoilSets(smaps)
    >>> S(np.stack([np.ones((4, 4)), 2j * np.ones((4, 4))]))[:, 0, 0], S.lipschitz()
    (array([1.+0.j, 0.+2.j]), 1.0)
    """

    needs_complex = True

    def __init__(self, smaps: Array):
        smaps = plain(smaps)
        if smaps.ndim != 4 or 0 in smaps.shape:
            raise ValueError(f"smaps must have shape (sets, coils, height, width), got {tuple(smaps.shape)}")
        check(smaps, tuple(smaps.shape), "CoilSets", needs_complex=True)
        pixels = np.moveaxis(to_numpy(smaps), (2, 3), (0, 1))  # (H, W, S, C)
        if not (np.isfinite(pixels).all() and pixels.any()):
            raise ValueError(f"smaps of shape {tuple(smaps.shape)} are all zero or hold NaN or infinite values")
        super().__init__(tuple(smaps.shape[1:]), (smaps.shape[0], *smaps.shape[2:]))
        self._smaps = Constant(smaps)
        self.smaps = self._smaps.value
        largest = float(np.linalg.eigvalsh(pixels @ pixels.conj().swapaxes(-1, -2)).max())
        self.norm2 = 1.0 if abs(largest - 1) < 1e-5 else largest  # float32 maps are normalised to rounding only

    def _op(self, x):
        return namespace(x).sum(self._smaps.like(x) * x[..., :, None, :, :], axis=-4)

    def _adj_op(self, y):
        xp = namespace(y)
        return xp.sum(xp.conj(self._smaps.like(y)) * y[..., None, :, :, :], axis=-3)
