"""Finite differences; total variation is `GroupL1(lam, axis=-3)` of their result."""

from ..arrays.checks import check_shape
from ..arrays.libraries import namespace
from .linop import LinearOperator


class FiniteDifference(LinearOperator):
    """The discrete gradient ∇: forward differences along both axes, with 0 as the last one.

    (∇x)[0, i, j] = x[i+1, j] − x[i, j] and (∇x)[1, i, j] = x[i, j+1] − x[i, j], stacked along a new axis in front of
    the image axes: (..., H, W) → (..., 2, H, W). ‖∇‖² ≤ 8. Isotropic total variation is λ Σ ‖(∇x)[:, i, j]‖ =
    GroupL1(lam, axis=-3)(∇x).

    Parameters
    ----------
    shape : (H, W)
        Image grid; another number of sizes raises ValueError.

    References
    ----------
    Chambolle, An algorithm for total variation minimization and applications, J. Math. Imaging Vis. 20 (2004).

    Examples
    --------
    >>> import numpy as np
    >>> FiniteDifference((2, 2))(np.array([[0.0, 1.0], [2.0, 3.0]]))[0]
    array([[2., 2.],
           [0., 0.]])
    """

    norm2 = 8.0

    def __init__(self, shape: tuple[int, ...]):
        shape = check_shape(shape, "FiniteDifference", ndims=(2,))
        super().__init__((2, *shape), shape)

    def _op(self, x):
        xp = namespace(x)
        down = xp.concat([x[..., 1:, :] - x[..., :-1, :], xp.zeros_like(x[..., :1, :])], axis=-2)
        right = xp.concat([x[..., :, 1:] - x[..., :, :-1], xp.zeros_like(x[..., :, :1])], axis=-1)
        return xp.stack([down, right], axis=-3)

    def _adj_op(self, y):
        xp = namespace(y)
        down, right = y[..., 0, :-1, :], y[..., 1, :, :-1]
        row, column = xp.zeros_like(y[..., 0, :1, :]), xp.zeros_like(y[..., 1, :, :1])
        vertical = xp.concat([row, down], axis=-2) - xp.concat([down, row], axis=-2)
        return vertical + xp.concat([column, right], axis=-1) - xp.concat([right, column], axis=-1)
