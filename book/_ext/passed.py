"""Says on every chapter with exercises where to see which of them are passed."""

from docutils import nodes
from sphinx.util.nodes import make_refnode

from mrilab.exercises.chapters import CHAPTERS

WORDS = "What you pass is recorded: "


def point_to_progress(app, doctree, docname: str) -> None:
    """Add the line below the heading of the exercises, or at the end of a page that has no such heading."""
    if docname not in CHAPTERS:
        return
    sections = list(doctree.findall(nodes.section))
    named = [section for section in sections if "exercises" in section["ids"]]
    link = make_refnode(app.builder, docname, "progress", None, nodes.Text("see your progress"))
    line = nodes.paragraph("", "", nodes.Text(WORDS), link, nodes.Text("."), classes=["passed"])
    if named:
        named[0].insert(1, line)
    else:
        sections[0].append(line)


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.connect("doctree-resolved", point_to_progress)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
