"""Self-supervised learning by under-sampling twice: some acquired samples are hidden, and have to be predicted."""

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from .batches import Batch


def split(batch: Batch, seed: int, fraction: float = 0.4, centre: int = 4) -> tuple[Batch, Batch]:
    """Return (Θ, Λ), a batch from the samples that the network sees and one from those that it has to predict.

    Ω = Θ ∪ Λ, Θ ∩ Λ = ∅. Of a mask of lines whole lines are drawn for Λ, of any other single samples: `fraction` of
    the acquired ones, all alike. Hidden samples must be like those that were never acquired: a network that predicts
    holes in a line need not learn to predict lines. A block of `centre` × `centre` at DC, or the lines through it,
    stays in Θ. Both have the targets of `batch`, which nobody may look at.

    Raises ValueError for a fraction that is not between 0 and 1, and scans of which nothing but the block was acquired.

    References
    ----------
    Yaman et al., Self-supervised learning of physics-guided reconstruction neural networks without fully sampled
    reference data, Magn. Reson. Med. 84 (2020), 3172. Lines for lines: Millard and Chiew, IEEE Trans. Comput. Imaging 9
    (2023), 707.

    >>> masks, images = np.ones((1, 8, 8), bool), torch.ones(1, 1, 8, 8, dtype=torch.complex64)
    >>> seen, hidden = split(Batch(images, images[0], masks, images), seed=0)
    >>> int(seen.masks.sum() + hidden.masks.sum()), bool((seen.masks & hidden.masks).any())
    (64, False)
    """
    if not 0 < fraction < 1:
        raise ValueError(f"the fraction of hidden samples must be between 0 and 1, got {fraction!r}")
    rows, columns = (slice(n // 2 - centre // 2, n // 2 - centre // 2 + centre) for n in batch.masks.shape[-2:])
    lot = np.random.default_rng(seed).random(batch.masks.shape)
    lot[:, rows, columns] = 1  # never hidden
    lines = (batch.masks == batch.masks[..., :1]).all(axis=(-2, -1))
    lot[lines] = lot[lines][..., lot.shape[-1] // 2, None]  # all of a line has the lot of its middle
    free = np.where(batch.masks, lot, 1)
    if not (free < 1).any(axis=(-2, -1)).all():
        raise ValueError(f"nothing but the {centre} × {centre} samples at DC was acquired: none can be hidden")
    most = [np.quantile(a[a < 1], fraction) for a in free]  # a share of each scan, never none
    hide = lot <= np.reshape(most, (-1, 1, 1))
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
