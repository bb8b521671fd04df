"""Cycle spinning: an orthogonal wavelet whose grid is shifted at random, so that no grid leaves its blocks."""

from functools import cached_property

import numpy as np

from ..arrays.checks import check, whole
from ..arrays.libraries import Array, Constant, namespace
from ..operators.undecimated import UndecimatedWavelet
from ..operators.wavelets import Wavelet
from .regularisers import L1


class CycleSpun:
    """The mean of g(Ψ T_s x) over all cyclic shifts T_s of the image, for an orthogonal wavelet Ψ and g an l1 norm.

    Each call of `prox` draws one shift s, as many pixels along each axis as are drawn uniformly from 0 to 2^level − 1,
    and returns the prox of its term alone,

        prox(x, t) = T_s⁻¹ Ψᴴ prox_{t g}(Ψ T_s x).

    A proximal gradient method with it is a stochastic one: its iterates approach the minimiser of f plus the mean, and
    then wander in its neighbourhood; the mean of late iterates is closer. It takes images, not coefficients, and thus
    no Ψᴴ in the operator of f. Condat-Vu cannot use it: its dual variable belongs to one grid.

    g(x) itself is the mean, exactly: the coefficients of all shifts are those of the undecimated transform W, whose
    bands of scale j have here the weight 2^−j. A side that 2^level does not divide is padded with zeros, as in
    `Wavelet`; the prox is then that of the padded image, cut to its size.

    Parameters
    ----------
    g : L1 or GroupL1
        The norm of the coefficients (..., H, W), with its λ; groups lie along an axis in front of these two.
    Psi : Wavelet
        The orthogonal wavelet transform.
    seed : int
        Seed of the shifts. A new object with the same seed repeats them.

    Raises
    ------
    TypeError
        For another norm, whose value is not a sum over coefficients, or another transform.
    ValueError
        For an image of another shape, and for groups along one of its two axes: a shift would break them up.

    References
    ----------
    Coifman and Donoho, Translation-invariant de-noising, Wavelets and Statistics (1995); Guerquin-Kern et al., A fast
    wavelet-based reconstruction method for magnetic resonance imaging, IEEE Trans. Med. Imaging 30 (2011), for the
    random shifts; Kamilov, Bostan and Unser, Variational justification of cycle spinning for wavelet-based solutions of
    inverse problems, IEEE Signal Process. Lett. 21 (2014).

    Examples
    --------
    >>> g = CycleSpun(L1(0.5), Wavelet("haar", (4, 4), level=1))
    >>> x = np.ones((4, 4), np.complex64)
    >>> g(x), bool(np.allclose(g.prox(x, 1.0), 0.75))
    (4.0, True)
    """

    moves = True  # each step has another grid

    def __init__(self, g: L1, Psi: Wavelet, *, seed: int = 0):
        if not isinstance(g, L1):
            raise TypeError(
                f"g must be L1 or GroupL1, which add up over coefficients, got {type(g).__name__}: {g!r:.60}"
            )
        if not isinstance(Psi, Wavelet):
            raise TypeError(f"Psi must be a Wavelet, which is orthogonal, got {type(Psi).__name__}: {Psi!r:.60}")
        self.g, self.Psi, self.seed = g, Psi, whole("seed", seed, 0)
        self._rng = np.random.default_rng(self.seed)

    @property
    def lam(self) -> float:
        """λ of the norm."""
        return self.g.lam

    @cached_property
    def _grid(self) -> Wavelet:
        """Ψ on the padded grid, where it is unitary and shifts are cyclic."""
        return Wavelet(self.Psi.name, self.Psi.shape_out, self.Psi.level)

    @cached_property
    def _frame(self) -> UndecimatedWavelet:
        return UndecimatedWavelet(self.Psi.name, self.Psi.shape_out, self.Psi.level)

    @cached_property
    def _weights(self) -> Constant:
        """2^−j for the scale j of each band (bands, 1, 1), from coarse to fine, as the bands are."""
        level = self.Psi.level
        scales = [level, *(j for j in range(level, 0, -1) for _ in range(3))]
        return Constant(2.0 ** -np.array(scales, float)[:, None, None])

    def __call__(self, x: Array) -> float:
        """Return the mean of g(Ψ T_s x) over all shifts s as a Python float."""
        z = self._frame(self._padded(x))
        z = self._weights.like(z) * z
        return self.g(z.reshape((*z.shape[:-3], -1, z.shape[-1])))  # all bands as one image: a device waits once

    def prox(self, x: Array, step: float) -> Array:
        """Return the prox of one shift, drawn at random, an array of the shape and type of x."""
        xp, Psi = namespace(x), self._grid
        shift = tuple(int(n) for n in self._rng.integers(2**Psi.level, size=2))
        z = Psi(xp.roll(self._padded(x), shift, axis=(-2, -1)))
        out = xp.roll(Psi.H(self.g.prox(z, step)), tuple(-n for n in shift), axis=(-2, -1))
        return out[..., : self.Psi.shape_in[0], : self.Psi.shape_in[1]]

    def dual_norm(self, x: Array) -> float:
        """Return the dual norm of one grid, max |Ψ x| / λ: the scale of λ that the wavelet without shifts has."""
        return self.g.dual_norm(self.Psi(x))

    def _padded(self, x: Array) -> Array:
        x, axis = check(x, self.Psi.shape_in, repr(self)), self.g.axis
        if axis is not None and axis % x.ndim >= x.ndim - 2:
            raise ValueError(
                f"{self!r} takes groups along an axis in front of the image's, got an array {tuple(x.shape)}"
            )
        return self.Psi._pad(x)

    def __repr__(self):
        return f"CycleSpun({self.g!r}, {self.Psi!r})"
