"""Batches of samples, each with its own mask and maps, and the operators that act on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from ..arrays.libraries import namespace
from ..operators.batch import BatchedSense
from ..operators.coils import rss
from ..operators.linop import LinearOperator
from .dataset import Sample


class Each(LinearOperator):
    """The block diagonal operator diag(A₁, …, A_B): A_b is applied to item b of a batch (B, …).

    It works with every array library, and gradients flow through it, but it calls the operators one after another; for
    Cartesian scans `BatchedSense` is faster. Raises ValueError for no operators, or for operators of different shapes.

    >>> from mrilab import Identity
    >>> Each([1.0 * Identity((2,)), 3.0 * Identity((2,))])(np.ones((2, 2)))
    array([[1., 1.],
           [3., 3.]])
    """

    def __init__(self, operators: Sequence[LinearOperator]):
        shapes = {(A.shape_out, A.shape_in) for A in operators}
        if len(shapes) != 1:
            raise ValueError(f"a batch takes operators of one shape, got {sorted(shapes)}")
        ((shape_out, shape_in),) = shapes
        super().__init__((len(operators), *shape_out), (len(operators), *shape_in))
        self.operators = list(operators)
        self.needs_complex = any(A.needs_complex for A in operators)
        norms = [A.norm2 for A in operators if A.norm2 is not None]
        self.norm2 = max(norms) if len(norms) == len(operators) else None

    def _apply(self, parts, x, ndim):
        axis = x.ndim - ndim
        lead = (slice(None),) * axis
        return namespace(x).stack([part(x[(*lead, b)]) for b, part in enumerate(parts)], axis=axis)

    def _op(self, x):
        return self._apply([A._op for A in self.operators], x, len(self.shape_in))

    def _adj_op(self, y):
        return self._apply([A._adj_op for A in self.operators], y, len(self.shape_out))


@dataclass
class Batch:
    """The data for one step of a training: k-space, references, masks and maps.

    Attributes
    ----------
    y : tensor, complex64 (B, C, H, W)
        Noisy k-space, zero where not sampled.
    target : tensor, complex64 (B, H, W)
        The reference.
    masks : bool NumPy array (B, H, W)
        On the host, where self-supervised learning splits them.
    smaps : tensor, complex64 (B, C, H, W)
    """

    y: Tensor
    target: Tensor
    masks: np.ndarray
    smaps: Tensor

    @cached_property
    def A(self) -> BatchedSense:
        """The operator Ω F S of each sample, on the device of the data; `collate` has checked its values."""
        masks = torch.from_numpy(self.masks).to(self.y.device, non_blocking=True)
        return BatchedSense(masks, self.smaps, check=False)

    @cached_property
    def weight(self) -> Tensor:
        """The factor rss(S) between x and the image, which is 1 in the support of normalised maps, (B, H, W)."""
        return rss(self.smaps)

    def to(self, device: torch.device | str) -> "Batch":
        """Return the batch with its tensors on `device`."""
        y, target, smaps = (part.to(device, non_blocking=True) for part in (self.y, self.target, self.smaps))
        return Batch(y, target, self.masks, smaps)

    def parts(self, count: int) -> "list[Batch]":
        """Return the batch as `count` smaller ones of equal size; `count` must divide the number of scans."""
        each = len(self.masks) // count
        cuts = [slice(i * each, (i + 1) * each) for i in range(count)]
        return [Batch(self.y[cut], self.target[cut], self.masks[cut], self.smaps[cut]) for cut in cuts]

    def pin_memory(self) -> "Batch":
        """Return the batch in pinned memory, which a GPU reads faster; called by the DataLoader."""
        return Batch(self.y.pin_memory(), self.target.pin_memory(), self.masks, self.smaps.pin_memory())


def collate(samples: Sequence[Sample]) -> Batch:
    """Return samples of one shape as a `Batch`; raises ValueError if shapes differ, and as `BatchedSense` does.

    >>> sample = Sample(np.ones((1, 4, 4), np.complex64), np.ones((4, 4), bool), np.ones((1, 4, 4), np.complex64),
    ...                 np.ones((4, 4), np.complex64))
    >>> collate([sample, sample]).A
    BatchedSense(2, 4, 4)
    """
    shapes = {sample.y.shape for sample in samples}
    if len(shapes) != 1:
        raise ValueError(f"a batch takes data of one shape, got {sorted(shapes)}: use batch_size 1")
    y, mask, smaps, target = (np.stack([getattr(sample, name) for sample in samples]) for name in Sample._fields)
    BatchedSense(mask, smaps)  # checks the values, which are not checked again on the device
    return Batch(torch.from_numpy(y), torch.from_numpy(target), mask, torch.from_numpy(smaps))
