"""The nuclear norm of a series of images: few curves in time, from which those of all pixels are mixed."""

from math import prod

import numpy as np

from ..arrays.checks import check_numbers, check_positive, whole
from ..arrays.libraries import Array, detached, is_numpy, namespace


class NuclearNorm:
    """The nuclear norm of a series of images, g(x) = λ Σ_i s_i, with s_i the singular values of its Casorati matrix.

    The Casorati matrix X has a row for each frame and a column for each pixel. Its prox is soft thresholding of the
    singular values, prox(X, t) = U max(S − tλ, 0) Vᴴ for X = U S Vᴴ, and its dual norm the spectral norm, max s_i / λ.
    The nuclear norm is to the rank what the l1 norm is to the number of coefficients that are not zero.

    Parameters
    ----------
    lam : float
        λ > 0.
    axis : int
        The axis of time, −2 or lower: −3 for (..., T, H, W). The axes behind it are space, those in front of it a
        batch, whose norms add up.

    Raises
    ------
    ValueError
        If λ is not positive, for an axis of time with no space behind it, and for arrays without this axis.
    LinAlgError
        For arrays that hold NaN or infinite values, which have no singular values.

    References
    ----------
    Liang, Spatiotemporal imaging with partially separable functions, IEEE Int. Symp. Biomed. Imaging (2007); the prox:
    Cai, Candès and Shen, A singular value thresholding algorithm for matrix completion, SIAM J. Optim. 20 (2010),
    theorem 2.1.

    Examples
    --------
    >>> g = NuclearNorm(1.0)
    >>> x = np.ones((4, 3, 3))  # four equal frames: rank 1, with the singular value √(4 · 9)
    >>> round(g(x), 6), round(g.dual_norm(x), 6), bool(np.allclose(g.prox(x, 3.0), 0.5))
    (6.0, 6.0, True)
    """

    def __init__(self, lam: float, axis: int = -3):
        self.lam, self.axis = check_positive("lam", lam), whole("axis", axis)
        if self.axis > -2:
            raise ValueError(f"axis must be -2 or lower, so that axes of space lie behind that of time, got {axis}")

    def _casorati(self, x):
        """Return the matrices (..., T, N): a row for each frame, a column for each pixel."""
        x = series(x, -self.axis, self)
        return namespace(x).reshape(x, (*x.shape[: x.ndim + self.axis + 1], prod(x.shape[self.axis + 1 :])))

    def __call__(self, x: Array) -> float:
        """Return g(x) as a Python float."""
        return self.lam * float(singular_values(self._casorati(x)).sum())

    def prox(self, x: Array, step: float) -> Array:
        """Return argmin_p ½‖p − x‖² + step · g(p), of the shape and type of x, without torch's gradients."""
        X, step = self._casorati(x), check_positive("step", step)
        return namespace(X).reshape(threshold(X, step * self.lam), tuple(x.shape))

    def dual_norm(self, x: Array) -> float:
        """Return the largest singular value of all matrices of the batch, / λ."""
        return float(singular_values(self._casorati(x)).max()) / self.lam

    def __repr__(self):
        return f"NuclearNorm(lam={self.lam:.4g}, axis={self.axis})"


def series(x: Array, ndim: int, who: object) -> Array:
    """Return x as a plain floating array without gradients; raise unless it has time and space, `ndim` axes."""
    x = detached(check_numbers(x, repr(who)))
    if x.ndim < ndim or 0 in x.shape:
        wanted = "(..., T, H, W)" if ndim == 3 else f"with time along axis {-ndim}"
        raise ValueError(f"{who!r} takes series {wanted}, got an array of shape {tuple(x.shape)}")
    return x


def singular_values(X: Array) -> Array:
    """Return the singular values (..., min(T, N)) of the matrices X (..., T, N)."""
    return np.linalg.svd(X, compute_uv=False) if is_numpy(X) else namespace(X).linalg.svdvals(X)


def threshold(X: Array, t: float) -> Array:
    """Return U max(S − t, 0) Vᴴ for matrices X = U S Vᴴ."""
    xp = namespace(X)
    U, s, Vh = xp.linalg.svd(X, full_matrices=False)
    return (U * xp.clip(s - t, 0)[..., None, :]) @ Vh
