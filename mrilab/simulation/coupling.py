"""Correlated noise: loops that receive noise from the same head."""

import numpy as np

from ..arrays.checks import check_values
from ..arrays.libraries import Array
from .receivers import WIRE, loops

HEAD = 85.0  # mm, radius of a ball of uniform conductivity, the source of the noise
STEP = 10.0  # mm, distance of the points in it
OWN = 0.2  # share of the noise from the loop and the amplifier of each channel


def coil_covariance(n_coils: int, *, seed: int | None = None) -> np.ndarray:
    """Return the noise covariance of the loops of `simulate_smaps`, for `simulate`: float64 (C, C), mean diagonal 1.

    Loop c with unit current would cause the field E_c ∝ A_c(r) = Σ dl / |r − l| in the head. The noise from the head
    has the covariance ∫ E_c · E_d dr between two loops, which is large if they are near the same tissue. A fifth of the
    noise comes from the channels themselves. The head is a ball of radius 85 mm; the charge on its surface is ignored.

    Parameters
    ----------
    n_coils : int
        Number of loops.
    seed : int, optional
        As in `simulate_smaps`: it rotates and shifts the array.

    References
    ----------
    Roemer et al., The NMR phased array, Magn. Reson. Med. 16 (1990).

    Examples
    --------
    >>> covariance = coil_covariance(8)
    >>> covariance.shape, round(float(np.trace(covariance)), 6)
    ((8, 8), 8.0)
    """
    steps = np.arange(-HEAD, HEAD + STEP, STEP)
    points = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), -1).reshape(-1, 3)
    points = points[np.linalg.norm(points, axis=1) < HEAD]
    fields = np.stack([_vector_potential(loop, points).ravel() for loop in loops(n_coils, seed)])
    gram = fields @ fields.T
    gram *= n_coils / np.trace(gram)
    return (1 - OWN) * gram + OWN * np.eye(n_coils)


def _vector_potential(loop: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return A of a loop at points (P, 3), up to a factor."""
    middles, pieces = (loop[1:] + loop[:-1]) / 2, np.diff(loop, axis=0)
    distance = np.sqrt(((points[:, None] - middles) ** 2).sum(-1) + WIRE**2)
    return (1 / distance) @ pieces


def mixing_matrix(covariance: Array, n_coils: int) -> np.ndarray:
    """Return L with L Lᴴ = covariance, complex64, so that L times white noise has this covariance."""
    covariance = check_values(covariance, "the covariance", "C, C")
    if covariance.shape != (n_coils, n_coils):
        raise ValueError(f"the covariance of {n_coils} coils must be {(n_coils, n_coils)}, got {covariance.shape}")
    if not np.allclose(covariance, covariance.conj().T):
        raise ValueError("the covariance must be Hermitian")
    try:
        return np.linalg.cholesky(covariance).astype(np.complex64)
    except np.linalg.LinAlgError:
        raise ValueError("the covariance must be positive definite") from None
