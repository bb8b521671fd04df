"""Smooth random fields, for the phase of images and the deformation of heads."""

import numpy as np

from .atlas import positions


def smooth_field(rng: np.random.Generator, shape: tuple[int, int], waves: int) -> np.ndarray:
    """Return a random field (H, W) of unit variance, a sum of low-frequency cosines over the field of view."""
    half_waves = np.arange(waves)
    amplitudes = rng.normal(size=(waves, waves)) * np.exp(-(half_waves**2 + half_waves[:, None] ** 2) / waves)
    cosines = (np.cos(np.pi * half_waves[:, None] * (x / 236.0 + 0.5)) for x in positions(shape))
    return np.einsum(
        "kh,kl,lw->hw", next(cosines), amplitudes / np.linalg.norm(amplitudes), next(cosines), optimize=True
    )
