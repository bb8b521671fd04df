"""What the book needs beyond Jupyter Book: links that follow a fork, a cache that knows mrilab, its own MathJax."""

import hashlib
import os
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sphinx.errors import ExtensionError

ROOT = Path(__file__).resolve().parents[2]
MATHJAX = ("tex-mml-chtml.js", "output/chtml/fonts", "input/tex/extensions")  # all that the pages ask for
CODE_EMPHASIS_OR_MATHS = re.compile(r"`[^`]*`+|(\*\*?)(?!\s)[^*]*[^*\s]\1|(?P<maths>[|*])")
ACCESSIBLE = {
    '<summary aria-label="Toggle hidden content">': "<summary>",  # myst-nb's label is not what is seen (WCAG 2.5.3)
    'role="doc-biblioentry"': 'role="listitem"',  # docutils' role was withdrawn
}


def repository(default: str) -> str:
    """Return "owner/name" on GitHub: of the workflow that runs, else of the remote `origin`, else of `default`."""
    candidates = [f"github.com/{os.environ['GITHUB_REPOSITORY']}"] if os.environ.get("GITHUB_REPOSITORY") else []
    if shutil.which("git"):
        ask = ["git", "-C", str(ROOT), "remote", "get-url", "origin"]
        candidates.append(subprocess.run(ask, capture_output=True, text=True, check=False).stdout)
    matches = (re.search(r"github\.com[:/]([^/\s]+/[^/\s]+?)(\.git)?/?\s*$", url) for url in [*candidates, default])
    return next(match[1] for match in matches if match)


def fingerprint() -> str:
    """Return a hash of what the results of cells depend on besides the cells: package, environment, benchmarks."""
    package = (path for path in sorted((ROOT / "mrilab").rglob("*")) if path.suffix in {".py", ".pyi", ".js", ".css"})
    digest = hashlib.sha256()
    for path in (ROOT / "requirements.txt", ROOT / "book" / "benchmark.json", *package):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def configure(app, config) -> None:
    """Set what depends on where the book is built. The only default, `repository: url`, stands in _config.yml."""
    owner, name = repository(config.html_theme_options["repository_url"]).split("/")
    config.html_baseurl = config.ogp_site_url = f"https://{owner.lower()}.github.io/{name}/"
    config.html_theme_options["repository_url"] = f"https://github.com/{owner}/{name}"
    config.coursebook_colab = f"https://colab.research.google.com/github/{owner}/{name}/blob/notebooks/{{page}}.ipynb"

    caches = ROOT / "_build" / ".jupyter_cache"
    config.nb_execution_cache_path = str(caches / fingerprint())
    for old in caches.glob("*"):
        if str(old) != config.nb_execution_cache_path:
            shutil.rmtree(old)


def mend_page(app, pagename: str, templatename: str, context: dict[str, Any], doctree) -> None:
    """Point the Colab button to a notebook (it opens no .md) and take out what the theme adds and nobody uses."""
    for group in context.get("header_buttons", []):
        for button in group.get("buttons", []) if isinstance(group, dict) else []:
            if "colab.research.google.com" in str(button.get("url")):
                button["url"] = app.config.coursebook_colab.format(page=pagename)
    # sphinx-thebe comes with Jupyter Book, off or on, and registers its script twice: a SyntaxError on every page
    context["script_files"] = [js for js in context["script_files"] if "thebe" not in str(vars(js)).lower()]
    for old, new in ACCESSIBLE.items() if "body" in context else ():
        context["body"] = context["body"].replace(old, new)


def keep_maths(app, what: str, name: str, obj, options, lines: list[str]) -> None:
    """Escape the bars of |x| and the star of (..., *shape), which are markup to Sphinx, except in doctests."""
    doctest = False
    for i, line in enumerate(lines):
        doctest = bool(line.strip()) and (doctest or line.lstrip().startswith(">>>"))
        if not doctest:
            lines[i] = CODE_EMPHASIS_OR_MATHS.sub(lambda m: f"\\{m[0]}" if m["maths"] else m[0], line)


def copy_mathjax(app, exception) -> None:
    """Serve MathJax from the site itself, out of the wheel that holds it."""
    if exception or app.builder.format != "html":
        return
    spec = find_spec("sphinx-mathjax-offline")  # not used as an extension: it would copy 24 MB where 2 do
    if spec is None or not spec.submodule_search_locations:
        raise ExtensionError("MathJax is missing: install requirements.txt")
    source = Path(spec.submodule_search_locations[0]) / "static" / "mathjax"
    for part in MATHJAX:
        copy = shutil.copytree if (source / part).is_dir() else shutil.copy
        target = Path(app.outdir) / "_static" / "mathjax" / part
        target.parent.mkdir(parents=True, exist_ok=True)
        copy(source / part, target)


def setup(app) -> dict[str, bool]:
    """Register all of it with Sphinx."""
    app.add_config_value("coursebook_colab", "", "html")
    app.connect("config-inited", configure, priority=100)
    app.connect("autodoc-process-docstring", keep_maths, priority=100)  # before napoleon
    app.connect("html-page-context", mend_page, priority=900)
    app.connect("build-finished", copy_mathjax)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
