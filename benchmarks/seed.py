"""Time and memory of the seed's reconstruction: 32 × 512², sym8 at 4 scales, a quarter of the lines.

    python benchmarks/seed.py [fista | pogm | condat_vu] [--iterations 100] [--oscar SLOPE]

Prints the first call (compilation, or reading its cache), set-up, time an iteration, the whole run with its costs,
peak memory, and the ratio to a pair of FFTs timed in the same run, which hardly depends on the machine.
"""

import argparse
import platform
import resource
import time

import numpy as np
import scipy.fft

import mrilab
from mrilab.arrays.threads import workers

SHAPE, COILS = (512, 512), 32


def timed(call):
    start = time.perf_counter()
    result = call()
    return time.perf_counter() - start, result


def data(shape=SHAPE, coils=COILS):
    """A made-up scan: the values do not matter for the time, the sparsity of a natural image hardly."""
    smaps = mrilab.simulate_smaps(coils, shape, raw=False)
    mask = mrilab.random_lines(shape, 4, center=shape[0] // 16, seed=0)
    return mask, mrilab.simulate(mrilab.brain(shape, contrast="T1"), smaps, shape, noise=0.004) * mask


def set_up(mask, y, slope, analysis):
    Psi = mrilab.Wavelet("sym8", SHAPE, level=4)
    A = mrilab.Mask(mask) @ mrilab.FFT(SHAPE)
    f = mrilab.LeastSquares(A @ Psi.H, y)
    make = (lambda lam: mrilab.GroupL1(lam, -3)) if slope is None else (lambda lam: mrilab.OSCAR(lam, slope, Psi.bands))
    g = make(1.5e-3 * mrilab.lambda_max(f, make(1.0)))
    return (mrilab.LeastSquares(A, y), g, Psi) if analysis else (f, g)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("solver", nargs="?", default="fista", choices=["fista", "pogm", "condat_vu"])
    parser.add_argument("--iterations", type=int, default=100)
    parser.add_argument("--oscar", type=float, metavar="SLOPE")
    options = parser.parse_args()
    solve = getattr(mrilab, options.solver)
    analysis = options.solver == "condat_vu"

    mask, y = data()
    small = tuple(slice(0, n) for n in (2, 64, 64))
    first, _ = timed(lambda: tiny(solve, analysis, options.oscar, y[small]))
    setup, problem = timed(lambda: set_up(mask, y, options.oscar, analysis))
    whole, result = timed(lambda: solve(*problem, max_iter=options.iterations, progress=False))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    pair = np.median([timed(lambda: scipy.fft.ifft2(scipy.fft.fft2(y, workers=2), workers=2))[0] for _ in range(5)])
    iteration = result.times[-1] / options.iterations
    print(f"{platform.processor() or platform.machine()}, {workers()} cores, Python {platform.python_version()}")
    print(f"{options.solver}, {problem[1]!r}, {options.iterations} iterations, cost {result.costs[-1]:.5f}")
    print(f"first call  {first:7.2f} s")
    print(f"set-up      {setup:7.2f} s")
    print(f"whole run   {whole:7.2f} s")
    print(f"iteration   {1e3 * iteration:7.1f} ms = {iteration / pair:.2f} pairs of FFTs ({1e3 * pair:.1f} ms)")
    print(f"peak memory {peak:7.2f} GB")


def tiny(solve, analysis, slope, y):
    """Run everything once on 64 × 64, to compile it."""
    Psi = mrilab.Wavelet("sym8", y.shape[-2:], level=2)
    A = mrilab.Mask(np.ones(y.shape[-2:], bool)) @ mrilab.FFT(y.shape[-2:])
    g = mrilab.GroupL1(0.01, -3) if slope is None else mrilab.OSCAR(0.01, slope, Psi.bands)
    problem = (mrilab.LeastSquares(A, y), g, Psi) if analysis else (mrilab.LeastSquares(A @ Psi.H, y), g)
    return solve(*problem, max_iter=2, progress=False)


if __name__ == "__main__":
    main()
