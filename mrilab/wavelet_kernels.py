"""The compiled loops of the wavelet transforms; `kernels` says how they see complex arrays, and runs them."""

import numpy as np
from numba import njit

from .kernels import FAST


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


@njit(nogil=True, cache=True, fastmath=FAST, inline="always")
def _extend(row, out, pad):
    """out = the complex row, continued periodically by `pad` samples on both sides."""
    w = row.size // 2
    s = -pad % w
    for k in range(out.size // 2):
        out[2 * k], out[2 * k + 1] = row[2 * s], row[2 * s + 1]
        s = s + 1 if s + 1 < w else 0


@njit(nogil=True, cache=True, fastmath=FAST)
def analyse_scale(start, stop, x, smooth, y, first, spacing, lo, hi):
    """One undecimated scale of the images x (batch, n, 2 w), row by row: `smooth` is low-pass along both axes, and y[:,
    first…] high-pass along the columns, the rows, and both. The taps lie `spacing` samples apart.
    """
    n, floats = x.shape[1:]
    taps, pad = lo.size, (lo.size // 2 + 1) * spacing
    columns, wide = np.empty((2, floats), x.dtype), np.empty((2, floats + 4 * pad), x.dtype)
    low, high = np.empty((2, floats), x.dtype)
    for i in range(start, stop):
        c, r = i // n, i % n
        columns[:] = 0
        for j in range(taps):
            row, left, right = x[c, (r + (taps // 2 - j) * spacing) % n], lo[j], hi[j]
            for k in range(floats):
                columns[0, k] += left * row[k]
                columns[1, k] += right * row[k]
        for band in range(2):
            _extend(columns[band], wide[band], pad)
            low[:] = 0
            high[:] = 0
            for j in range(taps):
                row, left, right = wide[band, 2 * (pad + (taps // 2 - j) * spacing) :], lo[j], hi[j]
                for k in range(floats):
                    low[k] += left * row[k]
                    high[k] += right * row[k]
            if band == 0:
                smooth[c, r], y[c, first + 1, r] = low, high
            else:
                y[c, first, r], y[c, first + 2, r] = low, high


@njit(nogil=True, cache=True, fastmath=FAST)
def synthesise_scale(start, stop, smooth, y, first, x, spacing, lo, hi):
    """The transpose of `analyse_scale`: images x from `smooth` and the bands y[:, first…]."""
    n, floats = x.shape[1:]
    taps, pad = lo.size, (lo.size // 2 + 1) * spacing
    columns, wide = np.empty((2, floats), x.dtype), np.empty((2, floats + 4 * pad), x.dtype)
    out = np.empty(floats, x.dtype)
    for i in range(start, stop):
        c, r = i // n, i % n
        columns[:] = 0
        for j in range(taps):
            s, left, right = (r - (taps // 2 - j) * spacing) % n, lo[j], hi[j]
            a, down, across, both = smooth[c, s], y[c, first, s], y[c, first + 1, s], y[c, first + 2, s]
            for k in range(floats):
                columns[0, k] += left * a[k] + right * down[k]
                columns[1, k] += left * across[k] + right * both[k]
        for band in range(2):
            _extend(columns[band], wide[band], pad)
        out[:] = 0
        for j in range(taps):
            s, left, right = 2 * (pad - (taps // 2 - j) * spacing), lo[j], hi[j]
            a, b = wide[0, s:], wide[1, s:]
            for k in range(floats):
                out[k] += left * a[k] + right * b[k]
        x[c, r] = out
