"""BART's pair of files: a text header `.hdr` with the sizes, and `.cfl` with the complex numbers.

BART stores little-endian complex64, with the first axis varying fastest. Its first axes are readout, phase encode 1,
phase encode 2, coil and maps; eleven more follow, with slices as axis 13. Its Fourier transform is centred as here.

References
----------
BART Toolbox, documentation, "Data format".
"""

import os
import re
from glob import escape
from math import prod
from pathlib import Path

import numpy as np

from ..arrays.checks import check_values
from ..arrays.libraries import Array, to_numpy
from ..files import atomic
from .raw import Raw, check_file, to_complex64
from .scan import DataError

AXES, SLICE = 16, 13  # the number of BART's axes, and the axis of slices


def decode_cfl(path: Path) -> Raw:
    """Return the numbers of a pair `.cfl` and `.hdr`; the path is that of either, or without a suffix.

    BART's axes (READ, PHS1, PHS2, COIL, …) become (…, COIL, PHS2, PHS1, READ) for a volume, with other axes longer than
    1 in front, BART's last one first. If PHS2 has length 1, it is a slice, (…, COIL, PHS1, READ); if READ has length 1,
    a slice with two phase encodes, (…, COIL, PHS1, PHS2). The size of the data is compared with the header before
    memory is allocated.
    """
    header, data = _pair(path)
    dims = _read_dims(header)
    size, wanted = check_file(data), 8 * prod(dims)
    if size != wanted:
        raise DataError(
            data, f"{size} bytes", f"{wanted}: {' × '.join(map(str, dims))} numbers of 8 bytes, as {header.name} says"
        )
    stored = np.memmap(data, dtype="<c8", mode="r", shape=tuple(reversed(dims)))
    lead = [n for n in stored.shape[:-4] if n > 1]
    volume = to_complex64(stored).reshape(*lead, *stored.shape[-4:])  # (…, C, Z, Y, X)
    if volume.shape[-3] == 1:
        return Raw(volume[..., 0, :, :])
    if volume.shape[-1] == 1:
        return Raw(np.ascontiguousarray(volume[..., 0].swapaxes(-1, -2)))
    return Raw(volume, volume=True)


def save_cfl(path: str | os.PathLike, array: Array) -> None:
    """Write k-space, coil images or maps (C, H, W), a stack (slices, C, H, W) of them, or an image (H, W) for BART.

    The axes become READ = W, PHS1 = H, COIL = C and SLICE; `load_kspace` returns the same array. Both files are written
    atomically, first the data, then the header.

    Raises TypeError for an array that is not complex, ValueError for other shapes, an empty array and NaN.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     save_cfl(folder + "/maps", np.ones((8, 6, 4), np.complex64))
    ...     sorted(os.listdir(folder))
    ['maps.cfl', 'maps.hdr']
    """
    values = check_values(array, "the array of save_cfl", "H, W", "C, H, W", "slices, C, H, W")
    if values.dtype.kind != "c":
        raise TypeError(f"save_cfl takes complex numbers, got {values.dtype} of shape {values.shape}")
    values = to_complex64(values)
    if not np.isfinite(values).all():
        raise ValueError(f"save_cfl got numbers beyond the range of complex64, up to {abs(to_numpy(array)).max():.3g}")
    slices, coils, height, width = (1,) * (4 - values.ndim) + values.shape
    dims = [1] * AXES
    dims[0], dims[1], dims[3], dims[SLICE] = width, height, coils, slices
    header, data = _names(path)
    with atomic(header) as header_part, atomic(data) as data_part:
        values.astype("<c8", copy=False).tofile(data_part)
        header_part.write_text("# Dimensions\n" + " ".join(map(str, dims)) + "\n")


def _names(path: str | os.PathLike) -> tuple[Path, Path]:
    base = Path(path)
    base = base.with_suffix("") if base.suffix.lower() in (".cfl", ".hdr") else base
    return base.with_name(base.name + ".hdr"), base.with_name(base.name + ".cfl")


def is_pair(path: str | os.PathLike) -> bool:
    """Return whether there is a header of this name, given with or without a suffix.

    >>> is_pair("no/such/file")
    False
    """
    return _there(_names(path)[0]).exists()


def _pair(path: Path) -> tuple[Path, Path]:
    """Return the paths of header and data; raise unless both files exist."""
    header, data = map(_there, _names(path))
    if not header.exists() and not data.exists():
        raise FileNotFoundError(f"there is no file {data}, and no {header.name}")
    for there, missing in ((header, data), (data, header)):
        if not missing.exists():
            raise DataError(there, f"no {missing.name} beside it", "both files of a BART pair")
    return header, data


def _there(path: Path) -> Path:
    """Return the file of this name, or one whose suffix differs in case only, as on systems that ignore case."""
    others = () if path.exists() else path.parent.glob(f"{escape(path.stem)}.*")
    return next((other for other in others if other.suffix.lower() == path.suffix), path)


def _read_dims(header: Path) -> list[int]:
    """Return BART's 16 sizes, fastest axis first. They may take several lines, and be followed by further ones (1)."""
    check_file(header)
    with open(header, "rb") as file:
        text = file.read(1 << 16).decode("ascii", errors="replace")
    found = re.search(r"^#\s*Dimensions\s([^#]*)", text + "\n", re.MULTILINE)
    if not found:
        raise DataError(
            header, f"a header that begins {text.splitlines()[0][:40]!r}", "a line '# Dimensions', then the sizes"
        )
    words = found[1].split()
    sizes = [int(w) for w in words if w.isascii() and w.isdigit() and len(w) < 19]
    if not sizes or len(sizes) < len(words) or min(sizes) < 1 or max(sizes[AXES:], default=1) > 1:
        raise DataError(header, f"the sizes {' '.join(words)[:60]!r}", f"1 to {AXES} whole numbers above 0")
    return sizes[:AXES] + [1] * (AXES - len(sizes))
