"""Linear operators and their algebra: A.op, A.adj_op, A.H, A @ B, A + B, 2 * A, A.gram."""

from functools import cached_property
from math import prod
from numbers import Number

import numpy as np

from ..arrays.checks import check
from ..arrays.libraries import Array, namespace, to_numpy


class LinearOperator:
    """A linear map y = A x together with its adjoint, ⟨A x, y⟩ = ⟨x, Aᴴ y⟩.

    A new operator gives its core shapes and defines `_op` and `_adj_op`. Core shapes are those of the last axes; all
    axes in front of them are batch axes. The result has the array library, device and precision of the argument.

    Attributes
    ----------
    shape_in, shape_out : tuple of int
        Core shapes of x and y.
    needs_complex : bool
        Whether real arrays raise a TypeError.
    norm2 : float or None
        ‖A‖², or a tight upper bound, if known; else None.

    Examples
    --------
    >>> A = 2 * Identity((4,))
    >>> A(np.ones(4)), A.lipschitz()
    (array([2., 2., 2., 2.]), 4.0)
    """

    __array_ufunc__ = None  # so that NumPy scalars and arrays leave `2 * A` to this class
    needs_complex = False
    norm2: float | None = None

    def __init__(self, shape_out: tuple[int, ...], shape_in: tuple[int, ...]):
        self.shape_out, self.shape_in = tuple(shape_out), tuple(shape_in)

    def _op(self, x: Array) -> Array:
        raise NotImplementedError

    def _adj_op(self, y: Array) -> Array:
        raise NotImplementedError

    def op(self, x: Array) -> Array:
        """Return A x for x of shape (..., *shape_in); raise TypeError or ValueError for any other array."""
        return self._op(check(x, self.shape_in, repr(self), needs_complex=self.needs_complex))

    def adj_op(self, y: Array) -> Array:
        """Return Aᴴ y for y of shape (..., *shape_out); raise TypeError or ValueError for any other array."""
        return self._adj_op(check(y, self.shape_out, f"{self!r}.H", needs_complex=self.needs_complex))

    def check_after(self, B: "LinearOperator") -> None:
        """Raise if a product that applies this operator after `B` would not mean what its shapes suggest."""

    def check_data(self, y: Array) -> None:
        """Raise unless y can be data of A: an array of the right shape and type, with finite values only."""
        check(y, self.shape_out, f"data of {self!r}", needs_complex=self.needs_complex)
        xp = namespace(y)
        bad = int(xp.sum(xp.astype(~xp.isfinite(y), xp.int64)))
        if bad:
            raise ValueError(f"data hold {bad} NaN or infinite values of {prod(y.shape)}")

    def lipschitz(self) -> float:
        """Return ‖A‖², the Lipschitz constant of the gradient of ½‖A x − y‖².

        It is the product of the factors' norms if these are known. Otherwise it is computed by Lanczos iterations
        (scipy's eigsh, to a relative accuracy of 10⁻³, rounded up).
        """
        return self._norm2_by_iteration if self.norm2 is None else self.norm2

    @cached_property
    def _norm2_by_iteration(self) -> float:
        from scipy.sparse.linalg import eigsh

        gram = self.gram.as_scipy()
        start = np.random.default_rng(0).standard_normal(gram.shape[1]).astype(gram.dtype)
        if gram.shape[1] < 3:  # too small for Lanczos
            return float(np.linalg.norm(gram @ np.eye(gram.shape[1], dtype=gram.dtype), 2))
        return 1.001 * float(eigsh(gram, k=1, v0=start, tol=1e-3, return_eigenvectors=False)[0])

    @property
    def H(self) -> "LinearOperator":
        """The adjoint operator Aᴴ."""
        return Adjoint(self)

    @property
    def gram(self) -> "LinearOperator":
        """The normal operator AᴴA."""
        return self.H @ self

    @property
    def factors(self) -> list["LinearOperator"]:
        """The factors of a product of operators from left to right, so the last one is applied first."""
        return [self]

    def as_scipy(self, dtype=np.complex128):
        """Return the operator as a scipy.sparse.linalg.LinearOperator on flattened NumPy vectors."""
        from scipy.sparse.linalg import LinearOperator as ScipyOperator

        def flat(apply, shape):
            return lambda v: to_numpy(apply(np.ascontiguousarray(v, dtype).reshape(shape))).ravel()

        shape = prod(self.shape_out), prod(self.shape_in)
        forward, adjoint = flat(self.op, self.shape_in), flat(self.adj_op, self.shape_out)
        return ScipyOperator(shape, matvec=forward, rmatvec=adjoint, dtype=dtype)

    def __call__(self, x: Array) -> Array:
        return self.op(x)

    def __matmul__(self, other):
        return Composition(self, other) if isinstance(other, LinearOperator) else self.op(other)

    def __add__(self, other: "LinearOperator") -> "LinearOperator":
        return Sum(self, other) if isinstance(other, LinearOperator) else NotImplemented

    def __mul__(self, scalar: complex) -> "LinearOperator":
        return Scaled(self, scalar) if isinstance(scalar, Number) else NotImplemented

    __rmul__ = __mul__

    def __repr__(self):
        return f"{type(self).__name__}{self.shape_in}"


