"""Operators along the time of a series (T, H, W): its Fourier transform and its differences."""

from math import cos, pi

from ..arrays.checks import check_shape
from ..arrays.fft import fft
from ..arrays.libraries import namespace
from .linop import LinearOperator


class TemporalFFT(LinearOperator):
    """The orthonormal Fourier transform along time: the temporal spectrum of each pixel.

    y[f] = 1/√T Σ_t x[t] exp(−2πi f t / T) on (..., T, H, W), with f counted from index T // 2, so the mean over time is
    at T // 2, and t from 0. It is unitary. What stands still has one coefficient, and what repeats itself a whole
    number of times has few.

    Parameters
    ----------
    shape : (T, H, W)
        Frames and image grid; another number of sizes raises ValueError.

    Raises
    ------
    TypeError
        For arrays that are not complex.

    References
    ----------
    Otazo, Candès and Sodickson, Low-rank plus sparse matrix decomposition for accelerated dynamic MRI with separation
    of background and dynamic components, Magn. Reson. Med. 73 (2015): the sparsifying transform T of cine.

    Examples
    --------
    >>> import numpy as np
    >>> abs(TemporalFFT((4, 1, 1))(np.ones((4, 1, 1), complex)).ravel())
    array([0., 0., 2., 0.])
    """

    needs_complex = True
    norm2 = 1.0

    def __init__(self, shape: tuple[int, ...]):
        shape = check_shape(shape, "TemporalFFT", ndims=(3,))
        super().__init__(shape, shape)

    def _op(self, x):
        return namespace(x).fft.fftshift(fft(x, (-3,)), axes=(-3,))

    def _adj_op(self, y):
        return fft(namespace(y).fft.ifftshift(y, axes=(-3,)), (-3,), inverse=True)


class TemporalDifference(LinearOperator):
    """The forward differences along time, with 0 as the last one: (D x)[t] = x[t+1] − x[t] on (..., T, H, W).

    ‖D‖² = 4 cos²(π / 2T). Temporal total variation is the l1 norm of D x: it is small where a pixel stands still, or
    changes in few steps.

    Parameters
    ----------
    shape : (T, H, W)
        At least two frames, and the image grid; others raise ValueError.

    References
    ----------
    Feng et al., Golden-angle radial sparse parallel MRI: combination of compressed sensing, parallel imaging, and
    golden-angle radial sampling for fast and flexible dynamic volumetric MRI, Magn. Reson. Med. 72 (2014).

    Examples
    --------
    >>> import numpy as np
    >>> TemporalDifference((3, 1, 1))(np.array([1.0, 3.0, 3.0]).reshape(3, 1, 1)).ravel()
    array([2., 0., 0.])
    """

    def __init__(self, shape: tuple[int, ...]):
        shape = check_shape(shape, "TemporalDifference", ndims=(3,))
        if shape[0] < 2:
            raise ValueError(f"TemporalDifference takes at least 2 frames, got the shape {shape}")
        super().__init__(shape, shape)
        self.norm2 = 4 * cos(pi / (2 * shape[0])) ** 2

    def _op(self, x):
        xp = namespace(x)
        return xp.concat([x[..., 1:, :, :] - x[..., :-1, :, :], xp.zeros_like(x[..., :1, :, :])], axis=-3)

    def _adj_op(self, y):
        xp = namespace(y)
        steps, none = y[..., :-1, :, :], xp.zeros_like(y[..., :1, :, :])
        return xp.concat([none, steps], axis=-3) - xp.concat([steps, none], axis=-3)
