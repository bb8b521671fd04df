"""Self-supervised learning by under-sampling twice: some acquired samples are hidden, and have to be predicted."""

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from .batches import Batch


def split(batch: Batch, seed: int, fraction: float = 0.4, centre: int = 4) -> tuple[Batch, Batch]:
    """Return (Θ, Λ), a batch from the samples that the network sees and one from those that it has to predict.

    Ω = Θ ∪ Λ, Θ ∩ Λ = ∅. Single samples are drawn for Λ, `fraction` of the acquired ones, all alike; a block of
    `centre` × `centre` at DC always stays in Θ. Both have the targets of `batch`, which nobody may look at.

    Raises ValueError for a fraction that is not between 0 and 1.

    References
    ----------
    Yaman et al., Self-supervised learning of physics-guided reconstruction neural networks without fully sampled
    reference data, Magn. Reson. Med. 84 (2020), 3172.

    >>> masks, images = np.ones((1, 8, 8), bool), torch.ones(1, 1, 8, 8, dtype=torch.complex64)
    >>> seen, hidden = split(Batch(images, images[0], masks, images), seed=0)
    >>> int(seen.masks.sum() + hidden.masks.sum()), bool((seen.masks & hidden.masks).any())
    (64, False)
    """
    if not 0 < fraction < 1:
        raise ValueError(f"the fraction of hidden samples must be between 0 and 1, got {fraction!r}")
    hide = np.random.default_rng(seed).random(batch.masks.shape) < fraction
    rows, columns = (slice(n // 2 - centre // 2, n // 2 - centre // 2 + centre) for n in batch.masks.shape[-2:])
    hide[:, rows, columns] = False
    return _only(batch, batch.masks & ~hide), _only(batch, batch.masks & hide)


def _only(batch: Batch, masks: np.ndarray) -> Batch:
    kept = torch.from_numpy(masks)[:, None].to(batch.y.device)
    return replace(batch, y=batch.y * kept, masks=masks)


def ssdu_loss(x: Tensor, hidden: Batch) -> Tensor:
    """Return ½ ‖A_Λ x − y_Λ‖₂ / ‖y_Λ‖₂ + ½ ‖A_Λ x − y_Λ‖₁ / ‖y_Λ‖₁ (Yaman et al., eq. 9), over the batch.

    >>> masks, images = np.ones((1, 8, 8), bool), torch.ones(1, 1, 8, 8, dtype=torch.complex64)
    >>> batch = Batch(images, images[0], masks, images)
    >>> ssdu_loss(torch.zeros_like(images[0]), batch)
    tensor(1.)
    """
    error, y = (hidden.A(x) - hidden.y).abs(), hidden.y.abs()
    return (error.norm() / y.norm() + error.sum() / y.sum()) / 2
