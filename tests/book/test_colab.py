"""The notebooks of Parts II and III as a reader on Colab runs them: how much is installed, and how long it takes."""

import re
from datetime import datetime

import pytest
import yaml
from colab import kernel, layer, megabytes, names
from helpers import ROOT
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient

from book._notebooks import links, notebooks, pages

pytestmark = pytest.mark.audit

PARTS = yaml.safe_load((ROOT / "_toc.yml").read_text())["parts"]
CHAPTERS = [
    chapter["file"] for part in PARTS if re.match("Part III? ", part["caption"]) for chapter in part["chapters"]
]
PICTURE, WIDGET = "image/png", "application/vnd.jupyter.widget-view+json"
ROW = "{:16} {:>10} {:>10} {:>12} {:>10}"


def shown(cell):
    """What a cell shows, by MIME type."""
    return [output.data for output in cell.get("outputs", []) if "data" in output]


def at(cell, when):
    """When something happened to a cell, in seconds."""
    return datetime.fromisoformat(cell.metadata.execution[when]).timestamp()


def execute(made, kernels, folder):
    """Run a notebook by the kernel "colab", cell by cell, as a reader would; an error stops it."""
    manager = AsyncKernelManager(kernel_name="colab", kernel_spec_manager=KernelSpecManager(kernel_dirs=[str(kernels)]))
    NotebookClient(made, km=manager, timeout=3600, resources={"metadata": {"path": str(folder)}}).execute()


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_notebook_runs_on_colab_and_replaces_nothing_there(colab, chapter, say):
    """Whatever is replaced asks a reader to restart the session."""
    folder, below = colab
    python = layer(below, folder / chapter)
    source, progress = (folder / "source").as_uri(), str(folder / "progress.json")
    kernels = kernel(python, folder / chapter, MRILAB_SOURCE=source, MRILAB_PROGRESS=progress, TQDM_DISABLE="1")
    made = notebooks.notebook(pages.read(ROOT / "book" / f"{chapter}.md"), links.Links())
    empty = megabytes(python)
    execute(made, kernels, folder)

    code = [cell for cell in made.cells if cell.cell_type == "code"]
    pictures = [cell for cell in code if any({PICTURE, WIDGET} & set(data) for data in shown(cell))]
    start = at(code[0], "iopub.execute_input")
    seconds = [at(cell, "iopub.status.idle") - start for cell in (code[0], pictures[0], code[-1])]
    if chapter == CHAPTERS[0]:
        say(ROW.format("notebook", "MB", "install, s", "1st picture", "whole, s"))
    say(ROW.format(chapter, *(f"{number:.0f}" for number in (megabytes(python) - empty, *seconds))))

    assert "mrilab" in names(python) and not names(python) & names(below)
    widgets = [data for cell in code for data in shown(cell) if WIDGET in data]
    assert all(PICTURE in data for data in widgets if not data["text/plain"].startswith("ProgressBoard"))
