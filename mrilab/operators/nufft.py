"""The Fourier transform at arbitrary points of k-space, by mri-nufft: finufft on the CPU, cufinufft on a GPU."""

import os
import warnings
from functools import cache
from math import prod, sqrt

import numpy as np
from array_api_compat import device, is_torch_array

from ..arrays.checks import check_shape, check_trajectory
from ..arrays.libraries import Array, like, namespace, plain, shown, to_numpy
from .linop import LinearOperator

TOLERANCE = {"float32": 1e-6, "float64": 1e-12}  # relative error required of the backend, for each precision


def import_mrinufft():
    """Return the module mrinufft; the ImportError without it explains how to install it."""
    try:
        import mrinufft
    except ImportError as error:
        raise ImportError("NUFFT and some trajectories need mri-nufft: pip install 'mrilab[nufft]'") from error
    return mrinufft


class NUFFT(LinearOperator):
    """The non-uniform Fourier transform: the spectrum of an image at the points of a trajectory.

    y_k = 1/√N Σ_r x[r] exp(−2πi k·r), with r counted from index n//2 of each axis and N the number of pixels, so it
    equals `FFT(shape)` at k = (j − n//2)/n. It is not an isometry: Aᴴ is not A⁻¹, and ‖A‖² is computed by iteration.
    Density weights are a separate operator, `Diagonal`.

    The relative error is about 10⁻¹² in double precision and 10⁻⁶ in single precision, plus 5·10⁻⁸ per pixel of the
    longest side from the rounding of k. With torch, gradients flow through A and Aᴴ, but not to the trajectory.

    Parameters
    ----------
    trajectory : real array (..., d) or (shots, samples, d)
        Points of k-space in cycles per pixel, within [-½, ½], in the order of the axes of `shape`. They are flattened:
        y has the shape (..., K) with K = shots · samples, one shot after the other. They are copied.
    shape : (H, W) or (D, H, W)
        Image grid.

    Attributes
    ----------
    trajectory : float64 NumPy array (K, d)
        The points, flattened.

    Raises
    ------
    TypeError
        For a trajectory that is not real, and for images or data that are not complex.
    ValueError
        For a trajectory that is empty, leaves [-½, ½], contains NaN, or whose d is not the number of axes of the grid.
    ImportError
        Without mri-nufft, or, for arrays on a GPU, without cufinufft.

    References
    ----------
    Fessler and Sutton, Nonuniform fast Fourier transforms using min-max interpolation, IEEE Trans. Signal Process. 51
    (2003); Barnett, Magland and af Klinteberg, A parallel nonuniform fast Fourier transform library, SIAM J. Sci.
    Comput. 41 (2019).

    Examples
    --------
    >>> A = NUFFT(np.array([[0.0, 0.0], [0.25, -0.5]]), (4, 4))
    >>> abs(A(np.ones((3, 4, 4), complex))).round(9)  # a constant image has energy at DC only; three coils
    array([[4., 0.],
           [4., 0.],
           [4., 0.]])
    """

    needs_complex = True

    def __init__(self, trajectory: Array, shape: tuple[int, ...]):
        shape = check_shape(shape, "NUFFT", ndims=(2, 3))
        points = check_trajectory(trajectory, f"NUFFT on {shape}", (len(shape),))
        import_mrinufft()
        self.trajectory = shown(points.reshape(-1, len(shape)))
        super().__init__((len(self.trajectory),), shape)
        self._plans: dict[tuple, Array] = {}

    def _op(self, x):
        return self._apply(x, adjoint=False)

    def _adj_op(self, y):
        return self._apply(y, adjoint=True)

    def _apply(self, x, adjoint):
        return _autograd()(x, self, adjoint) if is_torch_array(x) else self._transform(x, adjoint)

    def _transform(self, x, adjoint):
        """Return A x or Aᴴ x, without gradients."""
        core, out = (self.shape_out, self.shape_in) if adjoint else (self.shape_in, self.shape_out)
        batch = tuple(x.shape[: x.ndim - len(core)])
        where = str(device(x)).lower()  # "cpu", torch's "cuda:0" or CuPy's "<cuda device 0>"
        plan = self._plan(where, "float64" if "128" in str(x.dtype) else "float32", prod(batch))
        y = (plan.adj_op if adjoint else plan.op)(_dense(x, where))
        y *= sqrt(2 ** len(self.shape_in))  # mri-nufft divides by √(2^d N)
        return like(x, y.reshape((*batch, *out)))

    def _plan(self, where, precision, count):
        """Return mri-nufft's operator for `count` images at once; created at the first use, which sorts the samples."""
        where = f"{where}, a fork" if _of_this_process else where  # plans of before the fork use threads
        if (where, precision, count) not in self._plans:
            backend, extra, options = "finufft", "nufft", _of_this_process
            if "cuda" in where:
                backend, extra, options = (
                    "cufinufft",
                    "gpu",
                    {"gpu_device_id": int("".join(filter(str.isdigit, where)))},
                )
            mrinufft = import_mrinufft()
            if not mrinufft.check_backend(backend):
                raise ImportError(f"NUFFT of arrays on {where} needs {backend}: pip install 'mrilab[{extra}]'")
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "Samples will be rescaled")  # from [-½, ½], as intended
                self._plans[where, precision, count] = mrinufft.get_operator(backend)(
                    self.trajectory.astype(precision),
                    self.shape_in,
                    n_coils=count,
                    n_trans=count,  # with fewer it loops, and leaves out the remainder
                    squeeze_dims=False,
                    eps=TOLERANCE[precision],
                    **options,
                )
        return self._plans[where, precision, count]

    def __getstate__(self):
        return {**self.__dict__, "_plans": {}}  # plans contain pointers, so a copy creates its own


_of_this_process: dict[str, int] = {}  # options of finufft's plans


def _after_fork():
    """One thread from now on: OpenMP's others did not come along, and GNU's waits for them for ever."""
    _of_this_process["nthreads"] = 1


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _dense(x, where):
    """Return `x` contiguous and detached from gradients; arrays on the host become NumPy arrays."""
    if "cuda" not in where:
        return np.ascontiguousarray(to_numpy(x))
    return plain(x.detach()).contiguous() if is_torch_array(x) else namespace(x).ascontiguousarray(x)


@cache
def _autograd():
    """Return the transform as a function that torch can differentiate: the adjoint of A is Aᴴ, that of Aᴴ is A."""
    import torch

    class Transform(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, operator, adjoint):
            ctx.operator, ctx.adjoint = operator, adjoint
            return operator._transform(x, adjoint)

        @staticmethod
        def backward(ctx, grad):
            return Transform.apply(grad, ctx.operator, not ctx.adjoint), None, None

    return Transform.apply
