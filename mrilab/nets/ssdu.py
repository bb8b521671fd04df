"""Self-supervised learning by under-sampling twice: some acquired samples are hidden, and have to be predicted."""

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from ..arrays.checks import within
from ..sampling.masks import plan
from .batches import Batch


def split(batch: Batch, seed: int, fraction: float = 0.4) -> tuple[Batch, Batch]:
    """Return (Θ, Λ), a batch from the samples that the network sees and one from those that are held back.

    Ω = Θ ∪ Λ, Θ ∩ Λ = ∅. Of a mask of lines whole lines are drawn for Λ, of any other single samples: `fraction` of
    the acquired ones, all alike. Θ is to be a mask like Ω, so it keeps the centre that the masks of `mrilab` have; and
    a network that learned to predict holes in a line would be no help with a missing one. Both have the targets of
    `batch`, which nobody may look at.

    Raises ValueError for a fraction that is not between 0 and 1, and scans of which no more than a centre was acquired.

    References
    ----------
    Yaman et al., Self-supervised learning of physics-guided reconstruction neural networks without fully sampled
    reference data, Magn. Reson. Med. 84 (2020), 3172. Masks of one kind: Millard and Chiew, A theoretical framework for
    self-supervised MR image reconstruction, IEEE Trans. Comput. Imaging 9 (2023), 707.

    >>> masks, images = np.ones((1, 8, 8), bool), torch.ones(1, 1, 8, 8, dtype=torch.complex64)
    >>> seen, hidden = split(Batch(images, images[0], masks, images), seed=0)
    >>> int(seen.masks.sum() + hidden.masks.sum()), bool((seen.masks & hidden.masks).any())
    (64, False)
    """
    fraction = within("the fraction of hidden samples", fraction, 0, 1, strictly=True)
    rng = np.random.default_rng(seed)
    hide = np.array([_hidden(mask, rng, fraction) for mask in batch.masks])
    return _only(batch, batch.masks & ~hide), _only(batch, hide)


def _hidden(mask: np.ndarray, rng: np.random.Generator, fraction: float) -> np.ndarray:
    lines = (mask == mask[:, :1]).all()
    acquired = mask[:, 0] if lines else mask  # (H,) or (H, W)
    lot = rng.random(acquired.shape)
    lot[plan(acquired.shape, acquired.size / acquired.sum(), None)[1]] = 1  # the centre stays
    free = lot[acquired & (lot < 1)]
    if not free.size:
        raise ValueError(f"of the mask {mask.shape} no more than its centre was acquired: nothing can be held back")
    hide = acquired & (lot <= np.quantile(free, fraction))  # a share of each scan, never none
    return np.broadcast_to(hide[:, None] if lines else hide, mask.shape)


def _only(batch: Batch, masks: np.ndarray) -> Batch:
    kept = torch.from_numpy(masks)[:, None].to(batch.y.device, non_blocking=True)
    return replace(batch, y=batch.y * kept, masks=masks)


def ssdu_loss(x: Tensor, judge: Batch) -> Tensor:
    """Return ½ ‖A x − y‖₂ / ‖y‖₂ + ½ ‖A x − y‖₁ / ‖y‖₁ (Yaman et al., eq. 9), over the samples of a batch.

    >>> masks, images = np.ones((1, 8, 8), bool), torch.ones(1, 1, 8, 8, dtype=torch.complex64)
    >>> batch = Batch(images, images[0], masks, images)
    >>> ssdu_loss(torch.zeros_like(images[0]), batch)
    tensor(1.)
    """
    error, y = (judge.A(x) - judge.y).abs(), judge.y.abs()
    return (error.norm() / y.norm() + error.sum() / y.sum()) / 2
