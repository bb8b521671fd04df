"""HDF5 files of fastMRI, knee and brain, multi-coil or single-coil.

The dataset `kspace` has the axes (slices, coils, readout, phase encode): fastMRI displays the readout vertically, and
its masks select columns. Files of one (emulated) coil have no coil axis. `ismrmrd_header` gives the matrix of the scan
and that of the reconstruction, whose readout is half as long.

References
----------
Zbontar et al., fastMRI: an open dataset and benchmarks for accelerated MRI, arXiv:1811.08839 (2018).
"""

from pathlib import Path

import numpy as np

from ..arrays.checks import whole
from .hdf5 import check_stored, header_text, open_hdf5, read_header
from .raw import Raw, to_complex64
from .scan import DataError


def decode_fastmri(path: Path, *, index: int | None = None) -> Raw:
    """Return the k-space of a fastMRI file, (slices, C, H, W), with the axes swapped so that H is the phase encode.

    With `index`, only this slice is read from the disk, and the result is (C, H, W).

    The width of the readout is that of the reconstruction matrix in the header (640 → 320), if there is one. The phase
    encode axis keeps its field of view, which can only be cropped in the finished image. Lines of zeros with which
    fastMRI pads the phase encode axis count as not sampled. Samples outside the file's own `mask` are an error.
    """
    index = None if index is None else whole("index", index, 0)
    with open_hdf5(path) as file:
        stored = file.get("kspace")
        if getattr(stored, "dtype", np.dtype(bool)).kind != "c" or stored.ndim not in (3, 4) or stored.size == 0:
            what = f"{stored.dtype} {stored.shape}" if hasattr(stored, "dtype") else "none"
            raise DataError(
                path,
                f"kspace: {what}",
                "a complex dataset 'kspace' of axes (slices, coils, readout, phase encode), or without coils",
            )
        check_stored(path, "kspace", stored.size * stored.dtype.itemsize)
        if stored.id.get_storage_size() == 0:
            raise DataError(path, f"a dataset 'kspace' of shape {stored.shape} that was never written", "samples")
        readout, lines = stored.shape[-2:]
        width, voxel = None, None
        if "ismrmrd_header" in file:
            encoding = read_header(path, header_text(path, file["ismrmrd_header"]))[0]
            if encoding.encoded[0] != readout:
                raise DataError(path, f"readouts of {readout} samples", f"{encoding.encoded[0]}, as its header says")
            width, voxel = encoding.width, encoding.voxel
            if voxel:  # some scans were padded to another number of lines, with the same field of view
                voxel = (voxel[0], voxel[1] * encoding.encoded[1] / lines, voxel[2])
        if index is not None and index >= len(stored):
            raise DataError(path, f"{len(stored)} slices", f"one with index {index}, counted from 0")
        coils = stored.shape[1] if stored.ndim == 4 else 1
        wanted = range(len(stored)) if index is None else [index]
        kspace = np.empty((len(wanted), coils, lines, readout), np.complex64)
        for number, out in zip(wanted, kspace):
            out[...] = to_complex64(stored[number]).reshape(coils, readout, lines).swapaxes(-1, -2)
        mask = np.asarray(file["mask"][()]).astype(bool).ravel() if "mask" in file else np.ones(lines, bool)
    if mask.shape != (lines,):
        raise DataError(path, f"a mask of {mask.size} lines", f"{lines}, as many as 'kspace' has")
    empty = np.flatnonzero(~kspace.any(axis=(1, 2, 3)))
    if 0 < empty.size < len(kspace):  # if all are empty, `load` raises
        raise DataError(path, f"only zeros in {empty.size} of {len(kspace)} slices", "every slice to be written")
    if kspace[:, :, ~mask].any():
        raise DataError(path, "samples where its own mask has none", "zeros there")
    return Raw(kspace if index is None else kspace[0], width=width, voxel=voxel)
