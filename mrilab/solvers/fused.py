"""Steps of the solvers on lazy sums, each in one pass over memory where the arrays and the regulariser allow it."""

from ..arrays.libraries import is_complex
from ..arrays.memory import empty
from ..arrays.sums import Later, Sum, alike, collect, inners, lazy, reliable, value_of
from ..problems.least_squares import Smooth
from ..problems.regularisers import L1, GroupL1
from ..problems.shrinkage import shrink, shrink_with_inners


def residual(f: Smooth, x: Sum) -> Sum:
    """Return r = A x − y, from which f and its gradient are computed.

    >>> import numpy as np
    >>> from mrilab import Identity, LeastSquares
    >>> residual(LeastSquares(Identity((2,)), np.ones(2)), lazy(np.zeros(2))).value()
    array([-1., -1.])
    """
    return lazy(f.residual(x.value()))


def gradient(f: Smooth, r: Sum) -> Sum:
    """Return ∇f(x) = Aᴴ r, in a new array that the caller may overwrite.

    >>> import numpy as np
    >>> from mrilab import Identity, LeastSquares
    >>> gradient(LeastSquares(Identity((2,)), np.ones(2)), lazy(np.array([2.0, 3.0]))).value()
    array([2., 3.])
    """
    return lazy(f.grad_of(r.value()))


def prox(g, step: float, z: Sum, *, over: Sum | None = None) -> Sum:
    """Return argmin_p ½‖p − z‖² + step · g(p).

    `over` is a sum of one term whose array is no longer needed: the result may overwrite it.

    >>> import numpy as np
    >>> prox(L1(1.0), 0.5, 2 * lazy(np.ones(2))).value()
    array([1.5, 1.5])
    """
    out = None if over is None else over.value()
    return lazy(_shrink(g, step, z, out=out) if _is_shrinkage(g, z) else g.prox(z.value(out), step))


def stored_prox(g, step: float, z: Sum) -> tuple[Sum, Sum]:
    """Return z as a sum of one term, and argmin_p ½‖p − z‖² + step · g(p).

    Both are computed later (`Later`): inner products with them, if they are needed first, take no extra pass.

    >>> import numpy as np
    >>> [x.value().tolist() for x in stored_prox(L1(1.0), 0.5, 2 * lazy(np.ones(2)))]
    [[2.0, 2.0], [1.5, 1.5]]
    """
    coming = _StoredProx(g, step, z)
    return lazy(coming.z), lazy(coming.p)


class _StoredProx:
    """The source of both results of `stored_prox`."""

    def __init__(self, g, step, terms):
        self.g, self.step, self.terms, self.z, self.p = g, step, terms, Later(self), Later(self)

    def run(self, *sums):
        """Compute z and p, and the inner products of the sums, in one pass where possible."""
        self.z.source = self.p.source = None  # so that the terms, and the arrays in them, can be freed
        if not _is_shrinkage(self.g, self.terms):
            self.z.array = self.terms.value()
            self.p.array = self.g.prox(self.z.array, self.step)
            return inners(*sums) if sums else []
        like = value_of(self.terms.terms[0][1])
        self.g.check(like)
        self.z.array, self.p.array = (empty(like.shape, like.dtype) for _ in range(2))
        args = self.step * self.g.lam, self.g.axis, self.z.array, self.p.array
        found = shrink_with_inners(self.terms, *args, sums)
        return found if not sums or reliable(found, collect(*sums)[0], like) else inners(*sums)


def conjugate_prox(g, sigma: float, v: Sum, *, over: Sum | None = None) -> Sum:
    """Return the prox of ς g*, g* the convex conjugate, by Moreau's identity: v − ς · prox(v/ς, 1/ς) of g.

    >>> import numpy as np
    >>> conjugate_prox(L1(1.0), 0.5, lazy(np.array([0.5, 2.0]))).value()
    array([0.5, 1. ])
    """
    out, z = None if over is None else over.value(), (1 / sigma) * v
    if _is_shrinkage(g, z):
        return lazy(_shrink(g, 1 / sigma, z, keep=sigma, gain=-sigma, out=out))
    z = z.stored(out)
    return (sigma * z - sigma * lazy(g.prox(z.value(), 1 / sigma))).stored()


def _is_shrinkage(g, z):
    """Return whether the compiled loops have this prox, and can read these arrays: complex, with one memory layout."""
    arrays = [value_of(x) for _, x in z.terms]
    return type(g) in (L1, GroupL1) and alike(arrays) and is_complex(arrays[0])


def _shrink(g, step, z, **options):
    g.check(value_of(z.terms[0][1]))
    return shrink(z, step * g.lam, g.axis, **options)
