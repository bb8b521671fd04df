"""mrilab itself, served like a peer."""

from functools import partial

import numpy as np

import mrilab
from benchmarks.peers.serve import serve
from benchmarks.peers.steps import Steps
from mrilab.arrays import ready


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
    """Solve a tiny problem of the same kind, which reads the kernels from the disk, once they are there."""
    ready.wait()
    side = 2 ** (problem["level"] + 2)
    data = {
        "mask": np.ones((side, side), bool),
        "smaps": np.full((2, side, side), 0.5**0.5, np.complex64),
        "y": np.ones((2, side, side), np.complex64),
    }
    Run(problem | {"lam": 0.01, "max_iter": 2}, data, kernels=True).advance(2)


class Run:
    def __init__(self, problem, data, kernels=False):
        if not kernels:
            load_kernels(problem)
        A, self.Psi = operators(problem, data)
        g = regulariser(problem, self.Psi, problem["lam"])
        self.analysis = problem["solver"] == "condat_vu"
        if self.analysis:
            task = mrilab.LeastSquares(A, data["y"]), g, self.Psi
        else:
            task = mrilab.LeastSquares(A @ self.Psi.H, data["y"]), g
        run = partial(getattr(mrilab, problem["solver"]), *task, max_iter=problem["max_iter"], progress=False)
        self.steps = Steps(lambda gate: self._solve(run, gate))

    def _solve(self, run, gate):
        def keep(k, x):
            self.x = x
            if k:
                gate()

        self.result = run(callback=keep)

    def advance(self, iterations):
        self.steps.advance(iterations)

    def image(self):
        return self.x if self.analysis else self.Psi.H(self.x)

    def record(self):
        """After the last iteration: the seconds and the cost of each, the evaluation of the cost not counted."""
        self.steps.finish()
        return {"times": self.result.times.tolist(), "costs": self.result.costs.tolist()}


if __name__ == "__main__":
    serve(Run, ["mrilab", "numpy", "scipy", "numba"])
