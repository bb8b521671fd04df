"""The chapters that ask for a GPU, run whole with their arrays and networks on the second device, checks included."""

import os
from dataclasses import replace

import jupytext
import matplotlib
import pytest
import torch
from helpers import ROOT
from second_device import DEVICE, Far, SecondDevice

import mrilab
from book._notebooks import pages
from mrilab.arrays import libraries
from mrilab.nets import devices, recipes
from mrilab.operators.nufft import NUFFT

CHAPTERS = [
    path.stem for path in sorted((ROOT / "book").glob("*.md")) if pages.read(path).metadata.get("accelerator") == "GPU"
]


def cells(chapter):
    """What the build runs, without what only a notebook understands, and with the training that a reader asks for."""
    for cell in jupytext.read(ROOT / "book" / f"{chapter}.md").cells:
        if cell.cell_type == "code" and "skip-execution" not in cell.metadata.get("tags", []):
            source = "\n".join(line for line in cell.source.splitlines() if not line.startswith("%"))
            yield source.replace("train_in_full = False", "train_in_full = True")


@pytest.fixture
def elsewhere(monkeypatch):
    """The best device is the second one; a NUFFT, which has no code for it, computes on the host."""

    def best(*needed):
        return str(DEVICE)

    for place in (mrilab, libraries, devices):
        monkeypatch.setattr(place, "best_device", best)
    transform = NUFFT._transform

    def on_host(self, x, adjoint):
        y = transform(self, libraries.to_numpy(x), adjoint)
        return torch.from_numpy(y).to(x.device) if isinstance(x, Far) else y

    monkeypatch.setattr(NUFFT, "_transform", on_host)
    few = {"channels": 4, "train_slices": 4, "validation_slices": 2, "epochs": 1, "bf16": False}
    full = recipes.on_gpu
    monkeypatch.setattr(recipes, "on_gpu", lambda *names: replace(full(*names), **few))
    matplotlib.use("Agg")


@pytest.mark.audit
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_holds_on_another_device(chapter, elsewhere, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(os.environ, "MRILAB_PROGRESS", str(tmp_path / "progress.json"))
    scope = {"__name__": chapter}
    threads = torch.get_num_threads()
    with SecondDevice() as second:
        for number, source in enumerate(cells(chapter)):
            exec(compile(source, f"{chapter}, cell {number}", "exec"), scope)
    torch.set_num_threads(threads)
    print(f"{chapter}: {second.operations} operations there")
    assert second.operations > 1000