class Identity(LinearOperator):
    """The identity, x ↦ x, on arrays of shape (..., *shape).

    >>> Identity((2,))(np.ones(2))
    array([1., 1.])
    """

    norm2 = 1.0

    def __init__(self, shape: tuple[int, ...]):
        super().__init__(shape, shape)

    def _op(self, x):
        return x

    _adj_op = _op


class Adjoint(LinearOperator):
    """The adjoint Aᴴ, created by `A.H`."""

    def __init__(self, A: LinearOperator):
        super().__init__(A.shape_in, A.shape_out)
        self.A, self.needs_complex = A, A.needs_complex

    @property  # evaluated when needed, because it synchronises a GPU for some operators
    def norm2(self) -> float | None:  # type: ignore[override]
        return self.A.norm2

    def _op(self, x):
        return self.A._adj_op(x)

    def _adj_op(self, y):
        return self.A._op(y)

    def lipschitz(self):
        return self.A.lipschitz()

    @property
    def H(self):
        return self.A

    def __repr__(self):
        return f"{self.A!r}.H"


class Composition(LinearOperator):
    """The product A B, created by `A @ B`: x ↦ A(B x).

    If A takes fewer axes than B returns, or more, the additional axes in front are batch axes of the other operator:
    FFT((H, W)) @ Coils(smaps) transforms every coil. Raises ValueError if the shapes do not fit.

    >>> (Identity((2, 3)) @ Identity((3,))).shape_in
    (2, 3)
    """

    def __init__(self, A: LinearOperator, B: LinearOperator):
        a, b = A.shape_in, B.shape_out
        shorter = min(len(a), len(b))
        if a[len(a) - shorter :] != b[len(b) - shorter :]:
            raise ValueError(f"cannot compose {a} after {b}: {A!r} @ {B!r}")
        A.factors[-1].check_after(B.factors[0])
        super().__init__(b[: len(b) - shorter] + A.shape_out, a[: len(a) - shorter] + B.shape_in)
        self.A, self.B, self.needs_complex = A, B, A.needs_complex or B.needs_complex
        if A.norm2 is not None and B.norm2 is not None:
            self.norm2 = A.norm2 * B.norm2

    def _op(self, x):
        return self.A._op(self.B._op(x))

    def _adj_op(self, y):
        return self.B._adj_op(self.A._adj_op(y))

    def check_data(self, y):
        check(y, self.shape_out, f"data of {self!r}", needs_complex=self.needs_complex)
        self.A.check_data(y)

    @property
    def H(self):
        return self.B.H @ self.A.H

    @property
    def factors(self):
        return [*self.A.factors, *self.B.factors]

    def __repr__(self):
        return f"{self.A!r} @ {self.B!r}"


class Sum(LinearOperator):
    """The sum A + B, created by `A + B`; raises ValueError unless both have the same shapes."""

    def __init__(self, A: LinearOperator, B: LinearOperator):
        if (A.shape_in, A.shape_out) != (B.shape_in, B.shape_out):
            raise ValueError(f"cannot add {A.shape_in} → {A.shape_out} and {B.shape_in} → {B.shape_out}")
        super().__init__(A.shape_out, A.shape_in)
        self.A, self.B, self.needs_complex = A, B, A.needs_complex or B.needs_complex

    def _op(self, x):
        return self.A._op(x) + self.B._op(x)

    def _adj_op(self, y):
        return self.A._adj_op(y) + self.B._adj_op(y)

    def __repr__(self):
        return f"({self.A!r} + {self.B!r})"


class Scaled(LinearOperator):
    """The multiple c A, created by `c * A`; its adjoint is c̄ Aᴴ, and a complex c needs complex arrays."""

    def __init__(self, A: LinearOperator, scalar: complex):
        super().__init__(A.shape_out, A.shape_in)
        # As a Python number: the precision of a NumPy scalar would determine that of every product.
        self.A, self.scalar = A, complex(scalar) if isinstance(scalar, (complex, np.complexfloating)) else float(scalar)
        self.needs_complex = A.needs_complex or isinstance(self.scalar, complex)
        self.norm2 = None if A.norm2 is None else abs(self.scalar) ** 2 * A.norm2

    def _op(self, x):
        return self.scalar * self.A._op(x)

    def _adj_op(self, y):
        return self.scalar.conjugate() * self.A._adj_op(y)

    def check_data(self, y):
        self.A.check_data(y)

    def __repr__(self):
        return f"{self.scalar} * {self.A!r}"
