"""The prox of a linear combination, as the algorithms need it, and that of the conjugate function."""

from .arrays import Array, is_complex
from .combinations import Term, alike, combine
from .regularisers import L1, GroupL1


def prox(g, step: float, *terms: Term) -> Array:
    """Return prox(z, step) of g for z = Σ cᵢ xᵢ.

    >>> import numpy as np
    >>> prox(L1(1.0), 0.5, (2.0, np.ones(2)), (-1.0, np.ones(2)))
    array([0.5, 0.5])
    """
    return _moreau(g, step, 0.0, 1.0, terms)


def dual_prox(g, sigma: float, *terms: Term) -> Array:
    """Return the prox of σ g* at σ z, z = Σ cᵢ xᵢ; by Moreau's identity σ (z − prox(z, 1/σ)).

    >>> import numpy as np
    >>> dual_prox(L1(1.0), 0.5, (1.0, np.array([1.0, 4.0])))
    array([0.5, 1. ])
    """
    return _moreau(g, 1 / sigma, sigma, -sigma, terms)


def _moreau(g, step, keep, gain, terms):
    """keep · z + gain · prox(z, step), in one pass over memory where the prox is a plain shrinkage."""
    arrays = [x for _, x in terms]
    if type(g) in (L1, GroupL1) and alike(arrays) and is_complex(arrays[0]):
        return g.shrink(terms, step * g.lam, keep, gain)
    z = combine(*terms)
    p = g.prox(z, step)
    return p if keep == 0 else combine((keep, z), (gain, p))
