"""A function is recognised in the next run, whatever kind it is, and another one is told apart."""

import dataclasses
import enum
import functools
import importlib.util
import itertools
import os
import re
import subprocess
import sys
import threading
import types
from collections import Counter, OrderedDict, defaultdict, namedtuple
from pathlib import Path

import numpy as np
import pytest
from helpers import draw, lines, unit_maps

import mrilab
from mrilab.studies.identity import digest, identify
from mrilab.studies.study import study


def cell(text, **names):
    """The `f` of a text, run as a cell of a notebook is; two of the same text share nothing."""
    module = types.ModuleType("cell")
    module.__dict__.update(np=np, functools=functools, mrilab=mrilab, **names)
    exec(compile(text, f"<cell {id(module)}>", "exec"), module.__dict__)
    return module.__dict__["f"]


def module(**names):
    made = types.ModuleType("mine")
    made.__dict__.update(names)
    return made


MAKE = "def make(k):\n def inner(x): return x * k\n return inner\n"
TWO = "one, two = [lambda x: x + 1, lambda x: x + 2]\n"
POWER = "def power(x, k): return x ** k\n"
DATA = "import dataclasses\n@dataclasses.dataclass\nclass C:\n k: int\n def go(self, x): pass\n"
CLASS = """
class C:
    {0}
    def __init__(self, k): self.k = k
    def __call__(self, x): return {1}
    def go(self, x): return x
    def stay(self, x): return -x
"""

