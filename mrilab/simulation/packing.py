"""Volumes of whole numbers in small files: the differences between neighbours, compressed by LZMA."""

import os
import zipfile

import numpy as np

from ..files import atomic, reading


def pack(path: str | os.PathLike, **volumes: np.ndarray) -> None:
    """Write volumes of whole numbers, (X, Y, Z) each, to one .npz file that `unpack` reads.

    The differences along y, d[y] = v[y] − v[y − 1], are stored in the type of the volume; they overflow, and their sum
    overflows back. LZMA then compresses repetitions, such as the two halves of a symmetric head. Raises TypeError if a
    volume does not hold whole numbers.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     pack(folder + "/head.npz", grey=np.arange(24, dtype=np.uint8).reshape(2, 3, 4))
    ...     unpack(folder + "/head.npz", "grey")[1, 2]
    array([20, 21, 22, 23], dtype=uint8)
    """
    for name, volume in volumes.items():
        if volume.dtype.kind not in "iu":
            raise TypeError(f"only whole numbers can be packed, {name} is {volume.dtype}")
    with atomic(path) as part, zipfile.ZipFile(part, "w") as archive:
        for name, volume in volumes.items():
            entry = zipfile.ZipInfo(f"{name}.npy")  # with a fixed date, so that equal volumes give equal files
            entry.compress_type = zipfile.ZIP_LZMA
            with archive.open(entry, "w") as file:
                np.lib.format.write_array(file, np.diff(volume, axis=1, prepend=volume.dtype.type(0)))


def unpack(path: str | os.PathLike, name: str) -> np.ndarray:
    """Return a volume from a file written by `pack`, in its original type; raise BrokenFileError if it is cut off."""
    # Opened here: np.load leaves a file open that turns out to be cut off.
    with reading(path, "volumes written by pack"), open(path, "rb") as file, np.load(file) as archive:
        differences = archive[name]
    return np.cumsum(differences, axis=1, dtype=differences.dtype)
