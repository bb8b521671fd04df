"""What all solvers share: the loop that counts, times, records and stops, and its Result."""

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import isfinite
from time import perf_counter

import numpy as np

from .arrays import Array, check, check_positive
from .fidelity import LeastSquares, Smooth
from .progress import progress_bar

Steps = Iterator[tuple[Array, Callable[[], float]]]


@dataclass
class Result:
    """What a solver returns.

    Attributes
    ----------
    x : array
        The last prox point (the primal one for Condat-Vu): what the cost belongs to.
    costs : ndarray, float64
        costs[k] is f + g after k iterations, so the length is iterations + 1.
    times : ndarray, float64
        Seconds until then; computing costs and metrics is not counted.
    metrics : dict of ndarray
        What each function in `metrics` gave, as long as `costs`.
    steps : dict of float
        The step sizes and constants used: lipschitz, and tau, sigma, rho for Condat-Vu.

    Examples
    --------
    >>> Result(np.zeros(2), costs=np.array([2.0, 1.0]), times=np.array([0.0, 0.1])).iterations
    1
    """

    x: Array
    costs: np.ndarray
    times: np.ndarray
    metrics: dict[str, np.ndarray] = field(default_factory=dict)
    steps: dict[str, float] = field(default_factory=dict)

    @property
    def iterations(self) -> int:
        """Number of iterations done."""
        return len(self.costs) - 1


def check_problem(f: Smooth, g, x0: Array | None, engine: str) -> Array:
    """Return the starting point; raise unless f, g, x0 and engine are what a solver takes."""
    if not isinstance(f, Smooth):
        raise TypeError(f"f must be LeastSquares or another Smooth, got {type(f).__name__}")
    if not (callable(g) and hasattr(g, "prox")):
        raise TypeError(f"g must be a regulariser such as L1(0.1), got {type(g).__name__}: {g!r:.60}")
    if engine not in ("own", "modopt"):
        raise ValueError(f"unknown engine {engine!r}; it is 'own' or 'modopt'")
    return check_start(f, x0)


def check_start(f: Smooth, x0: Array | None) -> Array:
    """Return x0, or zeros like Aᴴy; raise if x0 is of another shape or precision than those."""
    if not isinstance(f, LeastSquares):
        if x0 is None:
            raise ValueError("x0 is needed where f is not LeastSquares")
        return x0
    zeros = f.zeros()
    if x0 is None:
        return zeros
    check(x0, tuple(zeros.shape), "x0")
    if x0.dtype != zeros.dtype:
        raise TypeError(f"x0 is {x0.dtype}, but the data are {zeros.dtype}")
    return x0


def drive(
    steps: Steps,
    constants: dict[str, float],
    max_iter: int,
    tol: float,
    metrics: dict[str, Callable] | None,
    callback: Callable | None,
    progress: bool | None,
) -> Result:
    """Take `max_iter` steps, fewer if the cost changes by less than tol times itself, or on Ctrl-C.

    `steps` yields (x, cost) for the start and after every iteration; `cost()` is evaluated here, off the clock.
    Ctrl-C ends the loop with a warning and returns what has been reached; a second call with x0=result.x goes on from
    there.
    """
    if isinstance(max_iter, bool) or not isinstance(max_iter, (int, np.integer)) or max_iter < 0:
        raise ValueError(f"max_iter must be a whole number of at least 0, got {max_iter!r}")
    tol = check_positive("tol", tol, or_zero=True)
    costs: list[float] = []
    times: list[float] = []
    measured: dict[str, list] = {name: [] for name in metrics or {}}
    x, seconds = None, 0.0
    with progress_bar(max_iter, progress) as bar:
        try:
            for k in range(max_iter + 1):
                start = perf_counter()
                x, cost = next(steps)
                _wait_for_device(x)
                seconds += perf_counter() - start
                value = cost()
                if not isfinite(value):
                    raise FloatingPointError(f"the cost is {value} after {k} iterations: is a step size too large?")
                _record(x, measured, metrics)
                costs.append(value)
                times.append(seconds)
                if callback is not None:
                    callback(k, x)
                bar.update(k > 0)
                if tol and k and abs(costs[-2] - value) <= tol * abs(value):
                    break
        except KeyboardInterrupt:
            if not costs:
                raise
            warnings.warn(f"stopped after {len(costs) - 1} iterations; x0=result.x goes on from there", stacklevel=3)
    values = {name: np.array(list_[: len(costs)]) for name, list_ in measured.items()}
    return Result(x, np.array(costs), np.array(times), values, constants)


def _record(x, measured, metrics):
    for name, values in measured.items():
        values.append(metrics[name](x))


def _wait_for_device(x):
    """GPUs work asynchronously; a time without this would be that of handing out the work."""
    if getattr(x, "is_cuda", False):
        import torch

        torch.cuda.synchronize(x.device)
