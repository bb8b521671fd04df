"""The identity of a function, by which a rerun recognises it: its code, and the values that the code uses.

All that Python can inspect is included: partials, closures, defaults, states of objects, and the user's own helpers.
Installed packages are identified by their versions. Objects that cannot be inspected raise a TypeError.
"""

import copyreg
import functools
import hashlib
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pickle import whichmodule  # type: ignore[attr-defined]
from typing import Any, NamedTuple

import numpy as np
from array_api_compat import is_cupy_array, is_torch_array

from ..arrays.libraries import to_numpy
from .bytecode import all_names, global_names, imported_names
from .versions import version

Parts = list[tuple[str, Any]]  # the parts of a value, each with its label

ATOMS = {type(None), bool, int, float, complex, str, bytes, range, type(Ellipsis), type(NotImplemented)}
UNORDERED = {dict, set, frozenset, types.MappingProxyType}  # equal in any order
BYTES = {"torch.bfloat16", "torch.complex32", "torch.float8_e4m3fn", "torch.float8_e5m2"}  # NumPy has no such numbers
# Attributes of a class that do not affect its behaviour, or differ between imports.
DECORATION = {
    "__doc__",
    "__module__",
    "__dict__",
    "__weakref__",
    "__annotations__",
    "__annotate__",
    "__annotate_func__",
}
DECORATION |= {"__annotations_cache__", "__dataclass_fields__", "__firstlineno__", "__static_attributes__", "_abc_impl"}


class Identity(NamedTuple):
    """The name of a function, a digest of each part that its results depend on, and the versions of packages used."""

    name: str
    parts: dict[str, str]
    versions: dict[str, str]

    def changes(self, other: "Identity") -> list[str]:
        """Return a description of each change from this identity to the other.

        >>> one, two = (identify(functools.partial(round, ndigits=n)) for n in (1, 2))
        >>> one.changes(two), one.changes(one)
        (['its keyword ndigits is another'], [])
        """
        labels, roots = dict.fromkeys([*self.parts, *other.parts]), dict.fromkeys([*self.versions, *other.versions])
        parts = [f"its {label} is another" for label in labels if self.parts.get(label) != other.parts.get(label)]
        pairs = [(root, self.versions.get(root, "none"), other.versions.get(root, "none")) for root in roots]
        return parts + [f"{root} was {old}, and is {new}" for root, old, new in pairs if old != new]


def identify(function: Callable) -> Identity:
    """Return the identity of a function, which is equal for equal functions in this and other processes.

    A user's function is identified by its bytecode and constants, its defaults, closure and attributes, and the global
    values that it uses: numbers, arrays, and the user's functions, classes and modules, which are identified in the
    same way. A `partial`, a bound method or a callable object is identified by its function or class, and its arguments
    or state. Objects of installed packages are identified by their name and the version of the package. Comments, line
    numbers and the position of the file are ignored.

    Raises TypeError if the function uses an object that cannot be compared, such as an open file, a lock or a
    generator.

    >>> identify(np.linspace).name
    'numpy.linspace'
    """
    walk = _Walk()
    with walk.inside(function, "function"):
        parts = {label: walk.digest(part, label).hex() for label, part in walk.parts(function)}
    python = f"{sys.version_info.major}.{sys.version_info.minor}"  # each has a bytecode of its own
    return Identity(_name(function), parts, {"python": python, **walk.versions})


def digest(value: Any) -> str:
    """Return a digest of any value, as computed by `identify` for the values of a function; raises the same TypeError.

    >>> digest({"a": np.arange(3)}) == digest({"a": np.arange(3)}) != digest({"a": np.arange(4)})
    True
    """
    return _Walk().digest(value, type(value).__qualname__).hex()


def _name(function: Callable) -> str:
    if isinstance(function, functools.partial):
        return f"partial of {_name(function.func)}"
    named = function if hasattr(function, "__qualname__") else type(function)
    return f"{getattr(named, '__module__', None) or 'builtins'}.{named.__qualname__}"


