"""The orthogonal wavelet transform, periodised, for images of any size."""

from functools import cached_property

import numpy as np

from .arrays import is_complex, is_numpy, namespace, zeros
from .filterbank import FilterBank
from .memory import empty


class Wavelet(FilterBank):
    """The orthogonal wavelet transform Ψ, periodised (Mallat 1989), for 2-D images of any size.

    Each side is padded with zeros to the next multiple of 2^level. The coefficients come in one array of that padded
    shape, approximation in the upper left corner, laid out as pywt.coeffs_to_array does. ΨᴴΨ = I at every shape; ΨΨᴴ
    = I, and equality with pywt, where both sides are divisible by 2^level.

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
        Where each band lies in the coefficients, coarse to fine, all leading axes included.

    Raises
    ------
    ValueError
        For an unknown or non-orthogonal wavelet, or too many levels.

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
        return self._compiled("analyse", x) if is_numpy(x) and is_complex(x) else self._analyse(x, self.level)

    def _adj_op(self, y):
        x = self._compiled("synthesise", y) if is_numpy(y) and is_complex(y) else self._synthesise(y, self.level)
        return x[..., : self.shape_in[0], : self.shape_in[1]]

    def _compiled(self, kernel, x):
        from . import wavelet_kernels
        from .kernels import split

        out = empty(x.shape, x.dtype)
        real = x.real.dtype
        source, target = (
            np.ascontiguousarray(a).view(real).reshape(-1, a.shape[-2], 2 * a.shape[-1]) for a in (x, out)
        )
        taps = self.filters[0].size
        lo, hi = (np.pad(f, (0, -taps % 4)).astype(real) for f in self.filters)  # the kernels take taps by fours
        args = source, target, self.level, lo, hi, taps // 2
        split(getattr(wavelet_kernels, kernel), len(source), *args, work=source.size)
        return out

    def _scale(self, n, x):
        """The orthogonal n × n matrix of one scale along one axis."""
        return self._matrix(n, x, stride=2, spacing=1)

    def _analyse(self, x, level):
        """One scale as two matrix products, then the same on the approximation: y = W x Wᵀ."""
        if level == 0:
            return x
        xp = namespace(x)
        m, n = x.shape[-2:]
        y = self._scale(m, x) @ x @ self._scale(n, x).T
        left = xp.concat([self._analyse(y[..., : m // 2, : n // 2], level - 1), y[..., m // 2 :, : n // 2]], axis=-2)
        return xp.concat([left, y[..., n // 2 :]], axis=-1)

    def _synthesise(self, y, level):
        """The inverse, scale by scale: x = Wᵀ y W."""
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
