"""Progress of long computations: a bar, and a line while loops are compiled; both only in a terminal or notebook."""

import os
import sys


def watched() -> bool:
    """Return whether output goes to a terminal or a notebook, and TQDM_DISABLE is not set.

    >>> watched() in (True, False)
    True
    """
    # tqdm's notebook bar ignores TQDM_DISABLE.
    return (sys.stderr.isatty() or _in_notebook()) and not os.environ.get("TQDM_DISABLE")


def _in_notebook() -> bool:
    """Return whether a notebook's kernel runs this process; libraries that merely import ipykernel do not count."""
    ipython = sys.modules.get("IPython")
    return hasattr(ipython and ipython.get_ipython(), "kernel")


def progress_bar(total: int, progress: bool | None):
    """Return a tqdm bar over `total` steps, shown if `progress` is True, or if it is None and `watched()`.

    >>> with progress_bar(2, False) as bar:
    ...     bar.update(2)
    """
    from tqdm.auto import tqdm

    # Always pass `disable`: its default is the value that TQDM_DISABLE had when tqdm was imported.
    return tqdm(total=total, leave=False, disable=not (watched() if progress is None else progress))


def announce_compiling(modules: tuple[str, ...]) -> None:
    """Print a line, once, when numba starts to compile loops of these modules; loops from its cache print nothing."""
    from numba.core import event

    class Notice(event.Listener):
        said = False

        def on_start(self, event):
            if not self.said and watched() and event.data["dispatcher"].py_func.__module__ in modules:
                self.said = True
                print("mrilab compiles its loops for this machine, once: about ten seconds …", file=sys.stderr)

        def on_end(self, event):
            pass

    event.register("numba:compile", Notice())
