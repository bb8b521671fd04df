"""The averaged head of which all simulated brains are deformations, and the positions of pixels in it.

The atlas is ICBM152 (2009a, symmetric), the average of 152 adults after non-linear registration. Its maps at 1 mm are
in `heads/`, with their licence, as written by `pack_heads`.

References
----------
Fonov et al., Unbiased nonlinear average age-appropriate brain templates from birth to adulthood, NeuroImage 47 (2009),
S102; Fonov et al., Unbiased average age-appropriate atlases for pediatric studies, NeuroImage 54 (2011).
"""

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..arrays.checks import check_grid
from .packing import unpack

ICBM152 = Path(__file__).parent / "heads" / "icbm152.npz"
MARGIN = 12  # largest reach of the filters in pixels: splines, and a Gaussian of 3 pixels cut off at 4 σ
FIELD_OF_VIEW = (236.0, 190.0)  # mm along H (back to front) and W (left to right): larger than any head


class Atlas(NamedTuple):
    """Maps of the head as cubic spline coefficients, float32, axes x, y, z towards right, front and top.

    Attributes
    ----------
    grey, white : ndarray (197, 233, 189)
        Fraction of grey and white matter at 1 mm.
    depth : ndarray (99, 117, 95)
        Distance in mm to the surface of the brain with closed furrows, at 2 mm, negative inside.
    origin : ndarray (3,)
        MNI coordinates in mm of the first voxel of both grids.
    """

    grey: np.ndarray
    white: np.ndarray
    depth: np.ndarray
    origin: np.ndarray


@cache
def load_atlas() -> Atlas:
    """Return the head atlas. The first call takes half a second; later ones return the same object.

    >>> load_atlas().grey.shape
    (197, 233, 189)
    """
    with ThreadPoolExecutor() as pool:  # SciPy's filters and LZMA release Python's lock
        depth, grey, white = pool.submit(_depth), pool.submit(_matter, "grey"), pool.submit(_matter, "white")
        return Atlas(grey.result(), white.result(), depth.result(), np.array([-98.0, -134.0, -72.0]))


def _matter(name: str) -> np.ndarray:
    """Return the spline coefficients of a map of fractions, which is stored as 256 levels."""
    from scipy.ndimage import spline_filter

    levels = unpack(ICBM152, name)
    # Far from brain matter the coefficients are 0, because the spline filter decays within a few pixels.
    found = (np.flatnonzero(levels.any(axis)) for axis in ((1, 2), (0, 2), (0, 1)))
    where = tuple(slice(max(i[0] - MARGIN, 0), i[-1] + MARGIN + 1) for i in found)
    out = np.zeros(levels.shape, np.float32)
    out[where] = spline_filter(levels[where] / np.float32(255), output=np.float32)
    return out


def _depth() -> np.ndarray:
    """Return the spline coefficients of the smoothed depth in mm."""
    from scipy.ndimage import gaussian_filter, spline_filter

    squared = unpack(ICBM152, "squared_depth")
    distance = gaussian_filter(np.sign(squared) * np.sqrt(np.abs(squared), dtype=float), MARGIN / 4)
    inner = slice(MARGIN, -MARGIN)
    return spline_filter(2.0 * distance[inner, inner, inner].astype(np.float32), output=np.float32)


def pixel_size(shape: tuple[int, int]) -> float:
    """Return the side in mm of the square pixels of an (H, W) image that shows a whole head.

    The field of view, shape times this size, is the smallest that covers 236 mm × 190 mm. Doubling the shape does not
    change it.
    Raises TypeError or ValueError unless `shape` is a pair of whole numbers above 0.

    >>> pixel_size((236, 236))
    1.0
    """
    return max(extent / n for extent, n in zip(FIELD_OF_VIEW, check_grid(shape, "an image")))


def positions(shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Return the positions of the rows and the columns of an (H, W) image in mm, float64, with pixel n // 2 at 0.

    >>> positions((2, 1))
    (array([-190.,    0.]), array([0.]))
    """
    step = pixel_size(shape)
    rows, columns = ((np.arange(n) - n // 2) * step for n in shape)
    return rows, columns
