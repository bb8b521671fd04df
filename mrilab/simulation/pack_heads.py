"""Write the packed heads of `heads/` anew, from where they come: `python -m mrilab.simulation.pack_heads`.

The atlas needs nilearn (`pip install nilearn`), which the package itself does not.
"""

import numpy as np

from .atlas import ICBM152, MARGIN
from .packing import pack

CLOSING = 15.0  # pixels of 2 mm: furrows of the brain narrower than twice this are closed


def pack_icbm152() -> None:
    """Write nilearn's maps of grey and white matter, and the squared distance to the surface of the closed brain."""
    from nilearn.datasets import load_mni152_gm_template, load_mni152_template, load_mni152_wm_template

    loaders = (load_mni152_template, load_mni152_gm_template, load_mni152_wm_template)
    head, grey, white = (np.asarray(load(resolution=1).dataobj) for load in loaders)
    pack(ICBM152, grey=levels(grey), white=levels(white), squared_depth=squared_depth(head[::2, ::2, ::2] > 0))


def levels(fraction: np.ndarray) -> np.ndarray:
    """Return the 256 levels, uint8, that a map of fractions holds; raises ValueError if it holds others.

    >>> levels(np.float32([0, 0.2, 1]))
    array([  0,  51, 255], dtype=uint8)
    """
    whole = np.round(255 * fraction).astype(np.uint8)
    if not np.array_equal(whole.astype(np.float32) / np.float32(255), fraction):
        raise ValueError("the map does not hold 256 levels: packing it would change it")
    return whole


def squared_depth(brain: np.ndarray) -> np.ndarray:
    """Return the squared distance in pixels, int16, to the surface of a brain whose furrows are closed by a ball.

    Negative inside. MARGIN pixels are added around the mask (X, Y, Z). A squared distance on a grid is a whole number.
    """
    from scipy.ndimage import distance_transform_edt

    added = int(CLOSING) + 1  # lest the ball meets the edge
    brain = np.pad(brain, added)
    hull = distance_transform_edt(distance_transform_edt(~brain) < CLOSING) > CLOSING
    squared = distance_transform_edt(~hull) ** 2 - distance_transform_edt(hull) ** 2
    kept = slice(added - MARGIN, MARGIN - added)
    return np.round(squared)[kept, kept, kept].astype(np.int16)


if __name__ == "__main__":
    pack_icbm152()
