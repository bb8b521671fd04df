"""BART, the field's toolbox in C, beside mrilab: l1-wavelet with random shifts, coil maps, NUFFT and CG-SENSE.

Both take turns. A command of BART starts, reads and writes files, so an iteration is the difference of two counts of
iterations, and an image that of two numbers of images. Beside the seconds stand those of the processor, on which other
work of the machine has little influence as long as there is one thread; threads that wait for others would count too.
"""

import json
import os
import shutil
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from time import perf_counter, process_time

import numpy as np

import mrilab
from mrilab.arrays import ready
from mrilab.solvers.conjugate_gradient import conjugate_gradient_iterates
from mrilab.solvers.fista import fista_iterates

from .compare import Say
from .measure import ratio, rounded, spread
from .process import ROOT, THREADS, Failed, NotInstalled, cores

Took = tuple[float, float]  # seconds, and those of the processor
LAMBDAS = (0.0007, 0.001, 0.0014, 0.002, 0.0028)
COUNTS = (20, 50, 100)


def run(folder: Path, say: Say, *, rounds: int = 3, threads: int = 1) -> dict:
    """Measure in a process that is held to as many cores as threads, and so is every command that it starts."""
    if shutil.which("bart") is None:
        raise NotInstalled("there is no command `bart`: Debian has a package of this name")
    held = cores()[:threads]
    child = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.bart", str(folder), str(rounds)],
        cwd=ROOT,
        env=os.environ | dict.fromkeys(THREADS, str(threads)) | {"TQDM_DISABLE": "1", "BART_USE_FFTW_WISDOM": "1"},
        preexec_fn=lambda: os.sched_setaffinity(0, held),
        stdout=subprocess.PIPE,
        text=True,
    )
    line = ""
    with child:
        for line in child.stdout:
            if not line.startswith("{"):
                say(line.strip())
    if child.returncode:
        raise Failed("the process that runs BART ended early")
    return json.loads(line) | {"threads": threads, "load": rounded(os.getloadavg()[2], 2)}


def measure(folder: Path, rounds: int) -> dict:
    tasks: dict[str, dict] = {}
    for name, task in TASKS.items():
        tasks[name] = race(*task(folder), rounds)
        print(f"{name}: BART takes {tasks[name]['processor_ratio']['median']} times as long", flush=True)
    said = subprocess.run(["bart", "version"], capture_output=True, text=True, check=True).stdout.strip()
    found = quality(folder, tasks["l1-wavelet, 8 × 256², an iteration"])
    return {"version": said, "tasks": tasks, "quality": found, "memory": memory(folder)}


def race(ours: Callable[[], Took], theirs: Callable[[], Took], rounds: int) -> dict:
    """Let both run in turn; the first round is not counted."""
    took: dict[str, list[Took]] = {"ours": [], "theirs": []}
    for k in range(rounds + 1):
        for name, call in (("ours", ours), ("theirs", theirs))[:: 1 if k % 2 else -1]:
            took[name].append(call())
    seconds, processor = ({who: [pair[i] for pair in pairs[1:]] for who, pairs in took.items()} for i in (0, 1))
    return {
        "seconds": {who: spread(values) for who, values in seconds.items()},
        "processor": {who: spread(values) for who, values in processor.items()},
        "ratio": ratio(seconds["theirs"], seconds["ours"]),
        "processor_ratio": ratio(processor["theirs"], processor["ours"]),
    }


def measured(call: Callable[[], object], share: int = 1) -> Took:
    """Return the seconds of a call, divided by the number of iterations or images in it."""
    start, used = perf_counter(), process_time()
    call()
    return (perf_counter() - start) / share, (process_time() - used) / share


