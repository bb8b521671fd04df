"""Writes the pages on all cores: Jupyter Book has no option for it.

Sphinx resolves the references of all pages itself, and hands the pages to processes of their own, which write them.
"""

from mrilab.arrays.threads import workers


def share(app, env) -> None:
    """Tell Sphinx to start a process a core, besides its own, once all is read: not all extensions read in parallel."""
    app.parallel = workers() + 1


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.connect("env-updated", share)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
