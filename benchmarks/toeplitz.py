"""The Toeplitz gram against two NUFFTs: time of AᴴA x, set-up, and how far the results differ.

    python benchmarks/toeplitz.py [--size 256] [--repeats 15]

Golden-angle spokes, R = 4, twice as many samples as pixels across (101 × 512 at 256²), complex64, 1 and 8 images at
once. The calls alternate, and the ratio is that of their medians, so it depends little on what else runs.
"""

import argparse
import platform
import time
from functools import partial

import numpy as np

from mrilab import NUFFT, radial, shots_for
from mrilab.arrays.threads import workers
from mrilab.operators.toeplitz import ToeplitzGram


def timed(call):
    start = time.perf_counter()
    result = call()
    return time.perf_counter() - start, result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--repeats", type=int, default=15)
    args = parser.parse_args()
    shape = (args.size, args.size)
    k = radial(shots_for(shape, 4), 2 * args.size, golden=True)
    A = NUFFT(k, shape)
    set_up, gram = timed(lambda: ToeplitzGram(A))
    print(f"{platform.processor() or platform.machine()}, {workers()} threads; {k.shape[0]} × {k.shape[1]} samples")
    print(f"set-up of the gram: {1e3 * set_up:.0f} ms")
    rng = np.random.default_rng(0)
    for count in (1, 8):
        x = rng.standard_normal((2, count, *shape), np.float32)
        x = x[0] + 1j * x[1]
        gap = np.linalg.norm(gram(x) - A.H(A(x))) / np.linalg.norm(gram(x))
        calls = partial(lambda x: A.H(A(x)), x), partial(gram, x)
        pairs = [[timed(call)[0] for call in calls] for _ in range(args.repeats)]
        nufft, toeplitz = np.median(pairs, axis=0)
        print(
            f"{count} images: NUFFTs {1e3 * nufft:.1f} ms, Toeplitz {1e3 * toeplitz:.1f} ms, "
            f"ratio {nufft / toeplitz:.1f}, relative difference {gap:.1e}"
        )


if __name__ == "__main__":
    main()
