"""The result of a decoder: the arrays of a file, and what the file says about them. `load` turns it into a Scan."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .scan import DataError, Voxel


@dataclass
class Geometry:
    """Position of the slices, in millimetres towards the patient's left, back and head (LPS+), as in DICOM.

    The rows of `directions` are the unit vectors of readout, first phase encode and slice; `centres` (slices, 3) are
    the centres of the slices, or the centre of a volume.
    """

    directions: np.ndarray
    centres: np.ndarray


@dataclass
class Raw:
    """Decoded samples on their grid, before they are cropped, transformed or checked for NaN.

    `kspace` has the axes (…, C, H, W'), with an oversampled readout as the last one. If `volume` is true, they are
    (…, C, Z, Y, X), where X is the readout, and Y and Z are phase encodes. `width` is the length of the readout without
    oversampling, `voxel` the size in mm along (x, y, z) = (readout, phase encode, slice). `averages` has the axes of
    `kspace` without the coils, `turned` those without coils and readout. `epi` is true if the
    header names the scan echo-planar, and `one_phase` if the file's own phase-correction lines have corrected it. The
    others are as in `Scan`.
    """

    kspace: np.ndarray
    volume: bool = False
    width: int | None = None
    voxel: Voxel | None = None
    geometry: Geometry | None = None
    averages: np.ndarray | None = None
    turned: np.ndarray | None = None
    epi: bool = False
    one_phase: bool = False
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
    """Return a contiguous complex64 array; numbers beyond its range become infinite, for which `load` raises."""
    with np.errstate(over="ignore"):
        return np.array(values, dtype=np.complex64, order="C")
