"""sigpy: `LinearLeastSquares` with `Sense` and FISTA, as its own app `L1WaveletRecon` is made, with pywt's periodised
wavelet for the prox, since the app's pads with zeros. NUFFT too."""

import numpy as np
import sigpy as sp
import sigpy.mri as mr

from benchmarks.peers.serve import serve
from benchmarks.peers.wavelet import WaveletShrinkage


class Shrink(sp.prox.Prox):
    def __init__(self, shape, problem):
        self.shrink, self.lam = WaveletShrinkage(problem), np.float32(problem["lam"])
        super().__init__(shape)

    def _prox(self, alpha, input):
        return self.shrink(input, np.float32(alpha) * self.lam)


class Run:
    def __init__(self, problem, data):
        if problem["solver"] == "nufft":
            self.nufft = data
            return
        mask = data["mask"].astype(np.float32)
        self.app = sp.app.LinearLeastSquares(
            mr.linop.Sense(data["smaps"], weights=mask),
            data["y"],
            proxg=Shrink(mask.shape, problem),
            solver="GradientMethod",
            accelerate=True,
            alpha=1.0,  # 1 / ‖A‖², as the maps are normalised: no power iteration
            max_iter=10**6,
            show_pbar=False,
        )

    def advance(self, iterations):
        if hasattr(self, "nufft"):
            for _ in range(iterations):
                self.pair()
            return
        for _ in range(iterations):
            self.app.alg.update()

    def pair(self):
        coordinates = self.nufft["trajectory"]
        x = self.nufft["images"]
        sp.nufft_adjoint(sp.nufft(x, coordinates), coordinates, oshape=x.shape)

    def image(self):
        return self.app.alg.x


if __name__ == "__main__":
    serve(Run, ["sigpy", "numpy", "numba", "PyWavelets"])
