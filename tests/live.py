"""Widgets in a notebook with a live kernel, in Chromium: the hand moves what Python has, and Python what is shown."""

import json
import os
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from jupyter_client import BlockingKernelClient

CELLS = """\
import numpy as np
import mrilab
from mrilab.widgets import *

head = mrilab.brain((64, 64), seed=1)
k = mrilab.radial(8, 64)
data = mrilab.NUFFT(k, head.shape)(head)
---
painter = KSpacePainter(head); painter
---
solver = SparseSolver(head, iterations=0); solver
---
compare = Compare(head, {"half as bright": 0.5 * head}); compare
---
explorer = explore(lambda factor: factor * head, factor=[0.25, 0.5, 1.0]); explorer
---
foldover = FoldOver(head); foldover
---
from mrilab.exercises import check, progress, progress_board
check("where", [40, 120, 200])
board = progress_board(); board
---
contrast = Contrast(mrilab.brain_tissues((64, 64), seed=1)); contrast
---
movie = Movie(np.stack([head, 0.5 * head, 0.2 * head]), {"dark": 0.5 * np.stack([head] * 3)}); movie
---
sequence = Sequence(head, pixel_size=4e-3, dwell=2e-5); sequence
---
player = TrajectoryPlayer({"radial": k}, {"radial": data}, head.shape, pixel_size=4e-3, dwell=1e-5); player
"""
# A widget, its control and a key for it, what Python then has; what Python sets, and what the control then shows.
MOVES = [
    ("painter", "canvas", "Space", "painter.mask.sum() > 64", "painter.mask = head.real > 2", "0"),
    ("solver", "[data-name=step]", "ArrowRight", "solver.step == 1.1", "solver.step = 0.5", "0.5"),
    ("compare", "[data-name=wipe]", "End", "compare.wipe == 100", "compare.wipe = 10", "10"),
    (
        "explore",
        "[data-name=factor]",
        "ArrowRight",
        "explorer.value['factor'] > 0.5",
        "explorer.value = {'factor': 1.0}",
        "2",
    ),
    ("foldover", "[data-name=accel]", "ArrowRight", "foldover.accel == 4", "foldover.accel = 8", "3"),
    ("contrast", "[data-name=flip]", "Home", "contrast.flip == 1", "contrast.flip = 30", "30"),
    ("movie", "[data-name=frame]", "End", "movie.frame == 2", "movie.frame = 0", "0"),
    ("sequence", "[data-name=line]", "ArrowRight", "sequence.line == 41", "sequence.line = 12", "12"),
    ("player", "[data-name=shot]", "End", "player.shot == 8", "player.shot = 3", "3"),
]
SHOWN = """(widget, control) =>
  widget.classList.contains("w-painter") ? `${widget.state.count}` : widget.querySelector(control).value"""
PICTURE = "widget => [...widget.querySelectorAll('canvas')].map(canvas => canvas.toDataURL()).join()"


def waited(what, seconds=300):
    """The first true answer."""
    end = time.monotonic() + seconds
    while not (answer := what()):
        if time.monotonic() > end:
            pytest.fail("nothing came")
        time.sleep(0.1)
    return answer


def write(folder: Path) -> None:
    """Write a notebook with all widgets."""
    cells = [nbformat.v4.new_code_cell(code.strip()) for code in CELLS.split("---\n")]
    kernel = {"name": "python3", "display_name": "Python 3"}  # else JupyterLab asks for one
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), folder / "widgets.ipynb")


@contextmanager
def served(folder: Path, command: list, **env: object):
    """Start a server of notebooks that has settings of its own; yields its address."""
    runtime = folder / "runtime"
    places = {"JUPYTER_RUNTIME_DIR": runtime, "JUPYTER_CONFIG_DIR": folder, "MRILAB_PROGRESS": folder / "progress.json"}
    with (folder / "log").open("w") as log:
        every = os.environ | {name: str(value) for name, value in (places | env).items()}
        running = subprocess.Popen([*map(str, command)], cwd=folder, env=every, stdout=log, stderr=log)
        try:
            record = waited(lambda: next(runtime.glob("*server-*.json"), None))
            yield json.loads(record.read_text())["url"]
        finally:
            running.terminate()
            running.wait()


@contextmanager
def connected(folder: Path):
    """A client of the one kernel that a server has started."""
    kernel = BlockingKernelClient(connection_file=str(next((folder / "runtime").glob("kernel-*.json"))))
    kernel.load_connection_file()
    kernel.start_channels()
    yield kernel
    kernel.stop_channels()


def asked(kernel, expression):
    """What the kernel says to an expression, as text."""
    reply = kernel.execute("", user_expressions={"it": expression}, reply=True, timeout=300)
    return reply["content"]["user_expressions"]["it"]["data"]["text/plain"]


def go_both_ways(page, kernel, active, move):
    """Move a widget by a key, which Python sees, then by Python, which the screen shows; `active` finds the cell."""
    name, control, key, then, code, shown = move
    widget = page.locator(f".w-{name}")
    widget.locator(control).first.focus()  # which makes its cell the active one
    cell, first = page.evaluate(active), widget.evaluate(PICTURE)
    page.keyboard.press(key)
    assert waited(lambda: asked(kernel, f"bool({then})") == "True"), then
    second = widget.evaluate(PICTURE)
    assert page.evaluate(active) == cell, "the key went to the widget alone"

    kernel.execute(code, reply=True, timeout=300)
    waited(lambda: widget.evaluate(SHOWN, control) == shown)
    third = widget.evaluate(PICTURE)
    assert len({first, second, third}) == (1 if name == "solver" else 3)  # whose step shows once it runs
