"""Array libraries: NumPy, torch and CuPy behind one set of names, the same kind and device out as in.

No other module asks which library an array belongs to. What NumPy does slowly (sums of many arrays, inner products,
FFTs on one core) has a fast path here, equal to the generic one to rounding.
"""

from math import isfinite
from typing import Any

import numpy as np
from array_api_compat import array_namespace, device, is_numpy_array, is_torch_array

from .memory import empty

Array = Any  # a NumPy, torch or CuPy array


def namespace(x: Array):
    """Return the array API namespace of `x`; a TypeError says what `x` is if it is no array.

    >>> namespace(np.zeros(3)).__name__
    'array_api_compat.numpy'
    """
    try:
        return array_namespace(x)
    except TypeError:
        raise TypeError(f"expected a NumPy, torch or CuPy array, got {type(x).__name__}: {x!r:.60}") from None


def is_numpy(x: Array) -> bool:
    """Say whether `x` is a NumPy array, that is, whether the compiled kernels can take it."""
    return is_numpy_array(x)


def is_complex(x: Array) -> bool:
    """Say whether `x` holds complex numbers."""
    return bool(namespace(x).isdtype(x.dtype, "complex floating"))


def like(x: Array, const: Array, dtype=None) -> Array:
    """Return `const` in the library, on the device and in the precision of `x`.

    Precision matters: one float64 mask would turn a whole complex64 reconstruction into complex128. A boolean or
    integer constant becomes real floating; `dtype` overrides the choice.

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
    """An array that an operator keeps, handed out like its argument; conversions are made once and remembered.

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
    """Return `x` on the device `where`, as a torch tensor; NumPy arrays stay as they are on "cpu", their own home.

    >>> to_device(np.ones(2), "cpu")
    array([1., 1.])
    """
    if is_numpy(x) and where == "cpu":
        return x
    namespace(x)
    import torch

    return torch.as_tensor(x).to(where)


def to_numpy(x: Array) -> np.ndarray:
    """Return `x` as a NumPy array on the host, cut off from any gradient.

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


def check(x: Array, shape: tuple[int, ...], who: str, *, needs_complex: bool = False) -> None:
    """Raise unless `x` is a floating array with trailing axes `shape` (and complex, where that is meant)."""
    xp = namespace(x)
    if not xp.isdtype(x.dtype, ("real floating", "complex floating")):
        raise TypeError(f"{who} takes floating numbers, got {x.dtype} of shape {tuple(x.shape)}")
    if needs_complex and not is_complex(x):
        raise TypeError(f"{who} takes complex numbers, got {x.dtype} of shape {tuple(x.shape)}")
    if x.ndim < len(shape) or tuple(x.shape[x.ndim - len(shape) :]) != tuple(shape):
        raise ValueError(f"{who} takes arrays of shape (..., {', '.join(map(str, shape))}), got {tuple(x.shape)}")
    if 0 in x.shape:
        raise ValueError(f"{who} got an empty array of shape {tuple(x.shape)}")


def check_positive(name: str, value: Any, *, or_zero: bool = False) -> float:
    """Return `value` as a Python float; raise unless it is a finite number above 0 (or 0, where that is allowed)."""
    wanted = "of at least 0" if or_zero else "above 0"
    if isinstance(value, (str, bytes, bool, complex)) or not np.isscalar(value):
        raise TypeError(f"{name} must be a number {wanted}, got {value!r}")
    number = float(value)  # type: ignore[arg-type]
    if not (isfinite(number) and (number > 0 or (or_zero and number == 0))):
        raise ValueError(f"{name} must be a finite number {wanted}, got {value!r}")
    return number


def _alike(x: np.ndarray, y: np.ndarray) -> bool:
    """Say whether two NumPy arrays lie in memory the same way, so that a kernel can walk along both."""
    return x.shape == y.shape and x.dtype == y.dtype and x.flags.c_contiguous and y.flags.c_contiguous


def flat_floats(x: np.ndarray) -> np.ndarray:
    """Return a contiguous NumPy array as one row of floats, complex numbers as pairs."""
    return x.reshape(-1).view(x.real.dtype)


def combine(*terms: tuple[float, Array], out: Array | None = None) -> Array:
    """Return the linear combination Σ cᵢ xᵢ of arrays of one shape, in a single pass over memory.

    `out`, which may be one of the xᵢ, receives the result where the library can write in place (NumPy).

    >>> combine((2.0, np.ones(2)), (-1.0, np.ones(2)))
    array([1., 1.])
    """
    arrays = [x for _, x in terms]
    first = arrays[0]
    if not (is_numpy(first) and all(_alike(x, first) for x in arrays)):
        return sum(c * x for c, x in terms)
    from . import kernels

    out = empty(first.shape, first.dtype) if out is None else out
    floats = flat_floats(out)
    coeffs = np.array([c for c, _ in terms], floats.dtype)
    blocks = -(-floats.size // kernels.BLOCK)
    kernels.split(kernels.combine, blocks, floats, coeffs, tuple(map(flat_floats, arrays)), work=floats.size)
    return out


def inner(x: Array, *terms: Array | tuple[float, Array]) -> float:
    """Return the real inner product Re⟨x, y⟩ = Re Σ x̄ᵢ yᵢ, accumulated in double precision.

    y may be a linear combination, given as `combine` takes it; it is summed up on the way and never stored.

    >>> inner(np.array([1j, 2]), np.array([1j, 3]))
    7.0
    >>> inner(np.array([1j, 2]), (1.0, np.array([1j, 3])), (-0.5, np.array([0, 4.0 + 0j])))
    3.0
    """
    pairs = [term if isinstance(term, tuple) else (1.0, term) for term in terms]
    arrays = [y for _, y in pairs]
    if is_numpy(x) and all(_alike(x, y) for y in arrays):
        from . import kernels

        floats = flat_floats(x)
        args = floats, np.array([c for c, _ in pairs], floats.dtype), tuple(map(flat_floats, arrays))
        return float(sum(kernels.split(kernels.inner, -(-floats.size // kernels.BLOCK), *args, work=floats.size)))
    xp, y = namespace(x), sum(c * y for c, y in pairs)
    product = xp.real(xp.conj(x) * y) if is_complex(x) else x * y
    return float(xp.sum(product, dtype=xp.float64))


def fft(x: Array, axes: tuple[int, ...], *, inverse: bool = False, overwrite: bool = False) -> Array:
    """Return the orthonormal FFT of `x` along `axes`, zero frequency first; scipy's on all cores for NumPy.

    `overwrite` says that `x` is not needed any more.
    """
    if not axes:
        return x
    name = "ifftn" if inverse else "fftn"
    if is_numpy(x):
        import scipy.fft

        from .kernels import workers

        if not overwrite:  # a copy and an FFT in place are quicker than an FFT into fresh memory
            # Columns whose samples lie a multiple of 4 kB apart share few places in the cache: 1.6 times as slow.
            gap = 8 if axes == (-2,) and x.shape[-1] * x.itemsize % 4096 == 0 else 0
            x, source = empty((*x.shape[:-1], x.shape[-1] + gap), x.dtype)[..., : x.shape[-1]], x
            np.copyto(x, source)
        return getattr(scipy.fft, name)(x, axes=axes, norm="ortho", workers=workers(), overwrite_x=True)
    return getattr(namespace(x).fft, name)(x, axes=axes, norm="ortho")
