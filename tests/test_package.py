"""The shape of the package: who may import what, what an import costs, and that nothing public is missing."""

import ast
import importlib
import os
import pathlib
import subprocess
import sys

import pytest

import mrilab

ROOT = pathlib.Path(mrilab.__file__).parent
FILES = {path.stem: path for path in ROOT.glob("*.py")}

# A file may import from the layers before its own, and from its own layer in the order written.
LAYERS = [
    ["memory", "progress", "kernels", "wavelet_kernels"],
    ["arrays", "combinations"],
    ["linop"],
    ["fourier"],
    ["coils", "filterbank", "wavelets", "undecimated", "differences", "diagonal", "nufft"],
    ["channels", "sense", "grappa", "slicewise"],
    ["fidelity", "toeplitz"],
    ["regularisers", "oscar", "proximity"],
    ["driver", "algorithms", "modopt_engine", "solvers"],
    ["masks", "densities", "holdout", "trajectories", "compensation", "gradients", "sparkling"],
    ["atlas", "phantoms", "smaps", "joint_smaps", "espirit", "acquisition", "metrics"],
    ["files", "scan", "bart", "hdf5", "fastmri", "ismrmrd_reader", "data", "export"],
    ["study_record", "runners", "study"],
    ["charts", "plots", "tables"],
]
ORDER = {name: i for i, name in enumerate(name for layer in LAYERS for name in layer)}
HEAVY = {"torch", "modopt", "mrinufft", "nilearn", "numba", "scipy", "skimage", "matplotlib", "pywt", "nibabel"}
HEAVY |= {"h5py", "ismrmrd", "dask", "distributed"}


def imports(path):
    """(name, at module level) of everything that a file imports."""
    tree = ast.parse(path.read_text())
    top = set(map(id, tree.body))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            if node.level and node.module is None:
                yield from ((alias.name, id(node) in top) for alias in node.names)
            else:
                yield ("." * node.level + (node.module or "")).lstrip(".").split(".")[0], id(node) in top
        elif isinstance(node, ast.Import):
            yield from ((alias.name.split(".")[0], id(node) in top) for alias in node.names)


@pytest.mark.parametrize("name", [n for n in FILES if n != "__init__"])
def test_dependencies_point_one_way(name):
    assert name in ORDER, f"{name}.py has no place in the layers of this test"
    for imported, _ in imports(FILES[name]):
        if imported in FILES:
            assert ORDER[imported] < ORDER[name], f"{name} imports {imported}, which stands above it"


@pytest.mark.parametrize("name", [n for n in FILES if n not in ("kernels", "wavelet_kernels")])
def test_heavy_libraries_are_imported_on_demand(name):
    for imported, at_top in imports(FILES[name]):
        assert not (at_top and imported in HEAVY), f"{name} imports {imported} at module level"


@pytest.mark.parametrize("name", FILES)
def test_leaves_are_imported_by_nothing(name):
    assert {"exercises", "nets", "plots", "tables"}.isdisjoint(imported for imported, _ in imports(FILES[name]))


def test_import_is_quick_and_light():
    code = """
import sys, time
start = time.perf_counter()
import mrilab
mrilab.fista, mrilab.Wavelet, mrilab.OSCAR, mrilab.random_lines
print(time.perf_counter() - start, *sorted(m for m in sys.modules if m in {heavy}))
""".replace("{heavy}", repr(HEAVY))
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
        for _ in "123"
    ]
    assert min(float(seconds) for seconds, *_ in runs) < 1
    assert runs[0][1:] == []


def test_everything_public_is_exported_and_documented():
    for name in mrilab.__all__:
        assert getattr(mrilab, name).__doc__, f"{name} has no docstring"
    for stem in FILES:
        module = importlib.import_module(f"mrilab.{stem}") if stem != "__init__" else mrilab
        assert module.__doc__, f"{stem}.py has no docstring"


@pytest.mark.parametrize("name", sorted(set(mrilab.__all__)))
def test_public_docstrings_hold_an_example(name):
    assert ">>>" in getattr(mrilab, name).__doc__, f"{name} shows no example"


@pytest.mark.parametrize("name", [name for name in FILES if name in mrilab.__all__])
def test_a_function_wins_over_the_file_of_its_name(name):
    """Importing anything from grappa.py puts the module into the package, where users look for the function."""
    importlib.import_module(f"mrilab.{name}")
    assert not isinstance(getattr(mrilab, name), type(sys))
    code = f"import mrilab.{name}; from mrilab import {name}; assert callable({name})"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_nets_and_exercises_stay_out_of_a_light_import():
    """`import mrilab.nets` alone leaves torch out; only its files take torch at module level."""
    code = "import sys, mrilab.nets, mrilab.exercises; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
    for path in sorted((ROOT / "nets").glob("*.py")):
        top = {imported for imported, at_top in imports(path) if at_top}
        assert top.isdisjoint(HEAVY - {"torch"}), path.name
        assert top.isdisjoint({"plots", "charts", "tables", "exercises"}), path.name


def test_compiling_is_said_once_and_only_where_somebody_watches(tmp_path):
    code = """
import sys
sys.modules["ipykernel"] = sys  # as in a notebook
import numpy as np
from mrilab.combinations import combine
combine((2.0, np.ones(4)), (1.0, np.ones(4)))
combine((2.0, np.ones(4, "f4")))
"""

    def said(**more):
        env = {k: v for k, v in os.environ.items() if k != "TQDM_DISABLE"} | {"NUMBA_CACHE_DIR": str(tmp_path)} | more
        return subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True).stderr

    assert said(TQDM_DISABLE="1", NUMBA_CACHE_DIR=str(tmp_path / "other")) == ""
    assert said().count("compiles its loops") == 1
    assert said() == "", "they come from the cache"
