"""Low rank block by block: what moves in a small part of an image needs fewer curves in time than all of it."""

import numpy as np

from ..arrays.checks import check_positive, whole
from ..arrays.libraries import Array, namespace, zeros
from .nuclear_norm import series, singular_values, threshold


class LocallyLowRank:
    """The nuclear norm of each block of a series of images, g(x) = λ Σ_b ‖R_b x‖_*, on a grid that shifts at random.

    R_b cuts a block of `block` × `block` pixels out of all frames, as a Casorati matrix (T, block²). Each call of
    `prox` draws a shift of the grid, from 0 to block − 1 pixels along each axis of space, and thresholds the singular
    values of each block; at the border blocks are cut off. So no grid leaves its blocks in the image. As with
    `CycleSpun`, a proximal gradient method then approaches the minimiser of f plus the mean over all grids, and wanders
    in its neighbourhood. Condat-Vu cannot use it: its dual variable belongs to one grid.

    g(x) and the dual norm are those of the grid that is not shifted: the mean would take block² times as long.

    Parameters
    ----------
    lam : float
        λ > 0.
    block : int
        Side of a block in pixels, at least 1. A block as large as the image gives the nuclear norm.
    seed : int or None
        Seed of the shifts; a new object with the same seed repeats them. None: the grid is never shifted, and g is an
        ordinary convex function, for all solvers.

    Raises
    ------
    TypeError
        For a block that is not a whole number.
    ValueError
        If λ is not positive or a block has no pixel, and for arrays that are not series (..., T, H, W).
    LinAlgError
        For arrays that hold NaN or infinite values, which have no singular values.

    References
    ----------
    Trzasko and Manduca, Local versus global low-rank promotion in dynamic MRI series reconstruction, Proc. ISMRM 19
    (2011), 4371; for the random shifts: Saucedo et al., Improved computational efficiency of locally low rank MRI
    reconstruction using iterative random patch adjustments, IEEE Trans. Med. Imaging 36 (2017).

    Examples
    --------
    >>> x = np.zeros((3, 4, 4))
    >>> x[:, :2, :2] = 1  # one block of four is not zero: rank 1, with the singular value √(3 · 4)
    >>> g = LocallyLowRank(1.0, block=2, seed=None)
    >>> round(g(x), 4), round(float(g.prox(x, 1.0)[0, 0, 0]), 4)
    (3.4641, 0.7113)
    """

    def __init__(self, lam: float, block: int = 8, *, seed: int | None = 0):
        self.lam, self.block = check_positive("lam", lam), whole("block", block, 1)
        self.seed = None if seed is None else whole("seed", seed, 0)
        self._rng = np.random.default_rng(self.seed)

    @property
    def moves(self) -> bool:
        """Whether each step has another grid."""
        return self.seed is not None

    def _cut(self, x, shift=(0, 0)):
        """Return the blocks (batch, down, across, T, block²); pixels of theirs outside the image are zero."""
        b, (frames, height, width) = self.block, x.shape[-3:]
        down, across = (-(-(before + n) // b) for before, n in zip(shift, (height, width)))
        padded = zeros((*x.shape[:-2], down * b, across * b), x)
        padded[..., shift[0] : shift[0] + height, shift[1] : shift[1] + width] = x
        xp = namespace(x)
        blocks = xp.permute_dims(xp.reshape(padded, (-1, frames, down, b, across, b)), (0, 2, 4, 1, 3, 5))
        return xp.reshape(blocks, (-1, down, across, frames, b * b))

    def _paste(self, blocks, shift, shape):
        """Undo `_cut`."""
        xp, b, (_, down, across, frames, _) = namespace(blocks), self.block, blocks.shape
        x = xp.permute_dims(xp.reshape(blocks, (-1, down, across, frames, b, b)), (0, 3, 1, 4, 2, 5))
        x = xp.reshape(x, (*shape[:-2], down * b, across * b))
        return x[..., shift[0] : shift[0] + shape[-2], shift[1] : shift[1] + shape[-1]]

    def __call__(self, x: Array) -> float:
        """Return g(x) on the grid without a shift, as a Python float."""
        return self.lam * float(singular_values(self._cut(series(x, 3, self))).sum())

    def prox(self, x: Array, step: float) -> Array:
        """Return the prox on one grid, drawn at random, of the shape and type of x, without torch's gradients."""
        x, step = series(x, 3, self), check_positive("step", step)
        shift = tuple(map(int, self._rng.integers(self.block, size=2))) if self.moves else (0, 0)
        return self._paste(threshold(self._cut(x, shift), step * self.lam), shift, tuple(x.shape))

    def dual_norm(self, x: Array) -> float:
        """Return the largest singular value of a block of the grid without a shift, / λ."""
        return float(singular_values(self._cut(series(x, 3, self))).max()) / self.lam

    def __repr__(self):
        return f"LocallyLowRank(lam={self.lam:.4g}, block={self.block}, seed={self.seed})"
