"""The widgets in JupyterLab with a live kernel: the hand moves what Python has, and Python what the screen shows."""

import json
import os
import subprocess
import sys
import time

import nbformat
import pytest
from chromium import PATIENCE, chromium
from jupyter_client import BlockingKernelClient

pytestmark = pytest.mark.slow

CELLS = """\
import mrilab
from mrilab.widgets import *

head = mrilab.brain((64, 64), seed=1)
k = mrilab.radial(8, 64)
data = mrilab.NUFFT(k, head.shape)(head)
---
painter = KSpacePainter(head); painter
---
solver = SparseSolver(head); solver
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
player = TrajectoryPlayer({"radial": k}, {"radial": data}, head.shape, pixel_size=4e-3, dwell=1e-5); player
"""
# A widget, its control and a key for it, what Python then has; what Python sets, and what the control then shows.
MOVES = [
    ("painter", "canvas", "Space", "painter.mask.sum() > 64", "painter.mask = head.real > 2", "0"),
    ("solver", "[data-name=step]", "ArrowRight", "solver.step == 1.1", "solver.step = 0.5", "0.5"),
    ("compare", "[data-name=wipe]", "End", "compare.wipe == 100", "compare.wipe = 10", "10"),
    (
        "explore",
        "[data-name=p0]",
        "ArrowRight",
        "explorer.value['factor'] > 0.25",
        "explorer.value = {'factor': 1.0}",
        "2",
    ),
    ("foldover", "[data-name=accel]", "ArrowRight", "foldover.accel == 4", "foldover.accel = 8", "3"),
    ("player", "[data-name=shot]", "End", "player.shot == 8", "player.shot = 3", "3"),
]
SHOWN = """(widget, control) =>
  widget.classList.contains("w-painter") ? `${widget.state.count}` : widget.querySelector(control).value"""
PICTURE = "widget => [...widget.querySelectorAll('canvas')].map(canvas => canvas.toDataURL()).join()"
READY = """() => {
  const notebook = window.jupyterapp?.shell?.currentWidget;
  return notebook?.sessionContext?.session?.kernel?.status === "idle";
}"""
ACTIVE = "window.jupyterapp.shell.currentWidget.content.activeCellIndex"


def waited(what, seconds=300):
    """The first true answer."""
    end = time.monotonic() + seconds
    while not (answer := what()):
        if time.monotonic() > end:
            pytest.fail("nothing came")
        time.sleep(0.1)
    return answer


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A JupyterLab of its own: folder, settings and all; yields its address and where it keeps its connections."""
    folder = tmp_path_factory.mktemp("lab")
    cells = [nbformat.v4.new_code_cell(code.strip()) for code in CELLS.split("---\n")]
    kernel = {"name": "python3", "display_name": "Python 3"}  # else JupyterLab asks for one
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), folder / "widgets.ipynb")
    settings = folder / "settings" / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps({"windowingMode": "none"}))  # else what is out of sight is not there
    runtime = folder / "runtime"
    places = {
        "JUPYTER_RUNTIME_DIR": runtime,
        "JUPYTER_CONFIG_DIR": folder,
        "JUPYTERLAB_SETTINGS_DIR": folder / "settings",
        "MRILAB_PROGRESS": folder / "progress.json",
    }
    options = ["--no-browser", "--allow-root", "--port=0", "--IdentityProvider.token=", "--expose-app-in-browser"]
    options += [f"--ServerApp.root_dir={folder}", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    with (folder / "log").open("w") as log:
        command = [sys.executable, "-m", "jupyterlab", *options]
        env = os.environ | {name: str(path) for name, path in places.items()}
        running = subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log)
        record = waited(lambda: next(runtime.glob("jpserver-*.json"), None))
        yield json.loads(record.read_text())["url"], runtime
        running.terminate()
        running.wait()


@pytest.fixture(scope="module")
def lab(server):
    """The notebook with all its widgets, in Chromium, and its kernel."""
    address, runtime = server
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1300, "height": 1000})
        page.set_default_timeout(PATIENCE)
        page.goto(f"{address}lab/tree/widgets.ipynb?reset")
        page.wait_for_function(READY, timeout=PATIENCE)
        page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
        page.locator(".w-player").wait_for(timeout=PATIENCE)
        kernel = BlockingKernelClient(connection_file=str(next(runtime.glob("kernel-*.json"))))
        kernel.load_connection_file()
        kernel.start_channels()
        yield page, kernel
        kernel.stop_channels()


def asked(kernel, expression):
    """What the kernel says to an expression, as text."""
    reply = kernel.execute("", user_expressions={"it": expression}, reply=True, timeout=300)
    return reply["content"]["user_expressions"]["it"]["data"]["text/plain"]


@pytest.mark.parametrize("name, control, key, then, code, shown", MOVES, ids=[move[0] for move in MOVES])
def test_values_go_both_ways(lab, name, control, key, then, code, shown):
    page, kernel = lab
    widget = page.locator(f".w-{name}")
    widget.locator(control).first.focus()  # which makes its cell the active one
    cell, first = page.evaluate(ACTIVE), widget.evaluate(PICTURE)
    page.keyboard.press(key)
    assert waited(lambda: asked(kernel, f"bool({then})") == "True"), then
    second = widget.evaluate(PICTURE)
    assert page.evaluate(ACTIVE) == cell, "the key went to the widget alone"

    kernel.execute(code, reply=True, timeout=300)
    waited(lambda: widget.evaluate(SHOWN, control) == shown)
    third = widget.evaluate(PICTURE)
    assert len({first, second, third}) == (1 if name == "solver" else 3)  # whose step shows once it runs


def test_the_board_shows_the_record_of_the_kernel_and_changes_it(lab, tmp_path):
    page, kernel = lab
    board = page.locator(".w-board")
    total = board.locator(".w-total")
    waited(lambda: total.text_content().startswith("1 of "))
    assert "Your file" in board.locator("[role=status]").text_content()
    link = board.locator("[data-task=where] a")
    assert link.get_attribute("href") == "aliasing.ipynb"

    (tmp_path / "other.json").write_text(json.dumps({"hand": {"tries": 2, "passed": True}}))
    board.locator("input[type=file]").set_input_files(tmp_path / "other.json")
    waited(lambda: asked(kernel, "progress().passed") == "2")
    waited(lambda: total.text_content().startswith("2 of "))

    for _ in range(2):
        board.locator("[data-name=reset]").click()
    waited(lambda: asked(kernel, "progress().passed") == "0")
