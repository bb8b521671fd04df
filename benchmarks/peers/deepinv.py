"""deepinv: `MultiCoilMRI` and FISTA, with a prior of its form whose prox is pywt's periodised wavelet.

A prior without a value, so that no cost is computed in an iteration.
"""

from benchmarks.peers import torchvision_stub  # noqa: F401, I001  before what imports torchvision

import numpy as np
import torch
from deepinv.optim import FISTA, L2, Prior
from deepinv.physics import MultiCoilMRI

from benchmarks.peers.serve import serve
from benchmarks.peers.steps import Steps
from benchmarks.peers.wavelet import WaveletShrinkage


def as_channels(x):
    """Return complex (...) as real (1, 2, ...)."""
    return torch.view_as_real(x).movedim(-1, 0)[None].contiguous()


class WaveletL1(Prior):
    """λ‖Ψx‖₁ of complex magnitudes; `done` is told each point of the prox."""

    def __init__(self, problem, done):
        super().__init__()
        self.shrink, self.done = WaveletShrinkage(problem), done

    def prox(self, x, *args, gamma=1.0, **kwargs):
        image = torch.view_as_complex(x[0].movedim(0, -1).contiguous())
        image = torch.from_numpy(self.shrink(image.numpy(), np.float32(float(gamma))))
        self.done(image)
        return as_channels(image)


class Run:
    def __init__(self, problem, data):
        y, mask, smaps = (torch.from_numpy(data[name]) for name in ("y", "mask", "smaps"))
        physics, measured = MultiCoilMRI(mask=mask.float(), coil_maps=smaps), as_channels(y)
        self.x = torch.zeros(mask.shape, dtype=torch.complex64)

        def solve(gate):
            def keep(image):
                self.x = image
                gate()

            start = as_channels(self.x)
            options = {"stepsize": 1.0, "lambda_reg": problem["lam"], "max_iter": problem["max_iter"]}
            algorithm = FISTA(data_fidelity=L2(), prior=WaveletL1(problem, keep), **options)
            with torch.no_grad():
                algorithm(measured, physics, init=(start, start))

        self.advance = Steps(solve).advance

    def image(self):
        return self.x.numpy()


if __name__ == "__main__":
    serve(Run, ["deepinv", "torch", "numpy", "PyWavelets"])
