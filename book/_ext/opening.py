"""Puts the picture first: a chapter's first figure stands below its first paragraph, and its set-up in one closed line.

The code of a page comes in the order in which it runs, imports first; a reader wants to see what it is about. So the
figure moves up, or a copy of it where it belongs to a later section. What checks the page, the section "Checks", runs
with the page and folds in the notebook, and is not shown.
"""

from collections.abc import Iterator

from docutils import nodes

CHECKS = "checks"
SUMMARY = "Set-up: imports, and the code of this {}"


def drop_checks(app, doctree) -> None:
    """Take the section "Checks" out of a page, before Sphinx collects the contents; its cells have run."""
    for section in list(doctree.findall(nodes.section)):
        if CHECKS in section["ids"]:
            section.parent.remove(section)


def is_cell(node: nodes.Node) -> bool:
    """Return whether a node is a cell of code with what it shows."""
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def outputs(node: nodes.Node) -> Iterator[nodes.Element]:
    """Yield the outputs below a node."""
    for found in node.findall(nodes.container):
        if found.get("nb_element") == "cell_code_output":
            yield found


def shows_picture(output: nodes.Node) -> bool:
    """Return whether an output is a figure or a widget."""
    return is_widget(output) or any(True for _ in output.findall(nodes.image))


def is_widget(output: nodes.Node) -> bool:
    """Return whether an output is a widget."""
    return any("widget-view+json" in raw.astext() for raw in output.findall(nodes.raw))


def fold(cells: list[nodes.Element], picture: nodes.Node) -> list[nodes.Node]:
    """Return cells in one closed line."""
    start = f'<details class="setup"><summary>{SUMMARY.format("widget" if is_widget(picture) else "picture")}</summary>'
    return [nodes.raw("", start, format="html"), *cells, nodes.raw("", "</details>", format="html")]


def lifted(output: nodes.Element, lead: list[nodes.Node]) -> nodes.Element:
    """Return the picture of an output in the lead, or a copy of one from a later section with a link to its place.

    What the same cell prints stays with its code.
    """
    section, outer, top = output.parent, output, output.copy()
    while not isinstance(section, nodes.section):
        section, outer = section.parent, section
    pictures = [child for child in output if shows_picture(child)]
    if outer in lead:
        for picture in pictures:
            output.remove(picture)
        top += pictures
        return top
    top += [picture.deepcopy() for picture in pictures]
    link = nodes.reference("", section.next_node(nodes.title).astext(), refid=section["ids"][0], internal=True)
    source = nodes.paragraph("", "", nodes.Text("From the section "), link, classes=["from"])
    return nodes.container("", top, source, classes=["cell", "opening"])


def arrange(app, doctree, docname: str) -> None:
    """Move a page's first picture below its first paragraph, and fold the cells of its lead that show nothing else."""
    page = next(doctree.findall(nodes.section), None)
    picture = next((output for output in outputs(doctree) if shows_picture(output)), None)
    if page is None or picture is None or docname == app.config.root_doc:
        return
    ends = next((i for i, node in enumerate(page) if isinstance(node, nodes.section)), len(page))
    lead = list(page.children[:ends])
    cells = [node for node in lead if is_cell(node) and all(output is picture for output in outputs(node))]
    first = next((node for node in lead if isinstance(node, nodes.paragraph)), None)
    if first is None or not cells:
        return
    top = lifted(picture, lead)
    for cell in cells:
        page.remove(cell)
    at = page.index(first) + 1
    page[at:at] = [top, *fold(cells, picture)]


def setup(app) -> dict[str, bool]:
    """Register both with Sphinx."""
    app.connect("doctree-read", drop_checks, priority=100)  # before the contents are collected
    app.connect("doctree-resolved", arrange, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
