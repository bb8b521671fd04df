"""Compiled loops behind the NumPy fast paths; every one has a generic twin that it is tested against.

The kernels see complex arrays as pairs of floats, since all that is done to them (filtering, scaling, adding) acts on
real and imaginary parts alike. They release the GIL, so `split` can run them on plain threads.
This is the one file that imports numba, and it is itself imported at the first NumPy use of an operator.
"""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numba import njit

FAST = {"reassoc", "nsz", "contract", "arcp"}  # not "nnan": a NaN must stay a NaN
WIDTH = 512  # groups that are measured side by side
BLOCK = 2048  # floats that stay in the first cache while several arrays are added up


def workers():
    """Number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def split(kernel, n, *args, work=1 << 62):
    """Run `kernel(start, stop, *args)` over 0…n in one piece a core, and return what the pieces return.

    Jobs that touch fewer than 2¹⁶ numbers (`work`) are not worth a second thread.
    """
    parts = min(workers(), n) if work >= 1 << 16 else 1
    if parts <= 1:
        return [kernel(0, n, *args)]
    edges = [n * i // parts for i in range(parts + 1)]
    with ThreadPoolExecutor(parts) as pool:
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
def inner(start, stop, x, y):
    """Σ x·y: single precision inside a block, double precision over the blocks."""
    total = 0.0
    for a in range(start * BLOCK, min(stop * BLOCK, x.size), BLOCK):
        partial = x[:0].sum()  # a zero of the arrays' own type
        for i in range(a, min(a + BLOCK, x.size)):
            partial += x[i] * y[i]
        total += partial
    return total


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


@njit(nogil=True, cache=True, fastmath=FAST)
def _analyse_columns(x, y, lo, hi):
    """Rows 0…m of y = low-pass of the columns of x, rows m… = high-pass; both every second sample, periodic."""
    n, m, taps = x.shape[0], x.shape[0] // 2, lo.size
    a, b = np.empty((2, x.shape[1]), x.dtype)  # fresh arrays cannot overlap x: only so does the loop vectorise
    for k in range(m):
        a[:] = 0
        b[:] = 0
        for j in range(taps):
            row = x[(taps // 2 + 2 * k - j) % n]
            low, high = lo[j], hi[j]
            for i in range(a.size):
                a[i] += low * row[i]
                b[i] += high * row[i]
        y[k] = a
        y[k + m] = b


@njit(nogil=True, cache=True, fastmath=FAST)
def _synthesise_columns(y, x, lo, hi):
    """The transpose of `_analyse_columns`."""
    n, m, taps = x.shape[0], x.shape[0] // 2, lo.size
    row = np.empty(x.shape[1], x.dtype)
    for s in range(n):
        row[:] = 0
        for j in range((s - taps // 2) % 2, taps, 2):
            k = (s - taps // 2 + j) // 2 % m
            a, b, low, high = y[k], y[k + m], lo[j], hi[j]
            for i in range(row.size):
                row[i] += low * a[i] + high * b[i]
        x[s] = row


@njit(nogil=True, cache=True, fastmath=FAST)
def _analyse_rows(x, lo, hi):
    """The same along the rows of x, in place; a row is split into even and odd samples, extended periodically."""
    taps, m = lo.size, x.shape[1] // 4
    even, odd = np.empty((2, 2 * (m + 2 * taps)), x.dtype)
    a, b = np.empty((2, 2 * m), x.dtype)
    for r in range(x.shape[0]):
        row = x[r]
        for k in range(m + 2 * taps):
            s = (k - taps) % m
            even[2 * k], even[2 * k + 1] = row[4 * s], row[4 * s + 1]
            odd[2 * k], odd[2 * k + 1] = row[4 * s + 2], row[4 * s + 3]
        a[:] = 0
        b[:] = 0
        for j in range(taps):
            s = taps // 2 - j
            phase = (odd if s % 2 else even)[2 * (taps + s // 2) :]
            low, high = lo[j], hi[j]
            for i in range(a.size):
                a[i] += low * phase[i]
                b[i] += high * phase[i]
        row[: 2 * m] = a
        row[2 * m :] = b


@njit(nogil=True, cache=True, fastmath=FAST)
def _synthesise_rows(x, lo, hi):
    """The transpose of `_analyse_rows`, in place."""
    taps, m = lo.size, x.shape[1] // 4
    a, b = np.empty((2, 2 * (m + 2 * taps)), x.dtype)
    phase = np.empty(2 * m, x.dtype)
    for r in range(x.shape[0]):
        row = x[r]
        for k in range(m + 2 * taps):
            s = (k - taps) % m
            a[2 * k], a[2 * k + 1] = row[2 * s], row[2 * s + 1]
            b[2 * k], b[2 * k + 1] = row[2 * (m + s)], row[2 * (m + s) + 1]
        for parity in range(2):
            phase[:] = 0
            for j in range((taps // 2 - parity) % 2, taps, 2):
                first = 2 * (taps - (taps // 2 - j) // 2)
                low, high, left, right = lo[j], hi[j], a[first:], b[first:]
                for i in range(phase.size):
                    phase[i] += low * left[i] + high * right[i]
            for k in range(m):
                row[4 * k + 2 * parity], row[4 * k + 2 * parity + 1] = phase[2 * k], phase[2 * k + 1]


@njit(nogil=True, cache=True, fastmath=FAST)
def analyse(start, stop, x, y, level, lo, hi):
    """Wavelet coefficients y of the images x, both (batch, n, 2 w), packed as pywt.coeffs_to_array does."""
    n, w = x.shape[1:]
    for c in range(start, stop):
        image = x[c]
        for j in range(level):
            block = y[c, : n >> j, : w >> j]
            if j:
                image = block.copy()
            _analyse_columns(image, block, lo, hi)
            _analyse_rows(block, lo, hi)


@njit(nogil=True, cache=True, fastmath=FAST)
def synthesise(start, stop, y, x, level, lo, hi):
    """The transpose of `analyse`: images x from coefficients y."""
    n, w = x.shape[1:]
    for c in range(start, stop):
        x[c] = y[c]
        for j in range(level - 1, -1, -1):
            block = x[c, : n >> j, : w >> j]
            coeffs = block.copy()
            _synthesise_rows(coeffs, lo, hi)
            _synthesise_columns(coeffs, block, lo, hi)
