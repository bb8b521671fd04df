"""The prox of a linear combination, as the algorithms need it, and that of the conjugate function."""

from collections.abc import Callable

from .arrays import Array, is_complex
from .combinations import Term, alike, combine, inners
from .regularisers import L1, GroupL1


def prox(g, step: float, *terms: Term, out: Array | None = None) -> Array:
    """Return prox(z, step) of g for z = Σ cᵢ xᵢ; `out`, which may be one of the xᵢ, is there to be written over.

    >>> import numpy as np
    >>> prox(L1(1.0), 0.5, (2.0, np.ones(2)), (-1.0, np.ones(2)))
    array([0.5, 0.5])
    """
    return _moreau(g, step, 0.0, 1.0, terms, out)


def prox_and_inners(g, step: float, terms: list[Term], compare: Callable | None) -> tuple[Array, Array, list[float]]:
    """Return z = Σ cᵢ xᵢ, p = prox(z, step) and some inner products, all in one pass over memory where that can be.

    compare(z, p) says which, as `inners` takes them, in lists of terms; it is asked before z and p are computed.

    >>> import numpy as np
    >>> prox_and_inners(L1(1.0), 0.5, [(2.0, np.ones(2))], lambda z, p: [[(1.0, z)], [(1.0, z), (-1.0, p)]])
    (array([2., 2.]), array([1.5, 1.5]), [2.0])
    """
    if _plain(g, [x for _, x in terms]):
        return g.shrink_and_compare(terms, step * g.lam, compare)
    z = combine(*terms)
    p = g.prox(z, step)
    return z, p, inners(*compare(z, p)) if compare else []


def dual_prox(g, sigma: float, *terms: Term, out: Array | None = None) -> Array:
    """Return the prox of σ g* at σ z, z = Σ cᵢ xᵢ; by Moreau's identity σ (z − prox(z, 1/σ)). `out` as in `prox`.

    >>> import numpy as np
    >>> dual_prox(L1(1.0), 0.5, (1.0, np.array([1.0, 4.0])))
    array([0.5, 1. ])
    """
    return _moreau(g, 1 / sigma, sigma, -sigma, terms, out)


def _plain(g, arrays):
    """Say whether the prox is a shrinkage that the compiled loops know, of complex arrays that they can walk along."""
    return type(g) in (L1, GroupL1) and alike(arrays) and is_complex(arrays[0])


def _moreau(g, step, keep, gain, terms, out):
    """keep · z + gain · prox(z, step), in one pass over memory where the prox is a plain shrinkage."""
    if _plain(g, [x for _, x in terms]):
        return g.shrink(terms, step * g.lam, keep, gain, out)
    z = combine(*terms, out=out)
    p = g.prox(z, step)
    return p if keep == 0 else combine((keep, z), (gain, p))
