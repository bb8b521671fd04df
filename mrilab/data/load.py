"""Raw k-space from files: the one place that checks a file, calls its decoder, and makes a Scan of the result.

For all formats, a `Scan` holds complex64 k-space (…, C, H, W) on the full grid, with zeros where nothing was sampled,
phase encode along axis −2, readout along −1, DC at n // 2 and no oversampling of the readout.
"""

import os
from pathlib import Path

import numpy as np

from .bart import decode_cfl, is_pair
from .epi import warn_of_ghost
from .fastmri import decode_fastmri
from .hdf5 import open_hdf5
from .ismrmrd import decode_ismrmrd, scan_groups
from .npy import MAGIC, decode_npy
from .raw import Geometry, Raw, check_file
from .readout import crop_readout, neighbours, split_readout
from .scan import DataError, Scan, Voxel
from .twix import decode_twix, is_twix


def load_kspace(
    path: str | os.PathLike,
    *,
    measurement: int | str | None = None,
    encoding: int = 0,
    index: int | None = None,
    mmap: bool = False,
) -> Scan:
    """Return the raw data in a file, whatever its format: .npy, BART, ISMRMRD, fastMRI or Siemens TWIX.

    NumPy's, HDF5 and TWIX files are known by their content, a BART pair by its suffix (or the name without one).

    | format | decoder | axes in the file |
    |---|---|---|
    | .npy | `npy.decode_npy` | (…, C, H, W), as here |
    | BART | `bart.decode_cfl` | (READ, PHS1, PHS2, COIL, …), the first the fastest |
    | ISMRMRD | `ismrmrd.decode_ismrmrd` | single readouts (C, samples), with counters |
    | fastMRI | `fastmri.decode_fastmri` | (slices, C, readout, phase encode) |
    | TWIX, VB to VE | `twix.decode_twix` | single readouts (C, samples), with counters |

    The docstring of each decoder describes how its axes become (…, C, H, W). Then the readout is cropped in image space
    to the width given in the file, and a volume is split along its readout into a stack of slices, (…, W, C, first
    phase encode, second). EPI is corrected by the phase-correction lines of its file; without them a warning names the
    ghost, which `correct_epi` removes by a reference scan. NaN, infinite values and scans of zeros raise an error.
    Images from fastMRI data are transposed compared to fastMRI's.

    Parameters
    ----------
    path : str or path
    measurement : int or str, optional
        Which of several: the number or name of an ISMRMRD file's group, by default "dataset" or the first; the number
        of a TWIX file's measurement, by default the last that holds an image.
    encoding : int
        The number of an encoding in an ISMRMRD header; readouts of others are left out.
    index : int, optional
        The one slice of a fastMRI file that is read, counted from 0; the others stay on the disk.
    mmap : bool
        Keep complex64 data of a .npy file on disk: `kspace` is then a read-only memory map, for stacks larger than
        memory of which some slices are used. The whole file is still read once, to check for NaN.

    Returns
    -------
    Scan
        With `kspace`, `mask` and, if the file has them, `voxel_size`, `noise` and others.

    Raises
    ------
    FileNotFoundError
        If the file does not exist.
    DataError
        If the file has another format, is empty or cut off, or contains NaN or only zeros. A DataError is a ValueError;
        it names the file, what was found in it, and what was expected. Sizes are compared with that of the file before
        memory is allocated.
    ValueError
        For an option that the format does not have.
    ImportError
        For HDF5 and TWIX without `pip install 'mrilab[formats]'`.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     np.save(folder + "/brain.npy", np.eye(6, dtype=complex)[None])
    ...     scan = load_kspace(folder + "/brain.npy")
    >>> scan
    Scan: 1 coil on a grid of 6 × 6, 16.7 % of it sampled
    >>> scan.kspace.dtype, scan.mask.shape
    (dtype('complex64'), (6, 6))
    """
    path = Path(path)
    chosen = {"measurement": measurement, "encoding": encoding or None, "index": index, "mmap": mmap or None}
    choices = {name: value for name, value in chosen.items() if value is not None}
    decode, offered = _decoder(path)
    if not set(choices) <= set(offered):
        unknown = ", ".join(sorted(set(choices) - set(offered)))
        raise ValueError(f"{path}: its format, read by {decode.__name__}, offers no choice of {unknown}")
    raw = decode(path, **choices)
    if raw.averages is not None:  # single readouts, which may be those of EPI
        warn_of_ghost(path, raw)
    return _finish(path, raw)


