"""Writes one notebook a chapter, for Jupyter and Colab: `make notebooks` runs `python -m book._notebooks.notebooks`."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from mrilab.exercises import find
from mrilab.exercises.chapters import CHAPTERS
from mrilab.files import atomic

from .links import Links, slug
from .pages import Page, Piece, chapters, read, runs
from .plain import Plain, lettered
from .repository import ROOT

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
FOLD = "jp-MarkdownHeadingCollapsed"
HIDDEN = {  # what hides a cell on the page folds it in Jupyter, and it still runs
    "remove-cell": {"source_hidden": True, "outputs_hidden": True},
    "hide-cell": {"source_hidden": True, "outputs_hidden": True},
    "remove-input": {"source_hidden": True},
    "hide-input": {"source_hidden": True},
    "remove-output": {"outputs_hidden": True},
    "hide-output": {"outputs_hidden": True},
}
FORM = "#@title"  # Colab shows this line in the place of a cell whose view is "form"
EXTRAS = {  # of mrilab, by the words in a chapter's code that need them
    "torch": r"\btorch\b|mrilab\.nets",
    "notebook": r"mrilab\.widgets|progress_board|\bipywidgets\b|\banywidget\b",
    "nufft": r"\bNUFFT\b|\bmrinufft\b|\b(cones|seiffert)\(|sparkling",
    "formats": r"\bh5py\b|\bload_kspace\b|\bpublic_scan\b",
    "pulseq": r"\bpypulseq\b|\bread_pulseq\b",
    "cluster": r"\bdask\b|\bscheduler=",
}
SIGNS = {  # a module that shows whether an extra is there
    "torch": "safetensors",
    "notebook": "anywidget",
    "nufft": "mrinufft",
    "formats": "h5py",
    "pulseq": "pypulseq",
    "cluster": "dask",
}
INSTALL = """\
# Where mrilab is missing, as on Colab, it is installed. The NumPy and the torch that are there stay.
import importlib.metadata, importlib.util, os

needed = {needed}{gpu}
if not all(importlib.util.find_spec(name) for name in needed):
    there = [name for name in ("numpy", "torch") if importlib.util.find_spec(name)]
    kept = " ".join(f"{{name}}=={{importlib.metadata.version(name)}}" for name in there)
    source = os.environ.get("MRILAB_SOURCE", "git+https://github.com/{slug}")
    %pip install --quiet "mrilab{extras} @ {{source}}" {{kept}}"""
ON_GPU = """
gpu = os.path.exists("/dev/nvidiactl") * ",gpu"
needed += ["cufinufft"] * bool(gpu)"""  # for a chapter whose NUFFT may run on a GPU


def whole_code(page: Page) -> str:
    """Return all code of a chapter."""
    return "\n".join(piece.source for piece in page.pieces if piece.kind == "code")


def extras(page: Page) -> list[str]:
    """Return the extras of mrilab that a chapter's code needs."""
    return [name for name, words in EXTRAS.items() if re.search(words, whole_code(page))]


def install(page: Page) -> NotebookNode:
    """Return the cell that installs mrilab and what the chapter needs, unless all of it is there."""
    found = extras(page)
    needed = ["mrilab", *(SIGNS[name] for name in found)]
    gpu, more = (ON_GPU, "{gpu}") if "cufinufft" in whole_code(page) else ("", "")
    named = f"[{','.join(found)}{more}]" if found else ""
    source = INSTALL.format(slug=slug(), extras=named, needed=needed, gpu=gpu)
    return folded(new_code_cell(source, metadata={"tags": ["install"]}), "Install mrilab")


def origin(page: Page, links: Links) -> NotebookNode:
    """Return the cell that says where the notebook comes from, and where its exercises are recorded."""
    passed = f" [What you pass]({links.page('progress')}) is recorded: `progress_board()`." * (page.name in CHAPTERS)
    return new_markdown_cell(
        f"*This is the page [{page.title}]({links.page(page.name)}) of the course "
        f"[From k-space to image]({links.page('index')}) as a notebook. The page shows all results.{passed}*"
    )


