"""Computing the items of a study: in this process, or in processes of dask.distributed, here or on a cluster."""

import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from typing import Any

from .watch import RESTART, Watch

Outcome = tuple[str, Any, BaseException | None]  # name, result, error
PATIENCE = 15  # seconds to wait for a scheduler, and then for a worker


@contextmanager
def run_here(
    function: Callable, items: Mapping[str, Any], settings: Mapping[str, Any], workers: int, scheduler: str | None
) -> Iterator[Iterator[Outcome]]:
    """Yield an iterator over the outcomes of function(item, **settings), computed in this process."""
    yield (_attempt(function, name, item, settings) for name, item in items.items())


def _attempt(function, name, item, settings) -> Outcome:
    try:
        return name, function(item, **settings), None
    except Exception as error:
        return name, None, error


@contextmanager
def run_on_dask(
    function: Callable, items: Mapping[str, Any], settings: Mapping[str, Any], workers: int, scheduler: str | None
) -> Iterator[Iterator[Outcome]]:
    """Yield an iterator over the outcomes in the order in which they end; leave no process, task or file behind."""
    try:
        import dask
        from distributed import Client
    except ImportError as error:
        raise ImportError("a study on several processes needs dask: pip install 'mrilab[cluster]'") from error
    with ExitStack() as stack:
        if scheduler is None:
            processes = min(int(workers), len(items))
            folder = stack.enter_context(TemporaryDirectory(ignore_cleanup_errors=True))
            # One task per process at a time, so that a killed process does not count against queued tasks.
            patient = {
                "distributed.scheduler.worker-saturation": 1.0,
                "distributed.deploy.lost-worker-timeout": RESTART,
            }
            stack.enter_context(dask.config.set(patient))
            cluster = stack.enter_context(_processes(processes, folder))
            client = stack.enter_context(Client(cluster, set_as_default=False))
        else:
            processes, cluster = 0, None  # do not assign the cores of other machines
            client = stack.enter_context(_connected(scheduler))
        shares = _share_cores(processes)
        futures: dict = {}
        done: SimpleQueue = SimpleQueue()

        def submit(name):
            future = client.submit(_task, function, items[name], settings, shares, pure=False)
            futures[future] = name
            future.add_done_callback(done.put)

        for name in items:
            submit(name)
        stack.callback(_cancel, client, futures)
        yield _outcomes(futures, done, submit, Watch(client, cluster, processes))


def _processes(count: int, folder: str):
    """Return a cluster of so many processes on this machine."""
    from distributed import LocalCluster

    try:
        return LocalCluster(
            n_workers=count,
            threads_per_worker=1,  # Dask's nannies also hold BLAS and OpenMP to one
            processes=True,
            # The scheduler always serves HTTP, by default at a fixed port, which two studies would share.
            dashboard_address="127.0.0.1:0",
            scheduler_kwargs={"dashboard": False},
            local_directory=folder,
            silence_logs=logging.CRITICAL,
        )
    except RuntimeError as error:
        raise ConnectionError(f"the {count} processes of the study cannot start: {error}") from error


def _cancel(client, futures: dict) -> None:
    """Cancel the tasks that have not ended; without a connection there are none."""
    if client.status == "running":
        client.cancel(list(futures), force=True)


def _connected(scheduler: str):
    """Return a client of the cluster at this address; raise ConnectionError if it has no workers for us."""
    from distributed import Client

    if not isinstance(scheduler, str) or "://" not in scheduler:
        raise ConnectionError(f"scheduler must be an address such as 'tcp://10.0.0.1:8786', got {scheduler!r}")
    try:
        client = Client(scheduler, timeout=PATIENCE, set_as_default=False)
    except (OSError, TimeoutError, ValueError, TypeError) as error:
        raise ConnectionError(f"no scheduler answers at {scheduler!r}: {error}") from error
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError as error:
        client.close()
        raise ConnectionError(f"the scheduler at {scheduler!r} has no workers") from error
    return client


def _share_cores(processes: int) -> list[list[int]]:
    """Return the cores of each process: an equal share, or a shared one if there are too few; [] if not supported."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    return [cores[i::processes] or cores[i % len(cores) :][:1] for i in range(processes)] if cores else []


def _task(function, item, settings, shares):
    """Run one item in a worker, restricted to its cores, because FFTs and loops use as many threads as cores."""
    if shares:
        from distributed import get_worker

        os.sched_setaffinity(0, shares[int(get_worker().name)])
    return function(item, **settings)


def _outcomes(futures: dict, done: SimpleQueue, submit: Callable, watch: Watch) -> Iterator[Outcome]:
    """Yield the outcomes as they end. A result that was lost with its worker is computed again."""
    while futures:
        future = watch.next_of(done)
        name = futures.pop(future)
        try:
            outcome: Outcome = (name, future.result(timeout=PATIENCE), None)
        except Exception as error:
            if future.status != "error":  # neither computed nor failed, so it was lost
                submit(name)
                continue
            outcome = name, None, error
        future.release()  # the worker need not keep a result that is saved
        yield outcome
