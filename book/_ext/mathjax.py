"""Serves MathJax from the site itself, so that formulas are drawn with no other host.

Its usual file holds MathML as an input and a menu, too: the components alone are half as large.
"""

import shutil
from importlib.util import find_spec
from pathlib import Path

from sphinx.errors import ExtensionError

COMPONENTS = ("core", "input/tex", "output/chtml", "a11y/assistive-mml")
MATHJAX = ("startup.js", *(f"{name}.js" for name in COMPONENTS), "output/chtml/fonts", "input/tex/extensions")
LOADER = {"load": COMPONENTS}


def configure(app, config) -> None:
    """Name the components in the pages."""
    config.mathjax3_config = {"loader": LOADER}


def copy_mathjax(app, exception) -> None:
    """Put MathJax beside the pages of the site."""
    if not exception and app.builder.format == "html":
        copy_from_wheel(Path(app.outdir) / "_static" / "mathjax")


def copy_from_wheel(folder: Path) -> None:
    """Copy what the pages ask for out of the wheel that holds it."""
    spec = find_spec("sphinx-mathjax-offline")  # not used as an extension: it would copy 24 MB where 2 do
    if spec is None or not spec.submodule_search_locations:
        raise ExtensionError("MathJax is missing: install requirements.txt")
    source = Path(spec.submodule_search_locations[0]) / "static" / "mathjax"
    for part in MATHJAX:
        copy = shutil.copytree if (source / part).is_dir() else shutil.copy
        (folder / part).parent.mkdir(parents=True, exist_ok=True)
        if not (folder / part).exists():
            copy(source / part, folder / part)


def setup(app) -> dict[str, bool]:
    """Register both with Sphinx."""
    app.connect("config-inited", configure)
    app.connect("build-finished", copy_mathjax)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