def _decoder(path: Path):
    """Return the decoder of a file, and the names of its options."""
    if path.suffix.lower() in (".cfl", ".hdr") or (not path.exists() and is_pair(path)):
        return decode_cfl, ()
    check_file(path)
    with open(path, "rb") as file:
        start = file.read(16)
    if start.startswith(MAGIC) or path.suffix.lower() == ".npy":
        return decode_npy, ("mmap",)
    if path.suffix.lower() == ".dat" or is_twix(start):
        return decode_twix, ("measurement",)
    if not start.startswith(b"\x89HDF\r\n\x1a\n") and path.suffix.lower() not in (".h5", ".hdf5", ".mrd"):
        expected = "NumPy's .npy, BART's .cfl and .hdr, Siemens' TWIX, or HDF5 by fastMRI or ISMRMRD"
        raise DataError(path, f"a file that begins {start[:8]!r}", expected)
    with open_hdf5(path) as file:
        names, groups = sorted(file), scan_groups(file)
    if "kspace" in names:
        return decode_fastmri, ("index",)
    if groups:
        return decode_ismrmrd, ("measurement", "encoding")
    raise DataError(path, f"HDF5 with {names[:8]}", "fastMRI's 'kspace', or ISMRMRD's group with 'xml' and 'data'")


def _finish(path: Path, raw: Raw) -> Scan:
    """Crop the readout, split a volume, check the values, and return a Scan with all axes in its order."""
    kspace, averages, turned = raw.kspace, raw.averages, raw.turned
    if kspace.ndim < 3 + raw.volume or 0 in kspace.shape:
        raise DataError(path, f"k-space of shape {kspace.shape}", "(…, coils, phase encode, readout), none of size 0")
    received = kspace.shape[-1]
    width = min(raw.width or received, received)
    kspace = crop_readout(kspace, width)
    if averages is not None and width < received:
        left, right = neighbours(received, width)
        averages = np.minimum(averages[..., left], averages[..., right])
    voxel = raw.voxel and raw.voxel[::-1]
    if raw.volume:
        kspace, voxel = split_readout(kspace, width), raw.voxel
        if averages is not None:
            averages = _across(averages)
        turned = None  # the direction of a readout has no meaning after its transform
    _check_values(path, kspace, raw.noise)
    return Scan(
        kspace,
        voxel_size=voxel,
        noise=raw.noise,
        averages=averages,
        affine=_affine(raw.geometry, voxel, kspace.shape, raw.volume),
        dwell=raw.dwell,
        noise_dwell=raw.noise_dwell,
        noise_bandwidth=raw.noise_bandwidth,
        band=width / received,
        turned=turned,
    )


def _across(averages: np.ndarray) -> np.ndarray:
    """Return (…, X, Y, Z) of counts (…, Z, Y, X): across a transformed readout, noise is the mean over its samples."""
    inverse = np.divide(1.0, averages, out=np.zeros_like(averages), where=averages > 0).mean(axis=-1)
    counts = np.divide(1.0, inverse, out=np.zeros_like(inverse), where=inverse > 0).swapaxes(-1, -2)
    shape = (*counts.shape[:-2], averages.shape[-1], *counts.shape[-2:])
    return np.ascontiguousarray(np.broadcast_to(counts[..., None, :, :], shape))


def _check_values(path: Path, kspace: np.ndarray, noise: np.ndarray | None) -> None:
    """Raise DataError for NaN, infinite values, and k-space that is all zero."""
    for name, values in (("k-space", kspace), ("noise samples", noise)):
        if values is None:
            continue
        bad = sum(int(np.count_nonzero(~np.isfinite(part))) for part in values)
        if bad:
            raise DataError(path, f"{bad} NaN or infinite values among {values.size} of {name}", "finite numbers")
    if not kspace.any():
        raise DataError(path, f"k-space of shape {kspace.shape} with nothing but zeros", "samples")


def _affine(geometry: Geometry | None, voxel: Voxel | None, shape: tuple[int, ...], volume: bool) -> np.ndarray | None:
    """Return the map from (slice, row, column) to millimetres, RAS+, or None if the file does not determine it."""
    if geometry is None or voxel is None:
        return None
    read, phase, across = geometry.directions
    axes = np.stack([read, phase, across] if volume else [across, phase, read])
    steps = axes * np.array(voxel)[:, None]
    centres = geometry.centres
    if len(centres) > 1:  # including the gap between slices
        steps[0] = (centres[-1] - centres[0]) / (len(centres) - 1)
        even = centres[0] + np.arange(len(centres))[:, None] * steps[0]
        if not np.allclose(centres, even, atol=0.02 * voxel[0]) or not steps[0].any():
            return None
    # The centre of a field of view is at pixel n // 2, and that of a stack of slices at its first slice.
    middle = np.array([shape[-4] // 2 if volume else 0, shape[-2] // 2, shape[-1] // 2])
    affine = np.eye(4)
    affine[:3, :3] = steps.T
    affine[:3, 3] = centres[0] - middle @ steps
    return np.diag([-1.0, -1.0, 1.0, 1.0]) @ affine  # from left, back, head (LPS+)
