"""The watch over the workers of a cluster, without which a study would wait for ever for workers that nobody starts.

Dask restarts a process that was killed. If the new one dies too while it starts, or takes longer than 15 s to start on
a busy machine, Dask gives this worker up, and the tasks of a cluster without workers wait.
"""

from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any

EVERY = 1.0  # seconds between two looks at the workers
GIVE_UP = 300.0  # seconds without any worker, after which a study ends
RESTART = "60s"  # how long Dask waits for a restarted worker before it gives it up


class Watch:
    """Waits for outcomes, and meanwhile replaces workers that were given up, or finds that none is left.

    `cluster` is the cluster of this machine, which is to have so many `processes`; None for that of somebody else.
    """

    def __init__(self, client: Any, cluster: Any = None, processes: int = 0):
        self.client, self.cluster, self.processes = client, cluster, processes
        self.address = client.scheduler.address
        self._seen = self._looked = monotonic()

    def next_of(self, done: "SimpleQueue[Any]") -> Any:
        """Return the next entry of a queue.

        Raises ConnectionError if there has been no worker for `GIVE_UP` seconds, and if the scheduler is gone.
        """
        while True:
            self._look()
            try:
                entry = done.get(timeout=EVERY)
            except Empty:
                continue
            self._check_client()  # with it, all its tasks end at once
            return entry

    def _look(self) -> None:
        self._check_client()
        now = monotonic()
        if now < self._looked + EVERY:
            return
        self._looked = now
        if self.cluster is not None and len(self.cluster.workers) < self.processes:
            self.cluster.scale(self.processes)
        if self._any_worker():
            self._seen = now
        elif now - self._seen > GIVE_UP:
            died = "all of its processes died, or cannot start: is there enough memory?"
            raise ConnectionError(self._said(f"has had no worker for {GIVE_UP:.0f} s; {died}"))

    def _check_client(self) -> None:
        if self.client.status in ("closing", "closed"):
            raise ConnectionError(self._said("does not answer any more"))

    def _any_worker(self) -> bool:
        try:
            return bool(self.client.nthreads() if self.cluster is None else self.cluster.scheduler.workers)
        except (OSError, TimeoutError):  # Dask is still trying to reach the scheduler
            return False

    def _said(self, what: str) -> str:
        return f"the scheduler at {self.address!r} {what}. The results so far are kept; a rerun computes the others"
