"""One real brain: the volume that nibabel contains for its tests, as a data set for testing."""

from pathlib import Path

import numpy as np

from ..arrays.checks import whole
from ..operators.coils import Coils
from ..operators.fourier import FFT
from ..simulation import receivers
from .dataset import Slices

SLICES = 24


class InVivo(Slices):
    """The 24 slices of a functional scan in vivo, 2 mm, on 128 × 128, with simulated phase, coils and k-space.

    It is a gradient-echo volume of nibabel's `example4d.nii.gz`, without skull and scalp. No network of the course was
    trained on it. Only magnitudes were stored, so the smooth phase and the coil maps are simulated, and k-space is
    computed on the grid of the reconstruction, because no finer one exists. It is real anatomy, but not real data.

    Parameters
    ----------
    coils : int
        Number of coils; the sensitivity of a single one is 1 everywhere.
    **options
        As in `Slices`; the split is "test".

    Raises
    ------
    TypeError, ValueError
        For an invalid number of coils, and as in `Slices`.

    Examples
    --------
    >>> sample = InVivo(accel=4)[12]
    >>> sample.y.shape, round(float(abs(sample.target).max()), 3)
    ((1, 128, 128), 1.0)
    """

    name = "in-vivo"

    def __init__(self, *, coils: int = 1, **options):
        super().__init__("test", **options)
        self.coils = whole("the number of coils", coils, 1)
        if self.folder is not None:
            self.folder /= f"in-vivo-{coils}coils"

    def __len__(self) -> int:
        return SLICES

    def complete(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        size = _volume()[..., index]
        size = np.pad(np.rot90(size), [(16, 16), (0, 0)]) / size.max()  # front up, as in `brain`
        shape = size.shape
        y, x = np.meshgrid(*(np.linspace(-1, 1, n) for n in shape), indexing="ij")
        a, b, c = np.random.default_rng(index).normal(0, 0.6, 3)
        image = size * np.exp(1j * (a * x + b * y + c * (x**2 - y**2)))
        maps = np.ones((1, *shape), np.complex64)
        if self.coils > 1:
            maps = receivers.simulate_smaps(self.coils, shape, seed=index, raw=False)  # frozen, as in `Brains`
        return (FFT(shape) @ Coils(maps))(image.astype(np.complex64)), maps


def _volume() -> np.ndarray:
    """Return the first of the two volumes, (128, 96, 24), with axes towards left, front and top."""
    import nibabel

    data = Path(nibabel.__file__).parent / "tests" / "data"  # that of nibabel.testing, which needs pytest
    return np.asarray(nibabel.load(data / "example4d.nii.gz").dataobj[..., 0], dtype=float)  # type: ignore
