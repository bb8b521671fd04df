"""HDF5 files, and the ISMRMRD header in XML, which fastMRI files contain too."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from .raw import check_file
from .scan import DataError, Voxel

Sizes = tuple[int, int, int]
DEFLATE = 1032  # the largest compression factor of zlib


@contextmanager
def open_hdf5(path: str | os.PathLike) -> Iterator:
    """Open an HDF5 file for reading; any error of the library in the block becomes a DataError."""
    path = Path(path)
    check_file(path)
    try:
        import h5py
    except ImportError as error:
        raise ImportError(f"reading {path.name} needs h5py: pip install 'mrilab[formats]'") from error
    if not h5py.is_hdf5(path):
        with open(path, "rb") as file:
            start = file.read(8)
        raise DataError(path, f"a file that begins {start!r}", "HDF5, by its signature")
    with faults(path), h5py.File(path, "r") as file:
        yield file


@contextmanager
def faults(path: Path) -> Iterator[None]:
    """Turn the many errors of HDF5 libraries on a broken file into a DataError."""
    try:
        yield
    except (DataError, ImportError):
        raise
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RuntimeError, MemoryError) as error:
        found = f"HDF5 that cannot be read ({type(error).__name__}: {str(error)[:200]})"
        raise DataError(path, found, "a whole file of raw data") from error


def check_stored(path: Path, name: str, nbytes: int) -> None:
    """Raise DataError if a dataset is larger than a file of this size can hold at the largest compression."""
    size = path.stat().st_size
    if nbytes > DEFLATE * size:
        raise DataError(path, f"{size} bytes", f"enough for the {nbytes:.3g} bytes that {name!r} claims to hold")


@dataclass(frozen=True)
class Encoding:
    """The parts of one `<encoding>` of an ISMRMRD header that a Cartesian reader needs; x is the readout.

    `limits` maps the counters in the header to (smallest, largest, centre).
    """

    trajectory: str
    encoded: Sizes
    recon: Sizes
    fov: Voxel | None
    recon_fov: Voxel | None
    limits: dict[str, Sizes]
    calibration: str
    noise_bandwidth: float | None

    @property
    def width(self) -> int:
        """Number of samples of the readout without oversampling, from the reconstruction matrix and its FOV."""
        x, wanted = self.encoded[0], self.recon[0]
        if self.fov and self.recon_fov:  # the reconstruction matrix may be larger than that, for interpolation
            wanted = min(wanted, round(x * self.recon_fov[0] / self.fov[0]))
        return max(1, min(x, wanted))

    @property
    def voxel(self) -> Voxel | None:
        """Size of the encoded voxels in mm, along x, y, z."""
        if self.fov is None:
            return None
        x, y, z = (length / n for length, n in zip(self.fov, self.encoded))
        return x, y, z


def header_text(path: Path, dataset) -> bytes | str:
    """Return the text in a dataset; raise DataError if it does not contain exactly one."""
    import h5py

    if not hasattr(dataset, "dtype") or h5py.check_string_dtype(dataset.dtype) is None or dataset.size != 1:
        raise DataError(path, f"a header that is {getattr(dataset, 'dtype', 'no dataset')}", "one text, in XML")
    return dataset[()] if dataset.shape == () else dataset[0]


def read_header(path: Path, xml: bytes | str) -> list[Encoding]:
    """Return the encodings of an ISMRMRD header; raise DataError if it is not one."""
    from xml.etree import ElementTree

    try:
        root = ElementTree.fromstring(xml)
    except (ElementTree.ParseError, UnicodeError, ValueError, LookupError, TypeError) as error:
        raise DataError(path, f"a header that is not XML ({error})", "an ISMRMRD header") from error
    try:
        bandwidth = _fraction(root.findtext("{*}acquisitionSystemInformation/{*}relativeReceiverNoiseBandwidth"))
        found = [_encoding(node, bandwidth) for node in root.iterfind("{*}encoding")]
    except (TypeError, ValueError, OverflowError) as error:
        raise DataError(path, f"a header whose sizes cannot be read ({error})", "an ISMRMRD header") from error
    if not found:
        raise DataError(path, "a header without <encoding>", "an ISMRMRD header")
    for encoding in found:
        if min(*encoding.encoded, *encoding.recon) < 1:
            raise DataError(path, f"a header with the matrix {encoding.encoded}", "sizes of at least 1")
    return found


def _encoding(node, noise_bandwidth: float | None) -> Encoding:
    encoded = _sizes(node, "encodedSpace")
    limits = {}
    for limit in node.iterfind("{*}encodingLimits/*"):
        values = [limit.findtext("{*}" + word) for word in ("minimum", "maximum", "center")]
        if None not in values:
            limits[limit.tag.rsplit("}")[-1]] = (int(values[0]), int(values[1]), int(values[2]))
    return Encoding(
        (node.findtext("{*}trajectory") or "cartesian").strip().lower(),
        encoded,
        _sizes(node, "reconSpace") if node.find("{*}reconSpace") is not None else encoded,
        _field(node, "encodedSpace"),
        _field(node, "reconSpace"),
        limits,
        (node.findtext("{*}parallelImaging/{*}calibrationMode") or "").strip().lower(),
        noise_bandwidth,
    )


def _fraction(text: str | None) -> float | None:
    """Return a number between 0 and 1, or None for any other text."""
    value = float(text) if text else 0.0
    return value if 0 < value <= 1 else None


def _sizes(node, space: str) -> Sizes:
    x, y, z = (int(node.findtext(f"{{*}}{space}/{{*}}matrixSize/{{*}}{axis}")) for axis in "xyz")
    return x, y, z


def _field(node, space: str) -> Voxel | None:
    """Return a field of view in mm, or None if the header has no valid one."""
    texts = [node.findtext(f"{{*}}{space}/{{*}}fieldOfView_mm/{{*}}{axis}") for axis in "xyz"]
    if None in texts:
        return None
    x, y, z = map(float, texts)
    return (x, y, z) if all(isfinite(v) and v > 0 for v in (x, y, z)) else None
