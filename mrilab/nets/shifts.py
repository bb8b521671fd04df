"""Tests on data that differ from the training data: shifts of the distribution, and the inverse crime."""

from collections.abc import Callable, Mapping

import numpy as np

from ..metrics import psnr
from ..operators.coils import Coils
from ..operators.fourier import FFT
from ..simulation import phantoms, scanner
from .dataset import Slices
from .population import Brains
from .trust import Reconstruct, image_of, operator_of

Change = Callable[[np.ndarray, int], np.ndarray]


class Altered(Brains):
    """The population with every head changed before it is scanned: x ↦ change(x, index) on the fine grid (2H, 2W).

    Masks, noise and maps are those of `Brains` with the same options, so both can be compared slice by slice. `change`
    returns a finite image of the same shape, with largest magnitude about 1: for example with another contrast, another
    anatomy or a lesion. There is no cache folder.

    Raises
    ------
    ValueError
        For a `cache`, and for a changed image of another shape.

    Examples
    --------
    >>> upside_down = Altered("test", 2, lambda x, index: x[::-1], shape=(32, 32))
    >>> bool((upside_down[0].mask == Brains("test", 2, shape=(32, 32))[0].mask).all())
    True
    """

    def __init__(self, split: str, count: int, change: Change, **options):
        super().__init__(split, count, **options)
        if self.folder is not None:
            raise ValueError("an altered population takes no cache, because its slices depend on the code of `change`")
        self.change = change

    def complete(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        fine = (2 * self.shape[0], 2 * self.shape[1])
        image = np.asarray(self.change(phantoms.brain(fine, index, split=self.split), index))
        if image.shape != fine:
            raise ValueError(f"change must return an image of shape {fine}, got {image.shape}")
        return scanner.simulate(image, self._maps(fine, index), self.shape), self._maps(self.shape, index)


class OwnGrid(Brains):
    """The inverse crime: heads sampled on the grid of the reconstruction, and scanned with the same operator F S.

    No edge lies inside a pixel, and there is no ringing. Masks and noise are those of `Brains` with the same options.

    >>> OwnGrid("test", 1, shape=(32, 32))[0].target.shape
    (32, 32)
    """

    def complete(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        maps = self._maps(self.shape, index)
        return (FFT(self.shape) @ Coils(maps))(phantoms.brain(self.shape, index, split=self.split)), maps


class ZeroPadded(Brains):
    """The hidden crime: scans of half the resolution, zero-padded to `shape` and then under-sampled.

    Many lines of the mask then contain only zeros, so a larger part of the lines with signal is sampled than the
    acceleration suggests. Images in scanner archives are often interpolated in this way.

    References
    ----------
    Shimron et al., Implicit data crimes: machine learning bias arising from misuse of public data, PNAS 119 (2022).

    Examples
    --------
    >>> (ZeroPadded("test", 1, shape=(32, 32))[0].y[0, 0] == 0).all()
    np.True_
    """

    def complete(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        kspace, maps = super().complete(index)
        inside = np.zeros(self.shape, bool)
        inside[tuple(slice(n // 2 - n // 4, n // 2 + (n + 2) // 4) for n in self.shape)] = True
        return kspace * inside, maps


def shift_scores(
    methods: Mapping[str, Reconstruct],
    sets: Mapping[str, Slices],
    metric: Callable[[np.ndarray, np.ndarray], float] = psnr,
) -> dict[str, dict[str, np.ndarray]]:
    """Return scores[set][method], the metric of every slice (N,), to compare methods over several data sets.

    The first set should be like the training data of the networks, and the methods should include some without
    training, because another set may simply be harder. Raises ValueError if there are no methods or no sets.

    >>> sets = {"4 ×": Brains("test", 2, shape=(32, 32)), "2 ×": Brains("test", 2, shape=(32, 32), accel=2)}
    >>> scores = shift_scores({"zero-filled": lambda A, y: A.H(y)}, sets)
    >>> bool((scores["2 ×"]["zero-filled"] > scores["4 ×"]["zero-filled"]).all())
    True
    """
    if not methods or not sets:
        raise ValueError(f"shift_scores takes methods and sets, got {len(methods)} and {len(sets)}")
    scores: dict[str, dict[str, np.ndarray]] = {}
    for name, data in sets.items():
        samples = [data[index] for index in range(len(data))]
        scores[name] = {
            method: np.array([metric(image_of(f, operator_of(sample), sample.y), sample.target) for sample in samples])
            for method, f in methods.items()
        }
    return scores


def inverse_crime(
    methods: Mapping[str, Reconstruct],
    count: int,
    metric: Callable[[np.ndarray, np.ndarray], float] = psnr,
    **options,
) -> dict[str, dict[str, np.ndarray]]:
    """Return scores["finer grid" | "own grid" | "zero-padded"][method], (count,): the bias of careless simulations.

    The same test heads, masks and noise are simulated in three ways: as `Brains`, `OwnGrid` and `ZeroPadded`, with the
    same `options`. Each image is compared with the reference of its own data, as in a careless evaluation. The
    difference to the first is the gain by the inverse crime. Raises as `Brains`.

    >>> scores = inverse_crime({"zero-filled": lambda A, y: A.H(y)}, 2, shape=(32, 32))
    >>> bool((scores["zero-padded"]["zero-filled"] > scores["finer grid"]["zero-filled"]).all())
    True
    """
    kinds = {"finer grid": Brains, "own grid": OwnGrid, "zero-padded": ZeroPadded}
    return shift_scores(methods, {name: kind("test", count, **options) for name, kind in kinds.items()}, metric)
