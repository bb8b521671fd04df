"""The widgets in JupyterLab with a live kernel: the hand moves what Python has, and Python what the screen shows."""

import json
import sys

import pytest
from chromium import PATIENCE, chromium
from live import MOVES, asked, connected, go_both_ways, served, waited, write

pytestmark = pytest.mark.slow

READY = """() => {
  const notebook = window.jupyterapp?.shell?.currentWidget;
  return notebook?.sessionContext?.session?.kernel?.status === "idle";
}"""
ACTIVE = "window.jupyterapp.shell.currentWidget.content.activeCellIndex"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The notebook with all its widgets, in Chromium, and its kernel."""
    folder = tmp_path_factory.mktemp("lab")
    write(folder)
    settings = folder / "settings" / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps({"windowingMode": "none"}))  # else what is out of sight is not there
    options = ["--no-browser", "--allow-root", "--port=0", "--IdentityProvider.token=", "--expose-app-in-browser"]
    options += [f"--ServerApp.root_dir={folder}", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    command = [sys.executable, "-m", "jupyterlab", *options]
    with served(folder, command, JUPYTERLAB_SETTINGS_DIR=folder / "settings") as address, chromium() as browser:
        page = browser.new_page(viewport={"width": 1300, "height": 1000})
        page.set_default_timeout(PATIENCE)
        page.goto(f"{address}lab/tree/widgets.ipynb?reset")
        page.wait_for_function(READY, timeout=PATIENCE)
        page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
        page.locator(".w-player").wait_for(timeout=PATIENCE)
        with connected(folder) as kernel:
            yield page, kernel


@pytest.mark.parametrize("move", MOVES, ids=[move[0] for move in MOVES])
def test_values_go_both_ways(lab, move):
    page, kernel = lab
    go_both_ways(page, kernel, ACTIVE, move)


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
