"""Runs the pages whose results are not in the cache, several at a time, before Sphinx reads them one after another.

Pages share the cores of the machine, some each; a page that shows measured seconds runs alone, on all of them. A page
that fails is left to Sphinx, which runs it again and says why.
"""

import logging
import multiprocessing
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import suppress
from multiprocessing.managers import SyncManager
from pathlib import Path
from queue import Queue
from tempfile import TemporaryDirectory

import nbformat
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn, JupyterCacheAbstract
from jupyter_cache.executors.utils import ExecutionResult, single_nb_execution
from myst_nb.core.read import create_nb_reader
from nbformat import NotebookNode
from traitlets.config import Config

from mrilab.arrays import ready

from .._notebooks.repository import ROOT

AT_ONCE = 4  # a page takes up to 2 GB of memory
MEASURES = re.compile(r"perf_counter|\b(run|result)s?(\[[^]]*\])?\.times\b")  # the clock, and that of a solver


def notebooks(env, docnames: Iterable[str]) -> Iterator[tuple[Path, NotebookNode]]:
    """Yield the pages that have cells, as they were written."""
    for path in (Path(env.doc2path(name)) for name in docnames):
        text = path.read_text(encoding="utf-8")
        reader = create_nb_reader(str(path), env.myst_config, env.mystnb_config, text)
        if reader:
            yield path, reader.read(text)


def due(env, docnames: Iterable[str], cache: JupyterCacheAbstract) -> dict[Path, NotebookNode]:
    """Return the pages whose results are not known, the longest first, so that none is left over at last.

    Those that Sphinx runs at every build are its own.
    """
    found = {}
    for path, notebook in notebooks(env, docnames):
        if notebook.metadata.get("mystnb", {}).get("execution_mode") == "force":
            continue
        try:
            cache.match_cache_notebook(notebook)
        except KeyError:
            found[path] = notebook
    return dict(sorted(found.items(), key=lambda item: -len(item[1].cells)))


def measures_time(notebook: NotebookNode) -> bool:
    """Whether a page shows seconds, which others would lengthen."""
    return any(cell.cell_type == "code" and MEASURES.search(cell.source) for cell in notebook.cells)


def shares(cores: list[int], pages: int) -> list[list[int]]:
    """Split the cores among pages that run at once.

    >>> shares([0, 1, 2, 3, 4, 5], 4)
    [[0, 4], [1, 5], [2], [3]]
    """
    at_once = min(len(cores), pages, AT_ONCE)
    return [cores[first::at_once] for first in range(at_once)]


def _take(queue: "Queue[list[int]]") -> None:
    """Keep this process, and the kernels that it starts, to a share of the cores."""
    os.sched_setaffinity(0, queue.get())
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # nbclient's watch over a kernel may outlive the kernel


def _run(notebook: NotebookNode, folder: str, timeout: int) -> ExecutionResult:
    # A port that a kernel was promised may be another's by the time that it starts: files in a folder are its own.
    with TemporaryDirectory() as sockets:
        config = Config(KernelManager={"transport": "ipc", "ip": f"{sockets}/kernel"})
        return single_nb_execution(notebook, cwd=folder, timeout=timeout, allow_errors=False, config=config)


def run_all(pages: dict[Path, NotebookNode], cores: list[list[int]], timeout: int, cache: JupyterCacheAbstract) -> None:
    """Run pages in one process for each share of the cores, and keep the results of those that end well."""
    context = multiprocessing.get_context("spawn")
    with SyncManager(ctx=context) as manager:
        queue = manager.Queue()
        for share in cores:
            queue.put(share)
        with ProcessPoolExecutor(len(cores), context, _take, (queue,)) as pool:
            waiting = list(pages.items())
            running: dict[Future[ExecutionResult], Path] = {}
            # A page is handed over at its turn: Ctrl-C ends those that run, and no other begins.
            while waiting or running:
                while waiting and len(running) < len(cores):
                    path, notebook = waiting.pop(0)
                    running[pool.submit(_run, notebook, str(path.parent), timeout)] = path
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    path = running.pop(future)
                    with suppress(RuntimeError):  # a kernel that died: Sphinx tries the page alone
                        keep(future.result(), path, cache)


def keep(result: ExecutionResult, path: Path, cache: JupyterCacheAbstract) -> None:
    """Put the results of a page into the cache, unless it has failed."""
    if result.err is None:
        bundle = CacheBundleIn(result.nb, str(path), data={"execution_seconds": result.time})
        cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


def prepare_kernels(folder: Path) -> None:
    """Give kernels the style of the book's figures, in whatever folder a page works, and kernel.py to begin with.

    Figures come out as in a notebook, also where the shell or a test has chosen another backend.
    """
    startup = folder / "profile_default" / "startup"
    startup.mkdir(parents=True, exist_ok=True)
    shutil.copy(Path(__file__).with_name("kernel.py"), startup)
    os.environ |= {
        "MATPLOTLIBRC": str(ROOT / "book" / "matplotlibrc"),
        "IPYTHONDIR": str(folder),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    }


def execute(app, env, docnames: list[str]) -> None:
    """Fill the cache with the results of all pages that are about to be read."""
    prepare_kernels(Path(env.mystnb_config.execution_cache_path) / "ipython")
    if not hasattr(os, "sched_setaffinity"):
        return
    cache = get_cache(env.mystnb_config.execution_cache_path)
    pages, cores = due(env, docnames, cache), sorted(os.sched_getaffinity(0))
    alone = {path: pages.pop(path) for path in list(pages) if measures_time(pages[path])}
    for group, split in ((pages, shares(cores, len(pages))), (alone, [cores])):
        if group:
            ready.wait()
            run_all(group, split, env.mystnb_config.execution_timeout, cache)


def keep_results(app, env) -> None:
    """Write the notebooks with their results, for the tests and the slides: MyST-NB leaves out those from the cache."""
    cache = get_cache(env.mystnb_config.execution_cache_path)
    folder = Path(app.outdir).parent / "jupyter_execute"
    for path, notebook in notebooks(env, env.found_docs):
        with suppress(KeyError):  # its cells failed
            _, merged = cache.merge_match_into_notebook(notebook)
            nbformat.write(merged, folder / f"{path.stem}.ipynb")


def setup(app) -> dict[str, bool]:
    """Register both with Sphinx."""
    app.connect("env-before-read-docs", execute)
    app.connect("env-updated", keep_results)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
