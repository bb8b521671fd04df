"""NumPy's .npy files."""

from pathlib import Path

import numpy as np

from .raw import Raw, to_complex64
from .scan import DataError

MAGIC = b"\x93NUMPY"


def decode_npy(path: Path, *, mmap: bool = False) -> Raw:
    """Return the complex numbers in a .npy file, of any precision, with axes (…, C, H, W).

    With `mmap`, complex64 data stay on disk, as a read-only memory map. Python objects are never unpickled.
    """
    with open(path, "rb") as file:
        start = file.read(len(MAGIC))
    if start != MAGIC:
        raise DataError(path, f"a file that begins {start!r}", f"{MAGIC!r}, as NumPy's .npy does")
    try:  # a memory map, which compares the header with the size of the file before it allocates memory
        with np.errstate(over="ignore"):  # overflow of invalid sizes, for which it raises afterwards
            stored = np.load(path, mmap_mode="r", allow_pickle=False)
    except Exception as error:  # NumPy's parser of headers raises many types of errors
        found = f"a .npy that cannot be read ({type(error).__name__}: {str(error)[:200]})"
        raise DataError(path, found, "a complete file of complex numbers") from error
    if stored.dtype.kind != "c":
        raise DataError(path, f"{stored.dtype} numbers of shape {stored.shape}", "complex ones")
    size = path.stat().st_size
    if stored.offset + stored.nbytes != size:
        raise DataError(path, f"{size} bytes", f"{stored.offset + stored.nbytes}, as its header says")
    return Raw(stored if mmap and stored.dtype == np.complex64 else to_complex64(stored))
