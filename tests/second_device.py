"""A second device on a machine that has none: the CPU's numbers behind torch's PrivateUse1 backend.

A tensor on it, `Far`, holds its numbers on the CPU and says that they lie elsewhere. As on a GPU, a host array among
device arrays is an error, and so is a host generator. Every copy between the two and every wait for a number is noted
with the line of code that asked for it. What no such device can show is what asks for CUDA by name.

>>> with SecondDevice() as second:
...     x = torch.ones(2).to(DEVICE)
...     total = float((x + x).sum())
>>> total, second.count("wait"), second.operations
(4.0, 1, 2)
"""

import traceback
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map
from torch.utils.backend_registration import _setup_privateuseone_for_python_backend

_setup_privateuseone_for_python_backend("second")

DEVICE = torch.device("second:0")
HERE = Path(__file__)
aten = torch.ops.aten
# Lazy bits are resolved above the level at which a device of Python's sees an operation.
RESOLVED = {aten._conj.default: aten.conj_physical.default, aten._neg_view.default: aten.neg.default}
# Their result, or its shape, is a number that the host has to wait for.
WAITING = {aten._local_scalar_dense, aten.nonzero, aten.masked_select, aten.equal, aten._unique2, aten.bincount}
BY_INDEX = {aten.index, aten.index_put, aten.index_put_, aten._index_put_impl_}
# CUDA has no deterministic kernel for these.
UNDETERMINED = {aten.reflection_pad1d_backward, aten.reflection_pad2d_backward, aten.replication_pad2d_backward}


class Event(NamedTuple):
    """What was done between the two, and who asked for it.

    Kinds are "to host", a copy; "wait", a number that the host reads; "upload", a copy to the device that the host
    waits for, and "async upload", one that it does not wait for.
    """

    kind: str
    where: str
    nbytes: int


class Far(torch.Tensor):
    """A tensor on the second device; `near` are its numbers, on the CPU."""

    @staticmethod
    def __new__(cls, near):
        layout = {"strides": near.stride(), "storage_offset": near.storage_offset(), "dtype": near.dtype}
        far = torch.Tensor._make_wrapper_subclass(cls, near.shape, device=DEVICE, **layout)
        far.near = near
        return far

    @classmethod
    def __torch_dispatch__(cls, operation, types, args=(), kwargs=None):
        return _run(operation, args, kwargs or {})

    def tolist(self):
        _note("wait", self.near)
        return self.near.tolist()

    def numpy(self, **_):
        raise TypeError(f"can't convert a tensor {tuple(self.shape)} on {DEVICE} to NumPy: copy it to the host first")

    __array__ = numpy

    def __reduce_ex__(self, protocol):  # a checkpoint holds the numbers
        return self.near.detach().__reduce_ex__(protocol)

    def __repr__(self):
        return f"Far({self.near!r})"


class SecondDevice(TorchDispatchMode):
    """The time in which the second device exists, and what was done on it.

    Attributes
    ----------
    events : list of Event
        Copies and waits, in their order.
    operations : int
        Operations that computed something on the device; views of arrays cost nothing and are not counted.
    """

    def __init__(self):
        super().__init__()
        self.events: list[Event] = []
        self.operations = 0
        self.refused: list[str] = []

    def count(self, *kinds: str) -> int:
        """Return how many events there were of these kinds."""
        return sum(event.kind in kinds for event in self.events)

    def where(self, *kinds: str) -> list[str]:
        """Return the lines of code that asked for events of these kinds, each once."""
        return sorted({event.where for event in self.events if event.kind in kinds})

    def __enter__(self):
        self._patches = ExitStack()
        self._patches.enter_context(patch.object(torch, "tensor", _tensor))
        # not in threads of its own: a line of the caller is to be found
        self._patches.enter_context(torch.autograd.set_multithreading_enabled(False))
        _running.append(self)
        return super().__enter__()

    def __exit__(self, kind, error, trace):
        _running.remove(self)
        self._patches.close()
        super().__exit__(kind, error, trace)
        if self.refused and error is None:
            raise RuntimeError(self.refused[0])

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        return _run(operation, args, kwargs or {})


_running: list[SecondDevice] = []
_torch_tensor = torch.tensor


