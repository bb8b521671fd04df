"""NumPy's own .npy files."""

from pathlib import Path

import numpy as np

from .raw import Raw, to_complex64
from .scan import DataError

MAGIC = b"\x93NUMPY"


def decode_npy(path: Path, *, mmap: bool = False) -> Raw:
    """Return the complex numbers in a .npy file, of any precision, with axes (…, C, H, W).

    `mmap=True` leaves complex64 data on the disk, as a read-only map. Python objects are never unpickled.
    """
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
    size = path.stat().st_size
    if stored.offset + stored.nbytes != size:
        raise DataError(path, f"{size} bytes", f"{stored.offset + stored.nbytes}, as its header says")
    return Raw(stored if mmap and stored.dtype == np.complex64 else to_complex64(stored))