def bart(*command: object) -> Took:
    """Run a command of BART and return what it took."""
    start = perf_counter()
    process = subprocess.Popen(["bart", *map(str, command)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    return perf_counter() - start, used.ru_utime + used.ru_stime


def each(command: Callable[[int], Took], few: int, many: int) -> Took:
    """Return what one more iteration or image takes, from two counts."""
    less, more = command(few), command(many)
    return (more[0] - less[0]) / (many - few), (more[1] - less[1]) / (many - few)


def write(path: Path, array: np.ndarray) -> None:
    """Write a pair of files with the axes (…, maps, coils, z, y, x)."""
    array.astype(np.complex64).tofile(path.with_suffix(".cfl"))
    sizes = [*array.shape[::-1], *[1] * (16 - array.ndim)]
    path.with_suffix(".hdr").write_text("# Dimensions\n" + " ".join(map(str, sizes)) + "\n")


def advance(iterates: Iterator[tuple], count: int) -> Took:
    """Return the seconds of an iteration, after two that are not counted."""
    list(islice(iterates, 2))
    return measured(lambda: list(islice(iterates, count)), count)


def plane(folder: Path, side: int, coils: int):
    """Return the data term of a slice with a quarter of its lines and its reference, and write it for BART."""
    shape, fine = (side, side), (2 * side, 2 * side)
    S, F = mrilab.Coils(mrilab.simulate_smaps(coils, shape, raw=False)), mrilab.FFT(shape)
    mask = mrilab.random_lines(shape, 4, center=24, seed=0)
    scan = partial(mrilab.simulate, mrilab.brain(fine, split="test"), mrilab.simulate_smaps(coils, fine), shape)
    y = mask * scan(noise=0.004)
    write(folder / "kspace", y[:, None])
    write(folder / "maps", S.smaps[:, None])
    return mrilab.LeastSquares(mrilab.Mask(mask) @ F @ S, y), abs(S.H(F.H(scan())))


def spun(f: mrilab.LeastSquares, lam: float) -> Iterator[tuple]:
    """Yield the iterates of FISTA with the wavelet whose grid shifts, in the planes of a volume."""
    g = mrilab.CycleSpun(mrilab.L1(lam), mrilab.Wavelet("sym8", f.A.shape_in[-2:], level=4))
    return fista_iterates(f, g, f.zeros(), False)


def pics(folder: Path, *options: object) -> Took:
    return bart("pics", "-w1", *options, *(folder / name for name in ("kspace", "maps", "image")))


def wavelet_task(side: int, coils: int, few: int, many: int, folder: Path):
    f, _ = plane(folder, side, coils)
    return (
        lambda: advance(spun(f, 0.002), many - few),
        lambda: each(lambda n: pics(folder, "-l1", "-r", 0.002, "-i", n), few, many),
    )


def volume(folder: Path, side: int = 128, coils: int = 8) -> mrilab.LeastSquares:
    """Return the data term of a volume with two phase encodes, a quarter of their points, and write it for BART."""
    shape = (side, side, side)
    flat = mrilab.simulate_smaps(coils, shape[1:], raw=False)
    S = mrilab.Coils(np.ascontiguousarray(np.broadcast_to(flat[:, None], (coils, *shape))))
    mask = np.broadcast_to(mrilab.variable_density(shape[:2], 4, seed=0)[..., None], shape)
    A = mrilab.Mask(mask) @ mrilab.FFT(shape) @ S
    head = np.broadcast_to(mrilab.brain(shape[1:], split="test"), shape)
    y = A(head * np.hanning(side + 2)[1:-1, None, None].astype(np.float32))
    write(folder / "kspace", y)
    write(folder / "maps", S.smaps)
    return mrilab.LeastSquares(A, y)


def volume_task(folder: Path):
    """BART's wavelet has three axes, ours the two of each plane."""
    f = volume(folder)
    return (
        lambda: advance(spun(f, 0.002), 2),
        lambda: each(lambda n: pics(folder, "-l1", "-r", 0.002, "-i", n), 1, 3),
    )


def memory(folder: Path) -> dict:
    """Return the bytes of a volume's samples, and the most that its solution holds within so many iterations."""
    f = volume(folder)
    peaks = {}
    for count in (5, 10):
        tracemalloc.start()
        for _ in islice(spun(f, 0.002), count + 1):
            pass
        peaks[str(count)] = tracemalloc.get_traced_memory()[1] + f.y.nbytes + f.A.factors[-1].smaps.nbytes
        tracemalloc.stop()
    return {"samples": f.y.nbytes, "peak": peaks}


def maps_task(side: int, coils: int, folder: Path):
    f, _ = plane(folder, side, coils)
    y = np.array(f.y)
    return (
        lambda: measured(lambda: mrilab.espirit(y)),
        lambda: bart("ecalib", "-m1", folder / "kspace", folder / "found"),
    )


def spokes(folder: Path, shape=(256, 256)) -> np.ndarray:
    """Return 96 spokes; BART counts in pixels, x first."""
    k = mrilab.radial(96, 2 * shape[1])
    write(folder / "spokes", np.concatenate([k[..., ::-1] * shape, np.zeros_like(k[..., :1])], axis=-1))
    return k


def nufft_task(adjoint: bool, folder: Path, shape=(256, 256)):
    k = spokes(folder)
    A = mrilab.NUFFT(k, shape)
    images = np.repeat(mrilab.brain(shape)[None], 9, axis=0)
    x = A(images) if adjoint else images
    for n in (1, 9):
        write(folder / f"x{n}", x[:n].reshape((n, *k.shape[:2], 1) if adjoint else (n, 1, *shape)))
    options = ("-a", "-d", f"{shape[1]}:{shape[0]}:1") if adjoint else ()
    apply = A.H if adjoint else A
    return (
        lambda: measured(lambda: apply(x), 9),
        lambda: each(lambda n: bart("nufft", *options, folder / "spokes", folder / f"x{n}", folder / "out"), 1, 9),
    )


def radial_task(folder: Path, shape=(256, 256), coils: int = 12):
    k = spokes(folder)
    A = mrilab.NUFFT(k, shape) @ mrilab.Coils(mrilab.simulate_smaps(coils, shape, raw=False))
    y = A(mrilab.brain(shape))
    write(folder / "kspace", y.reshape(coils, *k.shape[:2], 1))
    write(folder / "maps", mrilab.simulate_smaps(coils, shape, raw=False)[:, None])
    f = mrilab.NormalEquations(A, y)
    return (
        lambda: advance(conjugate_gradient_iterates(f, f.zeros(), 0.01), 20),
        lambda: each(lambda n: pics(folder, "-l2", "-r", 0.01, "-i", n, "-t", folder / "spokes"), 2, 22),
    )


TASKS: dict[str, Callable] = {
    "l1-wavelet, 8 × 256², an iteration": partial(wavelet_task, 256, 8, 10, 40),
    "l1-wavelet, 32 × 512², an iteration": partial(wavelet_task, 512, 32, 1, 5),
    "l1-wavelet, 8 × 128³, an iteration": volume_task,
    "coil maps, 8 × 256²": partial(maps_task, 256, 8),
    "NUFFT, 96 spokes, 256²": partial(nufft_task, False),
    "adjoint NUFFT, 96 spokes, 256²": partial(nufft_task, True),
    "CG-SENSE, 12 × 96 spokes, an iteration": radial_task,
}


def quality(folder: Path, iteration: dict) -> dict:
    """Return the PSNR of both with the best λ of each, and the seconds to what BART reaches in 50 iterations."""
    f, reference = plane(folder, 256, 8)
    theirs: dict[int, float] = dict.fromkeys(COUNTS, 0.0)
    for lam in LAMBDAS:
        for count in COUNTS:
            pics(folder, "-l1", "-r", lam, "-i", count)
            image = np.fromfile(folder / "image.cfl", np.complex64).reshape(reference.shape)
            theirs[count] = max(theirs[count], mrilab.psnr(image, reference))
    curves = np.array(
        [[mrilab.psnr(x.value(), reference) for x, _ in islice(spun(f, lam), COUNTS[-1] + 1)] for lam in LAMBDAS]
    )
    best = curves.max(axis=0)
    needed = {"ours": int(np.argmax(best >= theirs[50])), "theirs": 50}
    return {
        "psnr": {
            "ours": {str(count): rounded(best[count]) for count in COUNTS},
            "theirs": {str(count): rounded(value) for count, value in theirs.items()},
        },
        "above": rounded(best[50] - theirs[50], 2),
        "iterations": needed,
        **{
            clock: {who: rounded(count * iteration[clock][who]["median"]) for who, count in needed.items()}
            for clock in ("seconds", "processor")
        },
        "processor_ratio": rounded(iteration["processor_ratio"]["median"] * needed["theirs"] / needed["ours"], 3),
    }


if __name__ == "__main__":
    ready.wait()
    print(json.dumps(measure(Path(sys.argv[1]), int(sys.argv[2]))))
