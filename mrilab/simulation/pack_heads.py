"""Write the files in `heads/` from their sources: `python -m mrilab.simulation.pack_heads`.

The atlas needs nilearn (`pip install nilearn`), which the package itself does not need. Colin27 needs `ch2.nii.gz` of
Debian's package `mricron-data`.
"""

from pathlib import Path

import numpy as np

from .atlas import ICBM152, MARGIN
from .colin import COLIN27
from .packing import pack

CLOSING = 15.0  # pixels of 2 mm: furrows of the brain narrower than twice this are closed


def pack_icbm152() -> None:
    """Write nilearn's maps of grey and white matter, and the squared distance to the surface of the closed brain."""
    from nilearn.datasets import load_mni152_gm_template, load_mni152_template, load_mni152_wm_template

    loaders = (load_mni152_template, load_mni152_gm_template, load_mni152_wm_template)
    head, grey, white = (np.asarray(load(resolution=1).dataobj) for load in loaders)
    pack(ICBM152, grey=levels(grey), white=levels(white), squared_depth=squared_depth(head[::2, ::2, ::2] > 0))


def pack_colin27(path: Path = Path("/usr/share/mricron/templates/ch2.nii.gz")) -> None:
    """Write Colin27's intensities, whole numbers from 0 to 254."""
    import nibabel

    pack(COLIN27, t1=np.asarray(nibabel.nifti1.load(path).dataobj).astype(np.uint8))


def levels(fraction: np.ndarray) -> np.ndarray:
    """Return a map of fractions as its 256 levels, uint8; raise ValueError if it has other values.

    >>> levels(np.float32([0, 0.2, 1]))
    array([  0,  51, 255], dtype=uint8)
    """
    whole = np.round(255 * fraction).astype(np.uint8)
    if not np.array_equal(whole.astype(np.float32) / np.float32(255), fraction):
        raise ValueError("the map has values other than 256 levels, which packing would change")
    return whole


def squared_depth(brain: np.ndarray) -> np.ndarray:
    """Return the squared distance in pixels, int16, to the surface of a brain whose furrows are closed by a ball.

    It is negative inside, and has MARGIN more pixels around the mask (X, Y, Z). Squared distances on a grid are whole
    numbers.
    """
    from scipy.ndimage import distance_transform_edt

    added = int(CLOSING) + 1  # so that the ball does not reach the edge
    brain = np.pad(brain, added)
    hull = distance_transform_edt(distance_transform_edt(~brain) < CLOSING) > CLOSING
    squared = distance_transform_edt(~hull) ** 2 - distance_transform_edt(hull) ** 2
    kept = slice(added - MARGIN, MARGIN - added)
    return np.round(squared)[kept, kept, kept].astype(np.int16)


if __name__ == "__main__":
    pack_icbm152()
    pack_colin27()
