"""Iterations on request from a solver that wants to run through: it runs in a thread, and waits at each of them."""

from threading import Semaphore, Thread


class Steps:
    """Runs `solve(gate)`, which calls gate() once after each iteration."""

    def __init__(self, solve):
        self._turn, self._done = Semaphore(0), Semaphore(0)
        self._error = None
        self._thread = Thread(target=self._run, args=[solve], daemon=True)

    def _run(self, solve):
        self._turn.acquire()
        try:
            solve(self._gate)
        except Exception as error:
            self._error = error
        self._done.release()

    def _gate(self):
        self._done.release()
        self._turn.acquire()

    def advance(self, iterations):
        """Return when so many more are done."""
        if self._thread.ident is None:
            self._thread.start()
        for _ in range(iterations):
            self._turn.release()
            self._done.acquire()
            if self._error:
                raise self._error

    def finish(self):
        """After the last iteration: let the solver return."""
        self._turn.release()
        self._thread.join()
