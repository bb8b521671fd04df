"""mrpro: proximal gradient descent with its momentum on ½‖Ω(F S x − y)‖², and pywt's periodised wavelet in the prox."""

from benchmarks.peers import torchvision_stub  # noqa: F401, I001  before what imports torchvision

import numpy as np
import torch
from mrpro.algorithms.optimizers import pgd
from mrpro.operators import FastFourierOp, SensitivityOp
from mrpro.operators.Functional import ProximableFunctional
from mrpro.operators.functionals import L2NormSquared

from benchmarks.peers.serve import serve
from benchmarks.peers.steps import Steps
from benchmarks.peers.wavelet import WaveletShrinkage


class WaveletL1(ProximableFunctional):
    """λ‖Ψx‖₁; the solver needs no value of it."""

    def __init__(self, problem):
        super().__init__()
        self.shrink, self.lam = WaveletShrinkage(problem), problem["lam"]

    def forward(self, x):
        raise NotImplementedError

    def prox(self, x, sigma=1.0):
        image = self.shrink(x.numpy()[0, 0], np.float32(float(sigma) * self.lam))
        return (torch.from_numpy(image)[None, None],)


class Run:
    def __init__(self, problem, data):
        y, mask, smaps = (torch.from_numpy(data[name]) for name in ("y", "mask", "smaps"))
        f = 0.5 * L2NormSquared(target=y[:, None], weight=mask.float()) @ FastFourierOp(dim=(-2, -1))
        f = f @ SensitivityOp(smaps[:, None])
        self.x = torch.zeros(1, 1, *mask.shape, dtype=torch.complex64)

        def solve(gate):
            def keep(status):
                (self.x,) = status["solution"]
                gate()

            pgd(f, WaveletL1(problem), self.x, stepsize=1.0, max_iterations=problem["max_iter"], callback=keep)

        self.steps = Steps(solve)
        self.advance = self.steps.advance

    def image(self):
        return self.x.numpy()[0, 0]


if __name__ == "__main__":
    serve(Run, ["mrpro", "torch", "numpy", "PyWavelets"])
