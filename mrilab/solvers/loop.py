"""The loop that all solvers share, its options and its result: it counts, times, records, shows progress and stops."""

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from math import isfinite
from time import perf_counter
from typing import Any

import numpy as np

from ..arrays.checks import check, check_positive, whole
from ..arrays.libraries import Array, detached, recording_gradients
from ..arrays.sums import Sum
from ..problems.least_squares import LeastSquares, Smooth
from ..progress import progress_bar

Iterates = Iterator[tuple[Any, ...]]  # x, and what else the cost needs; arrays or sums of one term


@dataclass
class Result:
    """What a solver returns.

    Attributes
    ----------
    x : array
        The last prox point (for Condat-Vu the primal one); the last cost is that of x.
    costs : ndarray, float64
        costs[k] is f + g after k iterations, so the length is iterations + 1.
    times : ndarray, float64
        times[k] is the time in seconds of the first k iterations, without that of costs and metrics.
    metrics : dict of ndarray
        The values of each function in `metrics`, one per entry of `costs`.
    steps : dict of float
        The step sizes and constants used: lipschitz; for Condat-Vu also tau, sigma and rho.

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


@dataclass
class Options:
    """The options of the loop, given to every solver as keywords: `fista(f, g, max_iter=50, tol=1e-4)`.

    Parameters
    ----------
    max_iter : int
        Number of iterations.
    tol : float
        Stop when the relative change of the cost is at most tol; 0 never stops early.
    metrics : dict of functions, optional
        Each is called as function(x) with every iterate, and its values are recorded.
    callback : function, optional
        Called as callback(k, x) after iteration k.
    progress : bool, optional
        Show a progress bar; None shows it in a terminal or notebook.
    differentiable : bool
        For torch: whether gradients flow from the data and operators to x. By default a solver records none, and what
        it returns is detached, even where the data require a gradient. Costs, step sizes and restarts count as
        constants.

    Raises
    ------
    TypeError, ValueError
        For values of the wrong type or out of range, and for unknown keywords.

    Examples
    --------
    >>> Options(max_iter=20).tol
    0.0
    >>> Options(max_iter=-1)
    Traceback (most recent call last):
    ValueError: max_iter must be a whole number of at least 0, got -1
    """

    max_iter: int = 100
    tol: float = 0.0
    metrics: dict[str, Callable[[Array], float]] | None = None
    callback: Callable[[int, Array], object] | None = None
    progress: bool | None = None
    differentiable: bool = False

    def __post_init__(self):
        self.max_iter = whole("max_iter", self.max_iter, 0)
        self.tol = check_positive("tol", self.tol, or_zero=True)

    @classmethod
    def read(cls, keywords: dict[str, Any]) -> "Options":
        """Return the options given as keywords of a solver; a TypeError names one that does not exist.

        >>> Options.read({"maxiter": 3})
        Traceback (most recent call last):
        TypeError: unknown option 'maxiter'; the loop takes max_iter, tol, metrics, callback, progress, differentiable
        """
        known = [one.name for one in fields(cls)]
        for name in keywords:
            if name not in known:
                raise TypeError(f"unknown option {name!r}; the loop takes {', '.join(known)}")
        return cls(**keywords)


def check_problem(f: Smooth, g, x0: Array | None, engine: str) -> Array:
    """Return the starting point; raise unless f, g, x0 and engine are valid for a solver."""
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
            raise ValueError(f"x0 is required, because f is not LeastSquares but {type(f).__name__}")
        return check(x0, (), "x0")
    zeros = f.zeros()
    if x0 is None:
        return zeros
    x0 = check(x0, tuple(zeros.shape), "x0")
    if x0.dtype != zeros.dtype:
        raise TypeError(f"x0 is {x0.dtype}, but the data are {zeros.dtype}")
    return x0


def run(iterates: Iterates, cost: Callable[..., float], constants: dict[str, float], options: Options) -> Result:
    """Run `max_iter` iterations, or fewer if the relative change of the cost is at most tol, or on Ctrl-C.

    `iterates` yields the start and the state after every iteration, x first; the time of `cost(*state)` is not counted.
    Ctrl-C ends the loop with a warning and returns the last iterate; a second call with x0=result.x continues from it.

    >>> halves = ((np.array(0.5**k),) for k in range(10))
    >>> run(halves, float, {}, Options(max_iter=3)).costs
    array([1.   , 0.5  , 0.25 , 0.125])
    """
    costs: list[float] = []
    times: list[float] = []
    measured: dict[str, list] = {name: [] for name in options.metrics or {}}
    x, seconds = None, 0.0
    with progress_bar(options.max_iter, options.progress) as bar, recording_gradients(options.differentiable):
        try:
            for k in range(options.max_iter + 1):
                start = perf_counter()
                x, *state = map(_array, next(iterates))
                x = x if options.differentiable else detached(x)
                _wait_for_device(x)
                seconds += perf_counter() - start
                value = cost(x, *state)
                if not isfinite(value):
                    raise FloatingPointError(f"the cost is {value} after {k} iterations: is a step size too large?")
                for name, values in measured.items():
                    values.append(options.metrics[name](x))  # type: ignore[index]
                costs.append(value)
                times.append(seconds)
                if options.callback is not None:
                    options.callback(k, x)
                bar.update(k > 0)
                if options.tol and k and abs(costs[-2] - value) <= options.tol * abs(value):
                    break
        except KeyboardInterrupt:
            if not costs:
                raise
            warnings.warn(f"stopped after {len(costs) - 1} iterations; x0=result.x continues from there", stacklevel=3)
    metrics = {name: np.array(values[: len(costs)]) for name, values in measured.items()}
    return Result(x, np.array(costs), np.array(times), metrics, constants)


def _array(x):
    return x.value() if isinstance(x, Sum) else x


def _wait_for_device(x):
    """Wait for the GPU, which works asynchronously: else the time would only be that of starting its kernels."""
    if getattr(x, "is_cuda", False):
        import torch

        torch.cuda.synchronize(x.device)
