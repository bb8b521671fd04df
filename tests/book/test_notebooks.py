"""The notebooks that are made from the pages: plain, valid, the code that the build ran, and able to run anywhere."""

import os
import re
import shutil
import subprocess
import venv
from types import SimpleNamespace

import jupytext
import nbformat
import pytest
from built import SITE, Page, executed
from helpers import ROOT
from IPython.core.inputtransformer2 import TransformerManager

from book._ext import download
from book._notebooks import links, notebooks, pages, plain

CHAPTERS = [name for name in pages.chapters() if pages.runs(ROOT / "book" / f"{name}.md")]
RAW = re.compile(
    r"(?m)\{[a-zA-Z:+-]+\}`"  # a role
    r"|^[\s>]*(`{3,}|:{3,})\s*\{"  # a directive
    r"|^[\s>]*:{3,}\s*$"  # or its end
    r"|^\([\w-]+\)=\s*$"  # a label
    r"|\$\$\s*\([\w-]+\)\s*$"  # of a formula
    r"|^%|<!--"  # a comment
)


@pytest.fixture(scope="module")
def book():
    return links.Links()


@pytest.fixture(scope="module")
def sample():
    """The notebook of the chapter that the tests bring along."""
    folder = ROOT / "tests" / "book"
    known = links.Links(folder, ["chapter"])
    known.entries = links.Links(order=[]).entries
    return notebooks.notebook(pages.read(folder / "chapter.md"), known)


def texts(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


def code(notebook, *, stubs=False):
    """The code cells, but the one that installs, and those that readers fill in."""
    skipped = {"install", "quiz"} if stubs else {"install", "quiz", "skip-execution", "stub"}
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    kept = [cell.source for cell in cells if not skipped & set(cell.metadata.get("tags", []))]
    return [re.sub(rf"\A{notebooks.FORM} .*\n", "", source) for source in kept]  # Colab's title of a folded cell


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_becomes_a_plain_notebook_with_all_its_code(book, chapter):
    path = ROOT / "book" / f"{chapter}.md"
    notebook = notebooks.notebook(pages.read(path), book)
    nbformat.validate(notebook)
    assert code(notebook, stubs=True) == code(jupytext.read(path, fmt="md:myst"), stubs=True)
    assert all(cell.cell_type != "code" or not cell.outputs for cell in notebook.cells)
    for text in texts(notebook):
        assert not (found := RAW.search(text)), f"{found[0]!r} in\n{text}"
        outside = re.sub(r"(?s)```.*?```", "", text)
        assert outside.count("$$") % 2 == 0, text
        assert all(line.count("$$") % 2 == 0 for line in outside.splitlines() if line.startswith(">")), text


@pytest.mark.book
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_code_is_what_the_build_ran_and_links_lead_somewhere(book, chapter):
    notebook = notebooks.notebook(pages.read(ROOT / "book" / f"{chapter}.md"), book)
    assert code(notebook) == code(executed(chapter))
    text = "\n".join(texts(notebook))
    for name, anchor in set(re.findall(rf"\]\({re.escape(book.site)}([\w-]+)\.html(?:#([^)\s]+))?\)", text)):
        assert (SITE / f"{name}.html").is_file(), name
        assert not anchor or anchor in Page(SITE / f"{name}.html").ids, f"{name}#{anchor}"
    html = (SITE / f"{chapter}.html").read_text()
    assert re.findall(r"\\tag\{(\d+)\}", text) == re.findall(r'class="eqno">\((\d+)\)', html)
    assert f'rel="canonical" href="{book.page(chapter)}"' in html
    for exercise in re.findall(r"### (Exercise \d+): ", text):
        assert f"{exercise} <" in html


def test_what_the_page_says_in_its_own_markup_is_said_plainly(sample):
    text = "\n".join(texts(sample))
    site = links.site()
    assert f"[(1)]({site}chapter.html#equation-eq-chapter-soft)" in text and r"z \tag{1}" in text
    assert f"[`L1`]({site}api-problems.html#mrilab.problems.regularisers.L1)" in text
    assert "([Donoho and Johnstone, 1994](https://doi.org/10.1093/biomet/81.3.425); [Beck and Teboulle, 2009](" in text
    assert "[Lustig *et al.* (2007)](https://doi.org/10.1002/mrm.21391) used it" in text
    assert f"[A chapter for the tests]({site}chapter.html#ch-chapter)" in text
    assert f"[the first exercise]({site}chapter.html#ex-sparsity-soft)" in text
    assert f"[the page]({site}kspace.html) and $x = y$" in text
    assert "> **What you will be able to do, with $\\lambda$**\n>\n> - Threshold, as in $a + b$." in text
    assert "> $$ a = b \\\\ c = d $$" in text and "   $$\n   e = m c^2\n   $$" in text
    assert 'text = "{ref}`stays`, since this is code"' in text
    assert "- **b** It prefers phases along the axes." in text and "**Quiz.** What does" in text
    assert f"- **[The chapter]({site}chapter.html)** Again, by [(1)](" in text
    assert "### Exercise 1: The prox in one line" in text
    assert "<details><summary>Hint 1</summary>\n\nShrink $|z|$, and keep the phase.\n\n</details>" in text
    assert "comment" not in text and "(ch-chapter)=" not in text


def test_tags_and_header_become_metadata(sample):
    assert sample.metadata.accelerator == "GPU" and sample.metadata.kernelspec.name == "python3"
    assert sample.metadata.colab.gpuType == "T4"
    by_source = {re.sub(r"\A#@.*\n", "", cell.source).splitlines()[0]: cell.metadata for cell in sample.cells}
    assert by_source['%config InlineBackend.figure_format = "retina"'].jupyter.outputs_hidden
    assert by_source["import numpy as np"] == {"jupyter": {"source_hidden": True}, "cellView": "form"}
    assert len(sample.metadata.colab.collapsed_sections) == 3  # the solutions
    assert len({cell.id for cell in sample.cells}) == len(sample.cells)


def test_colab_folds_what_installs_what_the_page_hides_solutions_and_checks_and_nothing_else(sample):
    cells = [cell for cell in sample.cells if cell.cell_type == "code"]
    titles = [cell.source.splitlines()[0] for cell in cells if cell.metadata.get("cellView") == "form"]
    assert titles == [
        "#@title Install mrilab",
        *["#@title Set-up"] * 2,
        *["#@title Solution"] * 4,
        "#@title Checks of this page",
    ]
    shown = [cell for cell in cells if cell.metadata.get("cellView") != "form"]
    assert shown and not any("#@title" in cell.source for cell in shown)


def test_a_solution_is_folded_only_if_it_hides_nothing_else(tmp_path):
    text = (ROOT / "tests" / "book" / "chapter.md").read_text().replace("## Checks", "More on it.\n\n## Checks")
    (tmp_path / "chapter.md").write_text(text)
    page = pages.read(tmp_path / "chapter.md")
    solutions = [piece for piece in page.pieces if piece.kind == "solution"]
    assert [notebooks.ends(page, piece) for piece in solutions] == [True, True, False]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("```{tabbed} One\n```", "directive {tabbed}"),
        ("{strange}`a`", "role {strange}"),
        ("{ref}`nowhere`", "leads nowhere"),
        ("{eq}`nowhere`", "leads nowhere"),
        ("{func}`.no_such_name`", "leads nowhere"),
        ("Term\n: what it means", "definition list"),
    ],
)
def test_what_cannot_be_said_plainly_raises_and_names_the_page(text, message):
    with pytest.raises(ValueError, match=f"some-page: .*{re.escape(message)}"):
        plain.Plain(links.Links(order=[]), "some-page").text(text)


