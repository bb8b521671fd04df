"""A phantom that changes: a chest of ellipses with a beating heart and a lesion that takes up a contrast agent."""

from typing import NamedTuple

import numpy as np

from ..arrays.checks import check_grid, check_values, whole
from .atlas import pixel_size, positions
from .fields import smooth_field

SYSTOLE = 0.4  # share of a beat in which the heart contracts
STROKE = 0.28  # largest contraction of the radius of its blood pool
SIGNALS = {"fat": 0.9, "muscle": 0.4, "lung": 0.06, "bone": 0.2, "blood": 1.0, "wall": 0.5, "lesion": 0.4}


class Chest(NamedTuple):
    """What `beating_chest` returns: the images and the truth about their changes.

    Attributes
    ----------
    images : complex64 array (T, H, W)
        The chest at each time, with largest magnitude 1.
    radius : float64 array (T,)
        Radius of the left ventricle's blood pool in mm.
    uptake : float64 array (T,)
        Signal that the agent adds to the lesion.
    lesion, heart : bool arrays (H, W)
        Where the lesion is, and where the heart is at its largest.
    """

    images: np.ndarray
    radius: np.ndarray
    uptake: np.ndarray
    lesion: np.ndarray
    heart: np.ndarray


def beating_chest(shape: tuple[int, int], times: np.ndarray, seed: int = 0) -> Chest:
    """Return a chest at given times: all stands still but a heart that beats and a lesion that enhances.

    Ellipses over the field of view of `brain`, 236 mm, so an infant's chest. The blood pool of the left ventricle has
    the radius r(t) = r₀ (1 − 0.28 c(t)), where c rises from 0 to 1 in 40 % of a beat and falls in the rest of it, by
    cosines; the area of the wall around it does not change. The right ventricle contracts likewise. The lesion gains
    u(t) = u₀ / (1 + exp((t₀ − t) / 0.1 s)). Sizes, places, vessels, the period of 0.6 to 0.8 s, its phase, u₀, and t₀
    of 0.7 to 1.2 s are drawn from the seed, and so is a smooth phase of the image that does not change.

    What it leaves out: breathing, motion through the slice, flow, and the agent in all else. Agents take seconds to
    arrive; here all changes fit into two seconds.

    Parameters
    ----------
    shape : (H, W)
        The grid. Pixels are samples of a chest whose edges are one pixel wide: for averages over pixels, as in a scan,
        take a finer grid, as for `simulate`.
    times : real array (T,)
        In seconds.
    seed : int
        The same seed gives the same chest on every grid and at all times.

    Raises
    ------
    TypeError, ValueError
        For a shape that is not a pair of sizes, times that are not a list of finite numbers, and a negative seed.

    References
    ----------
    Wissmann et al., MRXCAT: realistic numerical phantoms for cardiovascular magnetic resonance, J. Cardiovasc. Magn.
    Reson. 16 (2014), for a phantom from a realistic anatomy.

    Examples
    --------
    >>> chest = beating_chest((64, 64), np.linspace(0, 1, 5))
    >>> chest.images.shape, bool(np.ptp(chest.radius) > 3)
    ((5, 64, 64), True)
    """
    shape, seed = check_grid(shape, "an image"), whole("seed", seed, 0)
    t = check_values(times, "times", "T", real=True).astype(float)
    rng, grid = np.random.default_rng(seed), _Grid(shape)
    still = _still(rng, grid)
    period, start, uptake, arrival = rng.uniform((0.6, 0.0, 0.35, 0.7), (0.8, 1.0, 0.5, 1.2))
    r0, wall, x, y = rng.uniform((17, 6.5, 10, -20), (20, 8, 16, -14))
    lesion = grid.cover(*rng.uniform((-46, 38, 6, 5), (-38, 44, 8, 7)))
    beat = (t / period + start) % 1
    beat = np.where(beat < SYSTOLE, beat / SYSTOLE, 1 + (beat - SYSTOLE) / (1 - SYSTOLE)) / 2
    contraction = STROKE * (1 - np.cos(2 * np.pi * beat)) / 2
    radius, gain = r0 * (1 - contraction), uptake / (1 + np.exp((arrival - t) / 0.1))
    ring = (r0 + wall) ** 2 - r0**2  # the area of the wall over π
    images = np.empty((len(t), *shape), np.complex64)
    for image, r, c, u in zip(images, radius, contraction, gain):
        picture = _over(still, lesion, SIGNALS["lesion"] + u)
        for where, signal in (
            (grid.cover(x - 30, y + 2, 17 * (1 - 0.8 * c), 22 * (1 - 0.8 * c)), "wall"),
            (grid.cover(x - 30, y + 2, 14 * (1 - c), 19 * (1 - c)), "blood"),
            (grid.cover(x, y, np.sqrt(r**2 + ring), np.sqrt(r**2 + ring)), "wall"),
            (grid.cover(x, y, r, r), "blood"),
        ):
            picture = _over(picture, where, SIGNALS[signal])
        image[...] = picture
    images *= np.exp(1j * smooth_field(rng, shape, 4))
    heart = np.maximum(grid.cover(x, y, r0 + wall, r0 + wall), grid.cover(x - 30, y + 2, 17, 22))
    return Chest(images, radius, gain, lesion > 0.5, heart > 0.5)


def _still(rng, grid):
    """Return what does not change: fat, muscle, lungs with their vessels, ribs, spine and aorta."""
    size = rng.uniform(0.95, 1.03, 2)
    picture = np.zeros(grid.shape)
    organs = [
        ("fat", 0, 0, 88 * size[0], 70 * size[1]),
        ("muscle", 0, 0, 82 * size[0], 64 * size[1]),
        ("lung", -42, -4, *rng.uniform((26, 36), (30, 42))),
        ("lung", 42, -4, *rng.uniform((26, 36), (30, 42))),
        ("bone", 0, 42, *rng.uniform((10, 9), (13, 12))),
        ("blood", 15, 26, *np.full(2, rng.uniform(5, 6))),
    ]
    for side in (-1, 1):
        for angle in rng.uniform(0.25, 2.9, 9):  # vessels of each lung
            reach = rng.uniform(0.1, 0.85)
            place = side * 42 + 24 * reach * np.cos(2 * angle), -4 + 35 * reach * np.sin(2 * angle)
            organs.append(("wall", *place, *rng.uniform(1.2, 3.5, 2)))
        for angle in np.linspace(0.2, 2.8, 6) + rng.uniform(-0.1, 0.1):  # ribs
            organs.append(("bone", side * 76 * np.sin(angle), -58 * np.cos(angle), *rng.uniform(3, 5, 2)))
    for signal, *ellipse in organs:
        picture = _over(picture, grid.cover(*ellipse), SIGNALS[signal])
    return picture


def _over(picture, cover, signal):
    return picture + cover * (signal - picture)


class _Grid:
    """The positions of the pixels in mm."""

    def __init__(self, shape):
        self.shape, self.pixel = shape, pixel_size(shape)
        rows, self.x = positions(shape)
        self.y = rows[:, None]

    def cover(self, x, y, half_x, half_y):
        """Return how much of each pixel an ellipse covers, from its distance to the edge: 0 to 1 over one pixel."""
        u, v = (self.x - x) / half_x, (self.y - y) / half_y
        level = np.hypot(u, v)
        distance = level * (1 - level) / np.maximum(np.hypot(u / half_x, v / half_y), 1e-9)
        return np.where(level < 1e-6, 1.0, np.clip(0.5 + distance / self.pixel, 0, 1))
