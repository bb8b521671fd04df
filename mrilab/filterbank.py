"""What both wavelet transforms share: a pair of filters, and their application along one axis as a matrix product."""

from difflib import get_close_matches

import numpy as np

from .arrays import Constant
from .fourier import check_shape
from .linop import LinearOperator


def filters(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the low-pass and high-pass analysis filters of an orthogonal wavelet, as float64.

    Raises ValueError for a name that pywt does not know, and for a wavelet that is not orthogonal.

    >>> filters("haar")[0]
    array([0.70710678, 0.70710678])
    """
    import pywt

    if name not in pywt.wavelist(kind="discrete"):
        close = get_close_matches(str(name), pywt.wavelist(kind="discrete"), 3) or ["haar", "db4", "sym8"]
        raise ValueError(f"unknown wavelet {name!r}; did you mean {', '.join(close)}?")
    wavelet = pywt.Wavelet(name)
    if not wavelet.orthogonal:
        raise ValueError(f"wavelet {name!r} is not orthogonal: its transform has no simple adjoint; try 'sym8'")
    return np.array(wavelet.dec_lo), np.array(wavelet.dec_hi)


def _check_level(level: int, shape: tuple[int, ...]) -> int:
    if isinstance(level, bool) or not isinstance(level, (int, np.integer)) or level < 1:
        raise ValueError(f"level must be a whole number of at least 1, got {level!r}")
    if 2**level > min(shape):
        raise ValueError(f"level {level} is too many for shape {shape}: at most {min(shape).bit_length() - 1}")
    return int(level)


class FilterBank(LinearOperator):
    """What both transforms share: two filters, applied along one axis as a matrix product (the generic path)."""

    norm2 = 1.0

    def __init__(self, name: str, shape: tuple[int, ...], level: int = 4):
        shape = check_shape(shape, type(self).__name__, ndims=(2,))
        self.name, self.level, self.filters = name, _check_level(level, shape), filters(name)
        self._matrices: dict[tuple, Constant] = {}
        super().__init__(self._shape_out(shape), shape)

    def _shape_out(self, shape):
        raise NotImplementedError

    def _matrix(self, n, x, *, stride, spacing):
        """Both filters along an axis of n samples, periodic, low-pass rows first: every `stride`-th sample is kept, and
        the taps lie `spacing` samples apart.
        """
        key = n, stride, spacing
        if key not in self._matrices:
            rows = n // stride
            matrix = np.zeros((2 * rows, n))
            row, tap = np.ogrid[:rows, : self.filters[0].size]
            column = (stride * row + (tap.size // 2 - tap) * spacing) % n
            for band, h in enumerate(self.filters):
                np.add.at(matrix, (row + band * rows, column), h * np.sqrt(stride / 2))
            self._matrices[key] = Constant(matrix)
        return self._matrices[key].like(x, x.dtype)
