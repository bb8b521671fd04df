"""The arithmetic of the harness: medians with their spread, ratios of pairs, slopes on logarithmic axes."""

from collections.abc import Callable, Mapping, Sequence
from time import perf_counter

import numpy as np


def rounded(value: float, digits: int = 4) -> float:
    return float(f"{value:.{digits}g}")


def spread(values: Sequence[float]) -> dict:
    """Return the median, the quartiles and the number of some measurements."""
    low, middle, high = np.percentile(np.asarray(values, float), [25, 50, 75])
    return {"median": rounded(middle), "quartiles": [rounded(low), rounded(high)], "runs": len(values)}


def ratio(theirs: Sequence[float], ours: Sequence[float]) -> dict:
    """Return how many times as long theirs took: each pair was measured one after the other, in one run."""
    if len(theirs) != len(ours):
        raise ValueError(f"pairs are needed, got {len(theirs)} and {len(ours)} measurements")
    return spread(np.asarray(theirs, float) / np.asarray(ours, float))


def slope(x: Sequence[float], y: Sequence[float]) -> float:
    """Return the exponent p of y ∝ xᵖ: the slope of the least-squares line through the logarithms."""
    return rounded(np.polyfit(np.log(x), np.log(y), 1)[0], 3)


def first_below(costs: Sequence[float], target: float) -> int | None:
    """Return the first k with costs[k] ≤ target, None if there is none."""
    found = np.flatnonzero(np.asarray(costs) <= target)
    return int(found[0]) if found.size else None


def timed(call: Callable) -> float:
    start = perf_counter()
    call()
    return perf_counter() - start


def alternate(calls: Mapping[str, Callable[[], object]], rounds: int, warm: int = 1) -> dict[str, list[float]]:
    """Return the seconds of each call, all of them in turn in every round; who goes first changes too.

    What else the machine does then falls on all of them. The first `warm` rounds are not counted.
    """
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for k in range(warm + rounds):
        for name in list(calls) if k % 2 else list(calls)[::-1]:
            took = timed(calls[name])
            if k >= warm:
                seconds[name].append(took)
    return seconds