# A function of each kind, and others that it must not be taken for.
KINDS = {
    "function": ["def f(x): return x + 1", "def f(x): return x + 2", "def f(x): return x - 1", "f = lambda x: 1 + x"],
    "constants that are equal": [f"def f(x): return x * {k}" for k in ("1", "1.0", "True", "1j")],
    "signed zeros": ["def f(x): return x * 0.0", "def f(x): return x * -0.0"],
    "attributes": ["def f(x): return x.max()", "def f(x): return x.min()"],
    "two lambdas on a line": [TWO + "f = one", TWO + "f = two"],
    "default": [f"f = lambda x, k={k}: x * k" for k in ("1", "2", "None", "np.eye(2)", "np.eye(2) + 1")],
    "keyword default": ["f = lambda x, *, k=1: x * k", "f = lambda x, *, k=2: x * k", "f = lambda x, k=1: x * k"],
    "partial": [POWER + f"f = functools.partial({k})" for k in ("power, k=1", "power, k=2", "power, 1", "max, k=1")],
    "partial of a partial": [
        f"f = functools.partial(functools.partial({k}), stop=2)" for k in ("max, key=3", "max, key=4")
    ],
    "partial of an array": [f"f = functools.partial(np.add, {k})" for k in ("np.ones(3)", "np.zeros(3)", "np.ones(4)")],
    "closure": [MAKE + f"f = make({k})" for k in ("1", "2", "np.float32(1)", "[1]", "lambda x: 1", "lambda x: 2")],
    "inner function": [f"def f(x):\n def g(y, z=1): return y + {k}\n return g(x)" for k in (1, 2)],
    "inner default": [f"def f(x):\n def g(y, z={k}): return y\n return g(x)" for k in (1, 2)],
    "comprehension": [f"f = lambda x: [i for i in x if i > {k}]" for k in (1, 2)],
    "helper": [f"def h(x): return x + {k}\ndef f(x): return h(x)" for k in (1, 2)],
    "helper of a helper": [f"def a(x): return {k}\ndef b(x): return a(x)\nf = lambda x: b(x)" for k in (1, 2)],
    "helper in a comprehension": [f"def h(x): return {k}\nf = lambda x: [h(i) for i in x]" for k in (1, 2)],
    "recursion": [f"def f(x): return g(x - 1) if x else 0\ndef g(x): return f(x) + {k}" for k in (1, 2)],
    "global value": [
        f"K = {k}\ndef f(x): return x * K" for k in ("1", "2", "np.eye(3)", "np.ones((3, 3))", "{'a': 1}")
    ],
    "global operator": [f"A = mrilab.Mask({m})\ndef f(x): return A(x)" for m in ("np.eye(4)", "np.ones((4, 4))")],
    "a package's function": [
        f"g = {g}\ndef f(x): return g(x)" for g in ("np.max", "np.min", "mrilab.rss", "max", "np.sin")
    ],
    "attribute of a function": [f"def f(x): return f.k\nf.k = {k}" for k in (1, 2)],
    "decorated": [f"def g(x): return {k}\n@functools.wraps(np.abs)\ndef f(x): return g(x)" for k in (1, 2)],
    "cached": [f"@functools.cache\ndef f(x): return {k}" for k in (1, 2)],
    "object": [CLASS.format("", "0") + f"f = C({k})" for k in (1, 2)],
    "object of another class": [CLASS.format("", k) + "f = C(1)" for k in ("self.k", "x")],
    "method": [CLASS.format("", "0") + f"f = C({k}).{go}" for k, go in ((1, "go"), (2, "go"), (1, "stay"))],
    "class": [CLASS.format(f"scale = {k}", "0") + "f = C" for k in (1, 2)],
    "base class": [f"class B:\n def __call__(self, x): return {k}\nclass C(B): pass\nf = C()" for k in (1, 2)],
    "slots": [CLASS.format("__slots__ = ('k',)", "0") + f"f = C({k})" for k in (1, 2)],
    "property": [CLASS.format(f"p = property(lambda self: {k})", "self.p") + "f = C(1)" for k in (1, 2)],
    "class method": [
        CLASS.format(f"j = {k}\n    up = classmethod(lambda cls, x: cls.j)", "0") + "f = C.up" for k in (1, 2)
    ],
    "data class": [DATA + f"f = C({k}).go" for k in (1, 2)] + [DATA.replace("pass", "return x") + "f = C(1).go"],
    "method of a text": ["f = 'abc'.count", "f = 'abd'.count", "f = 'abc'.index"],
    "vectorised": [f"f = np.vectorize(lambda x: x + {k})" for k in (1, 2)],
    "polynomial": ["f = np.poly1d([1, 2])", "f = np.poly1d([1, 3])"],
    "cache by type": [f"@functools.lru_cache(typed={k})\ndef f(x): return x" for k in (True, False)],
    "global by its name": [f"K = {k}\ndef f(x): return globals()['K']" for k in (1, 2)],
    "global in a text": [f"K = {k}\ndef f(x): return eval('x + K')" for k in (1, 2)],
    "ufunc": ["f = np.add", "f = np.multiply", "f = np.add.reduce", "f = np.add.accumulate"],
    "half precision of torch": [f"import torch\nw = torch.tensor([{k}])\ndef f(x): return w" for k in ("1.0", "2.0")],
    "half precision": [f"import torch\nw = torch.full((2,), {k}.0).bfloat16()\ndef f(x): return w" for k in (1, 2)],
    "partial method": [
        f"class C:\n def g(self, x, k): return x\n h = functools.partialmethod(g, k={k})\nf = C().h" for k in (1, 2)
    ],
    "random numbers": [f"f = np.random.default_rng({k}).normal" for k in (1, 2)],
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_is_recognised_and_another_told_apart(kind):
    found = [identify(cell(text)) for text in KINDS[kind]]
    assert [identify(cell(text)) for text in KINDS[kind]] == found
    assert all(one != two for one, two in itertools.combinations(found, 2))


def test_every_callable_has_a_name():
    for f in (str.upper, "a".upper, len, np.sin, int.__add__, (1).__add__, dict, functools.partial(str.upper)):
        assert identify(f).name.split(".")[-1]


def test_a_function_of_a_module_of_ones_own():
    one, two = (module(h=lambda x: 1, other=open), module(h=lambda x: 2, other=open))
    assert identify(cell("def f(x): return m.h(x)", m=one)) != identify(cell("def f(x): return m.h(x)", m=two))
    assert identify(cell("def f(x): return m.other(x)", m=one)) == identify(cell("def f(x): return m.other(x)", m=two))


VALUES = [0, 0.0, False, None, "", b"", (), [], {}, set(), frozenset(), 1, 1.0, 1j, True, "1", b"1", (1,), [1], {1: 1}]
VALUES += [{1}, frozenset({1}), slice(1), range(1), np.int64(1), np.float32(1), np.ones(1), np.ones(1, "f4"), [[1]]]
VALUES += [np.ones((1, 1)), np.ma.array([1.0], mask=True), np.ma.array([1.0], mask=False), Path("1"), re.compile("1")]
VALUES += [Counter("a"), Counter("b"), defaultdict(list), defaultdict(set), OrderedDict(a=1), np.dtype("f4"), {"a": 1}]
VALUES += [
    [1, 2],
    [2, 1],
    {"a": 2},
    {"b": 1},
    float("nan"),
    np.array(["a"], object),
    np.array(["b"], object),
    "é",
    "e\u0301",
]
VALUES += [enum.Enum("E", "a b")["a"], namedtuple("P", "x y")(1, 2), np.zeros(0), np.zeros((0, 2)), np.array(1.0)]


def test_values_of_all_kinds_are_told_apart_and_their_copies_recognised():
    import copy

    digests = [digest(value) for value in VALUES]
    assert len(set(digests)) == len(VALUES)
    assert [digest(copy.deepcopy(value)) for value in VALUES] == digests


def test_order_counts_where_it_is_part_of_a_value():
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    assert digest(OrderedDict(a=1, b=2)) != digest(OrderedDict(b=2, a=1))
    shared = np.arange(3)
    assert digest([shared, shared]) == digest([shared, shared.copy()])
    cycle = [1]
    cycle.append(cycle)
    assert digest(cycle) == digest([1, cycle]) or digest(cycle)  # and comes to an end


def test_torch_tensors_and_modules():
    import torch

    def network(seed):
        torch.manual_seed(seed)
        return torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.ReLU())

    assert identify(network(1)) == identify(network(1)) != identify(network(2))
    assert digest(torch.ones(2)) == digest(torch.ones(2)) != digest(torch.zeros(2))
    assert digest(torch.ones(2)) != digest(np.ones(2, np.float32))


