"""A second head, of one person, to test methods on more than the averaged atlas.

Colin27 is the mean of 27 registered T1-weighted scans of one man, with skull, scalp, eyes and neck. It is stored in
`heads/`, with its licence.
"""

from functools import cache
from pathlib import Path

import numpy as np

from .atlas import load_atlas, pixel_size, positions
from .fields import smooth_field
from .packing import unpack

COLIN27 = Path(__file__).parent / "heads" / "colin27.npz"
ORIGIN = np.array([-90.0, -125.0, -71.0])  # MNI coordinates in mm of the first voxel
CENTRE = np.array([0.0, -17.0, 19.0])  # of the volume of 181 mm × 217 mm × 181 mm

# For each plane the axes of MNI space (0: to the right, 1: to the front, 2: up) along rows (upwards), along columns and
# across the slice, and the range of random positions in mm.
PLANES = {
    "axial": (1, 0, 2, (-20.0, 60.0)),
    "coronal": (2, 0, 1, (-70.0, 30.0)),
    "sagittal": (2, 1, 0, (-45.0, 45.0)),
}

# T2 brightness as a function of T1 intensity, within the brain (fluid, grey matter, white matter, vessels) and outside
# it (bone and air, muscle, fat). Chosen by eye to look like a T2-weighted spin echo, not measured.
T2_INSIDE = ((0, 25, 85, 115, 254), (1.0, 1.0, 0.55, 0.40, 0.35))
T2_OUTSIDE = ((0, 20, 80, 254), (0.0, 0.02, 0.20, 0.35))


def colin(
    shape: tuple[int, int] = (256, 256),
    seed: int = 0,
    *,
    plane: str = "axial",
    position: float | None = None,
    contrast: str = "T1",
    scalp: bool = True,
) -> np.ndarray:
    """Return a slice of Colin27, the head of one person with skull and scalp, with smooth phase.

    As with `brain`, the result is complex64 (H, W) with largest magnitude 1 and square pixels of the same size, so the
    same coils can be used. In "axial" slices the front is up, in "coronal" and "sagittal" ones the top; the subject's
    right, or the front, is to the right. "T1" are the stored intensities. "T2" maps them, within the brain by
    `T2_INSIDE` and outside by `T2_OUTSIDE`: it has a T2 contrast, but no more information than T1. The surface of the
    brain is that of the atlas, which includes the base of the skull below z = −30 mm.

    Parameters
    ----------
    shape : (int, int)
        Height and width in pixels; finer than the k-space of `simulate`.
    seed : int
        Seed of the phase, and of the position if that is None.
    plane : {"axial", "coronal", "sagittal"}
        The plane of the slice.
    position : float, optional
        The MNI coordinate of the slice in mm: z from −71 to 109, y from −125 to 91, x from −90 to 90. None: random.
    contrast : {"T1", "T2"}
        The weighting.
    scalp : bool
        Whether to show what lies outside the brain: skull, scalp, eyes and neck.

    Raises
    ------
    ValueError
        For an unknown plane or contrast, a position outside the head, and a shape too narrow for the plane.
    TypeError
        As `pixel_size` for an invalid shape.

    References
    ----------
    Holmes et al., Enhancement of MR images using registration for signal averaging, J. Comput. Assist. Tomogr. 22
    (1998).

    Examples
    --------
    >>> image = colin((96, 96), plane="sagittal", position=5.0)
    >>> image.shape, image.dtype, round(float(abs(image).max()), 6)
    ((96, 96), dtype('complex64'), 1.0)
    """
    for name, value, known in (("plane", plane, tuple(PLANES)), ("contrast", contrast, ("T1", "T2"))):
        if value not in known:
            raise ValueError(f"unknown {name} {value!r}: it is one of {', '.join(map(repr, known))}")
    rng = np.random.default_rng(seed)
    drawn = rng.uniform(*PLANES[plane][3])
    points = _points(shape, plane, drawn if position is None else position)
    intensity = _intensity(points)
    image = intensity if contrast == "T1" else _t2(intensity, points)
    if not scalp:
        image = image * _brain_share(points)
    if not image.any():
        raise ValueError(f"the {plane} slice at {position} mm shows no head")
    phase = smooth_field(rng, shape, 4)
    return (image / image.max() * np.exp(1j * phase)).astype(np.complex64)


@cache
def _spline() -> np.ndarray:
    """Return the intensities of Colin27 as cubic spline coefficients, float32 (181, 217, 181)."""
    from scipy.ndimage import spline_filter

    return spline_filter(unpack(COLIN27, "t1"), output=np.float32)


def _points(shape: tuple[int, int], plane: str, position: float) -> np.ndarray:
    """Return the MNI coordinates (3, H, W) in mm of the pixels of a slice."""
    up, along, across, _ = PLANES[plane]
    size = np.array(_spline().shape)
    low, high = ORIGIN[across], ORIGIN[across] + size[across] - 1
    if not low <= position <= high:
        raise ValueError(f"{plane} slices of this head lie from {low:g} to {high:g} mm, got position {position!r}")
    shown = np.array(shape) * pixel_size(shape)
    if (shown < size[[up, along]]).any():
        raise ValueError(
            f"the {plane} head is {size[up]} mm × {size[along]} mm, an image of shape {tuple(shape)} shows "
            f"{shown[0]:.0f} mm × {shown[1]:.0f} mm"
        )
    rows, columns = positions(shape)
    points = np.empty((3, *shape))
    points[up], points[along], points[across] = CENTRE[up] - rows[:, None], CENTRE[along] + columns, position
    return points


def _intensity(points: np.ndarray) -> np.ndarray:
    """Return the T1 intensities, 0 to about 254, at MNI coordinates (3, H, W); 0 outside the volume."""
    from scipy.ndimage import map_coordinates

    voxels = points - ORIGIN[:, None, None]
    return map_coordinates(_spline(), voxels, order=3, mode="constant", prefilter=False).clip(0)


def _t2(intensity: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return T2 brightness: by one mapping inside the brain, by another outside."""
    share = _brain_share(points)
    return share * np.interp(intensity, *T2_INSIDE) + (1 - share) * np.interp(intensity, *T2_OUTSIDE)


def _brain_share(points: np.ndarray) -> np.ndarray:
    """Return 1 inside the brain (the surface of the atlas) and 0 outside, with an edge of 2 mm."""
    from scipy.ndimage import map_coordinates

    atlas = load_atlas()
    depth = map_coordinates(
        atlas.depth, (points - atlas.origin[:, None, None]) / 2.0, order=3, mode="nearest", prefilter=False
    )
    return np.clip(1 - depth / 2.0, 0, 1)
