"""Array libraries: one interface to NumPy, torch and CuPy. Results have the library and device of the arguments."""

from typing import Any

import numpy as np
from array_api_compat import array_namespace, device, is_numpy_array, is_torch_array

from .memory import empty

Array = Any  # a NumPy, torch or CuPy array


def namespace(x: Array):
    """Return the array API namespace of `x`; raise a TypeError with its type if it is not an array.

    >>> namespace(np.zeros(3)).__name__
    'array_api_compat.numpy'
    """
    try:
        return array_namespace(x)
    except TypeError:
        raise TypeError(f"expected a NumPy, torch or CuPy array, got {type(x).__name__}: {x!r:.60}") from None


def is_numpy(x: Array) -> bool:
    """Return whether `x` is a NumPy array, which the compiled loops need."""
    return is_numpy_array(x)


def is_complex(x: Array) -> bool:
    """Return whether `x` holds complex numbers."""
    return bool(namespace(x).isdtype(x.dtype, "complex floating"))


def like(x: Array, const: Array, dtype=None) -> Array:
    """Return `const` in the library, on the device and in the precision of `x`.

    The precision matters: a single float64 mask would turn a complex64 reconstruction into complex128. Booleans and
    integers become real floating-point numbers; `dtype` overrides the choice.

    >>> like(np.zeros(2, np.complex64), np.array([True, False]))
    array([1., 0.], dtype=float32)
    """
    xp = namespace(x)
    if dtype is None:
        double = x.dtype in (xp.float64, xp.complex128)
        if is_complex(const):
            dtype = xp.complex128 if double else xp.complex64
        else:
            dtype = xp.float64 if double else xp.float32
    if is_torch_array(const) and not is_torch_array(x):
        const = to_numpy(const)
    return xp.astype(xp.asarray(const, device=device(x)), dtype, copy=False)


class Constant:
    """An array that an operator keeps, converted to the library of each argument; conversions are done once and kept.

    >>> mask = Constant(np.array([1, 0], dtype=bool))
    >>> mask.like(np.zeros(2, np.complex128)).dtype
    dtype('float64')
    """

    def __init__(self, value: Array):
        self.value = value
        self._copies: dict = {}

    def like(self, x: Array, dtype=None) -> Array:
        key = (type(x), str(x.dtype), str(dtype), str(device(x)))
        if key not in self._copies:
            self._copies[key] = like(x, self.value, dtype)
        return self._copies[key]

    def __getstate__(self):
        return {"value": self.value, "_copies": {}}  # conversions are made anew where it is copied to


def best_device() -> str:
    """Return "cuda" if torch is installed and sees a GPU, else "cpu".

    >>> best_device() in ("cpu", "cuda")
    True
    """
    try:
        import torch
    except ImportError:
        return "cpu"
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

    return torch.as_tensor(x).to(where)


def to_numpy(x: Array) -> np.ndarray:
    """Return `x` as a NumPy array on the host, detached from gradients.

    >>> to_numpy(np.ones(2))
    array([1., 1.])
    """
    namespace(x)
    if is_torch_array(x):
        return x.detach().cpu().resolve_conj().numpy()
    return np.asarray(x.get() if hasattr(x, "get") else x)


def zeros(shape: tuple[int, ...], x: Array) -> Array:
    """Return zeros of this shape in the library, on the device and of the dtype of `x`."""
    if is_numpy(x):
        out = empty(shape, x.dtype)
        out.fill(0)
        return out
    return namespace(x).zeros(shape, dtype=x.dtype, device=device(x))
