"""Operators made of blocks: one for each frame of a series, or a sum over the parts of which an image is made."""

from collections.abc import Sequence

from ..arrays.checks import check
from ..arrays.libraries import Array, namespace
from .linop import LinearOperator


class Frames(LinearOperator):
    """The block-diagonal operator of a series: y_t = A_t x_t, with an operator of its own for each frame.

    It maps (..., T, *shape_in) to (..., T, *shape_out), where all A_t have these shapes. ‖A‖² is the largest ‖A_t‖².
    With golden-angle spokes each A_t is a NUFFT of other angles, after the same coils.

    Parameters
    ----------
    operators : sequence of LinearOperator
        A_1 … A_T.

    Raises
    ------
    TypeError
        Unless all of them are operators.
    ValueError
        If there are none, or if their shapes differ.

    Examples
    --------
    >>> import numpy as np
    >>> from mrilab import Identity
    >>> A = Frames([Identity((2,)), 3 * Identity((2,))])
    >>> A(np.ones((2, 2))), A.lipschitz()
    (array([[1., 1.],
           [3., 3.]]), 9.0)
    """

    def __init__(self, operators: Sequence[LinearOperator]):
        self.operators = _alike(operators, "Frames")
        first = self.operators[0]
        super().__init__((len(self.operators), *first.shape_out), (len(self.operators), *first.shape_in))
        self.needs_complex = any(A.needs_complex for A in self.operators)
        norms = [A.norm2 for A in self.operators]
        self.norm2 = None if None in norms else max(norms)

    def _op(self, x):
        return _stack([A._op(frame) for A, frame in zip(self.operators, _unstack(x, self.shape_in))], self.shape_out)

    def _adj_op(self, y):
        return _stack(
            [A._adj_op(frame) for A, frame in zip(self.operators, _unstack(y, self.shape_out))], self.shape_in
        )

    def lipschitz(self):
        return max(A.lipschitz() for A in self.operators)

    def check_data(self, y):
        y = check(y, self.shape_out, f"data of {self!r}", needs_complex=self.needs_complex)
        for A, frame in zip(self.operators, _unstack(y, self.shape_out)):
            A.check_data(frame)

    def __repr__(self):
        return f"Frames({len(self.operators)} × {self.operators[0]!r})"


class Row(LinearOperator):
    """The sum over the parts of which an image is made: x ↦ Σ_p B_p x_p, the row of blocks [B_1 … B_P].

    It maps (..., P, *shape_in) to (..., *shape_out). With one regulariser for each part (`Parts`), a solver separates
    them: a background of low rank and a sparse change, or smooth regions and texture.

    Parameters
    ----------
    operators : sequence of LinearOperator
        B_1 … B_P, of the same shapes.

    Attributes
    ----------
    norm2 : float or None
        Σ_p ‖B_p‖² if these are known: an upper bound, and exact for unitary blocks.

    Raises
    ------
    TypeError, ValueError
        As `Frames`.

    References
    ----------
    Starck, Elad and Donoho, Image decomposition via the combination of sparse representations and a variational
    approach, IEEE Trans. Image Process. 14 (2005).

    Examples
    --------
    >>> import numpy as np
    >>> from mrilab import Identity
    >>> B = Row([Identity((2,)), 2 * Identity((2,))])
    >>> B(np.array([[1.0, 1.0], [0.0, 3.0]])), B.H(np.array([1.0, 7.0]))
    (array([1., 7.]), array([[ 1.,  7.],
           [ 2., 14.]]))
    """

    def __init__(self, operators: Sequence[LinearOperator]):
        self.operators = _alike(operators, "Row")
        first = self.operators[0]
        super().__init__(first.shape_out, (len(self.operators), *first.shape_in))
        self.needs_complex = any(B.needs_complex for B in self.operators)
        norms = [B.norm2 for B in self.operators]
        self.norm2 = None if None in norms else sum(norms)

    def _op(self, x):
        return sum(B._op(part) for B, part in zip(self.operators, _unstack(x, self.shape_in)))

    def _adj_op(self, y: Array) -> Array:
        return _stack([B._adj_op(y) for B in self.operators], self.shape_in)

    def __repr__(self):
        return f"Row({self.operators!r})"


def _alike(operators, who):
    operators = list(operators)
    for A in operators:
        if not isinstance(A, LinearOperator):
            raise TypeError(f"{who} takes a list of operators, got {type(A).__name__} in it: {A!r:.60}")
    if not operators:
        raise ValueError(f"{who} takes at least one operator, got none")
    shapes = [(A.shape_in, A.shape_out) for A in operators]
    for i, (inner, outer) in enumerate(shapes):
        if (inner, outer) != shapes[0]:
            first = "{} → {}".format(*shapes[0])
            raise ValueError(f"{who} takes operators of one shape: number 0 maps {first}, number {i} {inner} → {outer}")
    return operators


def _unstack(x, shape):
    """Return the blocks along the first core axis of x (..., *shape)."""
    return [x[(..., i, *[slice(None)] * (len(shape) - 1))] for i in range(shape[0])]


def _stack(blocks, shape):
    return namespace(blocks[0]).stack(blocks, axis=-len(shape))
