"""The widgets with Colab's ipywidgets, 7.7.1, in the notebook of its time: they answer, and leave a still picture."""

import socket

import nbformat
import pytest
from chromium import PATIENCE, chromium
from colab import layer, run
from live import MOVES, connected, go_both_ways, served, waited, write

pytestmark = pytest.mark.audit

FIRST = "() => Number.isInteger(Jupyter.notebook.get_cell(0).input_prompt_number)"
ACTIVE = "Jupyter.notebook.get_selected_index()"


@pytest.fixture(scope="module")
def classic(colab, tmp_path_factory):
    """The notebook with all its widgets, in Chromium, its kernel and its file."""
    source, below = colab
    folder = tmp_path_factory.mktemp("classic")
    python = layer(below, folder / "layer")
    mrilab = f"mrilab[notebook,nufft] @ {(source / 'source').as_uri()}"
    run(python, "-m", "pip", "install", "-qq", mrilab, "numpy==2.0.2")
    assert run(python, "-c", "import ipywidgets; print(ipywidgets.__version__)").strip() == "7.7.1"
    write(folder)
    with socket.create_server(("localhost", 0)) as unused:
        port = unused.getsockname()[1]  # this server would say that it listens to port 0
    options = ["--no-browser", "--allow-root", f"--port={port}", "--NotebookApp.token=", f"--notebook-dir={folder}"]
    shared = {"JUPYTER_PATH": below.parents[1] / "share" / "jupyter", "PYTHONPATH": ""}
    shared["JUPYTER_CONFIG_PATH"] = below.parents[1] / "etc" / "jupyter"
    with served(folder, [python, "-m", "notebook", *options], **shared) as address, chromium() as browser:
        page = browser.new_page(viewport={"width": 1300, "height": 1000})
        page.set_default_timeout(PATIENCE)
        page.goto(f"{address}notebooks/widgets.ipynb")
        page.wait_for_function("() => window.Jupyter?.notebook?.kernel?.widget_manager", timeout=PATIENCE)
        page.evaluate("Jupyter.notebook.execute_cells([0])")
        page.wait_for_function(
            FIRST, timeout=PATIENCE
        )  # by then the manager has looked for widgets of an earlier visit
        page.evaluate("Jupyter.notebook.execute_cell_range(1, Jupyter.notebook.ncells())")
        page.locator(".w-player").wait_for(timeout=PATIENCE)
        with connected(folder) as kernel:
            yield page, kernel, folder / "widgets.ipynb"


@pytest.mark.parametrize("move", MOVES, ids=[move[0] for move in MOVES])
def test_values_go_both_ways(classic, move):
    page, kernel, _ = classic
    go_both_ways(page, kernel, ACTIVE, move)


def test_the_board_shows_the_record_of_the_kernel(classic):
    page, _, _ = classic
    waited(lambda: page.locator(".w-board .w-total").text_content().startswith("1 of "))


def test_a_saved_notebook_has_a_still_picture_of_each_widget(classic):
    page, _, path = classic
    page.evaluate("Jupyter.notebook.save_notebook().then(() => true)")
    outputs = [output.data for cell in nbformat.read(path, 4).cells for output in cell.outputs if "data" in output]
    still = [data["text/plain"] for data in outputs if "image/png" in data]
    assert len(still) == len(MOVES) and all("application/vnd.jupyter.widget-view+json" in data for data in outputs)
