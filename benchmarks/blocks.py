"""What an iteration is made of, each against the library one would otherwise use, and the floor that they give."""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

import mrilab

from . import nufft, scan
from .compare import Say
from .measure import alternate, ratio, rounded, spread
from .process import cores

SOLVERS = ("fista", "pogm", "condat_vu")


def run(folder: Path, say: Say, *, size: int = 512, coils: int = 32, rounds: int = 7) -> dict:
    os.environ["TQDM_DISABLE"] = "1"
    result: dict = {"size": size, "coils": coils, "threads": len(cores())}
    arrays = scan.write(folder, (size, size), coils)
    say(f"transforms and prox, {coils} × {size}²")
    seconds = transforms(arrays, rounds)
    result["seconds"] = {name: spread(values) for name, values in seconds.items()}
    result["ratios"] = {
        name: ratio(seconds[f"{name}, {peer}"], seconds[f"{name}, mrilab"])
        for name, peer in (("analysis", "pywt"), ("synthesis", "pywt"), ("prox", "modopt"))
    }
    say(f"undecimated, 8 × {size}²")
    seconds = undecimated(arrays, rounds)
    result["seconds"] |= {name: spread(values) for name, values in seconds.items()}
    for name in ("undecimated analysis", "undecimated synthesis"):
        result["ratios"][name] = ratio(seconds[f"{name}, pywt"], seconds[f"{name}, mrilab"])
    say("iterations beside their blocks")
    result |= floor(arrays, rounds)
    say("NUFFT")
    result["nufft"] = nufft.run(folder, say, rounds=rounds)
    return result


def over_coils(pool, call, x):
    return list(pool.map(call, x))


def images(arrays: Path) -> np.ndarray:
    """Zero-filled coil images."""
    y = np.load(arrays / "y.npy")
    return mrilab.FFT(y.shape[-2:]).H(y)


def fft_pair(x: np.ndarray, axes: tuple[int, ...] = (-2, -1)):
    from scipy import fft

    workers = len(cores())
    fft.ifftn(fft.fftn(x, axes=axes, workers=workers), axes=axes, workers=workers)


def transforms(arrays: Path, rounds: int) -> dict[str, list[float]]:
    import pywt
    from modopt.opt.proximity import GroupLASSO

    x = images(arrays)
    Psi = mrilab.Wavelet(scan.WAVELET, x.shape[-2:], level=scan.LEVEL)
    analyse = partial(pywt.wavedec2, wavelet=scan.WAVELET, mode="periodization", level=scan.LEVEL)
    synthesise = partial(pywt.waverec2, wavelet=scan.WAVELET, mode="periodization")
    z, bands, lam = Psi(x), [analyse(coil) for coil in x], float(0.01 * abs(x).max())
    with ThreadPoolExecutor(len(cores())) as pool:
        return alternate(
            {
                "FFT pair, scipy": partial(fft_pair, x),
                "FFT pair along the phase encode, scipy": partial(fft_pair, x, (-2,)),
                "analysis, mrilab": partial(Psi, x),
                "analysis, pywt": partial(over_coils, pool, analyse, x),
                "synthesis, mrilab": partial(Psi.H, z),
                "synthesis, pywt": partial(over_coils, pool, synthesise, bands),
                "prox, mrilab": partial(mrilab.GroupL1(lam, -3).prox, z, 1.0),
                "prox, modopt": partial(GroupLASSO(lam).op, z),
            },
            rounds,
        )


def undecimated(arrays: Path, rounds: int, coils: int = 8) -> dict[str, list[float]]:
    import pywt

    x = images(arrays)[:coils]
    Psi = mrilab.UndecimatedWavelet(scan.WAVELET, x.shape[-2:], level=scan.LEVEL)
    analyse = partial(pywt.swt2, wavelet=scan.WAVELET, level=scan.LEVEL, norm=True, trim_approx=True)
    synthesise = partial(pywt.iswt2, wavelet=scan.WAVELET, norm=True)
    z, bands = Psi(x), [analyse(coil) for coil in x]
    with ThreadPoolExecutor(len(cores())) as pool:
        return alternate(
            {
                "undecimated analysis, mrilab": partial(Psi, x),
                "undecimated analysis, pywt": partial(over_coils, pool, analyse, x),
                "undecimated synthesis, mrilab": partial(Psi.H, z),
                "undecimated synthesis, pywt": partial(over_coils, pool, synthesise, bands),
            },
            max(rounds // 2, 1),
        )


def floor(arrays: Path, rounds: int, iterations: int = 4) -> dict:
    """Time iterations of each solver in turn with the blocks that none can do without: a pair of FFTs along the masked
    axis, one analysis and one synthesis, one prox."""
    from .peers.ours import operators, regulariser

    data = {name: np.load(arrays / f"{name}.npy") for name in ("y", "mask")}
    spec = scan.problem(arrays, "fista", "group")
    A, Psi = operators(spec, data)
    g = regulariser(spec, Psi, spec["lam"])
    synthesis, analysis = mrilab.LeastSquares(A @ Psi.H, data["y"]), mrilab.LeastSquares(A, data["y"])
    x = A.H(data["y"])
    z = Psi(x)
    took: dict[str, list[float]] = {solver: [] for solver in SOLVERS}

    def iterate(solver):
        task = (analysis, g, Psi) if solver == "condat_vu" else (synthesis, g)
        start = x if solver == "condat_vu" else z
        times = getattr(mrilab, solver)(*task, start, max_iter=iterations, progress=False).times
        took[solver].append((times[-1] - times[0]) / iterations)

    calls = {
        "pair": partial(fft_pair, x),
        "FFT pair along the phase encode": partial(fft_pair, x, (-2,)),
        "analysis": partial(Psi, x),
        "synthesis": partial(Psi.H, z),
        "prox": partial(g.prox, z, 1.0),
    }
    seconds = alternate(calls | {solver: partial(iterate, solver) for solver in SOLVERS}, rounds)
    pair = np.array(seconds["pair"])
    lowest = np.sum([seconds[name] for name in list(calls)[1:]], axis=0)
    iteration = {solver: np.array(took[solver][-rounds:]) for solver in SOLVERS}
    return {
        "floor": {"of": list(calls)[1:], **spread(lowest)},
        "iteration": {solver: spread(values) for solver, values in iteration.items()},
        "over_floor": {solver: rounded(np.median(values / lowest)) for solver, values in iteration.items()},
        "over_pair": {solver: ratio(values, pair) for solver, values in iteration.items()},
    }
