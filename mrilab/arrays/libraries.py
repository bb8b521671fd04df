"""Array libraries: one interface to NumPy, torch and CuPy. Results have the library and device of the arguments."""

import sys
from contextlib import nullcontext
from importlib.util import find_spec
from typing import Any

import numpy as np
from array_api_compat import array_namespace, device, is_cupy_array, is_numpy_array, is_torch_array

from .memory import empty

Array = Any  # a NumPy, torch or CuPy array


def namespace(x: Array):
    """Return the array API namespace of `x`; raise a TypeError with its type if it is not an array.

    >>> namespace(np.zeros(3)).__name__
    'array_api_compat.numpy'
    """
    if not (is_numpy_array(x) or is_torch_array(x) or is_cupy_array(x)):
        raise TypeError(f"expected a NumPy, torch or CuPy array, got {type(x).__name__}: {x!r:.60}")
    return array_namespace(x)


def is_numpy(x: Array) -> bool:
    """Return whether `x` is a NumPy array, which the compiled loops need."""
    return is_numpy_array(x)


def is_complex(x: Array) -> bool:
    """Return whether `x` holds complex numbers."""
    return bool(namespace(x).isdtype(x.dtype, "complex floating"))


def plain(x: Array) -> Array:
    """Return `x` in the form that compiled loops and all libraries take: the gate that every argument passes.

    Big-endian, read-only, misaligned and memory-mapped NumPy arrays and NumPy's subclasses become ordinary arrays of
    the same numbers; torch's lazy conjugate and sign are carried out. An ordinary array is returned as it is. A masked
    array that hides numbers raises a TypeError, and so does a sparse tensor.

    >>> plain(np.ones(2, ">c8")).dtype.isnative
    True
    """
    namespace(x)
    if is_torch_array(x):
        if x.is_sparse or x.is_sparse_csr:
            raise TypeError(f"expected a dense tensor, got {x.layout} of shape {tuple(x.shape)}; give x.to_dense()")
        return x.resolve_conj().resolve_neg()
    if not is_numpy(x):
        return x
    x = unmasked(x)
    ordinary = x.dtype.isnative and x.flags.writeable and x.flags.aligned
    return x if ordinary else x.astype(x.dtype.newbyteorder("="))


def unmasked(x: np.ndarray) -> np.ndarray:
    """Return a NumPy array without its subclass; raise a TypeError if it is masked and hides numbers.

    >>> unmasked(np.ma.masked_array([1.0, 2.0]))
    array([1., 2.])
    """
    hidden = np.count_nonzero(np.ma.getmask(x))
    if hidden:
        raise TypeError(
            f"a masked array of shape {x.shape} hides {hidden} of {x.size} numbers, which have no value here; "
            "replace them first, such as by x.filled(0)"
        )
    return np.asarray(x)


def own(x: Array) -> Array:
    """Return a `plain` copy of `x` to keep: what its caller does to `x` afterwards does not change it.

    >>> x = np.ones(2)
    >>> kept = own(x)
    >>> x *= 2
    >>> kept
    array([1., 1.])
    """
    x = plain(x)
    return x.clone() if is_torch_array(x) else x.copy()


def shown(x: Array) -> Array:
    """Return a view of `x` that cannot be written to (NumPy), for attributes that others may read."""
    if not is_numpy(x):
        return x
    view = x.view()
    view.flags.writeable = False
    return view


def detached(x: Array) -> Array:
    """Return `x` without the gradients that torch may record for it.

    >>> detached(np.ones(2))
    array([1., 1.])
    """
    return x.detach() if is_torch_array(x) else x


def recording_gradients(wanted: bool):
    """Return a context in which torch, if it is in use, records gradients or does not.

    >>> with recording_gradients(False):
    ...     pass
    """
    torch = sys.modules.get("torch")
    return torch.set_grad_enabled(wanted) if torch else nullcontext()


