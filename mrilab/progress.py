"""What long work says on its way: a bar, and a line while loops are compiled. Nothing where nobody watches."""

import os
import sys


def watched() -> bool:
    """Say whether somebody looks on, in a terminal or a notebook, and has not set TQDM_DISABLE.

    >>> watched() in (True, False)
    True
    """
    # tqdm's notebook bar does not heed the variable
    return (sys.stderr.isatty() or "ipykernel" in sys.modules) and not os.environ.get("TQDM_DISABLE")


def progress_bar(total: int, progress: bool | None):
    """Return a tqdm bar over `total` steps: shown if `progress` is True, and by default where somebody watches.

    >>> with progress_bar(2, False) as bar:
    ...     bar.update(2)
    """
    from tqdm.auto import tqdm

    # Said either way: left out, `disable` is what TQDM_DISABLE was when tqdm was imported.
    return tqdm(total=total, leave=False, disable=not (watched() if progress is None else progress))


def announce_compiling(modules: tuple[str, ...]) -> None:
    """Say it once when numba begins to compile loops of these modules; from its cache they come without a word."""
    from numba.core import event

    class Notice(event.Listener):
        said = False

        def on_start(self, event):
            if not self.said and watched() and event.data["dispatcher"].py_func.__module__ in modules:
                self.said = True
                print("mrilab compiles its loops for this machine: ten seconds, this once …", file=sys.stderr)

        def on_end(self, event):
            pass

    event.register("numba:compile", Notice())
