"""The shape of the package: which room may import from which, what an import costs, and that all is documented."""

import ast
import importlib
import os
import pathlib
import re
import subprocess
import sys
from graphlib import TopologicalSorter

import pytest

import mrilab

ROOT = pathlib.Path(mrilab.__file__).parent
FILES = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in ROOT.rglob("*.py")}
MODULES = sorted(name.removesuffix(".__init__") for name in FILES if name != "__init__")

# From the bottom to the top: a room imports from itself and from those before it.
ROOMS = ["files", "progress", "arrays", "metrics", "operators", "problems", "solvers", "sampling", "parallel"]
ROOMS += ["simulation", "data", "studies", "nets", "plots", "widgets", "exercises"]


def test_no_import_climbs():
    for name in MODULES:
        room = name.split(".")[0]
        for imported in ours(name):
            other = imported.split(".")[0]
            assert ROOMS.index(other) <= ROOMS.index(room), f"{name} imports {imported}, which stands above it"


def test_readme_and_contributing_hold_one_map_of_the_rooms():
    pages = [(ROOT.parent / name).read_text() for name in ("README.md", "CONTRIBUTING.md")]
    maps = [re.findall(r"(?m)^\| (`.+`) \| .* \| `(.+)` \|$", page) for page in pages]
    named = [(re.findall(r"`(\w+)(?:\.py|/)`", folders), first) for folders, first in maps[0]]
    assert [room for rooms, _ in named for room in rooms] == ROOMS
    assert all((ROOT / rooms[0] / first).exists() or (ROOT / first).exists() for rooms, first in named)
    assert maps[0] == maps[1] != []


HEAVY = {"torch", "modopt", "mrinufft", "nilearn", "numba", "scipy", "skimage", "matplotlib", "pywt", "nibabel"}
HEAVY |= {"h5py", "ismrmrd", "twixtools", "dask", "distributed"}
COMPILED = {"arrays.compiled", "arrays.loops", "operators.wavelet_loops"}  # imported when they are first needed


def path_of(name):
    return FILES.get(name) or FILES[f"{name}.__init__"]


def imports(name):
    """(module, names taken from it, whether at module level) of each import of a file; relative ones made absolute."""
    path = path_of(name)
    tree = ast.parse(path.read_text())
    top = set(map(id, tree.body))
    package = name.split(".") if path.stem == "__init__" else name.split(".")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            base = ["mrilab", *package[: len(package) - node.level + 1]] if node.level else []
            yield ".".join([*base, *filter(None, [node.module])]), [a.name for a in node.names], id(node) in top
        elif isinstance(node, ast.Import):
            yield from ((alias.name, [], id(node) in top) for alias in node.names)


def ours(name, only_top=False):
    """The modules of mrilab that a file imports."""
    for module, names, at_top in imports(name):
        if module.split(".")[0] == "mrilab" and (at_top or not only_top):
            base = module.removeprefix("mrilab").lstrip(".")
            deeper = [f"{base}.{n}".lstrip(".") for n in names]
            found = [d for d in deeper if d in MODULES] or [base]
            yield from (m for m in found if m in MODULES)


def test_no_cycle():
    list(TopologicalSorter({name: set(ours(name)) - {name} for name in MODULES}).static_order())


def test_the_first_listing_fits_a_glance():
    entries = [path for path in ROOT.iterdir() if path.name != "__pycache__"]
    assert len(entries) <= 19
    assert not {path.stem for path in entries} & set(mrilab.__all__)


@pytest.mark.parametrize("name", [n for n in MODULES if n not in COMPILED and not n.startswith(("nets", "exercises"))])
def test_heavy_libraries_are_imported_on_demand(name):
    for module, _, at_top in imports(name):
        assert not (at_top and module.split(".")[0] in HEAVY), f"{name} imports {module} at module level"
    assert not COMPILED & set(ours(name, only_top=True)) - ({"arrays.compiled"} if name in COMPILED else set())


def test_no_private_name_crosses_files():
    for name in MODULES:
        for module, names, _ in imports(name):
            private = [n for n in names if n.startswith("_") and not n.startswith("__")]
            assert not (module.startswith("mrilab") and private), f"{name} imports {private} from {module}"


def test_import_is_light():
    code = """
import sys
import mrilab
mrilab.fista, mrilab.Wavelet, mrilab.OSCAR, mrilab.random_lines
print(*sorted(m for m in sys.modules if m in {heavy}))
""".replace("{heavy}", repr(HEAVY))
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert found == []


def test_everything_public_is_exported_and_documented():
    for name in mrilab.__all__:
        assert getattr(mrilab, name).__doc__, f"{name} has no docstring"
    for name in MODULES:
        if not name.startswith("exercises.tasks"):
            assert importlib.import_module(f"mrilab.{name}").__doc__, f"{name} has no docstring"


def test_every_public_name_stands_in_the_reference():
    pages = "".join(path.read_text() for path in (ROOT.parent / "book").glob("api-*.md"))
    listed = dict(re.findall(r"automodule:: (\S+)\n   :members:(.*)", pages))
    for name in mrilab.__all__:
        members = listed[getattr(mrilab, name).__module__].replace(",", " ").split()
        assert name in members or not members, f"book/api-*.md leave out {name}"


@pytest.mark.parametrize("name", sorted(set(mrilab.__all__)))
def test_public_docstrings_hold_an_example(name):
    assert ">>>" in getattr(mrilab, name).__doc__, f"{name} shows no example"


@pytest.mark.parametrize("name", MODULES)
def test_papers_stand_under_references_and_doctests_under_examples(name):
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
    nodes = (node for node in ast.walk(ast.parse(path_of(name).read_text())) if isinstance(node, kinds))
    for text in filter(None, map(ast.get_docstring, nodes)):
        *_, after = text.partition("References\n----------\n")
        assert not re.search(r"(?m)^Sources?:", text), f"{name} has a source outside of References"
        assert after or not re.search(r"et al\.|\((19|20)\d\d\)", text), f"{name} cites a paper without References"
        assert ">>>" not in after or "Examples\n--------\n" in after, f"{name} has a doctest in its References"


def test_nets_and_exercises_stay_out_of_a_light_import():
    """`import mrilab.nets` alone leaves torch out; only its files take torch at module level."""
    code = "import sys, mrilab.nets, mrilab.exercises; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
    for name in MODULES:
        if name.startswith("nets"):
            top = {module.split(".")[0] for module, _, at_top in imports(name) if at_top}
            assert top.isdisjoint(HEAVY - {"torch"}), name


def test_compiling_is_said_once_and_only_where_somebody_watches(tmp_path):
    code = """
import sys
from types import SimpleNamespace as Fake
sys.modules["IPython"] = Fake(get_ipython=lambda: Fake(kernel=1))  # as in a notebook
import numpy as np
from mrilab.arrays.sums import combine
combine((2.0, np.ones(4)), (1.0, np.ones(4)))
combine((2.0, np.ones(4, "f4")))
"""

    def said(**more):
        env = {k: v for k, v in os.environ.items() if k != "TQDM_DISABLE"}
        env |= {"NUMBA_CACHE_DIR": str(tmp_path), "MRILAB_COMPILE": "here"} | more
        return subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True).stderr

    assert said(TQDM_DISABLE="1", NUMBA_CACHE_DIR=str(tmp_path / "other")) == ""
    assert said().count("compiles its loops") == 1
    assert said() == "", "they come from the cache"
