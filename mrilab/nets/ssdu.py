"""Self-supervised learning by under-sampling twice: some of the acquired samples are hidden and must be predicted."""

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from ..arrays.checks import within
from ..sampling.masks import plan
from .batches import Batch


def split(batch: Batch, seed: int, fraction: float = 0.4, *, points: bool = False) -> tuple[Batch, Batch]:
    """Return (Θ, Λ): a batch with the samples that the network sees, and one with the samples that are held back.

    Ω = Θ ∪ Λ, Θ ∩ Λ = ∅. Λ is drawn uniformly, a `fraction` of the acquired lines if the mask consists of lines, else
    of single samples: a network that learned to fill holes in lines would not learn to predict missing lines. With
    `points`, single samples are held back in any case. Θ should be a mask like Ω, so it keeps the centre that the masks
    of `mrilab` have. Both batches have the targets of `batch`, which must not be used.

    Raises ValueError for a fraction that is not between 0 and 1, and for scans with no samples outside the centre.

    References
    ----------
    Yaman et al., Self-supervised learning of physics-guided reconstruction neural networks without fully sampled
    reference data, Magn. Reson. Med. 84 (2020). Masks of one kind: Millard and Chiew, A theoretical framework for
    self-supervised MR image reconstruction, IEEE Trans. Comput. Imaging 9 (2023).

    Examples
    --------
    >>> masks, images = np.ones((1, 8, 8), bool), torch.ones(1, 1, 8, 8, dtype=torch.complex64)
    >>> seen, hidden = split(Batch(images, images[0], masks, images), seed=0)
    >>> int(seen.masks.sum() + hidden.masks.sum()), bool((seen.masks & hidden.masks).any())
    (64, False)
    """
    fraction = within("the fraction of hidden samples", fraction, 0, 1, strictly=True)
    rng = np.random.default_rng(seed)
    hide = np.array([_hidden(mask, rng, fraction, points) for mask in batch.masks])
    return _only(batch, batch.masks & ~hide), _only(batch, hide)


def _hidden(mask: np.ndarray, rng: np.random.Generator, fraction: float, points: bool) -> np.ndarray:
    lines = not points and (mask == mask[:, :1]).all()
    acquired = mask[:, 0] if lines else mask  # (H,) or (H, W)
    lot = rng.random(acquired.shape)
    lot[plan(acquired.shape, acquired.size / acquired.sum(), None)[1]] = 1  # the centre stays
    free = lot[acquired & (lot < 1)]
    if not free.size:
        raise ValueError(f"the mask {mask.shape} has no samples outside its centre: none can be held back")
    hide = acquired & (lot <= np.quantile(free, fraction))  # a part of each scan, at least one sample
    return np.broadcast_to(hide[:, None] if lines else hide, mask.shape)


def _only(batch: Batch, masks: np.ndarray) -> Batch:
    kept = torch.from_numpy(masks)[:, None].to(batch.y.device, non_blocking=True)
    return replace(batch, y=batch.y * kept, masks=masks)


def ssdu_loss(x: Tensor, judge: Batch) -> Tensor:
    """Return ½ ‖A x − y‖₂ / ‖y‖₂ + ½ ‖A x − y‖₁ / ‖y‖₁ over the samples of a batch.

    References
    ----------
    Yaman et al., Self-supervised learning of physics-guided reconstruction neural networks without fully sampled
    reference data, Magn. Reson. Med. 84 (2020), eq. 9.

    Examples
    --------
    >>> masks, images = np.ones((1, 8, 8), bool), torch.ones(1, 1, 8, 8, dtype=torch.complex64)
    >>> batch = Batch(images, images[0], masks, images)
    >>> ssdu_loss(torch.zeros_like(images[0]), batch)
    tensor(1.)
    """
    error, y = (judge.A(x) - judge.y).abs(), judge.y.abs()
    return (error.norm() / y.norm() + error.sum() / y.sum()) / 2
