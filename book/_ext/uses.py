"""Links both ways between the reference and the chapters: "Used in …" below a name, and a chapter's names at its end.

Read off the cells of the chapters, so there is nothing to keep up by hand.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from inspect import isclass, isfunction
from types import ModuleType

from docutils import nodes
from sphinx.util.nodes import make_refnode

import mrilab

from .._notebooks.pages import chapters, read, runs
from .._notebooks.repository import ROOT


@cache
def uses() -> dict[str, tuple[str, ...]]:
    """Return the full names, such as "mrilab.metrics.psnr", that the cells of each page use, in alphabetical order."""
    paths = {name: ROOT / "book" / f"{name}.md" for name in chapters()}
    return {name: names(source(name)) for name, path in paths.items() if runs(path)}


def source(page: str) -> str:
    """Return all code of a page without the magics of Jupyter."""
    code = "\n".join(piece.source for piece in read(ROOT / "book" / f"{page}.md").pieces if piece.kind == "code")
    return re.sub(r"(?m)^\s*[%!].*$", "", code)


def names(code: str) -> tuple[str, ...]:
    """Return the full names of the functions and classes of mrilab that code uses: "mrilab.operators.fourier.FFT"."""
    tree = ast.parse(code)
    scope = dict(imports(tree))
    things = [scope.get(node.id) for node in ast.walk(tree) if isinstance(node, ast.Name)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            owner = scope.get(node.value.id)
            things.append(getattr(owner, node.attr, None) if isinstance(owner, ModuleType) else None)
    found = {thing for thing in things if isclass(thing) or isfunction(thing)}
    return tuple(sorted((f"{thing.__module__}.{thing.__qualname__}" for thing in found), key=short))


def imports(tree: ast.AST) -> Iterator[tuple[str, object]]:
    """Yield what a page imports from mrilab, by the names that it has there."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and any(alias.name == "mrilab" for alias in node.names):
            yield "mrilab", mrilab
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "mrilab":
            module = import_module(str(node.module))
            for alias in node.names:
                wanted = dir(mrilab) if alias.name == "*" else [alias.name]
                yield from ((alias.asname or name, member(module, name)) for name in wanted)


def member(module: ModuleType, name: str) -> object:
    """Return what `from module import name` gives: a name of the module, or a module in it."""
    try:
        return getattr(module, name)
    except AttributeError:
        return import_module(f"{module.__name__}.{name}")


def short(full: str) -> tuple[str, str]:
    """Return the last part of a name, in small letters, and the whole: two modules may have functions of one name."""
    return full.rpartition(".")[2].lower(), full


def used_in(app, what: str, name: str, obj, options, lines: list[str]) -> None:
    """Add the chapters that use a name to its docstring."""
    found = [page for page, used in uses().items() if name in used]
    for page in uses():
        app.env.note_dependency(str(ROOT / "book" / f"{page}.md"))
    if found:
        lines += ["", "*Used in* " + ", ".join(f":doc:`/{page}`" for page in found) + ".", ""]


def labels(names: list[str]) -> list[str]:
    """Return the last part of each name, with the module's before it where two are equal.

    >>> labels(["mrilab.fista", "mrilab.nets.judge.shown", "mrilab.nets.denoising.shown"])
    ['fista', 'judge.shown', 'denoising.shown']
    """
    last = [name.rpartition(".")[2] for name in names]
    return [word if last.count(word) == 1 else ".".join(name.split(".")[-2:]) for name, word in zip(names, last)]


def list_names(app, doctree, docname: str) -> None:
    """Add the names that a chapter uses to its end, each with a link to the reference."""
    known = app.env.get_domain("py").objects
    found = [name for name in uses().get(docname, ()) if name in known]
    if not found:
        return
    words = nodes.paragraph("", "From the package, on this page: ", classes=["uses"])
    for i, (name, shown) in enumerate(zip(found, labels(found), strict=True)):
        there, label = known[name], nodes.literal("", shown, classes=["xref"])
        words += [nodes.Text(", ")] if i else []
        words += make_refnode(app.builder, docname, there.docname, there.node_id, label, name)
    next(doctree.findall(nodes.section)).append(words)


def setup(app) -> dict[str, bool]:
    """Register both with Sphinx."""
    app.connect("autodoc-process-docstring", used_in, priority=900)  # after napoleon
    app.connect("doctree-resolved", list_names)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
