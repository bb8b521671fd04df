"""Figures that fit a screen: pictures cut out, under titles that are text; curves drawn again for a phone."""

from io import BytesIO

import nbformat
import numpy as np
import pytest
from helpers import ROOT
from nbclient import NotebookClient
from PIL import Image

from book._ext.execute import prepare_kernels
from book._ext.panels import Cutter, figures, grid

CELLS = """
%config InlineBackend.figure_format = "retina"
import numpy as np
from mrilab import plots
x = np.linspace(0.2, 1, 64 * 64).reshape(64, 64)
---
plots.gallery({"<half>": x / 2, "a third": x / 3, "all": x}, x, columns=2)
---
plots.panels({"$x$": x})
---
plots.lines({"a": x[0], "b": x[1]}, "sample", "grey")
---
"no figure"
"""


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """A notebook that ran as those of the book do, and the figures in it."""
    folder = tmp_path_factory.mktemp("panels")
    cells = [nbformat.v4.new_code_cell(code.strip()) for code in CELLS.split("---")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("MATPLOTLIBRC", "IPYTHONDIR", "MPLBACKEND"):
            patch.setenv(name, "agg")  # prepare_kernels says otherwise
        prepare_kernels(folder / "ipython")
        NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}}).execute()
    nbformat.write(notebook, folder / "page.ipynb")
    return folder, notebook, list(figures(folder / "page.ipynb").items())


def drawn(png: bytes) -> np.ndarray:
    with Image.open(BytesIO(png)) as picture:
        return np.asarray(picture.convert("RGB")).astype(int)


def test_a_notebook_keeps_its_figures_and_other_results_are_left_alone(shown):
    outputs = [cell.outputs[0].data for cell in shown[1].cells if cell.outputs]
    assert [set(data) for data in outputs] == 3 * [{"text/plain", "image/png"}] + [{"text/plain"}]


def test_a_box_is_where_the_picture_is(shown):
    _, (png, parts, narrow) = shown[2][0]
    with Image.open(BytesIO(png)) as fine:
        figure = np.asarray(fine.convert("RGB").resize((round(parts["width"]), fine.height // 2))).astype(int)
    assert narrow is None
    assert [panel["title"].split("\n")[0] for panel in parts["panels"]] == ["<half>", "a third", "all"]
    assert parts["across"] == 2 and all(len(panel["boxes"]) == 2 for panel in parts["panels"])
    for panel, brightest in zip(parts["panels"], (1 / 2, 1 / 3, 1)):
        left, top, right, bottom = panel["boxes"][0]
        picture = figure[top:bottom, left:right]
        corners = picture[[3, -4], [3, -4]].mean(-1)  # in the first pixel of x, a fifth of the last, and in the last
        np.testing.assert_allclose(corners, [255 * brightest / 5, 255 * brightest], atol=4)
    bar = parts["bar"]
    assert bar["label"] == "error of the magnitude" and bar["ticks"][0] == [0, "0.0"]


def test_a_page_has_titles_as_text_and_a_file_for_each_picture(shown):
    folder, (name, (png, parts, _)) = shown[0], shown[2][0]
    html = grid(parts, Cutter(name, png, parts["width"], folder / "html"), "In words.", "eager")
    assert "<p>&lt;half&gt;<br />PSNR" in html and html.count('class="panel"') == 3
    assert html.count('alt="In words."') == 1 and 'alt="a third: error"' in html
    with Image.open(folder / "html" / "_images" / f"{name}-0.webp") as cut:
        left, _, right, _ = parts["panels"][0]["boxes"][0]
        assert cut.width == pytest.approx(2 * (right - left), abs=2), "twice as fine as the screen"
    files = sorted(path.name for path in (folder / "html" / "_images").iterdir())
    assert len(files) == 7 and all(file in html for file in files), "six pictures and a bar"


def test_curves_and_titles_with_formulas_are_drawn_again(shown):
    for _, (_, parts, narrow) in shown[2][1:]:
        assert parts is None
        height, width, _ = drawn(narrow).shape
        assert width < 760 and height > 200
