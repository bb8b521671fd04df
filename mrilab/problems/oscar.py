"""OSCAR: a sorted l1 norm with linear weights, which pulls coefficients of similar size together."""

import numpy as np

from ..arrays.checks import check_numbers, check_positive
from ..arrays.libraries import Array, detached, is_numpy, like, namespace, to_numpy, zeros
from .regularisers import L1


class OSCAR:
    """The OSCAR norm g(z) = Σ_i w_i |z|₍ᵢ₎ with |z|₍₁₎ ≥ |z|₍₂₎ ≥ … and w_i = λ(1 + slope·(n − i)/(n − 1)), i = 1…n.

    The largest magnitude of a group of n has the weight λ(1 + slope), the smallest λ; slope = 0 is the l1 norm. In the
    notation of Bondell and Reich, w_i = α + β(n − i) with α = λ and β = λ·slope/(n − 1). The prox (Zeng and Figueiredo;
    Bogdan et al.) sorts the magnitudes, subtracts s·w, fits a non-increasing sequence, clips it at zero and undoes the
    sorting.

    Parameters
    ----------
    lam : float
        λ > 0.
    slope : float
        Relative increase of the weight from the smallest to the largest coefficient, ≥ 0.
    bands : list of index tuples, optional
        The groups, such as `Psi.bands`; each extends over all leading axes (coils, and slices of a batch). None: the
        whole array is one group.

    Raises
    ------
    ValueError
        If λ is not positive, or the slope is negative.

    References
    ----------
    Bondell and Reich, Simultaneous regression shrinkage, variable selection, and supervised clustering of predictors
    with OSCAR, Biometrics 64 (2008); Zeng and Figueiredo, Decreasing weighted sorted l1 regularization, IEEE Signal
    Process. Lett. 21 (2014); Bogdan et al., SLOPE: adaptive variable selection via convex optimization, Ann. Appl.
    Stat. 9 (2015).

    Examples
    --------
    >>> g = OSCAR(1.0, slope=1.0)
    >>> g(np.array([3.0, -1.0])), g.prox(np.array([3.0, -2.5]), 1.0)
    (7.0, array([ 1.25, -1.25]))
    """

    def __init__(self, lam: float, slope: float, bands: list | None = None):
        self.lam = check_positive("lam", lam)
        self.slope, self.bands = check_positive("slope", slope, or_zero=True), None if bands is None else list(bands)

    def weights(self, n: int, first: int | None = None) -> np.ndarray:
        """Return the weights w_1 ≥ … ≥ w_n of a group of n coefficients, or the `first` of them, as float64."""
        return self._weights(np.empty(n if first is None else first), n)

    def _weights(self, v, n):
        """The weights of the first of n coefficients, as many as v has, as float64 and where v lies."""
        xp = namespace(v)
        i = xp.arange(1, v.shape[0] + 1, dtype=xp.float64, device=v.device)
        return self.lam * (1 + self.slope * (n - i) / max(n - 1, 1))

    def _check(self, z):
        """Return z as a plain floating array without gradients: to sort and to pool are no steps of torch's."""
        return detached(check_numbers(z, repr(self)))

    def _groups(self, z):
        return [z] if self.bands is None else [z[band] for band in self.bands]

    def _descending(self, magnitudes):
        return namespace(magnitudes).sort(magnitudes, descending=True, stable=False)

    def __call__(self, z: Array) -> float:
        """Return g(z) as a Python float."""
        z = self._check(z)
        xp, total = namespace(z), 0.0
        for group in self._groups(z):
            a = xp.reshape(xp.abs(group), (-1,))
            # zeros do not contribute and need no place; a GPU would have to wait to know how many there are
            v = self._descending(a[a > 0] if is_numpy(a) else a)
            total = total + xp.sum(self._weights(v, a.shape[0]) * v)
        return float(total)

    def prox(self, z: Array, step: float) -> Array:
        """Return argmin_p ½‖p − z‖² + step · g(p), an array of the shape and type of z, without torch's gradients."""
        z, step = self._check(z), check_positive("step", step)
        if self.slope == 0:
            return L1(self.lam).prox(z, step)
        if is_numpy(z):
            out = zeros(z.shape, z)
            for source, target in zip(self._groups(z), self._groups(out), strict=True):
                large, factors = self._shrink_group(np.abs(source), step)
                target[large] = factors * source[large]
            return out
        # Pooling adjacent violators is sequential, so it runs on the host: all groups in one round trip.
        sizes = to_numpy(namespace(z).abs(z))
        dense = np.zeros_like(sizes)
        for source, target in zip(self._groups(sizes), self._groups(dense), strict=True):
            large, factors = self._shrink_group(source, step)
            target[large] = factors
        return like(z, dense) * z

    def _shrink_group(self, a, step):
        """Return where the prox of a group with magnitudes a is not zero, and |prox(z)| / |z| there."""
        from scipy.optimize import isotonic_regression

        large = np.nonzero(~(a <= step * self.lam))  # the others end at zero whatever their rank; a NaN must not
        v = a[large]
        if v.size == 0:
            return large, v
        order = np.argsort(-v)
        v, large = v[order], tuple(i[order] for i in large)
        # scipy's is compiled, and linear in time
        fit = isotonic_regression(v - step * self.weights(a.size, v.size), increasing=False).x
        return large, (np.maximum(fit, 0) / v).astype(a.dtype)

    def dual_norm(self, z: Array) -> float:
        """Return the dual norm max_k Σ_{i≤k} |z|₍ᵢ₎ / Σ_{i≤k} w_i, the largest over the groups."""
        z = self._check(z)
        xp, norms = namespace(z), []
        for group in self._groups(z):
            v = self._descending(xp.reshape(xp.abs(group), (-1,)))
            weights = xp.cumulative_sum(self._weights(v, v.shape[0]))
            norms.append(xp.max(xp.cumulative_sum(v, dtype=xp.float64) / weights))
        return float(xp.max(xp.stack(norms)))

    def __repr__(self):
        groups = "the whole array" if self.bands is None else f"{len(self.bands)} bands"
        return f"OSCAR(lam={self.lam:.4g}, slope={self.slope:.4g}, {groups})"