class _Walk:
    """A depth-first walk through values, which records the versions of all packages on its way."""

    def __init__(self) -> None:
        self._packages: dict[str, tuple[str, bool]] = {}
        self._known: dict[int, tuple[bytes, Any]] = {}  # with the values, so that their ids are not reused
        self._path: list[tuple[int, str]] = []
        self._names: list[set[str]] = [set()]  # those in the code of the functions on the path

    @property
    def versions(self) -> dict[str, str]:
        return {root: known for root, (known, _) in sorted(self._packages.items()) if known}

    @contextmanager
    def inside(self, value: Any, label: str) -> Iterator[None]:
        self._path.append((id(value), label))
        self._names.append(all_names(value.__code__) if isinstance(value, types.FunctionType) else self._names[-1])
        yield
        self._names.pop()
        self._path.pop()

    def digest(self, value: Any, label: str) -> bytes:
        if type(value) in ATOMS:
            text = value if isinstance(value, bytes) else repr(value).encode("utf-8", "surrogatepass")
            return _hash(type(value).__name__, text)
        if id(value) in self._known:
            return self._known[id(value)][0]
        places = [key for key, _ in self._path]
        if id(value) in places:  # a cycle, known by how many steps it goes back
            return _hash("cycle", str(len(places) - places.index(id(value))).encode())
        with self.inside(value, label):
            if type(value) in UNORDERED:
                pairs = value.items() if hasattr(value, "items") else ((member, True) for member in value)
                digests = sorted(self.digest(key, "key") + self.digest(part, repr(key)) for key, part in pairs)
            else:
                digests = [label.encode() + self.digest(part, label) for label, part in self.parts(value)]
        found = _hash(type(value).__name__, *digests)
        if not isinstance(value, types.ModuleType):  # each function sees its own part of a module
            self._known[id(value)] = found, value
        return found

    def parts(self, value: Any) -> Parts:
        """Return the parts of a value that is not an atom."""
        if self._is_installed(value):
            return [("name", f"{value.__module__}.{value.__qualname__}")]
        if type(value) in _KINDS:
            return _KINDS[type(value)](value)
        if isinstance(value, types.FunctionType):
            return self._of_function(value)
        if isinstance(value, types.ModuleType):
            return self._of_module(value)
        if isinstance(value, type):
            own = sorted((name, part) for name, part in vars(value).items() if name not in DECORATION)
            return [("metaclass", type(value)), ("bases", value.__bases__), *own]
        if is_torch_array(value) and str(value.dtype) in BYTES:
            return [("dtype", str(value.dtype)), *_of_array(to_numpy(_bytes_of(value)))]
        if is_torch_array(value) or is_cupy_array(value):
            return _of_array(to_numpy(value))
        if hasattr(value, "py_func") and hasattr(value, "targetoptions"):  # numba's
            return [("function", value.py_func), ("options", value.targetoptions)]
        return self._of_object(value)

    def _is_installed(self, value: Any) -> bool:
        """Return whether a package contains this value under its own name, and record the version of the package."""
        module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
        if not isinstance(module, str) or not isinstance(name, str) or not self._note_version(module):
            return False
        return _found(module, name) is value

    def _note_version(self, module: str) -> bool:
        """Record the version of the package of a module; return whether the package is installed."""
        root = module.split(".")[0]
        if root not in self._packages:
            self._packages[root] = version(root)
        return self._packages[root][1]

    def _of_function(self, function: types.FunctionType) -> Parts:
        code = function.__code__
        positional = code.co_varnames[: code.co_argcount][-len(function.__defaults__ or ()) :]
        defaults = {**dict(zip(positional, function.__defaults__ or ())), **(function.__kwdefaults__ or {})}
        cells = dict(zip(code.co_freevars, function.__closure__ or ()))
        used = {}
        if not self._note_version(function.__globals__.get("__name__", "")):  # `wraps` lends `__module__` to others
            used = {name: function.__globals__[name] for name in global_names(code) & set(function.__globals__)}
            used |= {name: self._module(name) for name in imported_names(code, function.__globals__)}
        kinds = {"default": defaults, "closure": cells, "global": used, "attribute": vars(function)}
        named = [(f"{kind} {name}", part) for kind, parts in kinds.items() for name, part in sorted(parts.items())]
        return [("code", code), *named]

    def _module(self, name: str) -> types.ModuleType | str:
        """Return a module that a function imports, or its name if it is installed or cannot be imported."""
        try:
            return name if self._note_version(name) else import_module(name)
        except ImportError:
            return name

    def _of_module(self, module: types.ModuleType) -> Parts:
        if self._note_version(module.__name__):
            return [("name", module.__name__)]
        used = self._names[-1] & set(vars(module))
        return [("name", module.__name__), *((name, vars(module)[name]) for name in sorted(used))]

    def _of_object(self, value: Any) -> Parts:
        """Return the class and the state of an object, as pickle would store them."""
        kind = type(value)
        try:
            made = copyreg.dispatch_table.get(kind, lambda x: x.__reduce_ex__(4))(value)
            module = whichmodule(value, made) if isinstance(made, str) else ""
            if module and _found(module, made) is not value:  # such as the result of np.frompyfunc
                raise TypeError(f"{module} has no {made!r}")
        except Exception as error:
            place = " of ".join(label for _, label in reversed(self._path))
            raise TypeError(
                f"the {place} is {kind.__module__}.{kind.__qualname__}, which a rerun cannot compare ({error}); let "
                "the function make or open it, or give numbers, text, arrays, or objects that can be pickled"
            ) from error
        if isinstance(made, str):  # a global of this name
            self._note_version(module)
            return [("class", kind), ("name", f"{getattr(value, '__module__', '')}.{made}")]
        maker, arguments, state, *items = (*made, None, None, None)[:5]
        if isinstance(state, dict):  # cached properties are not part of the state
            kept = {name for name, part in _inherited(kind).items() if isinstance(part, functools.cached_property)}
            state = {name: part for name, part in state.items() if name not in kept}
        items = [list(part) for part in items if part is not None]
        return [("class", kind), ("maker", maker), ("arguments", arguments), ("state", state), ("items", items)]


