"""The averaged head that all simulated brains descend from, and where the pixels of an image lie in it.

The atlas is ICBM152 (2009a, symmetric), the average of 152 adults after non-linear registration: Fonov et al.,
NeuroImage 47 (2009) S102 and 54 (2011) 313. Its maps at 1 mm come inside nilearn's wheel, so nothing is downloaded.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

FIELD_OF_VIEW = (236.0, 190.0)  # mm along H (back to front) and W (left to right): room for any head


class Atlas(NamedTuple):
    """Maps of the head as cubic spline coefficients, float32, axes x, y, z towards right, front and top.

    Attributes
    ----------
    grey, white : ndarray (197, 233, 189)
        Fraction of grey and white matter at 1 mm.
    depth : ndarray (99, 117, 95)
        Distance in mm to the surface of the brain at 2 mm, negative inside; its furrows are closed.
    origin : ndarray (3,)
        MNI coordinates in mm of the first voxel of both grids.
    """

    grey: np.ndarray
    white: np.ndarray
    depth: np.ndarray
    origin: np.ndarray


@cache
def load_atlas() -> Atlas:
    """Return the head atlas; the first call takes some seconds, the others none.

    >>> load_atlas().grey.shape
    (197, 233, 189)
    """
    from nilearn.datasets import load_mni152_gm_template, load_mni152_template, load_mni152_wm_template
    from scipy.ndimage import spline_filter

    head, grey, white = (
        load(resolution=1) for load in (load_mni152_template, load_mni152_gm_template, load_mni152_wm_template)
    )
    depth = _depth(np.asarray(head.dataobj)[::2, ::2, ::2] > 0, spacing=2.0)
    splines = (spline_filter(np.asarray(x), output=np.float32) for x in (grey.dataobj, white.dataobj, depth))
    return Atlas(next(splines), next(splines), next(splines), head.affine[:3, 3])


def _depth(brain: np.ndarray, spacing: float, closing: float = 30.0) -> np.ndarray:
    """Return the signed distance in mm to the surface of the brain, its furrows closed by a ball (radius in mm)."""
    from scipy.ndimage import distance_transform_edt, gaussian_filter

    ball = closing / spacing
    margin = int(ball) + 1  # lest the ball meets the edge of the atlas
    brain = np.pad(brain, margin)
    hull = distance_transform_edt(distance_transform_edt(~brain) < ball) > ball
    depth = distance_transform_edt(~hull) - distance_transform_edt(hull)
    return spacing * gaussian_filter(depth, 3.0)[margin:-margin, margin:-margin, margin:-margin].astype(np.float32)


def pixel_size(shape: tuple[int, int]) -> float:
    """Return the side in mm of the square pixels of an (H, W) image that shows a whole head.

    The field of view, shape times this, is at least 236 mm × 190 mm, one of them exactly; twice the shape has the same.
    Raises TypeError or ValueError unless `shape` is a pair of whole numbers above 0.

    >>> pixel_size((236, 236))
    1.0
    """
    if not (isinstance(shape, (tuple, list)) and len(shape) == 2):
        raise TypeError(f"the shape of an image is a pair (H, W), got {shape!r}")
    if any(isinstance(n, bool) or not isinstance(n, (int, np.integer)) for n in shape):
        raise TypeError(f"the shape of an image is a pair of whole numbers, got {shape!r}")
    if min(shape) < 1:
        raise ValueError(f"the shape of an image is a pair of numbers above 0, got {shape!r}")
    return max(extent / n for extent, n in zip(FIELD_OF_VIEW, shape))


def positions(shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Return where the rows and the columns of an (H, W) image lie, in mm, float64: pixel n // 2 is at 0.

    >>> positions((2, 1))
    (array([-190.,    0.]), array([0.]))
    """
    step = pixel_size(shape)
    rows, columns = ((np.arange(n) - n // 2) * step for n in shape)
    return rows, columns
