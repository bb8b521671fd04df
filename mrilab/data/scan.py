"""What every reader of raw data returns, and the error that it raises."""

import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..arrays.libraries import Array, namespace

Voxel = tuple[float, float, float]


class DataError(ValueError):
    """A file that is not what it should be: the message names the file, what was found, and what was expected.

    >>> raise DataError("brain.cfl", "5 bytes", "8, as brain.hdr says")
    Traceback (most recent call last):
    mrilab.data.scan.DataError: brain.cfl: found 5 bytes; expected 8, as brain.hdr says
    """

    def __init__(self, path: str | os.PathLike, found: str, expected: str):
        super().__init__(path, found, expected)  # what pickle calls the class with again

    def __str__(self):
        path, found, expected = self.args
        return f"{os.fspath(path)}: found {found}; expected {expected}"


@dataclass(frozen=True, eq=False)
class Scan:
    """Raw data on the full Cartesian grid, in the conventions of the course.

    Attributes
    ----------
    kspace : ndarray, complex64 (…, C, H, W)
        Zero where not sampled, DC at (H // 2, W // 2). Phase encode is axis −2 and readout axis −1; in a 3-D scan,
        which comes as a stack of slices across its readout, both axes are phase encodes.
    mask : ndarray, bool (…, H, W)
        `sampling_mask(kspace)`.
    voxel_size : (float, float, float) or None
        Millimetres along (slice, H, W), if the file says so; the first is the thickness, without any gap.
    noise : ndarray, complex64 (C, samples), or None
        What the coils received when there was no signal: for prewhitening.

    Examples
    --------
    >>> Scan(np.ones((2, 4, 4), np.complex64))
    Scan: 2 coils on a grid of 4 × 4, 100 % of it sampled
    """

    kspace: np.ndarray
    mask: np.ndarray = field(init=False)
    voxel_size: Voxel | None = None
    noise: np.ndarray | None = None

    def __post_init__(self):
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
    """Return where k-space (…, C, H, W) was sampled, bool (…, H, W): where a coil holds a value that is not zero.

    Works on any array library. Raises ValueError for fewer than three axes.

    >>> kspace = np.zeros((2, 3, 1), np.complex64)
    >>> kspace[1, 2] = 1j
    >>> sampling_mask(kspace)[:, 0]
    array([False, False,  True])
    """
    xp = namespace(kspace)
    if kspace.ndim < 3:
        raise ValueError(f"k-space has the shape (…, C, H, W), got {tuple(kspace.shape)}")
    return xp.any(kspace != 0, axis=-3)


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
    """Return a plain, contiguous complex64 array; what is too large for it becomes infinite, which `finish` finds."""
    with np.errstate(over="ignore"):
        return np.array(values, dtype=np.complex64, order="C")


def finish(path: Path, kspace: np.ndarray, voxel_size: Voxel | None = None, noise: np.ndarray | None = None) -> Scan:
    """Return the Scan; raise DataError unless k-space is (…, C, H, W), not empty, finite and not all zero."""
    if kspace.ndim < 3 or 0 in kspace.shape:
        raise DataError(path, f"k-space of shape {kspace.shape}", "(…, coils, phase encode, readout), none of size 0")
    for name, values in (("k-space", kspace), ("noise samples", noise)):
        if values is None:
            continue
        bad = sum(int(np.count_nonzero(~np.isfinite(part))) for part in values)
        if bad:
            raise DataError(path, f"{bad} NaN or infinite values among {values.size} of {name}", "finite numbers")
    if not kspace.any():
        raise DataError(path, f"k-space of shape {kspace.shape} with nothing but zeros", "samples")
    return Scan(kspace, voxel_size=voxel_size, noise=noise)


def crop_readout(kspace: np.ndarray, width: int) -> np.ndarray:
    """Return k-space (…, C, H, W') with its readout oversampling removed: (…, C, H, W), W ≤ W'.

    Oversampling widens the field of view, so it is cropped in image space, about the centre; the values of the image
    stay as they are. A readout that was not sampled whole (a partial echo) leaks a little past its end: new samples
    that do not lie between old ones are set to zero.
    """
    from scipy.fft import fft, fftshift, ifft, ifftshift

    old = kspace.shape[-1]
    if width >= old:
        return kspace
    start = old // 2 - width // 2
    out = np.empty((*kspace.shape[:-1], width), np.complex64)
    place = (np.arange(width) - width // 2) * (old / width) + old // 2
    left = np.floor(place).astype(int)
    right = np.minimum(np.ceil(place).astype(int), old - 1)
    for index in np.ndindex(kspace.shape[:-3]):  # slice by slice, for little memory
        part = kspace[index]
        line = fftshift(ifft(ifftshift(part, axes=-1), axis=-1, norm="ortho"), axes=-1)[..., start : start + width]
        sampled = sampling_mask(part)
        line = fftshift(fft(ifftshift(line, axes=-1), axis=-1, norm="ortho"), axes=-1)
        out[index] = line * (sampled[..., left] & sampled[..., right])
    return out


def split_readout(volume: np.ndarray, width: int) -> np.ndarray:
    """Return a 3-D scan (…, C, Z, Y, X) as a stack of 2-D ones, (…, width, C, Y, Z), with both axes phase encodes.

    The readout X is whole for every pair of phase encodes, so an inverse Fourier transform along it leaves problems
    that have nothing to do with each other, one for each position across it; the `width` central ones are kept.
    """
    from scipy.fft import fftshift, ifft, ifftshift

    start = volume.shape[-1] // 2 - width // 2
    hybrid = fftshift(ifft(ifftshift(volume, axes=-1), axis=-1, norm="ortho"), axes=-1)[..., start : start + width]
    return np.ascontiguousarray(np.moveaxis(hybrid, -1, -4).swapaxes(-1, -2))
