"""Every public function on every kind of array: the value and precision of an ordinary array, or an error of our own.

A row is a function, a column a kind of array that real work brings along: files of the other byte order, memory maps,
views, torch's lazy ones. The right value is what the function gives for an ordinary array of the same numbers.
"""

import ast
import functools
import inspect
import re
import textwrap
import warnings

import numpy as np
import pytest
from array_table import COILS, EXCUSED, LINES, PSI, SHAPE, TABLE, A, Y
from helpers import draw

import mrilab as m
from mrilab import nets, plots, widgets
from mrilab.arrays.libraries import to_numpy


def memory_mapped(x, folder):
    np.save(folder / "x.npy", x)
    return np.load(folder / "x.npy", mmap_mode="r")


def misaligned(x):
    raw = np.empty(x.nbytes + 1, np.uint8)[1:].view(x.dtype).reshape(x.shape)
    raw[...] = x
    return raw


def tensor(x):
    import torch

    return torch.from_numpy(x.copy())


def read_only(x):
    x = x.copy()
    x.flags.writeable = False
    return x


def hiding(x):
    hidden = np.zeros(x.shape, bool)
    hidden.flat[0] = True
    return np.ma.masked_array(x, hidden)


def negative_bit(x):
    """A view whose numbers torch negates when they are read."""
    import torch

    return torch._neg_view(-tensor(x))


# name: (how to make it of an ordinary array and a folder, the error it may raise)
KINDS = {
    "big-endian, single": (lambda x, _: x.astype(x.dtype.newbyteorder(">")), None),
    "big-endian, double": (lambda x, _: x.astype(x.dtype.newbyteorder(">")), None),
    "Fortran order": (lambda x, _: np.asfortranarray(x), None),
    "negative strides": (lambda x, _: x[..., ::-1].copy()[..., ::-1], None),
    "read-only": (lambda x, _: read_only(x), None),
    "memory-mapped": (memory_mapped, None),
    "misaligned": (lambda x, _: misaligned(x), None),
    "masked, nothing hidden": (lambda x, _: np.ma.masked_array(x), None),
    "lazily conjugated": (lambda x, _: tensor(x.conj()).conj(), None),
    "negative bit": (lambda x, _: negative_bit(x), None),
    "requires grad": (lambda x, _: tensor(x).requires_grad_(), None),
    "long double": (
        lambda x, _: x.astype(np.result_type(x, np.longdouble)),
        "longdouble|complex256|float128",
    ),
    "masked": (lambda x, _: hiding(x), "masked array .* hides 1 of"),
    "sparse": (lambda x, _: tensor(x).to_sparse(), "expected a dense tensor, got torch.sparse_coo"),
}


PRECISION = {"c": ("complex64", "complex128"), "f": ("float32", "float64")}


@functools.cache
def right(name, dtype):
    """What the function of a row gives for an ordinary array."""
    function, ordinary = TABLE[name]
    return function(ordinary().astype(dtype))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", TABLE)
