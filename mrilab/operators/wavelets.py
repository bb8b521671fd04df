"""The orthogonal wavelet transform, and the filter bank that it shares with the undecimated one."""

from difflib import get_close_matches
from functools import cached_property

import numpy as np

from ..arrays.checks import check_shape, whole
from ..arrays.libraries import Constant, namespace, zeros
from ..arrays.memory import empty
from ..arrays.ready import takes_loops
from .linop import LinearOperator


def filters(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the low-pass and high-pass analysis filters of an orthogonal wavelet, as float64.

    Raises ValueError for a name unknown to pywt, and for a wavelet that is not orthogonal.

    >>> filters("haar")[0]
    array([0.70710678, 0.70710678])
    """
    import pywt

    if name not in pywt.wavelist(kind="discrete"):
        close = get_close_matches(str(name), pywt.wavelist(kind="discrete"), 3) or ["haar", "db4", "sym8"]
        raise ValueError(f"unknown wavelet {name!r}; did you mean {', '.join(close)}?")
    wavelet = pywt.Wavelet(name)
    if not (wavelet.orthogonal and _are_orthonormal(np.array(wavelet.dec_lo), np.array(wavelet.dec_hi))):
        raise ValueError(f"wavelet {name!r} is not orthogonal: its transform has no simple adjoint; try 'sym8'")
    return np.array(wavelet.dec_lo), np.array(wavelet.dec_hi)


def _are_orthonormal(lo: np.ndarray, hi: np.ndarray) -> bool:
    """Return whether Σ_k a[k] b[k + 2m] is 1 for a = b and m = 0, and otherwise 0: pywt's flag also says so of "dmey".

    The sums of all m make up ΨᴴΨ at any size of the image, so they are all that there is to check.
    """
    tolerance, taps = 1e-10, len(lo)
    unit = np.zeros(2 * taps - 1)
    unit[taps - 1] = 1
    errors = [np.correlate(a, b, "full") - (a is b) * unit for a, b in ((lo, lo), (hi, hi), (lo, hi))]
    return max(np.abs(error[(taps - 1) % 2 :: 2]).max() for error in errors) < tolerance


def _check_level(level: int, shape: tuple[int, ...]) -> int:
    level = whole("level", level, 1)
    if 2**level > min(shape):
        raise ValueError(f"level {level} is too many for shape {shape}: at most {min(shape).bit_length() - 1}")
    return level


class FilterBank(LinearOperator):
    """The base class of both transforms: two filters, applied along one axis as a matrix product (the generic path)."""

    norm2 = 1.0

    def __init__(self, name: str, shape: tuple[int, ...], level: int = 4):
        shape = check_shape(shape, type(self).__name__, ndims=(2,))
        self.name, self.level, self.filters = name, _check_level(level, shape), filters(name)
        self._matrices: dict[tuple, Constant] = {}
        super().__init__(self._shape_out(shape), shape)

    def _shape_out(self, shape):
        raise NotImplementedError

    def _matrix(self, n, x, *, stride, spacing):
        """Return both filters as a matrix along a periodic axis of n samples, low-pass rows first: every `stride`-th
        sample is kept, and the taps lie `spacing` samples apart.
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

    def __getstate__(self):
        return {**self.__dict__, "_matrices": {}}  # a copy makes its own


class Wavelet(FilterBank):
    """The orthogonal, periodised wavelet transform Ψ for 2-D images of any size.

    Each side is padded with zeros to the next multiple of 2^level. The coefficients are one array of the padded shape,
    with the approximation in the upper left corner, in the layout of pywt.coeffs_to_array. ΨᴴΨ = I at every shape. If
    both sides are divisible by 2^level, ΨΨᴴ = I too, and the coefficients equal those of pywt.

    Parameters
    ----------
    name : str
        An orthogonal wavelet of pywt, such as "haar", "db4", "sym8".
    shape : (H, W)
        Image grid.
    level : int
        Number of scales.

    Attributes
    ----------
    bands : list of index tuples
        Index of each band in the coefficients, from coarse to fine; each includes all leading axes.

    Raises
    ------
    ValueError
        For an unknown or non-orthogonal wavelet, or too many levels.

    References
    ----------
    Mallat, A theory for multiresolution signal decomposition: the wavelet representation, IEEE Trans. Pattern Anal.
    Mach. Intell. 11 (1989).

    Examples
    --------
    >>> Psi = Wavelet("sym8", (65, 33), level=4)
    >>> Psi.shape_out
    (80, 48)
    >>> x = np.ones((65, 33), np.complex64)
    >>> bool(np.allclose(Psi.H(Psi(x)), x, atol=1e-5))
    True
    """

    def _shape_out(self, shape):
        return tuple(-(-n // 2**self.level) * 2**self.level for n in shape)

    def _pad(self, x):
        extra = [m - n for m, n in zip(self.shape_out, self.shape_in, strict=True)]
        if not any(extra):
            return x
        out = zeros((*x.shape[:-2], *self.shape_out), x)
        out[..., : x.shape[-2], : x.shape[-1]] = x
        return out

    def _op(self, x):
        x = self._pad(x)
        return self._compiled("analyse", x) if takes_loops(x) else self._analyse(x, self.level)

    def _adj_op(self, y):
        x = self._compiled("synthesise", y) if takes_loops(y) else self._synthesise(y, self.level)
        return x[..., : self.shape_in[0], : self.shape_in[1]]

    def _compiled(self, kernel, x):
        from ..arrays.threads import split
        from . import wavelet_loops

        out = empty(x.shape, x.dtype)
        real = x.real.dtype
        source, target = (
            np.ascontiguousarray(a).view(real).reshape(-1, a.shape[-2], 2 * a.shape[-1]) for a in (x, out)
        )
        taps = self.filters[0].size
        lo, hi = (np.pad(f, (0, -taps % 4)).astype(real) for f in self.filters)  # the kernels take four taps at a time
        args = source, target, self.level, lo, hi, taps // 2
        split(getattr(wavelet_loops, kernel), len(source), *args, work=source.size)
        return out

    def _scale(self, n, x):
        """Return the orthogonal n × n matrix of one scale along one axis."""
        return self._matrix(n, x, stride=2, spacing=1)

    def _analyse(self, x, level):
        """Apply one scale as two matrix products, y = W x Wᵀ, then the next scale to the approximation."""
        if level == 0:
            return x
        xp = namespace(x)
        m, n = x.shape[-2:]
        y = self._scale(m, x) @ x @ self._scale(n, x).T
        left = xp.concat([self._analyse(y[..., : m // 2, : n // 2], level - 1), y[..., m // 2 :, : n // 2]], axis=-2)
        return xp.concat([left, y[..., n // 2 :]], axis=-1)

    def _synthesise(self, y, level):
        """Apply the inverse, scale by scale: x = Wᵀ y W."""
        if level == 0:
            return y
        xp = namespace(y)
        m, n = y.shape[-2:]
        left = xp.concat([self._synthesise(y[..., : m // 2, : n // 2], level - 1), y[..., m // 2 :, : n // 2]], axis=-2)
        y = xp.concat([left, y[..., n // 2 :]], axis=-1)
        return self._scale(m, y).T @ y @ self._scale(n, y)

    @cached_property
    def bands(self) -> list[tuple]:
        bands: list[tuple] = []
        for j in range(self.level, 0, -1):
            m, n = (side >> j for side in self.shape_out)
            low, high = (slice(0, m), slice(m, 2 * m)), (slice(0, n), slice(n, 2 * n))
            if j == self.level:
                bands.append((..., low[0], high[0]))
            bands += [(..., low[1], high[0]), (..., low[0], high[1]), (..., low[1], high[1])]
        return bands