SHAPE = (16, 16)
OPERATORS = {
    "Mask": lambda: mrilab.Mask(lines(SHAPE)),
    "Coils": lambda: mrilab.Coils(unit_maps(3, SHAPE)),
    "NUFFT": lambda: mrilab.NUFFT(mrilab.radial(5, 16), SHAPE),
    "ToeplitzGram": lambda: mrilab.toeplitz_gram(mrilab.NUFFT(mrilab.radial(5, 16), SHAPE)),
    "Wavelet": lambda: mrilab.Wavelet("sym4", SHAPE, level=2),
    "UndecimatedWavelet": lambda: mrilab.UndecimatedWavelet("sym4", SHAPE, level=2),
    "FiniteDifference": lambda: mrilab.FiniteDifference(SHAPE),
    "Diagonal": lambda: mrilab.Diagonal(np.arange(1.0, 17)),
    "sense": lambda: mrilab.Mask(lines(SHAPE)) @ mrilab.FFT(SHAPE) @ mrilab.Coils(unit_maps(3, SHAPE)),
    "sum": lambda: mrilab.FFT(SHAPE) + 2j * mrilab.FFT(SHAPE),
}


@pytest.mark.parametrize("name", OPERATORS)
def test_an_operator_in_a_closure_is_the_same_after_it_was_used(name):
    A = OPERATORS[name]()
    before = digest(A)
    A.H(A(draw(A.shape_in)))
    A(draw(A.shape_in, "torch"))
    A.lipschitz()
    assert digest(A) == before == digest(OPERATORS[name]())


def test_a_data_term_is_the_same_after_it_was_used():
    def make(scale):
        return mrilab.LeastSquares(mrilab.FFT((8, 8)), scale * draw((8, 8)))

    f = make(1)
    before = digest(f)
    mrilab.fista(f, mrilab.L1(0.1), max_iter=2)
    assert digest(f) == before == digest(make(1)) != digest(make(2))


def test_running_a_function_does_not_change_it():
    f = cell("def f(x):\n s = 0\n for i in range(x): s += i * 2.0\n return s")
    before = identify(f)
    for _ in range(100):  # the interpreter specialises what runs often
        f(50)
    assert identify(f) == before


