"""The goals, each with its bound and where its figure stands in the results."""

from dataclasses import dataclass
from typing import Any

SOLVERS = {"fista": "FISTA", "pogm": "POGM", "condat_vu": "Condat-Vu"}
BART = {
    "l1-wavelet, 8 × 256², an iteration": 3,
    "l1-wavelet, 32 × 512², an iteration": 6,
    "l1-wavelet, 8 × 128³, an iteration": 1,
    "coil maps, 8 × 256²": 1,
    "NUFFT, 96 spokes, 256²": 1,
    "adjoint NUFFT, 96 spokes, 256²": 1,
    "CG-SENSE, 12 × 96 spokes, an iteration": 1,
}


@dataclass(frozen=True)
class Goal:
    """A figure of one part and the bound that it is held against."""

    line: int
    text: str
    sign: str  # "≥" or "≤"
    bound: float
    part: str
    path: tuple[str, ...]

    def figure(self, whole: dict) -> dict:
        """Return the goal with its figure, or with None and the reason why there is none."""
        value, reason = find(whole, self.part, self.path)
        met = None if value is None else (value >= self.bound if self.sign == "≥" else value <= self.bound)
        return {
            "line": self.line,
            "text": self.text,
            "sign": self.sign,
            "bound": self.bound,
            "value": value,
            "met": met,
            "reason": reason,
        }


def find(whole: dict, part: str, path: tuple[str, ...]) -> tuple[float | None, str | None]:
    """Return the figure at `path` in the result of a part, and the reason if there is none."""
    if part not in whole:
        return None, "not run"
    at: Any = whole[part]["result"]
    for key in path:
        if not isinstance(at, dict) or key not in at:
            reason = at.get("reason") if isinstance(at, dict) else None
            return None, reason or left_out(whole[part]["result"], path) or "not reached"
        at = at[key]
    return (at, None) if at is not None else (None, "the system does not say")


def left_out(result: dict, path: tuple[str, ...]) -> str | None:
    return next((why for name, why in result.get("left_out", {}).items() if name in path), None)


def solver_goals():
    for key, name in SOLVERS.items():
        here = ("solvers", key)
        yield Goal(
            1, f"{name}, an iteration: times as fast as pysap-mri", "≥", 8, "solvers", (*here, "ratio", "median")
        )
        text = f"{name}, to pysap-mri's cost after 100 iterations: times as fast"
        yield Goal(1, text, "≥", 9, "solvers", (*here, "to_cost", "ratio"))
        text = f"{name}, the same with set-up: times as fast"
        yield Goal(1, text, "≥", 10, "solvers", (*here, "to_cost", "ratio_with_set_up"))
        yield Goal(1, f"{name}, an iteration in pairs of FFTs", "≤", 2.6, "blocks", ("over_pair", key, "median"))
        yield Goal(1, f"{name}, peak memory in bytes", "≤", 1.1e9, "solvers", (*here, "memory", "ours"))
        text = f"{name}, both costs after many iterations: relative difference"
        yield Goal(1, text, "≤", 1e-4, "solvers", ("agreement", key, "relative_difference"))


def other_goals():
    for slope, bound in (("0", 10), ("1", 6)):
        text = f"OSCAR FISTA, slope {slope}, an iteration: times as fast as pysap-mri"
        yield Goal(2, text, "≥", bound, "oscar", ("slopes", slope, "ratio", "median"))
        path = ("agreement", slope, "relative_difference")
        yield Goal(2, f"OSCAR FISTA, slope {slope}, both costs: relative difference", "≤", 1e-4, "oscar", path)
    for peer, bound in (("sigpy", 3), ("mrpro", 6), ("deepinv", 8)):
        text = f"SENSE, an iteration: times as fast as {peer}"
        yield Goal(3, text, "≥", bound, "sense", ("peers", peer, "ratio", "median"))
        path = ("agreement", peer, "relative_difference")
        yield Goal(3, f"SENSE, both costs, {peer}: relative difference", "≤", 1e-4, "sense", path)
    for task, bound in BART.items():
        text = f"{task}: times as fast as BART, in seconds of the processor"
        yield Goal(3, text, "≥", bound, "bart", ("tasks", task, "processor_ratio", "median"))
    text = "l1-wavelet, to what BART reaches in 50 iterations: times as fast"
    yield Goal(3, text, "≥", 2, "bart", ("quality", "processor_ratio"))
    text = "l1-wavelet, the same: PSNR after 50 iterations above BART's, in dB"
    yield Goal(3, text, "≥", -0.1, "bart", ("quality", "above"))
    blocks = {"analysis": 5, "synthesis": 3, "undecimated analysis": 3, "undecimated synthesis": 3}
    for name, bound in blocks.items():
        text = f"Wavelet {name}: times as fast as pywt on two threads"
        yield Goal(4, text, "≥", bound, "blocks", ("ratios", name, "median"))
    for name, words, bound in (("empty", "nothing compiled yet", 5), ("full", "compiled loops stored", 2)):
        text = f"New process to the first picture, {words}: seconds"
        yield Goal(4, text, "≤", bound, "start", ("seconds", name, "median"))
    # n log n itself has a slope of 1.09 from 64² to 1024².
    for name, bound in (("pixels", 1.15), ("coils", 1.05), ("iterations", 1.05)):
        text = f"Time against {name}: slope on logarithmic axes"
        yield Goal(5, text, "≤", bound, "scaling", ("slopes", name))
    yield Goal(6, "FISTA on two cores: times as fast as on one", "≥", 1.6, "threads", ("ratio", "median"))
    path = ("single", "ratio", "median")
    yield Goal(6, "One channel, 256²: times as fast as pysap-mri", "≥", 1, "solvers", path)
    yield Goal(7, "GPU, 100 iterations: seconds", "≤", 1, "gpu", ("seconds", "median"))
    yield Goal(7, "GPU, cost against the CPU's: relative difference", "≤", 1e-4, "gpu", ("relative_difference",))
    yield Goal(7, "GPU, largest copy to the host in the loop: bytes", "≤", 64, "gpu", ("largest_copy_to_host",))


GOALS = [*solver_goals(), *other_goals()]


def figures(whole: dict) -> list[dict]:
    return [goal.figure(whole) for goal in GOALS]