@pytest.mark.parametrize("missing", ["mrilab", "safetensors"])
def test_the_install_cell_keeps_numpy_and_torch_and_does_nothing_where_all_is_there(monkeypatch, missing):
    page = pages.Page("x", "X", {}, [pages.Piece("code", "from mrilab import NUFFT\nimport torch")])
    source = TransformerManager().transform_cell(notebooks.install(page).source)
    calls = []

    class Shell:
        def run_line_magic(self, name, line):
            calls.append((name, eval(f"f{line!r}", scope)))

    scope = {"get_ipython": Shell}
    exec(source, scope)
    assert not calls
    find = __import__("importlib.util").util.find_spec
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == missing else find(name))
    monkeypatch.setenv("MRILAB_SOURCE", "file:///some/where")
    exec(source, scope)
    ((magic, line),) = calls
    assert magic == "pip" and '"mrilab[torch,nufft] @ file:///some/where"' in line
    assert re.search(r" numpy==\d\S+ torch==2\S+$", line)


def test_where_there_is_a_gpu_a_chapter_that_may_use_its_nufft_installs_it(monkeypatch):
    page = pages.Page("x", "X", {}, [pages.Piece("code", 'from mrilab import NUFFT\nbest_device("cufinufft")')])
    source = TransformerManager().transform_cell(notebooks.install(page).source)
    calls = []

    class Shell:
        def run_line_magic(self, name, line):
            calls.append(eval(f"f{line!r}", scope))

    scope = {"get_ipython": Shell}
    exists = os.path.exists
    for there in (False, True):
        monkeypatch.setattr("os.path.exists", lambda path, there=there: there if "nvidia" in path else exists(path))
        exec(source, scope)
    (line,) = calls  # nothing without a GPU, where all the rest is installed
    assert '"mrilab[nufft,gpu] @ ' in line


