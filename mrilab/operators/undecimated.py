"""The undecimated wavelet transform, a Parseval frame: shifting the image shifts its coefficients."""

import numpy as np

from ..arrays.libraries import Array, namespace
from ..arrays.memory import empty
from ..arrays.ready import takes_loops
from .wavelets import FilterBank


class UndecimatedWavelet(FilterBank):
    """The undecimated (à trous, stationary) wavelet transform Ψ as a Parseval frame: ΨᴴΨ = I at every shape.

    Every band has the size of the image, so a shifted image has shifted coefficients: (..., H, W) → (..., bands, H, W)
    with 3·level + 1 bands, in the order of pywt.swt2(norm=True, trim_approx=True), which it equals where that is
    defined. ΨΨᴴ is a projection, not I: many coefficient arrays give the same image, so the synthesis and the analysis
    problem have different solutions (Elad, Milanfar and Rubinstein).

    Parameters
    ----------
    name : str
        An orthogonal wavelet of pywt.
    shape : (H, W)
        Image grid.
    level : int
        Number of scales.

    Attributes
    ----------
    bands : list of index tuples
        One for each band; each includes all leading axes.

    Raises
    ------
    ValueError
        For an unknown or non-orthogonal wavelet, or too many levels.

    References
    ----------
    Coifman and Donoho, Translation-invariant de-noising, Wavelets and Statistics (1995); Elad, Milanfar and Rubinstein,
    Analysis versus synthesis in signal priors, Inverse Probl. 23 (2007).

    Examples
    --------
    >>> UndecimatedWavelet("haar", (8, 8), level=2).shape_out
    (7, 8, 8)
    """

    def _shape_out(self, shape):
        return (3 * self.level + 1, *shape)

    def _scale(self, n, scale, x):
        """Return the 2n × n matrix M of one scale along one axis, with taps 2^scale samples apart: MᵀM = I."""
        return self._matrix(n, x, stride=1, spacing=2**scale)

    def _op(self, x):
        return self._compiled_op(x) if takes_loops(x) else self._generic_op(x)

    def _adj_op(self, y):
        return self._compiled_adj_op(y) if takes_loops(y) else self._generic_adj_op(y)

    def _generic_op(self, x):
        m, n = self.shape_in
        bands: list[Array] = []
        for scale in range(self.level):
            y = self._scale(m, scale, x) @ x @ self._scale(n, scale, x).T
            x = y[..., :m, :n]
            bands = [y[..., m:, :n], y[..., :m, n:], y[..., m:, n:], *bands]
        return namespace(x).stack([x, *bands], axis=-3)

    def _generic_adj_op(self, y):
        xp = namespace(y)
        m, n = self.shape_in
        x = y[..., 0, :, :]
        for scale in reversed(range(self.level)):
            first = self._first(scale)
            down, right, both = (y[..., first + i, :, :] for i in range(3))
            block = xp.concat([xp.concat([x, right], axis=-1), xp.concat([down, both], axis=-1)], axis=-2)
            x = self._scale(m, scale, y).T @ block @ self._scale(n, scale, y)
        return x

    def _compiled_op(self, x):
        out = empty((*x.shape[:-2], *self.shape_out), x.dtype)
        smooth, y = _as_floats(x, 3), _as_floats(out, 4)
        for scale in range(self.level):
            last = scale == self.level - 1
            source, smooth = smooth, y[:, 0] if last else empty(smooth.shape, smooth.dtype)
            self._run("analyse_scale", source, smooth, y, self._first(scale), scale=scale)
        return out

    def _compiled_adj_op(self, z):
        out = empty((*z.shape[:-3], *self.shape_in), z.dtype)
        y, x = _as_floats(z, 4), _as_floats(out, 3)
        smooth = y[:, 0]
        for scale in reversed(range(self.level)):
            target = empty(x.shape, x.dtype) if scale else x
            self._run("synthesise_scale", smooth, y, self._first(scale), target, scale=scale)
            smooth = target
        return out

    def _run(self, kernel, smooth, *args, scale):
        """Run a kernel over all rows of all images; the factor 1/√2 per axis makes the low-pass filter sum to 1."""
        from ..arrays.threads import split
        from . import wavelet_loops

        lo, hi = ((f / np.sqrt(2)).astype(smooth.dtype) for f in self.filters)
        rows = smooth.shape[0] * smooth.shape[1]
        split(getattr(wavelet_loops, kernel), rows, smooth, *args, 2**scale, lo, hi, work=smooth.size)

    def _first(self, scale):
        """Return the index of the first of the three bands of a scale; the coarsest scale comes first."""
        return 1 + 3 * (self.level - 1 - scale)

    @property
    def bands(self) -> list[tuple]:
        return [(..., b, slice(None), slice(None)) for b in range(self.shape_out[0])]


def _as_floats(x, ndim):
    """View a complex array as contiguous pairs of floats, with one batch axis and `ndim` axes in all."""
    floats = np.ascontiguousarray(x).view(x.real.dtype)
    return floats.reshape(-1, *floats.shape[floats.ndim - ndim + 1 :])
