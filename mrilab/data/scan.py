"""`Scan`, the raw data of any file, and the error for files that cannot be read."""

import os
from dataclasses import dataclass, field

import numpy as np

from ..arrays.libraries import Array, is_numpy, namespace, plain, to_numpy, unmasked

Voxel = tuple[float, float, float]


class DataError(ValueError):
    """An error in a file: the message names the file, what was found in it, and what was expected.

    >>> raise DataError("brain.cfl", "5 bytes", "8, as brain.hdr says")
    Traceback (most recent call last):
    mrilab.data.scan.DataError: brain.cfl: found 5 bytes; expected 8, as brain.hdr says
    """

    def __init__(self, path: str | os.PathLike, found: str, expected: str):
        super().__init__(path, found, expected)  # the arguments with which pickle creates it again

    def __str__(self):
        path, found, expected = self.args
        return f"{os.fspath(path)}: found {found}; expected {expected}"


@dataclass(frozen=True, eq=False)
class Scan:
    """Raw data on the full Cartesian grid, in the conventions of the course.

    Attributes that a file does not give are None.

    Attributes
    ----------
    kspace : ndarray, complex64 (…, C, H, W)
        Zero where not sampled, DC at (H // 2, W // 2). Phase encode is axis −2 and readout axis −1. A 3-D scan is a
        stack of slices along its readout; both axes of its slices are phase encodes.
    mask : ndarray, bool (…, H, W)
        `sampling_mask(kspace)`.
    voxel_size : (float, float, float) or None
        Millimetres along (slice, H, W); the first is the slice thickness, without gaps.
    noise : ndarray, complex64 (C, samples), or None
        Samples of the coils without signal, as in the file, for prewhitening.
    averages : ndarray, float32 (…, H, W), or None
        How often each sample was acquired. `kspace` is the mean, so the variance of its noise is 1 / averages.
    affine : ndarray, float64 (4, 4), or None
        The map from indices (slice, row, column) of images (slices, H, W) to millimetres towards the patient's right,
        front and head (RAS+), as in NIfTI.
    dwell, noise_dwell : float or None
        Microseconds between two samples of a readout, including oversampling, in the scan and in `noise`.
    noise_bandwidth : float or None
        Mean variance of `noise` divided by that at the centre of its band: the filter of the receiver decreases towards
        the edges of the band.
    band : float
        The fraction of the received band that is left after the oversampling was removed.
    turned : ndarray, bool (…, H), or None
        The lines that were acquired from right to left and then reversed, if the file marks any.

    Examples
    --------
    >>> Scan(np.ones((2, 4, 4), np.complex64))
    Scan: 2 coils on a grid of 4 × 4, 100 % of it sampled
    """

    kspace: np.ndarray
    mask: np.ndarray = field(init=False)
    voxel_size: Voxel | None = None
    noise: np.ndarray | None = None
    averages: np.ndarray | None = None
    affine: np.ndarray | None = None
    dwell: float | None = None
    noise_dwell: float | None = None
    noise_bandwidth: float | None = None
    band: float = 1.0
    turned: np.ndarray | None = None

    def __post_init__(self):
        for name in ("kspace", "noise", "averages", "affine", "turned"):
            array = getattr(self, name)
            if array is not None and type(array) is not np.memmap:  # a map of a file remains one
                array = to_numpy(array)
                object.__setattr__(self, name, array)
            if array is not None and array.dtype.kind not in "fciub":
                raise TypeError(f"the {name} of a Scan must hold numbers, got {array.dtype} of shape {array.shape}")
        object.__setattr__(self, "mask", sampling_mask(self.kspace))

    def __repr__(self):
        *lead, coils, height, width = self.kspace.shape
        stack = f"{' × '.join(map(str, lead))} slices, " if lead else ""
        voxel = f", voxels of {' × '.join(f'{v:.3g}' for v in self.voxel_size)} mm" if self.voxel_size else ""
        noise = f", {self.noise.shape[1]} samples of noise" if self.noise is not None else ""
        return (
            f"Scan: {stack}{coils} coil{'s' * (coils > 1)} on a grid of {height} × {width}, "
            f"{100 * self.mask.mean():.3g} % of it sampled{voxel}{noise}"
        )


def sampling_mask(kspace: Array) -> Array:
    """Return where k-space (…, C, H, W) was sampled, bool (…, H, W): where the value of any coil is not zero.

    Works with any array library. Raises ValueError for fewer than three axes.

    >>> kspace = np.zeros((2, 3, 1), np.complex64)
    >>> kspace[1, 2] = 1j
    >>> sampling_mask(kspace)[:, 0]
    array([False, False,  True])
    """
    kspace, xp = unmasked(kspace) if is_numpy(kspace) else plain(kspace), namespace(kspace)
    if not xp.isdtype(kspace.dtype, ("bool", "numeric")):
        raise TypeError(f"k-space must hold numbers, got {kspace.dtype} of shape {tuple(kspace.shape)}")
    if kspace.ndim < 3:
        raise ValueError(f"k-space has the shape (…, C, H, W), got {tuple(kspace.shape)}")
    return xp.any(kspace != 0, axis=-3)
