"""A regulariser for each part of which an image is made."""

from collections.abc import Sequence

from ..arrays.checks import check_numbers
from ..arrays.libraries import Array, namespace


class Parts:
    """The sum of regularisers, one for each part of a stack: g(x) = Σ_p g_p(x_p), with x_p = x[p] along the first axis.

    Its prox is that of each part, and its dual norm the largest of theirs. With `Row` in the operator of the data term,
    a solver separates the parts of which an image is the sum: low rank plus sparse is `Parts([NuclearNorm(a), L1(b)])`.

    Parameters
    ----------
    regularisers : sequence
        Objects with g(x), prox(x, step) and dual_norm(x), their λ included.

    Attributes
    ----------
    lam : float
        1: each part has its own λ. `lambda_max` is then the factor on all of them from which on the solution is zero.

    Raises
    ------
    TypeError
        For something in the list that has no prox.
    ValueError
        If there are no parts, and for arrays with another number of parts.

    Examples
    --------
    >>> import numpy as np
    >>> from mrilab import L1
    >>> g = Parts([L1(1.0), L1(2.0)])
    >>> g(np.ones((2, 3))), g.prox(3 * np.ones((2, 1)), 1.0).ravel()
    (9.0, array([2., 1.]))
    """

    lam = 1.0

    def __init__(self, regularisers: Sequence):
        self.regularisers = list(regularisers)
        for g in self.regularisers:
            if not (callable(g) and hasattr(g, "prox")):
                raise TypeError(f"Parts takes regularisers such as L1(0.1), got {type(g).__name__}: {g!r:.60}")
        if not self.regularisers:
            raise ValueError("Parts takes at least one regulariser, got none")

    @property
    def moves(self) -> bool:
        """Whether a part has another grid in each step."""
        return any(getattr(g, "moves", False) for g in self.regularisers)

    def _pairs(self, x):
        x = check_numbers(x, repr(self))
        if not x.ndim or x.shape[0] != len(self.regularisers):
            raise ValueError(
                f"{self!r} takes {len(self.regularisers)} parts along the first axis, got an array {tuple(x.shape)}"
            )
        return [(g, x[p]) for p, g in enumerate(self.regularisers)]

    def __call__(self, x: Array) -> float:
        """Return g(x) as a Python float."""
        return float(sum(g(part) for g, part in self._pairs(x)))

    def prox(self, x: Array, step: float) -> Array:
        """Return argmin_p ½‖p − x‖² + step · g(p), an array of the shape and type of x."""
        return namespace(x).stack([g.prox(part, step) for g, part in self._pairs(x)])

    def dual_norm(self, x: Array) -> float:
        """Return the largest of the dual norms of the parts."""
        return max(g.dual_norm(part) for g, part in self._pairs(x))

    def __repr__(self):
        return f"Parts({self.regularisers!r})"
