"""mrilab itself, served like a peer. The public solvers run in a thread that waits at each iteration."""

from functools import partial
from threading import Semaphore, Thread

import numpy as np

import mrilab
from benchmarks.peers.serve import serve


def operators(problem, data):
    """Return A on images, and Ψ."""
    shape = data["mask"].shape
    A = mrilab.Mask(data["mask"]) @ mrilab.FFT(shape)
    if problem["sense"]:
        A = A @ mrilab.Coils(data["smaps"])
    return A, mrilab.Wavelet(problem["wavelet"], shape, level=problem["level"])


def regulariser(problem, Psi, lam):
    if problem["prior"] == "group":
        return mrilab.GroupL1(lam, axis=-3)
    if problem["prior"] == "oscar":
        return mrilab.OSCAR(lam, problem["slope"], Psi.bands)
    return mrilab.L1(lam)


def load_kernels(problem):
    """Solve a tiny problem of the same kind: this compiles the kernels, or reads them from the disk."""
    side = 2 ** (problem["level"] + 2)
    data = {
        "mask": np.ones((side, side), bool),
        "smaps": np.full((2, side, side), 0.5**0.5, np.complex64),
        "y": np.ones((2, side, side), np.complex64),
    }
    Run(problem | {"lam": 0.01, "max_iter": 2}, data, kernels=True).advance(2)


class Run:
    """A solver that goes on when it is told to."""

    def __init__(self, problem, data, kernels=False):
        if not kernels:
            load_kernels(problem)
        self.x = self.result = self.error = None
        self.turn, self.done = Semaphore(0), Semaphore(0)
        A, self.Psi = operators(problem, data)
        g = regulariser(problem, self.Psi, problem["lam"])
        self.analysis = problem["solver"] == "condat_vu"
        if self.analysis:
            self.task = mrilab.LeastSquares(A, data["y"]), g, self.Psi
        else:
            self.task = mrilab.LeastSquares(A @ self.Psi.H, data["y"]), g
        self.solve = partial(getattr(mrilab, problem["solver"]), max_iter=problem["max_iter"], progress=False)
        self.thread = Thread(target=self._solve, daemon=True)
        self.thread.start()
        self._wait()

    def _solve(self):
        try:
            self.result = self.solve(*self.task, callback=self._gate)
        except Exception as error:
            self.error = error
        self.done.release()

    def _gate(self, k, x):
        self.x = x
        self.done.release()
        self.turn.acquire()

    def _wait(self):
        self.done.acquire()
        if self.error:
            raise self.error

    def advance(self, iterations):
        for _ in range(iterations):
            self.turn.release()
            self._wait()

    def image(self):
        return self.x if self.analysis else self.Psi.H(self.x)

    def record(self):
        """After the last iteration: the seconds and the cost of each, the evaluation of the cost not counted."""
        self.turn.release()
        self.thread.join()
        return {"times": self.result.times.tolist(), "costs": self.result.costs.tolist()}


if __name__ == "__main__":
    serve(Run, ["mrilab", "numpy", "scipy", "numba"])