def _found(module: str, name: str) -> Any:
    """Return the global of this name in a module, or None."""
    try:
        return functools.reduce(getattr, name.split("."), sys.modules[module])
    except (KeyError, AttributeError):
        return None


def _inherited(kind: type) -> dict[str, Any]:
    return {name: part for base in reversed(kind.__mro__) for name, part in vars(base).items()}


def _of_array(array: np.ndarray) -> Parts:
    if array.dtype.hasobject:
        return [("shape", array.shape), ("values", array.ravel().tolist())]
    values = hashlib.blake2b(array.tobytes()).digest()
    return [("dtype", repr(array.dtype)), ("shape", array.shape), ("values", values)]


def _bytes_of(tensor):
    import torch

    return tensor.detach().cpu().contiguous().view(torch.uint8)


def _of_code(code: types.CodeType) -> Parts:
    """Return all that the execution of the code depends on, without line numbers and file name."""
    counts = code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags
    names = code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars
    bytecode = [code.co_code, code.co_exceptiontable]
    return [("bytecode", bytecode), ("constants", code.co_consts), ("counts", counts), ("names", names)]


def _of_cell(cell: types.CellType) -> Parts:
    try:
        return [("value", cell.cell_contents)]
    except ValueError:  # not yet filled
        return []


def _of_partial(made: functools.partial) -> Parts:
    arguments = [(f"argument {i}", part) for i, part in enumerate(made.args)]
    return [("function", made.func), *arguments, *((f"keyword {k}", v) for k, v in sorted(made.keywords.items()))]


_KINDS: dict[type, Callable[[Any], Parts]] = {
    list: lambda x: [(str(i), part) for i, part in enumerate(x)],
    tuple: lambda x: [(str(i), part) for i, part in enumerate(x)],
    slice: lambda x: [("start", x.start), ("stop", x.stop), ("step", x.step)],
    np.ndarray: _of_array,
    types.CodeType: _of_code,
    types.CellType: _of_cell,
    types.MethodType: lambda x: [("function", x.__func__), ("object", x.__self__)],
    types.MemberDescriptorType: lambda x: [],  # the slots of a class
    types.GetSetDescriptorType: lambda x: [],
    functools.partial: _of_partial,
    functools.cached_property: lambda x: [("function", x.func)],
    functools._lru_cache_wrapper: lambda x: [("function", x.__wrapped__), ("typed", x.cache_parameters()["typed"])],
    property: lambda x: [("get", x.fget), ("set", x.fset), ("delete", x.fdel)],
    staticmethod: lambda x: [("function", x.__func__)],
    classmethod: lambda x: [("function", x.__func__)],
}


def _hash(kind: str, *chunks: bytes) -> bytes:
    total = hashlib.blake2b(kind.encode(), digest_size=16)
    for chunk in chunks:
        total.update(len(chunk).to_bytes(8, "big") + chunk)
    return total.digest()
