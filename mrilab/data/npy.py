"""The reader of NumPy's own .npy files."""

import os
from pathlib import Path

import numpy as np

from .scan import DataError, Scan, check_file, finish, to_complex64

MAGIC = b"\x93NUMPY"


def read_npy(path: str | os.PathLike, *, mmap: bool = False) -> Scan:
    """Return the k-space in a .npy file, complex numbers of any precision, with axes (…, C, H, W).

    `mmap=True` leaves complex64 data on the disk: `kspace` is then a read-only map of the file, for stacks larger than
    memory of which some slices are taken. The whole file is still read once, to look for NaN.

    Raises FileNotFoundError, and DataError for any other file; Python objects are never unpickled.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     np.save(folder + "/y.npy", np.ones((3, 8, 4, 4), np.complex64))
    ...     read_npy(folder + "/y.npy", mmap=True)
    Scan: 3 slices, 8 coils on a grid of 4 × 4, 100 % of it sampled
    """
    path = Path(path)
    size = check_file(path)
    with open(path, "rb") as file:
        start = file.read(len(MAGIC))
    if start != MAGIC:
        raise DataError(path, f"a file that begins {start!r}", f"{MAGIC!r}, as NumPy's .npy does")
    try:  # a map, since that compares the header with the file before it asks for memory
        with np.errstate(over="ignore"):  # absurd sizes, which it refuses afterwards
            stored = np.load(path, mmap_mode="r", allow_pickle=False)
    except Exception as error:  # NumPy's parser of headers raises a dozen kinds
        found = f"a .npy that cannot be read ({type(error).__name__}: {str(error)[:200]})"
        raise DataError(path, found, "a whole file of complex numbers") from error
    if stored.dtype.kind != "c":
        raise DataError(path, f"{stored.dtype} numbers of shape {stored.shape}", "complex ones")
    if stored.offset + stored.nbytes != size:
        raise DataError(path, f"{size} bytes", f"{stored.offset + stored.nbytes}, as its header says")
    if mmap and stored.dtype == np.complex64:
        return finish(path, stored)
    return finish(path, to_complex64(stored))
