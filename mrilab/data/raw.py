"""What a decoder returns: the arrays as a file has them, and what it tells about them; `load` makes a Scan of it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .scan import DataError, Voxel


@dataclass
class Geometry:
    """Where slices lie, in millimetres towards the patient's left, back and head (LPS+), as DICOM has it.

    `directions` are the unit vectors of readout, first phase encode and slice, in rows; `centres` (slices, 3) are the
    centres of the slices, or the one of a volume.
    """

    directions: np.ndarray
    centres: np.ndarray


@dataclass
class Raw:
    """Decoded samples, on their grid, before anything is cropped, transformed or checked for NaN.

    `kspace` has the axes (…, C, H, W'), the readout last and oversampled, or (…, C, Z, Y, X) where `volume` is true:
    then X is the readout and the others are phase encodes. `width` is what removing the oversampling leaves of the
    readout, `voxel` the size in mm along (x, y, z) = (readout, phase encode, slice). `averages` and `turned` have the
    axes of `kspace` without the coils, `turned` without the readout too. The others are as in `Scan`.
    """

    kspace: np.ndarray
    volume: bool = False
    width: int | None = None
    voxel: Voxel | None = None
    geometry: Geometry | None = None
    averages: np.ndarray | None = None
    turned: np.ndarray | None = None
    noise: np.ndarray | None = None
    dwell: float | None = None
    noise_dwell: float | None = None
    noise_bandwidth: float | None = None


def check_file(path: Path) -> int:
    """Return the size of a file; raise DataError for a folder, a device or an empty file."""
    if not path.exists():
        raise FileNotFoundError(f"there is no file {path}")
    if not path.is_file():
        raise DataError(path, "a folder" if path.is_dir() else "no regular file", "a file of raw data")
    size = path.stat().st_size
    if size == 0:
        raise DataError(path, "an empty file", "raw data")
    return size


def to_complex64(values: np.ndarray) -> np.ndarray:
    """Return a plain, contiguous complex64 array; what is too large for it becomes infinite, which `load` finds."""
    with np.errstate(over="ignore"):
        return np.array(values, dtype=np.complex64, order="C")
