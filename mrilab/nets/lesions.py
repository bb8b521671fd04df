"""Lesion tests: does a change of the object appear in the image, and are removed structures still drawn?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays.checks import check_values, whole
from ..arrays.libraries import Array
from ..simulation.atlas import pixel_size
from .population import Brains
from .shifts import Altered, Change
from .trust import Reconstruct, image_of, operator_of


def disc(shape: tuple[int, int], place: tuple[float, float], radius: float) -> np.ndarray:
    """Return 1 inside a disc and 0 outside, with an edge one pixel wide: float32 (H, W).

    `place` is the centre (row, column) and `radius` the radius, in pixels. Raises ValueError for radius ≤ 0.

    >>> disc((3, 5), (1, 2), 1.0)[1]
    array([0. , 0.5, 1. , 0.5, 0. ], dtype=float32)
    """
    if not radius > 0:
        raise ValueError(f"the radius of a disc must be above 0, got {radius!r}")
    rows, columns = np.indices(shape)
    return np.clip(radius + 0.5 - np.hypot(rows - place[0], columns - place[1]), 0, 1).astype(np.float32)


def add_lesion(image: Array, place: tuple[float, float], radius: float, contrast: float) -> np.ndarray:
    """Return the image (H, W) with a disc that is brighter by `contrast` (darker if negative), with the same phase.

    `contrast` is in the units of the image, and magnitudes are clipped at 0; `place` and `radius` as in `disc`.

    >>> abs(add_lesion(np.full((3, 3), 0.5j), (1, 1), 1.0, 0.2))[1].round(3)
    array([0.6, 0.7, 0.6])
    """
    image = check_values(image, "the image", "H, W")
    size = np.abs(image)
    phase = np.where(size > 0, image / np.where(size > 0, size, 1), 1)
    return np.maximum(size + contrast * disc(image.shape, place, radius), 0) * phase


def smooth_over(image: Array, place: tuple[float, float], radius: float) -> np.ndarray:
    """Return the image (H, W) with a disc replaced by its mean, which removes the structure in it.

    `place` and `radius` are as in `disc`.

    >>> smooth_over(np.eye(3), (1, 1), 5.0).round(3)[0]
    array([0.333, 0.333, 0.333])
    """
    image = check_values(image, "the image", "H, W")
    inside = disc(image.shape, place, radius)
    return image * (1 - inside) + inside * np.sum(image * inside) / np.sum(inside)


@dataclass(frozen=True)
class Survival:
    """The result of `survival`: how much of a change of the object appears in the image.

    >>> Survival(0.9, 0.1).share
    0.9
    """

    share: float
    elsewhere: float


def survival(changed: Array, plain: Array, changed_ref: Array, plain_ref: Array) -> Survival:
    """Return how much of a known change of the object appears in the image, and how much else changes.

    With d = |x'| − |x| the change of the reconstruction and r that of the references (H, W), share = ⟨d, r⟩ / ‖r‖² and
    elsewhere = ‖d − share · r‖ / ‖r‖. With a share of 1 the lesion appears fully, with 0 it is erased. If a structure
    was removed, 0 means that the network has drawn it again. Raises ValueError if shapes differ or r is zero.

    >>> r = np.eye(4)
    >>> survival(1 + r / 2, np.ones((4, 4)), 1 + r, np.ones((4, 4)))
    Survival(share=0.5, elsewhere=0.0)
    """
    images = [
        np.abs(check_values(x, "an image of survival")).astype(float) for x in (changed, plain, changed_ref, plain_ref)
    ]
    if len({x.shape for x in images}) != 1:
        raise ValueError(f"survival compares images of one shape, got {[x.shape for x in images]}")
    d, r = images[0] - images[1], images[2] - images[3]
    power = np.sum(r**2)
    if not power > 0:
        raise ValueError("the two references are equal: nothing was changed")
    share = float(np.sum(d * r) / power)
    return Survival(share, float(np.linalg.norm(d - share * r) / np.sqrt(power)))


def lesion_test(
    reconstruct: Reconstruct,
    radii: Sequence[float],
    contrasts: Sequence[float],
    *,
    count: int = 4,
    seed: int = 0,
    **options,
) -> np.ndarray:
    """Return the share of lesions that survives, (radii, contrasts, count), at a random place in `count` test heads.

    A lesion is a disc with a radius in mm, brighter by a contrast in units of the largest magnitude of the head. It is
    added to the object on the fine grid, and scanned with the same mask and noise as the head without it; `survival`
    compares the two reconstructions. Negative contrasts remove signal. `options` are those of `Brains`. Raises as
    `Brains` and `disc`, and ValueError for a contrast of 0.

    >>> lesion_test(lambda A, y: A.H(y), [4.0], [0.3], count=2, shape=(64, 64), accel=1, noise=0.0).round(2)[0, 0]
    array([1., 1.])
    """
    whole("count", count, 1)
    plain = Brains("test", count, **options)
    pixel = pixel_size((2 * plain.shape[0], 2 * plain.shape[1]))
    before = [image_of(reconstruct, operator_of(sample), sample.y) for sample in (plain[i] for i in range(count))]
    shares = np.empty((len(radii), len(contrasts), count))
    for i, radius in enumerate(radii):
        for j, contrast in enumerate(contrasts):
            change = _lesion(radius / pixel, contrast, seed)
            changed = Altered("test", count, change, **options)
            for k in range(count):
                after = image_of(reconstruct, operator_of(changed[k]), changed[k].y)
                shares[i, j, k] = survival(after, before[k], changed[k].target, plain[k].target).share
    return shares


def _lesion(radius: float, contrast: float, seed: int) -> Change:
    def change(image: np.ndarray, index: int) -> np.ndarray:
        return add_lesion(image, random_place(image, seed + index), radius, contrast)

    return change


def random_place(image: Array, seed: int = 0) -> tuple[int, int]:
    """Return a random pixel (row, column) inside the head: with signal, and in the middle half of the image.

    Raises ValueError if there is none.

    >>> random_place(np.ones((8, 8)), seed=1)[0] in range(2, 6)
    True
    """
    image = check_values(image, "the image", "H, W")
    signal = np.abs(image) > 0.2 * np.abs(image).max()
    middle = np.zeros_like(signal)
    middle[tuple(slice(n // 4, n - n // 4) for n in signal.shape)] = True
    rows, columns = np.nonzero(signal & middle)
    if not len(rows):
        raise ValueError(f"the image of shape {image.shape} has no signal in its middle")
    chosen = np.random.default_rng(seed).integers(len(rows))
    return int(rows[chosen]), int(columns[chosen])
