"""The seed's reconstruction on a GPU: 100 iterations from arrays on the host to the coil images on the host."""

import json
from pathlib import Path
from time import perf_counter

import numpy as np

import mrilab

from . import scan
from .compare import Say
from .measure import rounded, spread


def run(folder: Path, say: Say, *, size: int = 512, coils: int = 32, iterations: int = 100, rounds: int = 5) -> dict:
    import torch

    if not torch.cuda.is_available():
        say("not measured: no GPU")
        return {"reason": "no GPU"}
    arrays = scan.write(folder, (size, size), coils)
    spec = scan.problem(arrays, "fista", "group")
    reconstruct("cuda", arrays, spec, 3)  # warm-up: contexts, plans, kernels
    runs = [reconstruct("cuda", arrays, spec, iterations) for _ in range(rounds)]
    reference = reconstruct("numpy", arrays, spec, iterations)
    gap = abs(runs[0]["cost"] - reference["cost"]) / reference["cost"]
    say(f"{runs[0]['seconds']:.2f} s, cost within {gap:.0e} of the CPU's")
    return {
        "device": torch.cuda.get_device_name(),
        "torch": torch.__version__,
        "size": size,
        "coils": coils,
        "iterations": iterations,
        "seconds": spread([one["seconds"] for one in runs]),
        "relative_difference": rounded(gap, 2),
        "largest_copy_to_host": largest_copy(arrays, spec, folder / "trace.json"),
        "memory": torch.cuda.max_memory_allocated(),
    }


def reconstruct(where: str, arrays: Path, spec: dict, iterations: int) -> dict:
    """Solve on "numpy", or with torch on "cpu" or "cuda"; the seconds are those from arrays to image."""
    y, mask = np.load(arrays / "y.npy"), np.load(arrays / "mask.npy")
    start = perf_counter()
    f, g, Psi = task(y, mask, spec, where)
    result = mrilab.fista(f, g, max_iter=iterations, progress=False)
    image = mrilab.to_numpy(Psi.H(result.x))
    return {"seconds": perf_counter() - start, "cost": float(result.costs[-1]), "image": image}


def task(y: np.ndarray, mask: np.ndarray, spec: dict, where: str):
    if where != "numpy":
        import torch

        y = torch.as_tensor(y).to(where)
    Psi = mrilab.Wavelet(spec["wavelet"], mask.shape, level=spec["level"])
    f = mrilab.LeastSquares(mrilab.Mask(mask) @ mrilab.FFT(mask.shape) @ Psi.H, y)
    return f, mrilab.GroupL1(spec["lam"], -3), Psi


def largest_copy(arrays: Path, spec: dict, trace: Path) -> int:
    """Return the bytes of the largest copy to the host in five iterations: the costs are numbers of 8 bytes."""
    import torch

    f, g, _ = task(np.load(arrays / "y.npy"), np.load(arrays / "mask.npy"), spec, "cuda")
    mrilab.fista(f, g, max_iter=2, progress=False)  # constants go to the device
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CUDA]) as profile:
        mrilab.fista(f, g, max_iter=5, progress=False)
    profile.export_chrome_trace(str(trace))
    return copied(json.loads(trace.read_text()))


def copied(trace: dict) -> int:
    """Return the bytes of the largest copy to the host in a trace of torch's profiler."""
    copies = [e["args"]["bytes"] for e in trace["traceEvents"] if "DtoH" in e.get("name", "") and "args" in e]
    return max(copies, default=0)