def code(piece: Piece, checking: bool = False) -> NotebookNode:
    """Return a cell of code, with its tags as Jupyter's metadata; one that is `checking` the page is folded."""
    metadata: dict = {"jupyter": {"source_hidden": True}} if checking else {}
    for tag in piece.tags:
        if tag in HIDDEN:
            metadata.setdefault("jupyter", {}).update(HIDDEN[tag])
    # A stub runs as it stands: with the build's tag, nbclient would skip it, as it skips a cell that needs a download.
    named = {"skip-execution": "stub"} if piece.stub else {}
    if kept := [named.get(tag, tag) for tag in piece.tags if tag not in HIDDEN]:
        metadata["tags"] = kept
    cell = new_code_cell(piece.source, metadata=metadata)
    if piece.solution:
        return folded(cell, "Solution")
    if not metadata.get("jupyter", {}).get("source_hidden"):
        return cell
    if checking:
        return folded(cell, "Checks of this page")
    return folded(cell, "Figure" if "image" in piece.metadata.get("mystnb", {}) else "Set-up")


def folded(cell: NotebookNode, words: str) -> NotebookNode:
    """Fold a cell of code on Colab, where only `words` are seen of it; elsewhere they are a comment."""
    cell.source = f"{FORM} {words}\n{cell.source}"
    cell.metadata["cellView"] = "form"
    return cell


def title(piece: Piece, links: Links) -> str:
    """Return the heading of an exercise."""
    return f"### Exercise {links.exercises[piece.exercise]}: {piece.source}".rstrip(": ")


def quiz(piece: Piece, plain: Plain) -> str:
    """Return the question and its options by letters."""
    options = find(piece.metadata["name"]).options or {}
    return f"**Quiz.** {plain.text(lettered(piece.source, len(options)))}"


def ends(page: Page, solution: Piece) -> bool:
    """Return whether a heading, and no other text, follows a solution: to fold it then folds nothing else."""
    later = page.pieces[page.pieces.index(solution) + 1 :]
    after = next((piece for piece in later if piece.kind == "exercise" or not piece.solution), None)
    return after is None or after.kind == "exercise" or bool(re.match(r"(\(.*\)=\n)?#{1,4} ", after.source))


def cells(page: Page, links: Links) -> Iterator[NotebookNode]:
    """Yield the cells of a chapter: each runs what the build ran, and a quiz has a check to fill in."""
    plain = Plain(links, page.name)
    yield origin(page, links)
    yield install(page)
    section = ""
    for piece in page.pieces:
        if piece.kind == "text":
            section = [section, *re.findall(r"(?m)^## (.*)$", piece.source)][-1]
        if piece.kind == "code":
            yield code(piece, checking=section == "Checks")
        elif piece.kind == "quiz":
            yield new_markdown_cell(quiz(piece, plain))
            name = piece.metadata["name"]
            line = f'from mrilab.exercises import check\n\ncheck("{name}", ...)  # "a", "b", …'
            yield new_code_cell(line, metadata={"tags": ["quiz"]})
        elif piece.kind == "exercise":
            yield new_markdown_cell(title(piece, links))
        elif piece.kind == "solution":
            yield new_markdown_cell("#### Solution", metadata={FOLD: True} if ends(page, piece) else {})
        elif text := plain.text(piece.source):
            yield new_markdown_cell(text)


def notebook(page: Page, links: Links) -> NotebookNode:
    """Return a chapter as a notebook without outputs; `accelerator: GPU` in its header asks Colab for one."""
    made = new_notebook(cells=list(cells(page, links)))
    made.metadata = from_dict({"kernelspec": KERNEL, "language_info": {"name": "python"}, **page.metadata})
    return finished(made, page.name)


def finished(made: NotebookNode, name: str) -> NotebookNode:
    """Give the cells names that do not change from build to build, fold the solutions on Colab too, and validate."""
    collapsed = []
    for i, cell in enumerate(made.cells):
        cell.id = f"{name}-{i}"
        if cell.metadata.get(FOLD):
            cell.metadata["id"] = cell.id
            collapsed.append(cell.id)
    asked = {"gpuType": "T4"} if made.metadata.get("accelerator") == "GPU" else {}
    asked |= made.metadata.get("colab", {})
    made.metadata["colab"] = {"provenance": [], "collapsed_sections": collapsed, **asked}
    nbformat.validate(made)
    return made


def write(folder: Path) -> list[Path]:
    """Write the notebooks of all chapters that run; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    links = Links()
    paths = [ROOT / "book" / f"{name}.md" for name in chapters()]
    wanted = {folder / f"{path.stem}.ipynb": path for path in paths if runs(path)}
    for target, path in wanted.items():
        with atomic(target) as part:
            nbformat.write(notebook(read(path), links), part)
    return list(wanted)


def main(folder: Path) -> None:
    """Write the notebooks of all chapters that run, and remove those of other pages."""
    wanted = write(folder)
    for old in set(folder.glob("*.ipynb")) - set(wanted):
        old.unlink()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