def test_a_gpu_is_asked_for_by_the_header_alone():
    made = notebooks.finished(nbformat.v4.new_notebook(), "x")
    assert "accelerator" not in made.metadata and "gpuType" not in made.metadata.colab


def test_the_chapters_with_a_gpu_ask_colab_for_one(book):
    made = {name: notebooks.notebook(pages.read(ROOT / "book" / f"{name}.md"), book).metadata for name in CHAPTERS}
    asking = {name for name, metadata in made.items() if metadata.get("accelerator") == "GPU"}
    assert all(made[name].colab.gpuType == "T4" for name in asking)
    read = {name: pages.read(ROOT / "book" / f"{name}.md") for name in CHAPTERS}
    using = {name for name, page in read.items() if "best_device(" in notebooks.whole_code(page)}
    assert asking == using and len(asking) >= 5


@pytest.mark.book
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_download_button_hands_out_this_notebook(book, chapter):
    html = (SITE / f"{chapter}.html").read_text()
    (target,) = re.findall(r'href="(_sources/[^"]*\.ipynb)"', html)
    made = notebooks.notebook(pages.read(ROOT / "book" / f"{chapter}.md"), book)
    assert nbformat.read(SITE / target, 4) == made


def test_the_site_hands_out_the_notebooks_in_the_place_of_the_pages_own_text(book, tmp_path, monkeypatch):
    monkeypatch.setattr(notebooks, "chapters", lambda: ["kspace", "api"])
    (tmp_path / "_sources").mkdir()
    (tmp_path / "_sources" / "kspace.ipynb").write_text("{}")
    app = SimpleNamespace(outdir=tmp_path, builder=SimpleNamespace(format="html"))
    download.hand_out(app, exception=None)
    made = nbformat.read(tmp_path / "_sources" / "kspace.ipynb", 4)
    assert made == notebooks.notebook(pages.read(ROOT / "book" / "kspace.md"), book)
    assert [path.name for path in (tmp_path / "_sources").iterdir()] == ["kspace.ipynb"]


def test_old_notebooks_do_not_stay(tmp_path, monkeypatch):
    monkeypatch.setattr(notebooks, "chapters", lambda: ["kspace", "api"])
    (tmp_path / "gone.ipynb").write_text("{}")
    notebooks.main(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["kspace.ipynb"]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """An environment with Jupyter's kernel and client, NumPy, SciPy, matplotlib and torch; a copy of mrilab."""
    folder = tmp_path_factory.mktemp("fresh")
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / "bin" / "python"
    pinned = dict(re.findall(r"(?m)^([\w-]+)(==\S+)", (ROOT / "requirements.txt").read_text()))
    first = [f"{name}{pinned[name]}" for name in ("ipykernel", "numpy", "scipy", "matplotlib", "torch")]
    subprocess.run([python, "-m", "pip", "install", "-qq", "--no-compile", "nbclient", *first], check=True)
    source = folder / "source"
    shutil.copytree(ROOT / "mrilab", source / "mrilab", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    return folder, python


@pytest.mark.audit
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_notebook_runs_whole_where_only_jupyter_and_torch_are(fresh, book, chapter):
    folder, python = fresh
    path = folder / f"{chapter}.ipynb"
    nbformat.write(notebooks.notebook(pages.read(ROOT / "book" / f"{chapter}.md"), book), path)
    env = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))}
    env["PIP_NO_COMPILE"] = "1"  # of what is installed, little is imported
    env |= {"MRILAB_SOURCE": (folder / "source").as_uri(), "MRILAB_PROGRESS": str(folder / "progress.json")}
    versions = [python, "-c", "import numpy, torch; print(numpy.__version__, torch.__version__)"]
    before = subprocess.run(versions, capture_output=True, check=True).stdout
    run = [python, "-m", "jupyter", "execute", "--timeout=1800", "--inplace", str(path)]
    done = subprocess.run(run, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert subprocess.run(versions, capture_output=True, check=True).stdout == before
    where = [python, "-c", "import mrilab; print(mrilab.__file__)"]
    assert str(folder) in subprocess.run(where, cwd=folder, env=env, capture_output=True, text=True).stdout
    outputs = [cell.get("outputs", []) for cell in nbformat.read(path, 4).cells]
    assert sum(map(bool, outputs)) > 5 and not any(o.output_type == "error" for cell in outputs for o in cell)
