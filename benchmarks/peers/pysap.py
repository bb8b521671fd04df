"""pysap-mri: its reconstructors, on two threads wherever they take a number of jobs.

Its `reconstruct` builds ModOpt's optimiser and runs all iterations at once. Here the optimiser is caught as it is about
to iterate, and goes on from there a few iterations at a time.
"""

import os
from unittest.mock import patch

import numpy as np
from modopt.opt.algorithms import POGM, Condat, ForwardBackward
from modopt.opt.linear import Identity
from modopt.opt.proximity import GroupLASSO, OrderedWeightedL1Norm, SparseThreshold
from mri.operators import FFT, WaveletN
from mri.operators.proximity.ordered_weighted_l1_norm import OWL
from mri.reconstructors import CalibrationlessReconstructor, SingleChannelReconstructor

from benchmarks.peers.serve import serve

JOBS = len(os.sched_getaffinity(0))
TOLD = {"lipschitz_cst": 1.1, "num_check_lips": 0}  # what it finds out by itself in set-up, which takes most of that
OPTIMISERS = {"fista": ForwardBackward, "pogm": POGM, "condat_vu": Condat}


class Caught(Exception):
    """The optimiser is ready."""


def oscar(problem, Psi, coils, shape):
    """OWL over the coefficients of a band in all coils. It takes one β for bands of all sizes; ours falls from
    λ(1 + slope) to λ in each, so each band gets the weights of its own β."""
    lam = problem["lam"]
    Psi.op(np.zeros((coils, *shape), np.complex64))  # it knows the shapes of its bands after the first call
    g = OWL(lam, 0.0, Psi.coeffs_shape, coils, mode="band_based", n_jobs=1)  # more jobs are processes, and slower
    for i, size in enumerate(int(n) * coils for n in g.band_sizes):
        g.owl_operator[i] = OrderedWeightedL1Norm(g._oscar_weights(lam, lam * problem["slope"] / (size - 1), size))
    return g


class Run:
    def __init__(self, problem, data):
        mask, y = data["mask"], data["y"]
        coils = 1 if y.ndim == 2 else len(y)
        F = FFT(shape=mask.shape, n_coils=coils, mask=mask, n_jobs=JOBS)
        self.Psi = WaveletN(
            problem["wavelet"],
            nb_scale=problem["level"],
            n_coils=coils,
            n_jobs=JOBS if coils > 1 else 1,
            padding_mode="periodization",
        )
        self.analysis = problem["solver"] == "condat_vu"
        if problem["prior"] == "group":
            g = GroupLASSO(problem["lam"])
        elif problem["prior"] == "oscar":
            g = oscar(problem, self.Psi, coils, mask.shape)
        else:
            g = SparseThreshold(Identity(), problem["lam"], thresh_type="soft")
        kind = SingleChannelReconstructor if coils == 1 else CalibrationlessReconstructor
        reconstructor = kind(
            fourier_op=F,
            linear_op=self.Psi,
            regularizer_op=g,
            gradient_formulation="analysis" if self.analysis else "synthesis",
            **TOLD if problem.get("told") else {},
        )
        self.optimiser = self._catch(reconstructor, problem["solver"], y)

    def _catch(self, reconstructor, solver, y):
        caught = []

        def iterate(optimiser, *args, **kwargs):
            caught.append(optimiser)
            raise Caught

        with patch.object(OPTIMISERS[solver], "iterate", iterate):
            try:
                reconstructor.reconstruct(y, optimization_alg=solver.replace("_", ""))
            except Caught:
                return caught[0]
        raise RuntimeError(f"{solver} did not begin to iterate")

    def advance(self, iterations):
        self.optimiser.iterate(max_iter=iterations)

    def image(self):
        """The image of the last point of the prox; `x_final` is extrapolated, and its cost a little higher."""
        x = self.optimiser._x_new
        return np.asarray(x if self.analysis else self.Psi.adj_op(x))


if __name__ == "__main__":
    serve(Run, ["pysap-mri", "python-pysap", "modopt", "numpy", "scipy", "PyWavelets"])
