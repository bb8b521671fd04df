"""A matrix on the vector of coils at each pixel: convolutions in k-space that mix the coils."""

from ..arrays.checks import check_values
from ..arrays.libraries import Array, Constant, namespace
from .linop import LinearOperator


class PixelMatrix(LinearOperator):
    """The operator that multiplies the coils at each pixel by a matrix: (G x)_c(r) = Σ_c' G_cc'(r) x_c'(r).

    F G Fᴴ is a circular convolution in k-space that takes every coil from all coils. Gᴴ has the adjoint matrix at each
    pixel. The matrices take C times the memory of the coil images.

    Parameters
    ----------
    matrices : complex array (C, C, H, W)
        G_cc'(r): the coil that is computed first, then the coil that it is computed from. They are copied.

    Raises
    ------
    TypeError
        If the matrices are not an array of numbers, and for coil images that are not complex.
    ValueError
        For other shapes, and for matrices with NaN or infinite values.

    References
    ----------
    Lustig and Pauly, SPIRiT: iterative self-consistent parallel imaging reconstruction from arbitrary k-space, Magn.
    Reson. Med. 64 (2010): the convolution, computed in image space.

    Examples
    --------
    >>> import numpy as np
    >>> swap = np.array([[0, 1], [1, 0]])[:, :, None, None] * np.ones((2, 3), complex)
    >>> PixelMatrix(swap)(np.stack([np.zeros((2, 3)), np.ones((2, 3))]) + 0j)[:, 0, 0].real
    array([1., 0.])
    """

    needs_complex = True

    def __init__(self, matrices: Array):
        check_values(matrices, "the matrices of PixelMatrix", "C, C, H, W")
        coils, others, *shape = matrices.shape
        if coils != others:
            raise ValueError(f"the matrices of PixelMatrix must have shape (C, C, H, W), got {tuple(matrices.shape)}")
        super().__init__((coils, *shape), (coils, *shape))
        self._matrices = Constant(matrices)
        self.matrices = self._matrices.value

    def _op(self, x):
        G = self._matrices.like(x)  # column by column, so that no product of all of them is held
        return sum(G[:, c] * x[..., c : c + 1, :, :] for c in range(len(G)))

    def _adj_op(self, y):
        G = namespace(y).conj(self._matrices.like(y))
        return sum(G[c] * y[..., c : c + 1, :, :] for c in range(len(G)))