def like(x: Array, const: Array, dtype=None) -> Array:
    """Return `const` in the library, on the device and in the precision of `x`.

    The precision matters: a single float64 mask would turn a complex64 reconstruction into complex128. Booleans and
    integers become real floating-point numbers; `dtype` overrides the choice.

    >>> like(np.zeros(2, np.complex64), np.array([True, False]))
    array([1., 0.], dtype=float32)
    """
    xp = namespace(x)
    if dtype is None:
        double = xp.isdtype(x.dtype, ("real floating", "complex floating")) and (
            x.dtype.itemsize >= (16 if is_complex(x) else 8)
        )
        if is_complex(const):
            dtype = xp.complex128 if double else xp.complex64
        else:
            dtype = xp.float64 if double else xp.float32
    if is_torch_array(const) and not is_torch_array(x):
        const = to_numpy(const)
    const = unmasked(const) if is_numpy(const) else const
    if not namespace(const).isdtype(const.dtype, ("bool", "numeric")):
        raise TypeError(f"like takes numbers, got {const.dtype} of shape {tuple(const.shape)}")
    if is_numpy(const) and not is_numpy(x):
        const = np.ascontiguousarray(plain(const))  # torch takes no negative strides
    const = const.to(device(x)) if is_torch_array(const) else xp.asarray(const, device=device(x))
    return xp.astype(const, dtype, copy=False)


class Constant:
    """A copy of an array that an operator keeps, converted to the library of each argument; conversions are kept.

    >>> mask = Constant(np.array([1, 0], dtype=bool))
    >>> mask.like(np.zeros(2, np.complex128)).dtype
    dtype('float64')
    """

    def __init__(self, value: Array):
        self._value = own(value)
        self._copies: dict = {}

    @property
    def value(self) -> Array:
        """The array, to be read."""
        return shown(self._value)

    def like(self, x: Array, dtype=None) -> Array:
        key = (type(x), str(x.dtype), str(dtype), str(device(x)))
        if key not in self._copies:
            self._copies[key] = like(x, self._value, dtype)
        return self._copies[key]

    def __getstate__(self):
        return {"value": self.value, "_copies": {}}  # conversions are made anew where it is copied to


def best_device(*needed: str) -> str:
    """Return "cuda" if torch sees a GPU and the modules that are `needed` there are installed, else "cpu".

    A NUFFT on a GPU needs the module cufinufft: `best_device("cufinufft")`.

    >>> best_device() in ("cpu", "cuda"), best_device("no_such_module")
    (True, 'cpu')
    """
    if not all(find_spec(name) for name in ("torch", *needed)):
        return "cpu"
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def to_device(x: Array, where: str) -> Array:
    """Return `x` on the device `where` as a torch tensor; on "cpu", NumPy arrays are returned unchanged.

    >>> to_device(np.ones(2), "cpu")
    array([1., 1.])
    """
    if is_numpy(x) and where == "cpu":
        return x
    namespace(x)
    import torch

    if is_numpy(x):
        x = np.ascontiguousarray(plain(x))  # torch takes neither read-only memory nor negative strides
        if x.dtype.kind not in "fciub" or x.dtype in (np.longdouble, np.clongdouble):
            raise TypeError(f"torch has no {x.dtype}, the dtype of an array of shape {x.shape}")
    return torch.as_tensor(x).to(where)


def to_numpy(x: Array) -> np.ndarray:
    """Return `x` as a NumPy array on the host, detached from gradients.

    Raises TypeError for a masked array that hides numbers, and for a dtype that NumPy lacks.

    >>> to_numpy(np.ones(2))
    array([1., 1.])
    """
    namespace(x)
    if is_torch_array(x):
        x = plain(x.detach().cpu())
        try:
            return x.numpy()
        except TypeError:
            raise TypeError(f"NumPy has no {x.dtype}, the dtype of a tensor of shape {tuple(x.shape)}") from None
    return unmasked(x.get() if hasattr(x, "get") else x)


def zeros(shape: tuple[int, ...], x: Array) -> Array:
    """Return zeros of this shape in the library, on the device and of the dtype of `x`."""
    if is_numpy(x):
        out = empty(shape, x.dtype)
        out.fill(0)
        return out
    return namespace(x).zeros(shape, dtype=x.dtype, device=device(x))
