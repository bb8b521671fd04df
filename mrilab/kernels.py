"""Compiled loops behind the NumPy fast paths; every one has a generic twin that it is tested against.

The kernels see complex arrays as pairs of floats, since all that is done to them (filtering, scaling, adding) acts on
real and imaginary parts alike. They release the GIL, so `split` can run them on plain threads.
This file and `wavelet_kernels` alone import numba, and are imported at the first NumPy use of an operator.
"""

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numba import njit

from .progress import announce_compiling

FAST = {"reassoc", "nsz", "contract", "arcp"}  # not "nnan": a NaN must stay a NaN
WIDTH = 512  # groups that are measured side by side
BLOCK = 2048  # floats that stay in the first cache while several arrays are added up

announce_compiling((__name__, f"{__package__}.wavelet_kernels"))


_here = threading.local()


def workers():
    """Number of cores that this process may use, or 1 within a piece of a `split`: the others have pieces too."""
    if hasattr(_here, "in_a_piece"):
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def split(kernel, n, *args, work=1 << 62):
    """Run `kernel(start, stop, *args)` over 0…n in one piece a core, and return what the pieces return.

    The kernel is a compiled loop, or a function that calls such: within a piece nothing is split again.

    Jobs that touch fewer than 2¹⁶ numbers (`work`) are not worth a second thread.
    """
    parts = min(workers(), n) if work >= 1 << 16 else 1
    if parts <= 1:
        return [kernel(0, n, *args)]
    edges = [n * i // parts for i in range(parts + 1)]
    with ThreadPoolExecutor(parts, initializer=setattr, initargs=(_here, "in_a_piece", True)) as pool:
        return list(pool.map(lambda i: kernel(edges[i], edges[i + 1], *args), range(parts)))


@njit(nogil=True, cache=True, fastmath=FAST)
def combine(start, stop, out, coeffs, arrays):
    """out = Σ coeffs[i] · arrays[i], block by block; `out` may be one of the arrays."""
    for a in range(start * BLOCK, min(stop * BLOCK, out.size), BLOCK):
        b = min(a + BLOCK, out.size)
        total = coeffs[0] * arrays[0][a:b]
        for j in range(1, len(arrays)):
            c, x = coeffs[j], arrays[j][a:b]
            for i in range(b - a):
                total[i] += c * x[i]
        out[a:b] = total


@njit(nogil=True, cache=True, fastmath=FAST)
def inner(start, stop, x, coeffs, arrays):
    """Σ x · Σ coeffs[i] · arrays[i]: single precision inside a block, double precision over the blocks."""
    total = 0.0
    for a in range(start * BLOCK, min(stop * BLOCK, x.size), BLOCK):
        b = min(a + BLOCK, x.size)
        y = coeffs[0] * arrays[0][a:b]
        for j in range(1, len(arrays)):
            c, more = coeffs[j], arrays[j][a:b]
            for i in range(b - a):
                y[i] += c * more[i]
        partial = x[:0].sum()  # a zero of the arrays' own type
        for i in range(b - a):
            partial += x[a + i] * y[i]
        total += partial
    return total


@njit(nogil=True, cache=True, fastmath=FAST)
def weight(start, stop, smaps, x, out):
    """out[b, c] = smaps[c] · x[b] for the images start…stop of out (batch · coils, pixels), all complex."""
    coils = smaps.shape[0]
    for i in range(start, stop):
        s, row, res = smaps[i % coils], x[i // coils], out[i]
        for p in range(res.size):
            res[p] = s[p] * row[p]


@njit(nogil=True, cache=True, fastmath=FAST)
def unweight(start, stop, smaps, y, out):
    """out[b] = Σ_c conj(smaps[c]) · y[b, c], block by block; y is (batch, coils, pixels), all complex."""
    coils, pixels = smaps.shape
    blocks = -(-pixels // WIDTH)
    for block in range(start, stop):
        b, first = block // blocks, block % blocks * WIDTH
        last = min(first + WIDTH, pixels)
        total = np.zeros(last - first, out.dtype)
        for c in range(coils):
            s, row = smaps[c, first:last], y[b, c, first:last]
            for p in range(total.size):
                total[p] += s[p].conjugate() * row[p]
        out[b, first:last] = total


@njit(nogil=True, cache=True, fastmath=FAST, inline="always")
def _group_norms(z, first, last, norm):
    """norm[i] = ‖group i‖ for the groups first…last along axis 0 of z (group, 2 · after)."""
    square = np.zeros(2 * (last - first), z.dtype)
    for g in range(z.shape[0]):
        row = z[g, 2 * first : 2 * last]
        for i in range(square.size):
            square[i] += row[i] * row[i]
    for i in range(last - first):
        norm[i] = np.sqrt(square[2 * i] + square[2 * i + 1])


@njit(nogil=True, cache=True, fastmath=FAST)
def shrink_groups(start, stop, z, out, threshold):
    """out = z · max(1 − threshold / ‖group‖, 0), the groups along axis 1 of z (before, group, 2 · after)."""
    after = z.shape[2] // 2
    blocks = -(-after // WIDTH)
    norm = np.empty(WIDTH, z.dtype)
    factor = np.empty(2 * WIDTH, z.dtype)
    for block in range(start, stop):
        b, first = block // blocks, block % blocks * WIDTH
        last = min(first + WIDTH, after)
        _group_norms(z[b], first, last, norm)
        for i in range(last - first):
            factor[2 * i : 2 * i + 2] = 0 if norm[i] <= threshold else 1 - threshold / norm[i]
        for g in range(z.shape[1]):
            row, res = z[b, g, 2 * first : 2 * last], out[b, g, 2 * first : 2 * last]
            for i in range(row.size):
                res[i] = factor[i] * row[i]


@njit(nogil=True, cache=True, fastmath=FAST)
def sum_group_norms(start, stop, z):
    """Σ ‖group‖, the groups along axis 1 of z (before, group, 2 · after), summed in double precision."""
    after = z.shape[2] // 2
    blocks = -(-after // WIDTH)
    norm = np.empty(WIDTH, z.dtype)
    total = 0.0
    for block in range(start, stop):
        b, first = block // blocks, block % blocks * WIDTH
        last = min(first + WIDTH, after)
        _group_norms(z[b], first, last, norm)
        for i in range(last - first):
            total += np.float64(norm[i])
    return total