def test_comments_lines_and_places_do_not_count():
    one = cell("def f(x):\n    y = x + 1\n    return y")
    two = cell("# a comment\n\n\ndef f(x):\n    y = x + 1  # more\n\n    return y")
    assert identify(one) == identify(two)


def test_a_helper_that_is_not_used_does_not_count():
    assert identify(cell("def f(x): return x\ndef g(x): return 1")) == identify(cell("def f(x): return x"))


def test_versions_count():
    one, two = (cell("def f(x): return x", __name__="mine", __version__=v) for v in ("1.0", "2.0"))
    for f, version in ((one, "1.0"), (two, "2.0")):
        f.__module__ = "mine"
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(sys.modules, "mine", module(__version__=version, f=f))
            assert identify(f).versions["mine"] == version
    versions = identify(cell("def f(x): return np.fft.fft(mrilab.rss(x))")).versions
    assert versions["numpy"] == np.__version__
    assert versions["mrilab"].startswith("0.1.0")
    assert versions["python"] == f"{sys.version_info.major}.{sys.version_info.minor}"


def test_imports_inside_a_function_count(tmp_path, monkeypatch):
    found = []
    for body in ("1", "2"):
        file = tmp_path / body / "own_helper.py"
        file.parent.mkdir()
        file.write_text(f"import os\ndef h(x): return {body}\ndef unused(x): return {body}\n")
        spec = importlib.util.spec_from_file_location("own_helper", file)
        helper = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(helper)
        monkeypatch.setitem(sys.modules, "own_helper", helper)
        code = "def f(x):\n from own_helper import h\n import numpy, no_such_module\n return h(x)"
        found.append(identify(cell(code)))
    assert "numpy" in found[0].versions
    assert found[0].changes(found[1]) == ["its global own_helper is another"]


@dataclasses.dataclass
class Settings:
    lam: float
    files: tuple = ()


NOT_COMPARABLE = {
    "lock": threading.Lock(),
    "open file": sys.__stderr__,
    "generator": (i for i in range(3)),
    "ufunc of a function": np.frompyfunc(lambda x: x + 1, 1, 1),
    "thread's own": threading.local(),
    "lock in an object": Settings(1.0, (threading.Lock(),)),
}


@pytest.mark.parametrize("name", NOT_COMPARABLE)
def test_what_cannot_be_compared_is_refused_by_name(tmp_path, name):
    held = NOT_COMPARABLE[name]
    with pytest.raises(TypeError, match=r"global held.* of function is .*which a rerun cannot compare"):
        study(cell("def f(x): return held", held=held), [1], tmp_path, workers=0)
    with pytest.raises(TypeError, match="keyword held"):
        study(functools.partial(np.full, held=held), [1], tmp_path, workers=0)
    assert not list(tmp_path.iterdir())


def test_objects_as_items_are_compared_by_state(tmp_path):
    def lam(item):
        return item.lam

    study(lam, {"a": Settings(1.0)}, tmp_path, workers=0)
    assert study(lam, {"a": Settings(1.0)}, tmp_path, workers=0)["a"] == 1
    with pytest.raises(ValueError, match="holds 'a' of Settings"):
        study(lam, {"a": Settings(2.0)}, tmp_path, workers=0)


SCRIPT = """
import functools, numpy as np
from mrilab import *
from mrilab.studies.identity import identify
A = Mask(np.eye(8)) @ FFT((8, 8)) @ Coils(simulate_smaps(2, (8, 8)))
names = {"a", "b", "c", "d"}
class Scan:
    def __init__(self, k): self.k, self.tags = k, {"x", "y", "z"}
    def __call__(self, x, kind="a"): return A(x) * self.k if kind in {"a", "b", "c"} else names
def helper(x): return [n for n in names if n in {"p", "q", "r"}]
made = [Scan(3), Scan(3).__call__, lambda x: helper(x), functools.partial(helper, x={1, "b"}), np.linspace, espirit]
print(*(f"{i.name} {i.parts} {i.versions}" for i in map(identify, made)), sep="\\n")
"""


def test_the_next_process_finds_the_same():
    said = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    ]
    assert said[0] == said[1]
    assert said[0].count(b"\n") == 6
