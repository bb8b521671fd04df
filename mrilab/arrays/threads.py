"""Threads: the number of cores that this process may use, and loops split over them."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache
from itertools import pairwise

_here = threading.local()


def workers():
    """Return the number of cores that this process may use, or 1 within a `split`, whose pieces use all cores."""
    if hasattr(_here, "in_a_piece"):
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def split(kernel, n, *args, work=1 << 62):
    """Run `kernel(start, stop, *args)` over 0…n in one piece per core, and return the list of their results.

    The kernel is a compiled loop, or a function that calls compiled loops, which are not split again within a piece.
    Jobs on fewer than 2¹⁶ numbers (`work`) use one thread.
    """
    parts = min(workers(), n) if work >= 1 << 16 else 1
    if parts <= 1:
        return [kernel(0, n, *args)]
    edges = [n * i // parts for i in range(parts + 1)]
    pieces = [_pool(parts).submit(kernel, start, stop, *args) for start, stop in pairwise(edges)]
    try:
        return [piece.result() for piece in pieces]
    finally:
        wait(pieces)  # after an error, or Ctrl-C, none goes on to write into arrays that are used again


@cache
def _pool(parts: int) -> ThreadPoolExecutor:
    """Return threads that are kept: to start them costs more than a small piece takes."""
    return ThreadPoolExecutor(parts, "mrilab", setattr, (_here, "in_a_piece", True))


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.cache_clear)  # threads do not live on in a forked process