def _tensor(data, *, device=None, **options):
    """`torch.tensor`, which fills memory in C++ and so cannot make a tensor of a device in Python."""
    made = _torch_tensor(data, **options)
    return made if device is None else made.to(device)


def _run(operation, args, kwargs):
    """Do an operation on the CPU's numbers; raise for a mixture that a GPU would refuse."""
    if operation is aten._to_copy.default:
        return _to_copy(*args, **kwargs)
    tensors = [a for a in tree_leaves((args, kwargs)) if isinstance(a, torch.Tensor)]
    far = [a for a in tensors if isinstance(a, Far)]
    if operation is aten.copy_.default:
        return _copy(*args, **kwargs)
    device = kwargs.get("device")
    on_device = bool(far) if device is None else torch.device(device).type == DEVICE.type
    if far or on_device:
        _refuse_mixtures(operation, tensors, args, kwargs)
        _count(operation, far)
    if device is not None:
        kwargs = kwargs | {"device": torch.device("cpu"), "pin_memory": False}
    done = RESOLVED.get(operation, operation) if far else operation
    out = done(*tree_map(_near, args), **tree_map(_near, kwargs))
    if not on_device:
        return out
    known = {id(a.near): a for a in far}  # an operation in place returns its argument
    return tree_map(lambda a: known.get(id(a), Far(a)) if isinstance(a, torch.Tensor) else a, out)


def _near(a):
    return a.near if isinstance(a, Far) else a


def _refuse_mixtures(operation, tensors, args, kwargs):
    for a in tensors:
        if not isinstance(a, Far) and a.ndim:  # a single number may come from the host, as for CUDA
            _refuse(f"{operation}: a host tensor {tuple(a.shape)} among tensors on {DEVICE}, {_caller()}")
    for a in tree_leaves((args, kwargs)):
        if isinstance(a, torch.Generator) and a.device.type != DEVICE.type:
            _refuse(f"{operation}: a generator of {a.device} for a tensor on {DEVICE}, {_caller()}")


def _refuse(why):
    """Raise; from within a backward pass, which would end the process, when the device is left."""
    if torch._C._current_graph_task_id() < 0:
        raise RuntimeError(why)
    for second in _running:
        second.refused.append(why)


def _count(operation, far):
    packet = operation.overloadpacket
    if packet in UNDETERMINED and torch.are_deterministic_algorithms_enabled():
        _refuse(f"{operation} has no deterministic implementation on a GPU, {_caller()}")
    by_mask = packet in BY_INDEX and any(a.dtype == torch.bool for a in far[1:])  # needs the number of its samples
    if packet in WAITING or by_mask:
        _note("wait", far[0].near)
    for second in _running:
        second.operations += not (_is_view(operation) or packet in WAITING)


@cache
def _is_view(operation):
    return operation is aten.detach.default or any(
        a.alias_info is not None and not a.alias_info.is_write for a in operation._schema.arguments
    )


def _to_copy(x, *, device=None, pin_memory=None, non_blocking=False, **options):
    target = x.device if device is None else torch.device(device)
    there, here = isinstance(x, Far), target.type == DEVICE.type
    if there != here:
        _note("to host" if there else "async upload" if non_blocking else "upload", _near(x))
    elif here:
        for second in _running:
            second.operations += 1
    out = aten._to_copy.default(_near(x), device=torch.device("cpu"), **options)
    return Far(out) if here else out


def _copy(target, source, non_blocking=False):
    there, here = isinstance(source, Far), isinstance(target, Far)
    if there != here and not (here and source.ndim == 0):
        _note("to host" if there else "async upload" if non_blocking else "upload", _near(source))
    _near(target).copy_(_near(source))
    return target


def _note(kind, x):
    for second in _running:
        second.events.append(Event(kind, _caller(), x.numel() * x.element_size()))


def _caller() -> str:
    """Return the line that asked: the innermost of `mrilab`, else of a test."""
    frames = [f for f in traceback.extract_stack() if f.filename != str(HERE) and "site-packages" not in f.filename]
    ours = [f for f in frames if "/mrilab/" in f.filename] or [f for f in frames if "/tests/" in f.filename]
    return f"{Path(ours[-1].filename).name}:{ours[-1].lineno} {ours[-1].name}" if ours else "?"
