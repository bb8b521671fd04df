"""Random images of a world without habits: heads cut at any angle and in any contrast, photographs, and shapes.

A network that is trained on one plane, one scalp and two contrasts learns these, and fails on a real scan. Here all is
random that a scanner or a patient can change, far beyond what is realistic.

References
----------
Billot et al., SynthSeg: segmentation of brain MRI scans of any contrast and resolution without retraining, Med. Image
Anal. 86 (2023); Lin and Heckel, Robustness of deep learning for accelerated MRI: benefits of diverse training data,
ICML 2024.
"""

from functools import cache

import numpy as np

from ..simulation.fields import smooth_field
from ..simulation.phantoms import TISSUES, plane, signals, texture, tissue_fractions

PHOTOGRAPHS = ("astronaut", "brick", "camera", "cat", "coffee", "coins", "grass", "gravel", "moon", "retina", "rocket")
SHARES = {"head": 0.6, "photograph": 0.25, "shapes": 0.15}


def scene(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Return a random image, complex64 (H, W), with largest magnitude 1.

    Of ten images, about six are heads, two or three are photographs and one or two are shapes. All get bright and dark
    spots, shading, blur and a phase of random order, each by a random amount.

    >>> image = scene((64, 48), np.random.default_rng(0))
    >>> image.shape, image.dtype, round(float(abs(image).max()), 6)
    ((64, 48), dtype('complex64'), 1.0)
    """
    from scipy.ndimage import gaussian_filter

    draw = {"head": head, "photograph": photograph, "shapes": shapes}
    size = draw[rng.choice(list(SHARES), p=list(SHARES.values()))](shape, rng)
    for _ in range(rng.integers(0, 4)):
        size = size + size.max() * rng.uniform(-0.5, 0.5) * _ellipse(shape, rng, 0.01, 0.08) * (size > 0)
    if rng.random() < 0.3:
        size = gaussian_filter(size, rng.uniform(0.5, 2.5))
    size = size.clip(0) * np.exp(rng.uniform(0, 0.4) * smooth_field(rng, shape, 3))
    phase = rng.uniform(0, 2) * smooth_field(rng, shape, int(rng.integers(2, 9)))
    return (size / size.max() * np.exp(1j * phase)).astype(np.complex64)


def head(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Return the magnitudes (H, W) of a plane at any angle through the atlas, with or without scalp, in any contrast.

    Three of ten heads have the contrast of a spin echo, as in `mrilab.brain`. In the others, each tissue has a random
    brightness. Three of ten have no scalp.

    >>> bool((head((64, 64), np.random.default_rng(1)) >= 0).all())
    True
    """
    while True:
        centre = rng.normal((0, -17, 15), 25.0)
        angles = rng.uniform(-np.pi, np.pi, 3)
        fractions = tissue_fractions(rng, plane(rng, shape, centre, angles, rng.uniform(0.65, 1.15) * np.ones(3)))
        bright = signals(rng, None) if rng.random() < 0.3 else rng.random(len(TISSUES))
        if rng.random() < 0.3:
            bright[3:] = 0  # fat and skin
        size = np.einsum("t,thw->hw", bright, fractions) * (1 + rng.uniform(0, 0.08) * texture(rng, shape))
        if (size > 0.05).mean() > 0.05:  # the plane meets the head
            return size.clip(0)


def photograph(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Return the magnitudes (H, W) of a part of a photograph of scikit-image, half of them within an ellipse.

    >>> photograph((64, 64), np.random.default_rng(2)).shape
    (64, 64)
    """
    from scipy.ndimage import map_coordinates

    picture = _photograph(PHOTOGRAPHS[rng.integers(len(PHOTOGRAPHS))])
    turn = np.exp(1j * rng.uniform(0, 2 * np.pi)) * rng.uniform(0.6, 1.0) * min(picture.shape) / max(shape)
    rows, columns = (np.arange(n) - n // 2 for n in shape)
    place = turn * (rows[:, None] + 1j * columns)
    middle = rng.uniform(0.4, 0.6, 2) * picture.shape
    size = map_coordinates(picture, [place.real + middle[0], place.imag + middle[1]], order=1, mode="mirror")
    size = 1 - size if rng.random() < 0.5 else size
    return size * _ellipse(shape, rng, 0.3, 0.5) if rng.random() < 0.5 else size


def shapes(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Return the magnitudes (H, W) of 3 to 20 ellipses of random brightness, on a dark background.

    >>> shapes((64, 64), np.random.default_rng(3)).shape
    (64, 64)
    """
    size = _ellipse(shape, rng, 0.25, 0.5) * rng.uniform(0.2, 1)
    for _ in range(rng.integers(3, 21)):
        here = _ellipse(shape, rng, 0.01, 0.3)
        size = size * (1 - here) + rng.random() * here
    return size


@cache
def _photograph(name: str) -> np.ndarray:
    """Return a photograph that scikit-image contains, as grey values from 0 to 1, float32."""
    import skimage

    picture = np.asarray(getattr(skimage.data, name)(), np.float32)
    grey = picture.mean(axis=-1) if picture.ndim == 3 else picture
    return (grey - grey.min()) / np.ptp(grey)


def _ellipse(shape: tuple[int, int], rng: np.random.Generator, low: float, high: float) -> np.ndarray:
    """Return 1 inside a random ellipse and 0 outside (H, W); its half axes are fractions of the field of view."""
    rows, columns = (np.linspace(-0.5, 0.5, n) - rng.normal(0, 0.1) for n in shape)
    place = np.exp(1j * rng.uniform(0, 2 * np.pi)) * (rows[:, None] + 1j * columns)
    a, b = rng.uniform(low, high, 2)
    return ((place.real / a) ** 2 + (place.imag / b) ** 2 < 1).astype(float)
