"""Scans that no network of the course has learned from: another head, a brain in vivo, a raw scan, other settings.

They are for tests alone. Maps are estimated from the samples of each scan, as for a scan of one's own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

import numpy as np
from torch.utils.data import Dataset

from ..data.public import public_scan
from ..operators.coils import rss
from ..operators.fourier import FFT
from ..parallel.channels import compress_coils
from ..simulation.colin import PLANES, colin
from ..simulation.phantoms import brain
from ..simulation.receivers import simulate_smaps
from ..simulation.scanner import simulate
from .dataset import Sample
from .in_vivo import SLICES, InVivo
from .population import Brains
from .world import draw_mask, with_maps

NOISE = 0.01  # σ of images with largest magnitude 1, before the coils' shading


@dataclass(frozen=True)
class Foreign(Dataset):
    """Complete k-spaces, (index, coils, shape) ↦ (C, H, W), under-sampled, with maps from their own samples.

    Slice i has the mask and the noise of seed i. The calibration of several coils has 16 lines, or 20 × 20 points.

    >>> data = Foreign(partial(second_head, 4), 4)
    >>> data[3].y.shape
    (1, 128, 128)
    """

    complete: Callable[[int, int, tuple[int, int]], np.ndarray]
    count: int
    coils: int = 1
    accel: float = 4.0
    noise: float = NOISE
    pattern: str = "random_lines"
    shape: tuple[int, int] = (128, 128)

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> Sample:
        if not 0 <= index < len(self):
            raise IndexError(f"there is no slice {index} in a data set of {len(self)}")
        full = self.complete(index, self.coils, self.shape)
        rng = np.random.default_rng(index)
        white = self.noise / np.sqrt(2) * (rng.standard_normal(full.shape) + 1j * rng.standard_normal(full.shape))
        lines = self.pattern.endswith("lines")
        centre = (10 if self.coils == 1 else 16) if lines else 20
        mask = draw_mask(self.pattern, full.shape[1:], self.accel, centre, seed=index)
        return with_maps(full, full + white, mask, (centre, 24) if lines else (centre, centre))


def second_head(count: int, index: int, coils: int, shape: tuple[int, int]) -> np.ndarray:
    """Return the k-space of a slice of Colin27: three planes, in T1 and T2 contrast, half of them without scalp.

    >>> second_head(4, 0, 2, (96, 96)).shape
    (2, 96, 96)
    """
    plane, step = list(PLANES)[index % 3], index // 3
    low, high = PLANES[plane][3]
    position = low + (high - low) * (step + 0.5) / (count / 3)
    fine = (2 * shape[0], 2 * shape[1])
    contrast, scalp = ("T1", "T2")[step // 2 % 2], step % 2 == 0
    image = colin(fine, index, plane=plane, position=position, contrast=contrast, scalp=scalp)
    return _received(image, coils, shape, index)


def atlas_head(split: str, index: int, coils: int, shape: tuple[int, int]) -> np.ndarray:
    """Return the k-space of a head of the atlas, received like the other heads.

    >>> atlas_head("validation", 0, 1, (32, 32)).shape
    (1, 32, 32)
    """
    return _received(brain((2 * shape[0], 2 * shape[1]), index, split=split), coils, shape, index)


def in_vivo(index: int, coils: int, shape: tuple[int, int]) -> np.ndarray:
    """Return the k-space of a slice of `InVivo`, of its own shape.

    >>> in_vivo(3, 1, (128, 128)).shape
    (1, 128, 128)
    """
    return InVivo(coils=coils).complete(index)[0]


def head16(index: int, coils: int, shape: tuple[int, int]) -> np.ndarray:
    """Return the raw scan "head16" with a largest image of 1; its noise is in it.

    One coil is one of the strongest channels, another one for each index. Eight are virtual coils, 16 are all.
    """
    if coils == 1:
        strongest = np.argsort(-np.linalg.norm(_head16(), axis=(1, 2)))
        return _head16()[strongest[index]][None]
    return compress_coils(_head16(), coils)[0] if coils < 16 else _head16()


@cache
def _head16() -> np.ndarray:
    kspace = public_scan("head16", progress=False).kspace
    return kspace / rss(FFT(kspace.shape[1:]).H(kspace)).max()


def _received(image: np.ndarray, coils: int, shape: tuple[int, int], seed: int) -> np.ndarray:
    fields = np.ones((1, *image.shape), np.complex64) if coils == 1 else simulate_smaps(coils, image.shape, seed=seed)
    return simulate(image, fields, shape)


def noise_of(kspace: np.ndarray) -> float:
    """Return σ of the samples of complete k-space (C, H, W), from its corners, where images have little energy.

    >>> rng = np.random.default_rng(0)
    >>> 1.9 < noise_of(rng.standard_normal((8, 64, 64, 2)).view(complex)[..., 0]) ** 2 < 2.1
    True
    """
    height, width = kspace.shape[1:]
    rows, columns = np.meshgrid(*(2 * (np.arange(n) - n // 2) / n for n in (height, width)), indexing="ij")
    return float(np.sqrt(np.mean(np.abs(kspace[:, np.hypot(rows, columns) > 1.2]) ** 2)))


COLIN = Foreign(partial(second_head, 48), 48)
FEW = Foreign(partial(second_head, 12), 12)  # for what needs no interval
VIVO = Foreign(in_vivo, SLICES)
RAW = Foreign(head16, 5, noise=0.0)  # five masks; for one coil, five channels too

SETS: Mapping[str, Any] = {
    "Colin27, 1 coil": COLIN,
    "Colin27, 8 coils": replace(COLIN, coils=8),
    "in vivo, 1 coil": VIVO,
    "in vivo, 8 coils": replace(VIVO, coils=8),
    **{f"head16, {coils} coil{'s' * (coils > 1)}, {accel}×": replace(RAW, coils=coils, accel=accel)
       for coils in (1, 8, 16) for accel in (3, 4)},
    "atlas, 1 coil": Brains("test", 24, shape=(128, 128), coils=1, accel=4, noise=NOISE),
    "atlas, 8 coils": Brains("test", 24, shape=(128, 128), coils=8, accel=4, noise=NOISE),
    "odd size, 1 coil": replace(FEW, shape=(127, 121)),
    "odd size, 8 coils": replace(FEW, shape=(127, 121), coils=8),
    **{f"{coils} coils": replace(FEW, coils=coils) for coils in (2, 4, 16)},
    **{f"{pattern.replace('_', ' ')}, {coils} coil{'s' * (coils > 1)}": replace(FEW, pattern=pattern, coils=coils)
       for pattern in ("regular_lines", "variable_density", "poisson_disc") for coils in (1, 8)},
    "noise × 3, 1 coil": replace(FEW, noise=3 * NOISE),
    "noise × 3, 8 coils": replace(FEW, noise=3 * NOISE, coils=8),
}  # fmt: skip
