"""Whether the compiled loops are stored already: where they are not, another process compiles them meanwhile.

That takes about ten seconds, once for a machine. Until then NumPy arrays take the generic code, as torch's do, so that
the first image does not wait for it. The results are equal up to rounding. With MRILAB_COMPILE=here in the environment
no other process starts, and a loop is compiled when it is first called.
"""

import os
import subprocess
import sys
import threading
from functools import cache
from pathlib import Path

from ..progress import watched
from .libraries import Array, is_complex, is_numpy

COMPILE = "mrilab.solvers.compile_loops"  # it stands above, for it solves small problems
PACKAGE = Path(__file__).parents[1]
LOOPS = ("arrays/loops.py", "operators/wavelet_loops.py")

_lock = threading.Lock()


def takes_loops(x: Array) -> bool:
    """Return whether an operator's compiled loops take x: a complex NumPy array, and they are `ready`.

    >>> import numpy as np
    >>> takes_loops(np.ones(2)), takes_loops(np.ones(2, complex))
    (False, True)
    """
    return is_numpy(x) and is_complex(x) and ready(x)


def ready(x: Array) -> bool:
    """Return whether loops for arrays like x may be called: in double precision always, which compiles them there.

    >>> import numpy as np
    >>> ready(np.ones(2))
    True
    """
    if x.dtype.char not in "fF":
        return True
    process = _compilation()
    return process is None or process.poll() is not None


def wait() -> None:
    """Wait until they are `ready`, for what measures time or compares results bit by bit.

    >>> import numpy as np
    >>> wait()
    >>> ready(np.ones(2, np.float32))
    True
    """
    process = _compilation()
    if process:
        process.wait()


def _compilation() -> subprocess.Popen | None:
    """Return the process that compiles, or None if it is not needed."""
    with _lock:  # one process, however many threads ask
        return _start()


@cache
def _start() -> subprocess.Popen | None:
    mark = stored_mark()
    if mark is None or mark.exists() or os.environ.get("MRILAB_COMPILE") == "here":
        return None
    if watched():
        print("mrilab compiles its loops for this machine, once: in about ten seconds it is faster …", file=sys.stderr)
    paths = os.pathsep.join(filter(None, [str(PACKAGE.parent), os.environ.get("PYTHONPATH")]))
    return subprocess.Popen(
        [sys.executable, "-m", COMPILE],
        env=os.environ | {"PYTHONPATH": paths, "MRILAB_COMPILE": "here"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        process_group=0,  # it goes on after Ctrl-C and after this process, for the next one
    )


def stored_mark() -> Path | None:
    """Return the path of an empty file in numba's cache that says that all loops are there, or None without a cache.

    A mark that is wrong, on another kind of processor for example, costs only time: the loops are compiled when called.
    """
    import numba

    from .loops import combine

    folder = combine.stats.cache_path
    changed = sum((PACKAGE / name).stat().st_mtime_ns for name in LOOPS)
    name = f"mrilab-{sys.implementation.cache_tag}-numba-{numba.__version__}-{changed:x}"
    return Path(folder, name) if folder else None
