"""Keeps the results of cells until the cells, the package or the environment change."""

import hashlib
import shutil

from .._notebooks.repository import ROOT


def fingerprint() -> str:
    """Return a hash of what the results of cells depend on besides the cells: package, environment, style of figures.

    What Python and numba compile as the cells run lies in `__pycache__`, and is no part of it.
    """
    files = (path for path in sorted((ROOT / "mrilab").rglob("*")) if path.is_file())
    package = (path for path in files if "__pycache__" not in path.parts)
    digest = hashlib.sha256()
    book = (ROOT / "book" / name for name in ("matplotlibrc", "_ext/kernel.py"))
    for path in (ROOT / "requirements.txt", *book, *package):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def configure(app, config) -> None:
    """Give each state of the package a cache of its own, and drop those of older states."""
    caches = ROOT / "_build" / ".jupyter_cache"
    own = caches / fingerprint()
    config.nb_execution_cache_path = str(own)
    for old in caches.glob("*/"):
        if old != own:
            shutil.rmtree(old)


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.connect("config-inited", configure, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
