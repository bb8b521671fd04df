"""The base class of all data sets: complete slices, made once, with new masks and noise in each epoch."""

import os
import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np
from torch.utils.data import Dataset

from ..arrays.checks import check_positive, whole
from ..files import BrokenFileError, atomic, reading
from ..operators.coils import Coils
from ..operators.fourier import FFT
from ..sampling import masks
from ..simulation.phantoms import SPLITS

PATTERNS = ("random_lines", "regular_lines", "variable_density", "poisson_disc")


class Sample(NamedTuple):
    """A simulated scan: y (C, H, W), its mask (H, W), the maps (C, H, W) and the reference (H, W).

    >>> Sample(*np.zeros((4, 1, 2, 2))).mask.shape
    (1, 2, 2)
    """

    y: np.ndarray
    mask: np.ndarray
    smaps: np.ndarray
    target: np.ndarray


class Slices(Dataset):
    """Slices that are under-sampled when they are read: y = Ω (k + n), Ω and n drawn from split, seed, epoch and index.

    Samples depend on these four values only, so every process gets the same sample for the same values, in any order.
    `set_epoch` changes the samples of the training split only: validation and test have the same masks and noise in
    each epoch. The split is part of every seed, so no two splits share random numbers.

    A subclass defines the number of slices (`__len__`) and computes a complete slice (`complete`). This is slow, so
    slices are kept in memory, or in a folder that processes share.

    Parameters
    ----------
    split : {"train", "validation", "test"}
    accel : float or sequence of float
        Acceleration; of several values, each sample draws one.
    pattern : str
        Name of the function in `mrilab.sampling.masks` that draws the mask.
    noise : float
        Standard deviation of the complex noise that is added, for images with largest magnitude 1.
    seed : int
        Seed of masks and noise.
    cache : path, optional
        Folder in which complete slices are kept.

    Raises
    ------
    ValueError
        For an unknown split or pattern, negative noise, and arguments that the function of the mask rejects.

    Examples
    --------
    >>> class Points(Slices):
    ...     def __len__(self):
    ...         return 1
    ...
    ...     def complete(self, index):
    ...         return np.ones((1, 8, 8), np.complex64), np.ones((1, 8, 8), np.complex64)
    >>> Points("train", accel=2)[0].mask.sum()
    np.int64(32)
    """

    name = "slices"

    def __init__(self, split, *, accel=4.0, pattern="random_lines", noise=0.0, seed=0, cache=None):
        for what, value, known in (("split", split, tuple(SPLITS)), ("pattern", pattern, PATTERNS)):
            if value not in known:
                raise ValueError(f"unknown {what} {value!r}: it is one of {', '.join(map(repr, known))}")
        self.split, self.pattern, self.seed = split, pattern, whole("seed", seed, 0)
        self.accels = tuple(check_positive("accel", value) for value in np.atleast_1d(accel).tolist())
        self.noise = check_positive("noise", noise, or_zero=True)
        self.epoch = 0
        self.folder = None if cache is None else Path(cache)
        self._memory: dict[int, np.ndarray] = {}

    def __len__(self) -> int:
        raise NotImplementedError

    def complete(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Return noise-free, fully sampled k-space and maps, complex64 (C, H, W) each."""
        raise NotImplementedError

    def set_epoch(self, epoch: int) -> None:
        """Set the epoch, which changes the masks and the noise of the training split."""
        self.epoch = epoch if self.split == "train" else 0

    def stream(self, index: int, purpose: str) -> int:
        """Return the seed, of 64 bits, of the mask, noise or acceleration of a slice in this epoch."""
        purposes = ("mask", "noise", "accel")
        words = [list(SPLITS).index(self.split), purposes.index(purpose), self.seed, self.epoch, index]
        return int(np.random.SeedSequence(words).generate_state(1, np.uint64)[0])

    def mask(self, index: int, shape: tuple[int, int]) -> np.ndarray:
        """Return the mask of a slice in this epoch, bool (H, W)."""
        accel = self.accels[self.stream(index, "accel") % len(self.accels)]
        if self.pattern == "regular_lines":  # with calibration lines, which regular_lines does not draw
            return masks.regular_lines(shape, accel) | masks.center_lines(shape, max(1, round(0.06 * shape[0])))
        return getattr(masks, self.pattern)(shape, accel, seed=self.stream(index, "mask"))

    def __getitem__(self, index: int) -> Sample:
        if not 0 <= index < len(self):
            raise IndexError(f"there is no slice {index} in a data set of {len(self)}")
        stored = self._stored(index)
        count = len(stored) // 2
        kspace, smaps, target = stored[:count], stored[count:-1], stored[-1]
        mask = self.mask(index, target.shape) & kspace.any(axis=0)  # some files pad k-space with zeros
        y = np.zeros_like(kspace)
        samples = kspace[:, mask]
        if self.noise:
            rng = np.random.default_rng(self.stream(index, "noise"))
            parts = rng.standard_normal((*samples.shape, 2), dtype=np.float32)
            samples = samples + np.float32(self.noise / np.sqrt(2)) * parts.view(np.complex64)[..., 0]
        y[:, mask] = samples
        return Sample(y, mask, smaps.copy(), target.copy())

    def _stored(self, index: int) -> np.ndarray:
        """Return k-space, maps and reference as one array (2 C + 1, H, W), computed at the first call."""
        if self.folder is None:
            if index not in self._memory:
                self._memory[index] = self._make(index)
            return self._memory[index]
        path = self.folder / f"{self.name}-{self.split}-{index:06d}.npy"
        if path.exists():
            try:
                with reading(path, "a slice of a data set"):
                    return np.load(path, allow_pickle=False)
            except BrokenFileError as error:
                warnings.warn(f"{error}: it is computed again", RuntimeWarning, stacklevel=3)
        os.makedirs(self.folder, exist_ok=True)
        with atomic(path) as part:
            np.save(part, self._make(index))
        return np.load(path, allow_pickle=False)

    def _make(self, index: int) -> np.ndarray:
        kspace, smaps = self.complete(index)
        target = (FFT(smaps.shape[1:]) @ Coils(smaps)).H(kspace)
        return np.concatenate([kspace, smaps, target[None]]).astype(np.complex64, copy=False)
