"""The prox of λ‖Ψx‖₁ for one image by pywt, for libraries whose own wavelets are not orthonormal at the edges.

Theirs pad with zeros, which gives more coefficients than pixels and another objective. One image among 32 coils: this
takes little of an iteration.
"""

import numpy as np
import pywt


class WaveletShrinkage:
    def __init__(self, problem):
        self.settings = {"wavelet": problem["wavelet"], "mode": "periodization"}
        self.level = problem["level"]

    def __call__(self, image, threshold):
        """Ψᴴ soft(Ψ x) of a complex image (H, W)."""
        z, where = pywt.coeffs_to_array(pywt.wavedec2(image, level=self.level, **self.settings))
        size = np.abs(z)
        z *= np.maximum(1 - threshold / np.maximum(size, threshold), 0)
        bands = pywt.array_to_coeffs(z, where, output_format="wavedec2")
        return pywt.waverec2(bands, **self.settings)
