"""Raw k-space from files: one function for all formats, and the reader of NumPy's own.

Whatever the file's layout, a `Scan` holds complex64 k-space (…, C, H, W) on the full grid, with zeros where nothing was
sampled, phase encode along axis −2, readout along −1, DC at n // 2 and no oversampling of the readout.
"""

import os
from pathlib import Path

from .bart import is_pair, read_cfl
from .fastmri import read_fastmri
from .hdf5 import open_hdf5
from .ismrmrd import read_ismrmrd, scan_groups
from .npy import MAGIC, read_npy
from .scan import DataError, Scan, check_file


def load_kspace(path: str | os.PathLike) -> Scan:
    """Return the raw data in a file, whatever its format: .npy, BART .cfl/.hdr, ISMRMRD .h5 or fastMRI .h5.

    NumPy's and HDF5 files are known by their content, a BART pair by its suffix (or the name without one). How the axes
    of each format are laid out, and become ours, is said by its reader, which can be called by name too.

    | format | reader | axes in the file |
    |---|---|---|
    | .npy | `read_npy` | (…, C, H, W), as here |
    | BART | `bart.read_cfl` | (READ, PHS1, PHS2, COIL, …), the first the fastest |
    | ISMRMRD | `ismrmrd_reader.read_ismrmrd` | single readouts (C, samples), with counters |
    | fastMRI | `fastmri.read_fastmri` | (slices, C, readout, phase encode) |

    Parameters
    ----------
    path : str or path

    Returns
    -------
    Scan
        With `kspace`, `mask` and, where the file has them, `voxel_size` and `noise`.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    DataError
        If the file is none of these, empty, cut off, or holds NaN or only zeros. A DataError is a ValueError; it names
        the file, what was found in it, and what was expected. Sizes are compared with the file's before memory is
        asked for.
    ImportError
        For HDF5 without `pip install 'mrilab[formats]'`.

    Examples
    --------
    >>> import numpy as np
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
    if path.suffix.lower() in (".cfl", ".hdr") or (not path.exists() and is_pair(path)):
        return read_cfl(path)
    check_file(path)
    with open(path, "rb") as file:
        start = file.read(8)
    if start.startswith(MAGIC) or path.suffix.lower() == ".npy":
        return read_npy(path)
    if start != b"\x89HDF\r\n\x1a\n" and path.suffix.lower() not in (".h5", ".hdf5", ".mrd"):
        expected = "NumPy's .npy, BART's .cfl and .hdr, or HDF5 by fastMRI or ISMRMRD"
        raise DataError(path, f"a file that begins {start!r}", expected)
    with open_hdf5(path) as file:
        names, groups = sorted(file), scan_groups(file)
    if "kspace" in names:
        return read_fastmri(path)
    if groups:
        return read_ismrmrd(path)
    raise DataError(path, f"HDF5 with {names[:8]}", "fastMRI's 'kspace', or ISMRMRD's group with 'xml' and 'data'")
