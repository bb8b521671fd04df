"""MR image reconstruction as an algebra that reads like the maths.

>>> from mrilab import FFT, L1, LeastSquares, Mask, Wavelet, fista, lambda_max, random_lines, shepp_logan
>>> shape = (64, 64)
>>> A = Mask(random_lines(shape, accel=2)) @ FFT(shape)
>>> y = A(shepp_logan(shape))
>>> Psi = Wavelet("sym8", shape, level=3)
>>> f = LeastSquares(A @ Psi.H, y)
>>> x = Psi.H @ fista(f, L1(0.01 * lambda_max(f, L1(1.0)))).x
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