def test_every_kind_of_array(name, kind, tmp_path):
    function, ordinary = TABLE[name]
    make, error = KINDS[kind]
    x = ordinary()
    x = x.astype(PRECISION[x.dtype.kind]["double" in kind])
    odd = make(x, tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            result = function(odd)
        except TypeError as refusal:
            if error is None or not re.search(error, str(refusal)):
                raise
            return
    assert kind not in ("masked", "sparse"), "what is hidden must not be read, and no operator takes a sparse tensor"
    expected = right(name, str(x.dtype))
    single = np.asarray(to_numpy(result) if hasattr(result, "dtype") else result)
    np.testing.assert_allclose(single, expected, rtol=1e-4, atol=1e-5 * np.abs(expected).max())
    if hasattr(expected, "dtype") and kind != "long double":
        assert str(result.dtype).removeprefix("torch.") == str(expected.dtype)
        assert type(result) is np.ndarray or type(result).__module__ == "torch" or result.ndim == 0


def arrays_of(function):
    """The names of the arguments of a function that are annotated as arrays."""
    definition = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    every = [*definition.args.posonlyargs, *definition.args.args, *definition.args.kwonlyargs]
    types = {one.arg: re.sub(r"Callable\[.*\]", "", ast.unparse(one.annotation)) for one in every if one.annotation}
    return [name for name, written in types.items() if re.search(r"\b(Array|ndarray)\b", written)]


def taking_arrays(room, prefix):
    """The public functions of a room that take arrays, each as function(argument)."""
    for name in getattr(room, "__all__", vars(room)):
        thing = getattr(room, name)
        if not getattr(thing, "__module__", "").startswith("mrilab"):
            continue
        if inspect.isfunction(thing):
            yield from (f"{prefix}{name}({argument})" for argument in arrays_of(thing))
        if not inspect.isclass(thing):
            continue
        fields = getattr(thing, "__dataclass_fields__", {})
        yield from (f"{prefix}{name}({f})" for f, one in fields.items() if one.init and "ray" in str(one.type))
        methods = {k: v for base in reversed(thing.__mro__) for k, v in vars(base).items() if inspect.isfunction(v)}
        for method, function in methods.items():
            public = not method.startswith("_") or method in ("__init__", "__call__")
            if not (public and function.__module__.startswith("mrilab")) or (method == "__init__" and fields):
                continue
            whole = prefix + (name if method == "__init__" else function.__qualname__)
            yield from (f"{whole}({argument})" for argument in arrays_of(function))


def test_no_public_function_is_missing():
    known = {name.split(":")[0] for name in TABLE} | set(EXCUSED)
    rooms = {"": m, "plots.": plots, "widgets.": widgets, "nets.": nets}
    found = {name for prefix, room in rooms.items() for name in taking_arrays(room, prefix)}
    found = {name.removeprefix("nets.") if "LinearOperator." in name else name for name in found}
    assert len(found) > 100
    assert sorted(found - known) == [], "a row in tests/array_table.py, or a reason not to have one"
    assert sorted(set(EXCUSED) - found) == []


FLAGS = {
    "Fortran order": np.asfortranarray,
    "negative strides": lambda x: x[::-1].copy()[::-1],
    "read-only": read_only,
    "torch": tensor,
    "0 and 1": lambda x: x.astype(np.uint8),
    "masked, nothing hidden": np.ma.masked_array,
}


@pytest.mark.parametrize("kind", FLAGS)
def test_flags(kind):
    odd = FLAGS[kind](LINES)
    np.testing.assert_array_equal(m.Mask(odd).mask, LINES)
    np.testing.assert_array_equal(m.leave_out(odd)[0], m.leave_out(LINES)[0])
    np.testing.assert_array_equal(widgets.KSpacePainter(Y[0], odd).mask, LINES)
    turned = FLAGS[kind](np.arange(16) % 2 == 1)
    scan = m.Scan(A(draw(SHAPE)) + draw((3, *SHAPE)))
    if kind == "0 and 1":
        with pytest.raises(ValueError, match="turned is a bool for each of 16 lines, got uint8"):
            m.correct_epi(scan, scan, turned)
    else:
        expected = m.correct_epi(scan, scan, np.arange(16) % 2 == 1).kspace
        np.testing.assert_array_equal(m.correct_epi(scan, scan, turned).kspace, expected)


ODD = {
    "text": np.full(SHAPE, "a"),
    "objects": np.full(SHAPE, 1.0, object),
    "a structure": np.zeros(SHAPE, [("re", "f4"), ("im", "f4")]),
    "dates": np.zeros(SHAPE, "M8[s]"),
    "bytes": np.full(SHAPE, b"1"),
}
AS_IT_IS = ("to_device(x)", "to_numpy(x)")  # they return what they get


@pytest.mark.parametrize("name", [name for name in TABLE if name not in AS_IT_IS])
def test_what_is_no_number_is_refused_by_name(name):
    function, ordinary = TABLE[name]
    for odd in ODD.values():
        with pytest.raises((TypeError, ValueError), match=re.escape(str(odd.dtype)[:8])):
            function(np.resize(odd, ordinary().shape))


HALVES = {"float16": lambda x: x.real.astype(np.float16), "torch's half": lambda x: tensor(x.real).half()}


@pytest.mark.parametrize("kind", HALVES)
def test_half_precision_is_refused_by_name(kind):
    x = HALVES[kind](draw(SHAPE))
    for function in (PSI, m.Mask(LINES), m.L1(1.0), m.Identity(SHAPE)):
        with pytest.raises(TypeError, match="single or double precision, got .*float16"):
            function(x)


def test_metrics_take_whole_numbers_for_what_they_are():
    x = np.full(SHAPE, -(2**15), np.int16)  # its magnitude is no int16
    assert m.nrmse(x, x) == 0 and m.nrmse(x, np.full(SHAPE, 2.0**15)) == 0
    assert m.psnr(x, x) == np.inf


def test_a_masked_mask_does_not_sample_what_it_hides():
    with pytest.raises(TypeError, match="hides 1 of 256"):
        m.Mask(hiding(np.ones(SHAPE, bool)))


def test_arrays_are_the_operators_own():
    maps, y, d, path = COILS.copy(), Y.copy(), LINES + 0.5, m.radial(4, 16).copy()
    mask = LINES.copy()
    S, f, D, N, M = m.Coils(maps), m.LeastSquares(A, y), m.Diagonal(d), m.NUFFT(path, SHAPE), m.Mask(mask)
    x = draw(SHAPE)
    before = [S(x), D(x), N(x), M(x), f.grad(x), f(x), m.lambda_max(f, m.L1(1.0)), m.fista(f, m.L1(0.1), max_iter=2).x]
    maps *= 2
    y *= 10
    d *= 3
    path *= 0.5
    mask[:] = True
    after = [S(x), D(x), N(x), M(x), f.grad(x), f(x), m.lambda_max(f, m.L1(1.0)), m.fista(f, m.L1(0.1), max_iter=2).x]
    for old, new in zip(before, after, strict=True):
        np.testing.assert_array_equal(old, new)
    for kept in (S.smaps, f.y, D.d, N.trajectory, M.mask):
        with pytest.raises(ValueError, match="read-only"):
            kept[...] = 0


def test_gradients_flow_through_a_solver_only_when_asked_for():
    y = tensor(Y).requires_grad_()
    f, g = m.LeastSquares(A, y), m.L1(0.01)
    for solve in (m.fista, m.pogm):
        assert not solve(f, g, max_iter=2).x.requires_grad
        assert solve(f, g, max_iter=2, differentiable=True).x.requires_grad
    x0 = tensor(draw(SHAPE)).requires_grad_()
    assert not m.fista(f, g, x0, max_iter=0).x.requires_grad
    with pytest.raises(ValueError, match="no gradients"):
        m.conjugate_gradient(f, differentiable=True)


def test_a_mask_of_lines_asks_for_its_axis():
    chosen = LINES[:, 0]
    with pytest.raises(ValueError, match=r"Mask\(mask, \(16, 16\), axis=-2\)"):
        m.Mask(chosen) @ m.FFT(SHAPE) @ m.Coils(COILS)
    with pytest.raises(ValueError, match="along which axes"):
        m.Mask(chosen) @ (m.FFT(SHAPE) @ m.Coils(COILS))
    np.testing.assert_array_equal(m.Mask(chosen, SHAPE, axis=-2).mask, LINES)
    np.testing.assert_array_equal(m.Mask(chosen, SHAPE, axis=1).mask, LINES.T)
    np.testing.assert_array_equal(m.Mask(chosen[:, None], SHAPE).mask, LINES)
    assert (m.Mask(chosen) @ m.FFT((16,))).shape_in == (16,)
    for bad in ({"shape": SHAPE}, {"shape": (8, 16), "axis": -2}, {"axis": -2}):
        with pytest.raises(ValueError, match="axis|axes"):
            m.Mask(chosen, **bad)


@pytest.mark.parametrize("scale", [1e-30, 1e-25, 1.0, 1e20, 1e30])
@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
@pytest.mark.parametrize("g", [m.L1, lambda lam: m.GroupL1(lam, axis=0)], ids=["L1", "GroupL1"])
@pytest.mark.parametrize("library", ["numpy", "torch"])
def test_shrinkage_knows_no_scale(g, dtype, scale, library):
    z = draw((3, 700), dtype=dtype)
    to = tensor if library == "torch" else np.asarray
    expected = g(0.5).prox(z, 1.0)
    scaled = to_numpy(g(0.5 * scale).prox(to((scale * z).astype(dtype)), 1.0)).astype(complex) / scale
    np.testing.assert_allclose(scaled, expected, rtol=2e-5, atol=2e-6)
    value = g(0.5 * scale)(to((scale * z).astype(dtype))) / scale**2
    assert value == pytest.approx(g(0.5)(z), rel=1e-5)


def test_shrinkage_keeps_nan_and_infinity():
    z = np.array([[np.nan, np.inf, 0.0, 1.0], [1.0, 2.0, 0.0, -np.inf]], np.complex64)
    assert np.isnan(m.L1(0.5)(z)) and m.L1(0.5)(z[1:]) == np.inf
    assert m.GroupL1(0.5, axis=0)(z[:, 1:2]) == np.inf
