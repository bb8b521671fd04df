"""The population of simulated brains as a data set."""

import hashlib
from pathlib import Path

import numpy as np

from ..arrays.checks import whole
from ..simulation import atlas, phantoms, receivers, scanner
from .dataset import Slices


class Brains(Slices):
    """Slices of random heads: slice i of a split is `brain(seed=i, split=split)`, scanned by its own random coils.

    Heads and maps are drawn on a grid twice as fine and scanned by `simulate`, to avoid the inverse crime. The splits
    share neither seeds nor heights (`mrilab.simulation.phantoms.SPLITS`). A single coil has the sensitivity 1
    everywhere. All heads are deformations of one averaged atlas: the splits are neighbouring slices of one head.

    The stored networks were trained and tested on these samples, so they stay as they were then: maps normalised before
    the scan, no shading, white noise. `simulate` alone may come closer to a scanner.

    Parameters
    ----------
    split : {"train", "validation", "test"}
    count : int
        Number of slices.
    shape : (int, int)
        Grid of the reconstruction, (H, W).
    coils : int
        Number of coils.
    **options
        As in `Slices`.

    Raises
    ------
    TypeError, ValueError
        For an unknown split, and numbers that are not whole or below 1.

    Examples
    --------
    >>> sample = Brains("train", 3, shape=(32, 32), coils=2, accel=4, noise=0.01)[1]
    >>> sample.y.shape, sample.target.dtype
    ((2, 32, 32), dtype('complex64'))
    """

    name = "brain"

    def __init__(self, split: str, count: int, *, shape: tuple[int, int] = (192, 192), coils: int = 1, **options):
        super().__init__(split, **options)
        self.count, self.coils = whole("the number of slices", count, 1), whole("the number of coils", coils, 1)
        self.shape = (whole("H", shape[0], 1), whole("W", shape[1], 1))
        if self.folder is not None:
            self.folder /= self._key()

    def __len__(self) -> int:
        return self.count

    def complete(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        fine = (2 * self.shape[0], 2 * self.shape[1])
        image = phantoms.brain(fine, index, split=self.split)
        maps = [self._maps(grid, index) for grid in (fine, self.shape)]
        return scanner.simulate(image, maps[0], self.shape), maps[1]

    def _maps(self, grid: tuple[int, int], index: int) -> np.ndarray:
        if self.coils == 1:
            return np.ones((1, *grid), np.complex64)
        seed = 3 * index + list(phantoms.SPLITS).index(self.split)
        return receivers.simulate_smaps(self.coils, grid, seed=seed, raw=False)

    def _key(self) -> str:
        """Return a folder name that depends on all that determines a slice, including code, so none is out of date."""
        sources = b"".join(Path(str(module.__file__)).read_bytes() for module in (phantoms, atlas, scanner, receivers))
        digest = hashlib.sha256(sources + Path(__file__).read_bytes()).hexdigest()[:12]
        return f"{self.shape[0]}x{self.shape[1]}-{self.coils}coils-{digest}"
