"""What a training costs on a GPU, counted on a machine that has none: operations and memory of a step, and epochs.

Nothing is computed: the step runs on torch's device "meta", whose tensors have a shape and no numbers.
"""

import weakref
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import FlopCounterMode

from ..arrays.checks import check_positive
from .batches import Batch
from .networks import build
from .objectives import objective
from .settings import Settings


@dataclass(frozen=True)
class Card:
    """A GPU: its name, peak operations per second in float16, and bytes of memory.

    >>> T4.memory
    15000000000.0
    """

    name: str
    peak: float
    memory: float


T4 = Card("Tesla T4", 65e12, 15e9)  # 65 TFLOPS by NVIDIA's data sheet; of its 16 GB, Colab shows 15
UTILISATION = 0.1  # of the peak: a guess, as small convolutions and their normalisations wait for memory
COUNTED = 0.5  # of the time: the rest is for the data, the validation and whatever is not counted
USABLE = 0.8  # of the memory: the rest is for cuDNN's workspace and the allocator's gaps


@dataclass(frozen=True)
class Cost:
    """What one step of a training takes.

    Attributes
    ----------
    operations : float
        Multiplications and additions of convolutions and matrix products, forwards and backwards.
    memory : float
        Bytes: the peak of the step in float32, its gradients included, with the weights and the two averages of Adam.

    Examples
    --------
    >>> cost(Settings(channels=4, pools=1, height=16, width=16, batch_size=2)).operations > 1e6
    True
    """

    operations: float
    memory: float


def cost(s: Settings) -> Cost:
    """Return the cost of a step with these settings, of which `accumulate` saves memory and no operations.

    FFTs and what acts on each pixel alone are not counted as operations; `UTILISATION` stands for them. In 16 bits
    (`bf16`) less memory is needed than counted.

    >>> whole, parts = (cost(Settings(channels=4, pools=2, height=32, width=32, accumulate=n)) for n in (1, 2))
    >>> whole.operations == parts.operations, whole.memory > parts.memory
    (True, True)
    """
    with torch.device("meta"):
        net = build(s)
    part = _empty(s)
    with FlopCounterMode(display=False) as counter, _Peak() as memory:
        objective(s, net, part, seed=0).backward()
    weights = sum(p.numel() * p.element_size() for p in net.parameters())
    return Cost(float(counter.get_total_flops() * s.accumulate), float(memory.peak + 3 * weights))


def plan(s: Settings, minutes: float = 10.0, card: Card = T4) -> Settings:
    """Return the settings with as many epochs as fit into the time, and as many parts of a step as fit into the memory.

    Steps = 60 · minutes · COUNTED · UTILISATION · peak / operations. This is arithmetic, and no measurement. Raises
    TypeError or ValueError if minutes are not positive, and ValueError if a single slice does not fit into the memory
    or not one epoch into the time.

    >>> plan(Settings(channels=32, pools=4, train_slices=400)).accumulate
    1
    """
    minutes = check_positive("minutes", minutes)
    for parts in (n for n in range(1, s.batch_size + 1) if s.batch_size % n == 0):
        fitting = replace(s, accumulate=parts)
        needed = cost(fitting)
        if needed.memory <= USABLE * card.memory:
            break
    else:
        raise ValueError(f"a slice of this training takes {needed.memory / 1e9:.1f} GB, too much for a {card.name}")
    steps = 60 * minutes * COUNTED * UTILISATION * card.peak / needed.operations
    epochs = int(steps) // (s.train_slices // s.batch_size)
    if not epochs:
        raise ValueError(f"{minutes:g} minutes are too short for an epoch of {s.train_slices} slices on a {card.name}")
    return replace(fitting, epochs=epochs)


class _Peak(TorchDispatchMode):
    """The most bytes that tensors made within it held at one time."""

    def __init__(self):
        super().__init__()
        self.peak = self.held = 0
        self.known: set[int] = set()

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        out = operation(*args, **(kwargs or {}))
        for x in tree_leaves(out):
            if isinstance(x, Tensor):
                self._note(x.untyped_storage())
        return out

    def _note(self, storage):
        if id(storage) not in self.known:
            self.known.add(id(storage))
            self.held += storage.nbytes()
            self.peak = max(self.peak, self.held)
            weakref.finalize(storage, self._free, id(storage), storage.nbytes())

    def _free(self, name, nbytes):
        self.known.discard(name)
        self.held -= nbytes


def _empty(s: Settings) -> Batch:
    """Return a part of a step without numbers."""
    scans = s.batch_size // s.accumulate
    y = torch.empty(scans, s.coils, s.height, s.width, dtype=torch.complex64, device="meta")
    masks = np.zeros((scans, s.height, s.width), bool)
    masks[:, ::2] = True  # lines, of which self-supervised learning holds some back
    return Batch(y, y[:, 0], masks, y)
