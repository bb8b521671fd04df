"""A folder of fully sampled scans, such as fastMRI's, as a data set."""

import hashlib
import os
from pathlib import Path

import numpy as np

from ..data.load import load_kspace
from ..operators.coils import Coils
from ..operators.fourier import FFT
from ..parallel.espirit import espirit
from .dataset import Slices

SUFFIXES = (".h5", ".npy", ".cfl", ".dat")


class ScanFolder(Slices):
    """All slices of the fully sampled scans in a folder, in any format of `load_kspace`, scaled to a maximum of 1.

    Coil maps are estimated once, by ESPIRiT from the complete data; a single coil has the sensitivity 1. The reference
    is the coil-combined image of the file, including its noise. For fastMRI, use its own folders as splits, such as
    `singlecoil_train` and `singlecoil_val`. `check_apart` raises if two data sets share a scan. A stored network learns
    on from such folders by ::

        python -m mrilab.nets.training --data multicoil_train --validation-data multicoil_val --start world-unrolled
            --network unrolled --consistency cg --cascades 4 --channels 16 --pools 3 --no-norm --batch-size 1

    and `mrilab.volume_scores` compares volumes as fastMRI's tables do.

    Parameters
    ----------
    folder : path
        Searched with all its subfolders.
    split : {"train", "validation", "test"}
        The use of the data.
    **options
        As in `Slices`. A `cache` is recommended: without it, a process reads a file once for each of its slices, of
        fastMRI's files the slice alone.

    Raises
    ------
    FileNotFoundError
        If the folder does not exist, or contains no scans.
    DataError
        For a file that cannot be read; ValueError for a scan that is already under-sampled.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     np.save(folder + "/scan.npy", FFT((32, 32))(np.ones((2, 1, 32, 32), np.complex64)) + 0.001)
    ...     data = ScanFolder(folder, "train", accel=2)
    ...     len(data), data[1].y.shape
    (2, (1, 32, 32))
    """

    name = "scan"

    def __init__(self, folder: str | os.PathLike, split: str, **options):
        super().__init__(split, **options)
        self.source = Path(folder)
        if not self.source.is_dir():
            raise FileNotFoundError(f"there is no folder {self.source}")
        self.paths = sorted(path for path in self.source.rglob("*") if path.suffix.lower() in SUFFIXES)
        if not self.paths:
            raise FileNotFoundError(f"{self.source} holds no scans ({', '.join(SUFFIXES)})")
        self.places = [(path, k) for path in self.paths for k in range(_count(path))]
        if self.folder is not None:
            text = "\n".join(f"{path.resolve()} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in self.paths)
            self.folder /= "scans-" + hashlib.sha256(text.encode()).hexdigest()[:12]

    def __len__(self) -> int:
        return len(self.places)

    def complete(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        path, number = self.places[index]
        kspace = _slice(path, number)
        if not 0.5 < np.mean(kspace.any(axis=(0, 2))) <= 1:
            raise ValueError(f"{path} is under-sampled already: training needs fully sampled scans")
        smaps = espirit(kspace, crop=0.95) if len(kspace) > 1 else np.ones_like(kspace)
        image = (FFT(kspace.shape[1:]) @ Coils(smaps)).H(kspace)
        return kspace / np.abs(image).max(), smaps


def check_apart(*sets: ScanFolder) -> None:
    """Raise ValueError if two of the data sets share a scan, with the same name or the same content."""
    seen: dict[str, Path] = {}
    for data in sets:
        mine = {key: path for path in data.paths for key in (path.stem, _digest(path))}
        for key, path in mine.items():
            if key in seen:
                raise ValueError(f"{path}, for {data.split}, is the same as {seen[key]}: no scan may be in two splits")
        seen |= mine


def _fastmri_slices(path: Path) -> int:
    """Return the number of slices in a file of fastMRI, without reading them; 0 for another format."""
    if path.suffix.lower() != ".h5":
        return 0
    from ..data.hdf5 import open_hdf5

    with open_hdf5(path) as file:
        return len(file["kspace"]) if "kspace" in file else 0


def _count(path: Path) -> int:
    """Return the number of slices in a file."""
    return _fastmri_slices(path) or int(np.prod(load_kspace(path).kspace.shape[:-3]))


def _slice(path: Path, number: int) -> np.ndarray:
    """Return the k-space of one slice, (C, H, W)."""
    if _fastmri_slices(path):
        return load_kspace(path, index=number).kspace
    kspace = load_kspace(path).kspace
    return kspace.reshape(-1, *kspace.shape[-3:])[number]


def _digest(path: Path) -> str:
    """Return a hash of the size, the beginning and the end of a file, by which two scans are compared."""
    size = path.stat().st_size
    with open(path, "rb") as file:
        start = file.read(1 << 20)
        file.seek(max(0, size - (1 << 20)))
        return hashlib.sha256(str(size).encode() + start + file.read()).hexdigest()
