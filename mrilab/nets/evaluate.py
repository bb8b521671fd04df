"""The test table of Part III: `python -m mrilab.nets.evaluate` writes stored/table.json from the stored weights.

The means are also written to the record beside the weights of each network.
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..files import read_json
from ..metrics import nrmse, psnr, ssim
from ..operators.linop import LinearOperator
from ..operators.undecimated import UndecimatedWavelet
from ..problems.least_squares import LeastSquares
from ..problems.regularisers import L1, lambda_max
from ..progress import progress_bar
from ..solvers.condat_vu import condat_vu
from .dataset import Slices
from .networks import count_parameters
from .plug_and_play import plug_and_play
from .population import Brains
from .pretrained import FOLDER, pretrained, pretrained_names
from .results import keep, note_test
from .trust import Reconstruct, image_of, operator_of

METRICS = {"psnr": psnr, "ssim": ssim, "nrmse": nrmse}
KINDS = {"U-Net": "unet", "unrolled": "unrolled", "self-supervised": "ssdu"}
NOISE, SHAPE = 0.01, (128, 128)
FRACTIONS = (1e-3, 2e-3, 4e-3, 8e-3)
PLUGGED = tuple({"strength": a, "sigma": b} for a, b in product((0.1, 0.3), (0.1, 0.2, 0.4)))


def sparse(A: LinearOperator, y: Tensor, fraction: float, iterations: int = 100) -> Tensor:
    """Return argmin ½‖A x − y‖² + λ‖Ψx‖₁ with the undecimated sym8 frame Ψ, λ a fraction of λ_max, for y (1, C, H, W).

    Solved by Condat-Vu. On these heads it is the best sparse method of the course (see the chapter on coils).
    """
    data = y[0].numpy() if y.is_cpu else y[0]  # the CPU's compiled loops take NumPy arrays
    Psi = UndecimatedWavelet("sym8", A.shape_in, level=3)
    f = LeastSquares(A, data)
    lam = fraction * lambda_max(f, L1(1.0), Psi)
    return torch.as_tensor(condat_vu(f, L1(lam), Psi, sigma=0.1, max_iter=iterations, progress=False).x)[None]


def row_of(table: Mapping[str, Any], coils: int, accel: int, method: str) -> dict[str, Any]:
    """Return the row of the table for a setting and a method, an empty one if it has not been measured.

    >>> row_of({"rows": [{"coils": 8, "accel": 4, "method": "sparse", "psnr": [30.0]}]}, 8, 4, "sparse")["psnr"]
    [30.0]
    """
    wanted = {"coils": coils, "accel": accel, "method": method}
    return next((row for row in table["rows"] if wanted.items() <= row.items()), {})


def networks(coils: int) -> dict[str, str]:
    """Return {method: name of the pretrained network} for scans with this number of coils.

    >>> networks(8)["self-supervised"]
    'ssdu-8'
    """
    found = {method: f"{kind}-{coils}" for method, kind in KINDS.items()}
    studied = ("ensemble", "cascades") if coils == 1 else ("gradient",)
    return found | {name: name for name in pretrained_names() if name.startswith(studied)}


def candidates(
    coils: int, device: str = "cpu"
) -> dict[str, tuple[Callable[..., Tensor], Sequence[dict[str, float]], int]]:
    """Return {name: (method, settings to choose from by validation, number of learned parameters)}."""
    nets = {method: pretrained(name, device)[0] for method, name in networks(coils).items()}
    denoiser = pretrained("denoiser", device)[0]

    def plugged(A: LinearOperator, y: Tensor, **chosen: Any) -> Tensor:
        return plug_and_play(A, y, denoiser, noise=NOISE, **chosen)

    none: list[dict[str, float]] = [{}]
    return {
        "zero-filled": (lambda A, y: A.H(y), none, 0),
        "sparse": (sparse, [{"fraction": t} for t in FRACTIONS], 0),
        **{name: (net, none, count_parameters(net)) for name, net in nets.items()},
        "plug and play": (plugged, PLUGGED, count_parameters(denoiser)),
    }


def scores(reconstruct: Reconstruct, data: Slices, device: str = "cpu") -> dict[str, list[float]]:
    """Return the PSNR, SSIM, NRMSE and time in seconds of each slice, reconstructed on a device.

    >>> found = scores(lambda A, y: A.H(y), Brains("test", 2, shape=(32, 32), accel=2))
    >>> sorted(found), len(found["psnr"])
    (['nrmse', 'psnr', 'seconds', 'ssim'], 2)
    """
    found: dict[str, list[float]] = {name: [] for name in (*METRICS, "seconds")}
    for i in range(len(data)):
        sample = data[i]
        A, y = operator_of(sample), torch.from_numpy(sample.y)
        start = perf_counter()
        x = image_of(reconstruct, A, y.to(device))
        found["seconds"].append(round(perf_counter() - start, 4))
        for name, metric in METRICS.items():
            found[name].append(round(float(metric(x, sample.target)), 4))
    return found


def interval(values: Sequence[float], confidence: float = 0.95) -> tuple[float, float]:
    """Return the bootstrap confidence interval of the mean (BCa, with a fixed seed); the values should be independent.

    Those of `Brains` are so as far as heads of one atlas can be: each slice is of another random head. Slices of one
    head are not, and the mean of `judge.over_heads` is over heads.

    References
    ----------
    Efron, Better bootstrap confidence intervals, J. Am. Stat. Assoc. 82 (1987).

    Examples
    --------
    >>> low, high = interval([1.0, 2.0, 3.0, 4.0])
    >>> low < 2.5 < high
    True
    """
    from scipy.stats import bootstrap

    found = bootstrap((np.asarray(values),), np.mean, confidence_level=confidence, rng=np.random.default_rng(0))
    return float(found.confidence_interval.low), float(found.confidence_interval.high)


def evaluate(
    path: Path, slices: int = 112, tuning: int = 6, cache: str | None = None, device: str = "cpu"
) -> dict[str, Any]:
    """Fill the table at `path`, one method and setting after another, continuing an interrupted one; return it.

    It is {"rows": [row, …], "slices": …, "noise": …, …}. A row has "coils", "accel" and "method", the metrics of each
    slice and its seconds, as `scores` returns them, the settings that validation has "chosen", and "parameters".
    """
    table = read_json(path, "a table of scores") if path.exists() else {"rows": []}
    table |= {"slices": slices, "noise": NOISE, "shape": SHAPE, "tuned on": f"{tuning} validation slices"}
    todo = [(coils, accel, candidates(coils, device)) for coils in (1, 8) for accel in (4, 8)]
    with progress_bar(sum(len(methods) for *_, methods in todo), None) as bar:
        for coils, accel, methods in todo:
            options: dict[str, Any] = {"shape": SHAPE, "coils": coils, "accel": accel, "noise": NOISE, "cache": cache}
            validation, test = Brains("validation", tuning, **options), Brains("test", slices, **options)
            for name, (solve, choices, parameters) in methods.items():
                bar.update()
                if row_of(table, coils, accel, name):
                    continue
                chosen = _best(solve, choices, validation, device)
                row = {"coils": coils, "accel": accel, "method": name, "chosen": chosen, "parameters": parameters}
                table["rows"].append(row | scores(_with(solve, chosen), test, device))
                keep(path, table, device)
    return table


def note_tests(table: Mapping[str, Any]) -> None:
    """Write the means of the table to the record of each network in it."""
    tests: dict[str, dict[str, Any]] = {}
    for row in table["rows"]:
        name = "denoiser" if row["method"] == "plug and play" else networks(row["coils"]).get(row["method"])
        if name:
            means = {metric: round(float(np.mean(row[metric])), 4) for metric in METRICS}
            tests.setdefault(name, {"slices": table["slices"]})[f"{row['coils']} coils, {row['accel']}x"] = means
    for name, test in tests.items():
        note_test(name, test)


def _best(
    solve: Callable[..., Tensor], choices: Sequence[dict[str, float]], validation: Brains, device: str
) -> dict[str, float]:
    """Return the settings with the highest mean PSNR on the validation slices."""
    if len(choices) == 1:
        return choices[0]
    return max(choices, key=lambda chosen: np.mean(scores(_with(solve, chosen), validation, device)["psnr"]))


def _with(solve: Callable[..., Tensor], chosen: Mapping[str, float]) -> Reconstruct:
    return solve if not chosen else lambda A, y: solve(A, y, **chosen)


def rows(table: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the rows of the table as shown in the chapters: means with their 95 % intervals.

    >>> row = {"psnr": [30.0, 32.0], "ssim": [0.8, 0.9], "nrmse": [0.1, 0.12], "seconds": [0.1, 0.3]}
    >>> rows({"rows": [{"coils": 1, "accel": 4, "method": "sparse", "parameters": 0, **row}]})[0]["SSIM"]
    '0.850 (0.800 to 0.900)'
    """
    shown = []
    for row in table["rows"]:
        line = {"coils": f"{row['coils']}", "acceleration": f"{row['accel']}×", "method": row["method"]}
        for metric, label, digits in (("psnr", "PSNR (dB)", 2), ("ssim", "SSIM", 3), ("nrmse", "NRMSE", 4)):
            low, high = interval(row[metric])
            line[label] = f"{np.mean(row[metric]):.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"
        line["parameters"] = f"{row['parameters']}"
        line["s per slice"] = f"{np.median(row['seconds']):.2f}"
        shown.append(line)
    return shown


def main(arguments: Sequence[str] | None = None) -> None:
    """Compute and print the table for the arguments of the command line."""
    parser = argparse.ArgumentParser("python -m mrilab.nets.evaluate", description=__doc__)
    parser.add_argument("--out", type=Path, default=FOLDER / "table.json", help="file for the results of each slice")
    parser.add_argument("--slices", type=int, default=112, help="test slices per setting")
    parser.add_argument("--cache", help="folder of complete slices")
    parser.add_argument("--device", default="cpu", help="where to reconstruct")
    asked = parser.parse_args(arguments)
    table = evaluate(asked.out, asked.slices, cache=asked.cache, device=asked.device)
    if asked.out == FOLDER / "table.json":  # not for a trial
        note_tests(table)
    for line in rows(table):
        print("  ".join(f"{value:>24}" if " (" in value else f"{value:>9}" for value in line.values()))


if __name__ == "__main__":
    main()
