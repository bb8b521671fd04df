"""Scans of a randomised world: every sample has its own image, coils, maps, mask and noise."""

import numpy as np
from torch.utils.data import Dataset

from ..arrays.checks import whole
from ..operators.coils import rss
from ..operators.fourier import FFT
from ..parallel.espirit import espirit
from ..sampling import masks
from ..simulation.coupling import coil_covariance
from ..simulation.phantoms import SPLITS
from ..simulation.receivers import simulate_smaps
from ..simulation.scanner import simulate
from .dataset import PATTERNS, Sample
from .scenes import scene

SIDES = (96, 160)  # pixels along each side
COILS = (1,) * 10 + (2, 2, 4, 4, 6, 8, 8, 8, 12, 16, 32)  # one of these: half of the samples have one coil
NOISE = (1e-3, 0.1)  # σ of images with largest magnitude 1, before the coils' shading
POWER = 0.04  # mean |target|², of all samples, so that none counts more than another
ACCEL = (2.0, 8.0)


class World(Dataset):
    """Random images, scanned in a random way: a training set that leaves a network nothing to get used to.

    Sample i is a `scene` of random size, scanned on a grid twice as fine by 1 to 32 coils with raw fields and coupled
    noise, with a random kind of mask, orientation, acceleration and fully sampled centre. Two or more coils are
    unfolded with maps estimated from the noisy samples themselves, by `espirit`, as they are for a real scan. The
    target is the image without noise that these maps show, Σ_c S̄_c x_c / rss(S); compare rss(S) · x with it. One coil
    has the sensitivity 1.

    Shapes differ, so the batch size is 1. Samples depend on split, seed, epoch and index only; `set_epoch` draws a new
    training set, and leaves validation and test as they are. The atlas is that of `Brains`: test on another head.

    Parameters
    ----------
    split : {"train", "validation", "test"}
    count : int
        Number of samples per epoch.
    coils : sequence of int
        Numbers of coils, of which each sample draws one.
    seed : int
        Seed of all draws.

    Raises
    ------
    TypeError, ValueError
        For an unknown split, and numbers that are not whole or below 1.

    References
    ----------
    Tobin et al., Domain randomization for transferring deep neural networks from simulation to the real world, IROS
    2017; and those of `scenes`.

    Examples
    --------
    >>> sample = World("train", 4, coils=[2])[3]
    >>> len(sample.y), sample.target.shape == sample.mask.shape
    (2, True)
    """

    def __init__(self, split: str, count: int, *, coils=COILS, seed: int = 0):
        if split not in SPLITS:
            raise ValueError(f"unknown split {split!r}: it is one of {', '.join(map(repr, SPLITS))}")
        self.split, self.count = split, whole("the number of samples", count, 1)
        self.coils = tuple(whole("the number of coils", n, 1) for n in coils)
        self.seed, self.epoch = whole("seed", seed, 0), 0

    def __len__(self) -> int:
        return self.count

    def set_epoch(self, epoch: int) -> None:
        """Set the epoch, which changes all samples of the training split."""
        self.epoch = epoch if self.split == "train" else 0

    def __getitem__(self, index: int) -> Sample:
        if not 0 <= index < len(self):
            raise IndexError(f"there is no sample {index} in a data set of {len(self)}")
        rng = np.random.default_rng([list(SPLITS).index(self.split), self.seed, self.epoch, index])
        coils = int(rng.choice(self.coils))
        height, width = (int(n) for n in rng.integers(SIDES[0], SIDES[1] + 1, 2))
        full = _scan(rng, coils, (height, width))
        mask, calib = _mask(rng, (height, width), coils)
        y, _, smaps, target = with_maps(full, full + _noise(rng, full.shape), mask, calib)
        scale = np.float32(np.sqrt(POWER / np.mean(abs(target) ** 2)))
        return Sample(scale * y, mask, smaps, scale * target)


def with_maps(full: np.ndarray, noisy: np.ndarray, mask: np.ndarray, calib: tuple[int, int]) -> Sample:
    """Return the samples of `noisy` k-space (C, H, W), maps estimated from them, and what these show of `full`.

    The maps are those of `espirit` from the complete centre of size `calib`, and 1 for one coil. The target is
    Σ_c S̄_c x_c / rss(S), with x_c the coil images of `full`: it is to be compared with rss(S) · x.

    >>> full = np.ones((1, 8, 8), np.complex64)
    >>> with_maps(full, full, np.eye(8, dtype=bool), (1, 1)).y.sum()
    np.complex64(8+0j)
    """
    y = (noisy * mask).astype(np.complex64)
    smaps = np.ones_like(y) if len(y) == 1 else espirit(y, calib)
    images, weight = FFT(mask.shape).H(full), rss(smaps)
    target = (smaps.conj() * images).sum(axis=0) / np.where(weight > 0, weight, 1)
    return Sample(y, mask, smaps, target.astype(np.complex64))


def _scan(rng: np.random.Generator, coils: int, shape: tuple[int, int]) -> np.ndarray:
    """Return the complete k-space (C, H, W) without noise."""
    fine = (2 * shape[0], 2 * shape[1])
    image, seed = scene(fine, rng), int(rng.integers(2**31))
    fields = np.ones((1, *fine), np.complex64) if coils == 1 else simulate_smaps(coils, fine, seed=seed)
    return simulate(image, fields, shape)


def _noise(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Return complex noise (C, H, W), correlated between the coils in one of two samples."""
    sigma = np.exp(rng.uniform(*np.log(NOISE)))
    white = sigma / np.sqrt(2) * (rng.standard_normal(shape) + 1j * rng.standard_normal(shape))
    if shape[0] == 1 or rng.random() < 0.5:
        return white
    mixing = np.linalg.cholesky(coil_covariance(shape[0], seed=int(rng.integers(2**31))))
    return np.einsum("cd,dhw->chw", mixing, white)


def _mask(rng: np.random.Generator, shape: tuple[int, int], coils: int) -> tuple[np.ndarray, tuple[int, int]]:
    """Return a mask (H, W), and the size of its complete centre that maps are estimated from."""
    turned = rng.random() < 0.5
    grid = shape[::-1] if turned else shape
    pattern, accel = rng.choice(PATTERNS), np.exp(rng.uniform(*np.log(ACCEL)))
    least, most = (4, 20) if coils == 1 else (12, 32)  # maps need more calibration
    most = min(most, int(grid[0] / accel) - 1)
    if pattern.endswith("lines"):
        centre = int(rng.integers(least, max(least, most) + 1))
        accel = min(accel, grid[0] / (centre + 1))
        calib = (centre, 24)
    else:
        centre = int(rng.integers(least, 25))
        calib = (centre, centre)
    mask = draw_mask(pattern, grid, accel, centre, int(rng.integers(2**31)) if pattern != "regular_lines" else 0)
    return (mask.T, calib[::-1]) if turned else (mask, calib)


def draw_mask(pattern: str, grid: tuple[int, int], accel: float, centre: int, seed: int) -> np.ndarray:
    """Return a mask (H, W) of one of the `PATTERNS`, with a complete centre of so many lines, or points per side.

    >>> draw_mask("regular_lines", (8, 8), 4, 2, seed=0)[:, 0].sum()
    np.int64(3)
    """
    if pattern == "regular_lines":
        return masks.regular_lines(grid, accel) | masks.center_lines(grid, centre)
    return getattr(masks, pattern)(grid, accel, center=centre, seed=seed)
