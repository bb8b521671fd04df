"""NumPy arrays whose memory is reused, because new memory pages cost more than the arithmetic on them.

Every iteration needs the same few large arrays. The operating system allocates and clears their pages each time, which
took a third of the time of a 32-coil FISTA. Here the memory of a large array without references is kept, and used for
the next array of the same size. This is safe because the owner of the memory lives as long as any view of it.
"""

import weakref
from math import prod

import numpy as np

SMALL = 1 << 20  # bytes; smaller arrays use NumPy's allocator
KEEP = 1 << 28  # largest number of unused bytes that are kept

_idle: dict[int, np.ndarray] = {}  # by id, oldest first; other threads may change it at any time


class _Owner:
    """The object that all arrays and views of one piece of memory refer to; when it is deleted, the memory is kept."""

    def __init__(self, memory: np.ndarray):
        self.__array_interface__ = memory.__array_interface__
        weakref.finalize(self, _give_back, memory).atexit = False


def _give_back(memory: np.ndarray) -> None:
    _idle[id(memory)] = memory
    while sum(piece.nbytes for piece in list(_idle.values())) > KEEP:
        _idle.pop(next(iter(list(_idle))), None)  # the oldest, most likely from a finished problem


def empty(shape: tuple[int, ...], dtype) -> np.ndarray:
    """Return an uninitialised contiguous array, like np.empty, in reused memory if there is some of this size.

    >>> empty((2, 3), np.complex64).shape
    (2, 3)
    """
    dtype = np.dtype(dtype)
    nbytes = prod(shape) * dtype.itemsize
    if nbytes < SMALL:
        return np.empty(shape, dtype)
    for key, memory in reversed(list(_idle.items())):
        if memory.nbytes == nbytes and _idle.pop(key, None) is not None:
            break
    else:
        memory = np.empty(nbytes, np.uint8)
    return np.asarray(_Owner(memory)).view(dtype).reshape(shape)
