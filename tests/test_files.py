"""Files of our own, of every kind: what a power failure leaves of one is named when it is read, never half believed."""

import ast
import json
import os
import re

import audit
import numpy as np
import pytest
from helpers import ROOT, draw
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import record as benchmarks
from mrilab import nets, save_cfl, study
from mrilab.data.load import load_kspace
from mrilab.data.scan import DataError
from mrilab.exercises import record
from mrilab.files import BrokenFileError
from mrilab.nets.evaluate import evaluate
from mrilab.nets.networks import build
from mrilab.nets.training import train
from mrilab.nets.weights import WeightsError, load_weights, save_weights
from mrilab.simulation.packing import pack, unpack
from mrilab.studies.study import Results

KSPACE = draw((2, 3, 8, 6))
HEAD = np.arange(210, dtype=np.int16).reshape(5, 6, 7)
SMALL = nets.Settings(
    channels=2, pools=1, height=32, width=32, epochs=1, batch_size=2, train_slices=2, validation_slices=1
)


def studied(folder):
    return study(np.diff, {"a": np.arange(9.0)}, folder / "out", workers=0, progress=False)


def weighed(folder):
    save_weights(build(SMALL), folder / "net.safetensors", {"settings": SMALL.as_dict()})


def trained(folder):
    return train(nets.Settings(**SMALL.as_dict() | {"out": str(folder / "out"), "resume": True}))


def slices(folder):
    return nets.Brains("train", 1, shape=(16, 16), cache=folder)[0].y


def tables(folder):
    (folder / "table.json").write_text(
        json.dumps({"rows": [{"coils": 1, "accel": 4, "method": "unet", "psnr": [30.5, 31.25]}]})
    )


def measured(folder):
    benchmarks.write("sense", {"a": 1.5}, folder / "benchmark.json")


def audited(folder):
    audit.write({"passed": 9, "failed": 0, "skipped": 1}, 60.0, "2026-11-29", folder / "audit.json")


# kind of file: (its name, what writes it, what reads it, the error)
FILES = {
    "result of a study": ("out/a.npy", studied, lambda f: Results(f / "out", ["a"])["a"], BrokenFileError),
    "record of a study": ("out/study.json", studied, studied, BrokenFileError),
    "weights": ("net.safetensors", weighed, lambda f: load_weights(f / "net.safetensors"), WeightsError),
    "record of weights": ("net.json", weighed, lambda f: load_weights(f / "net.safetensors"), WeightsError),
    "checkpoint": ("out/checkpoint.pt", trained, trained, BrokenFileError),
    "scores": ("table.json", tables, lambda f: evaluate(f / "table.json"), BrokenFileError),
    "volumes": (
        "h.npz",
        lambda f: pack(f / "h.npz", grey=HEAD),
        lambda f: unpack(f / "h.npz", "grey"),
        BrokenFileError,
    ),
    "benchmarks": ("benchmark.json", measured, lambda f: benchmarks.read(f / "benchmark.json"), BrokenFileError),
    "audit": ("audit.json", audited, lambda f: audit.line(f / "audit.json"), BrokenFileError),
    "k-space": ("x.cfl", lambda f: save_cfl(f / "x", KSPACE), lambda f: load_kspace(f / "x.cfl"), DataError),
    "scan": ("x.npy", lambda f: np.save(f / "x.npy", KSPACE), lambda f: load_kspace(f / "x.npy"), DataError),
}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A folder that holds the whole file of a kind, and its content."""
    known = {}

    def written(kind):
        if kind not in known:
            name, write, *_ = FILES[kind]
            folder = tmp_path_factory.mktemp(kind.replace(" ", "-"))
            write(folder)
            known[kind] = folder, folder / name, (folder / name).read_bytes()
        return known[kind]

    return written


@pytest.mark.parametrize("kind", FILES)
@settings(max_examples=30)
@given(part=st.floats(0, 1, exclude_max=True) | st.sampled_from([0.0, 1.0]))
def test_a_file_cut_anywhere_is_named(written, kind, part):
    _, _, read, error = FILES[kind]
    folder, path, content = written(kind)
    left = content.rstrip(b"\n")[:-1]  # at most: what lacks its last line break alone is whole
    path.write_bytes(left[: round(part * len(left))])
    with pytest.raises(error, match=path.name) as caught:
        read(folder)
    assert "found" in str(caught.value) and "expected" in str(caught.value)


@pytest.mark.parametrize("kind", ["result of a study", "volumes", "weights", "scan"])
def test_a_whole_file_is_read(written, kind):
    folder, path, content = written(kind)
    path.write_bytes(content)
    FILES[kind][2](folder)


@given(kept=st.integers(0, 60))
def test_a_header_that_is_cut_gives_the_whole_array_or_an_error(tmp_path_factory, kept):
    folder = tmp_path_factory.mktemp("pair")
    save_cfl(folder / "x", KSPACE)
    os.truncate(folder / "x.hdr", min(kept, (folder / "x.hdr").stat().st_size))
    try:
        found = load_kspace(folder / "x").kspace
    except DataError as error:
        found = str(error)
    assert np.array_equal(found, KSPACE) or f"{folder}/x." in found  # sizes that are left out are 1


@pytest.mark.parametrize("part", [0, 0.1, 0.5, 0.9])
def test_a_stored_slice_that_is_cut_is_computed_again(tmp_path, part):
    y = slices(tmp_path)
    [file] = tmp_path.rglob("*.npy")
    os.truncate(file, int(part * file.stat().st_size))
    with pytest.warns(RuntimeWarning, match=rf"{file.name}: found \d+ bytes.*computed again"):
        np.testing.assert_array_equal(slices(tmp_path), y)
    np.testing.assert_array_equal(slices(tmp_path), y)  # and is whole again


@pytest.mark.parametrize("part", [0, 0.1, 0.5, 0.9])
def test_a_record_of_exercises_that_is_cut_is_kept_aside(tmp_path, monkeypatch, part):
    file = tmp_path / "progress.json"
    monkeypatch.setenv("MRILAB_PROGRESS", str(file))
    record.note("where", passed=True)
    left = file.read_bytes()[: int(part * file.stat().st_size)]
    file.write_bytes(left)
    with pytest.warns(RuntimeWarning, match=r"progress\.json: found .*begins again"):
        record.note("hand", passed=True)
    assert record.read() == {"hand": {"tries": 1, "passed": True}}
    assert (tmp_path / "progress.broken.json").read_bytes() == left


WRITERS = (
    "write_text|write_bytes|tofile|imsave|copyfile|(np|nibabel|torch).savez?|shutil.copy|json.dump|zipfile.ZipFile"
)


def writes(tree):
    """The calls in a module that write a file, each with the names that `atomic` gave in this module."""
    whole = {
        item.optional_vars.id
        for node in ast.walk(tree)
        if isinstance(node, ast.With)
        for item in node.items
        if isinstance(item.context_expr, ast.Call) and ast.unparse(item.context_expr.func) == "atomic"
    }
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        called, mode = ast.unparse(call.func), "".join(map(ast.unparse, call.args[1:2]))
        if re.search(rf"(^|\.)({WRITERS})$", called) or (called == "open" and set(mode) & set("wax")):
            yield call, {n.id for n in ast.walk(call) if isinstance(n, ast.Name)} & whole


def test_every_file_is_written_whole():
    loose = [
        f"{path.relative_to(ROOT)}:{call.lineno}: {ast.unparse(call)}"
        for path in sorted((ROOT / "mrilab").rglob("*.py"))
        for call, whole in writes(ast.parse(path.read_text()))
        if not whole
    ]
    assert loose == []
