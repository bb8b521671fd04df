"""Makes a page's Download button hand out the notebook that is written for Jupyter and Colab."""

from pathlib import Path

from .._notebooks.notebooks import write


def hand_out(app, exception) -> None:
    """Put the notebooks in the place of what the theme copied: the page's own text, with directives and outputs."""
    if exception is None and app.builder.format == "html":
        write(Path(app.outdir) / "_sources")


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.connect("build-finished", hand_out)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
