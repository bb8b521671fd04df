"""MR image reconstruction as an algebra that reads like the maths.

>>> import numpy as np
>>> from mrilab import FFT, L1, LeastSquares, Mask, Wavelet, fista, lambda_max
>>> A = Mask(np.arange(64)[:, None] % 2 * np.ones((64, 64))) @ FFT((64, 64))
>>> y = A(np.ones((64, 64), np.complex64))
>>> Psi = Wavelet("sym8", (64, 64), level=3)
>>> f = LeastSquares(A @ Psi.H, y)
>>> x = Psi.H @ fista(f, L1(0.01 * lambda_max(f, L1(1.0)))).x
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
