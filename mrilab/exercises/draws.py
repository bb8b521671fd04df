"""Small random inputs that several exercises share."""

import numpy as np

from ..operators.linop import LinearOperator
from ..problems.least_squares import LeastSquares


def noise(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Return complex64 Gaussian noise with E|ε|² = 2.

    >>> noise(np.random.default_rng(0), 3, 4).dtype
    dtype('complex64')
    """
    return (rng.standard_normal(shape) + 1j * rng.standard_normal(shape)).astype(np.complex64)


def unit_maps(rng: np.random.Generator, coils: int, *shape: int) -> np.ndarray:
    """Return random coil maps with Σ|S|² = 1.

    >>> round(float(np.sum(abs(unit_maps(np.random.default_rng(0), 4, 1)) ** 2)), 5)
    1.0
    """
    maps = noise(rng, coils, *shape)
    return maps / np.sqrt(np.sum(abs(maps) ** 2, axis=0))


class Matrix(LinearOperator):
    """A small dense complex matrix as an operator on vectors, which is not self-adjoint.

    >>> Matrix(np.array([[1j, 0]])).H(np.ones(1, complex))
    array([0.-1.j, 0.+0.j])
    """

    def __init__(self, matrix: np.ndarray):
        super().__init__((matrix.shape[0],), (matrix.shape[1],))
        self.matrix = matrix

    def _op(self, x):
        return x @ self.matrix.T

    def _adj_op(self, y):
        return y @ self.matrix.conj()

    def __repr__(self):
        return f"Matrix{self.matrix.shape}"


def matrix(rng: np.random.Generator, rows: int, columns: int) -> Matrix:
    """Return a random `Matrix` of norm 1 (largest singular value).

    >>> round(matrix(np.random.default_rng(0), 4, 3).lipschitz(), 3)
    1.0
    """
    values = noise(rng, rows, columns)
    operator = Matrix((values / np.linalg.norm(values, 2)).astype(np.complex64))
    operator.norm2 = 1.0
    return operator


def least_squares(rng: np.random.Generator, rows: int = 12, columns: int = 8) -> LeastSquares:
    """Return a small data term f(x) = ½‖A x − y‖² with L = 1.

    >>> least_squares(np.random.default_rng(0)).lipschitz
    1.0
    """
    return LeastSquares(matrix(rng, rows, columns), noise(rng, rows))


def network(rng: np.random.Generator, channels: int = 2):
    """Return a small convolutional network of torch with random weights, from and to (B, channels, H, W).

    >>> import torch
    >>> network(np.random.default_rng(0))(torch.zeros(1, 2, 4, 5)).shape
    torch.Size([1, 2, 4, 5])
    """
    from torch import nn

    layers = nn.Conv2d(channels, 4, 3, padding=1), nn.Tanh(), nn.Conv2d(4, channels, 3, padding=1)
    net = nn.Sequential(*layers)
    for weights in net.parameters():
        weights.data.copy_(tensor(rng.normal(0, 0.3, weights.shape).astype(np.float32)))
    return net


def tensor(x: np.ndarray):
    """Return an array as a tensor of torch, which is imported here only.

    >>> tensor(np.zeros((2, 3), np.complex64)).dtype
    torch.complex64
    """
    import torch

    return torch.as_tensor(x)
