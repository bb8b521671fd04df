"""Compiled loops of the wavelet transforms; `arrays.loops` explains how they process complex arrays."""

import numpy as np

from ..arrays.compiled import compiled, inlined


@inlined
def _add_taps(a, b, w, r, s, t, lo, hi, j):
    """a and b += the rows w, r, s, t times the taps j…j + 3 of each filter, in one pass over a and b."""
    l0, l1, l2, l3 = lo[j], lo[j + 1], lo[j + 2], lo[j + 3]
    h0, h1, h2, h3 = hi[j], hi[j + 1], hi[j + 2], hi[j + 3]
    for i in range(a.size):
        a[i] += l0 * w[i] + l1 * r[i] + l2 * s[i] + l3 * t[i]
        b[i] += h0 * w[i] + h1 * r[i] + h2 * s[i] + h3 * t[i]


@inlined
def _wrap(row, margin):
    """Continue the middle of a complex row periodically into `margin` samples on both sides."""
    m = row.size // 2 - 2 * margin
    for k in range(margin):
        left, right = 2 * (margin + (k - margin) % m), 2 * (margin + k % m)
        row[2 * k], row[2 * k + 1] = row[left], row[left + 1]
        row[2 * (margin + m + k)], row[2 * (margin + m + k) + 1] = row[right], row[right + 1]


@inlined
def _analyse_row(row, even, odd, a, b, lo, hi, half):
    """a, b = low-pass and high-pass of a row, which is split into even and odd samples and extended periodically."""
    taps, m = lo.size, row.size // 4
    for k in range(m):
        i = 2 * (k + taps)
        even[i], even[i + 1], odd[i], odd[i + 1] = row[4 * k], row[4 * k + 1], row[4 * k + 2], row[4 * k + 3]
    _wrap(even, taps)
    _wrap(odd, taps)
    a[:] = 0
    b[:] = 0
    first, second = (odd, even) if half % 2 else (even, odd)
    for j in range(0, taps, 4):
        s, t = 2 * (taps + (half - j) // 2), 2 * (taps + (half - j - 1) // 2)
        _add_taps(a, b, first[s:], second[t:], first[s - 2 :], second[t - 2 :], lo, hi, j)


@compiled
def _analyse_scale(x, y, lo, hi, half):
    """Write one scale of an image x to the corner of y: rows 0…m are low-pass along the columns of x, rows m…2m
    high-pass; in each row, the first half is low-pass along the row and the second high-pass. Every second sample is
    kept; boundaries are periodic.
    """
    n, floats = x.shape
    m, w = n // 2, floats // 2
    low, high = np.empty((2, floats), x.dtype)  # new arrays cannot overlap x, so the loops vectorise
    even, odd = np.empty((2, w + 4 * lo.size), x.dtype)
    a, b = np.empty((2, w), x.dtype)
    for k in range(m):
        low[:] = 0
        high[:] = 0
        for j in range(0, lo.size, 4):
            s = half + 2 * k - j
            _add_taps(low, high, x[s % n], x[(s - 1) % n], x[(s - 2) % n], x[(s - 3) % n], lo, hi, j)
        _analyse_row(low, even, odd, a, b, lo, hi, half)
        y[k, :w], y[k, w:floats] = a, b
        _analyse_row(high, even, odd, a, b, lo, hi, half)
        y[k + m, :w], y[k + m, w:floats] = a, b


@inlined
def _add_pairs(out, p, q, r, s, lo, hi, j):
    """out += p, r times the low-pass taps j, j + 2, and q, s times the high-pass ones."""
    l0, h0, l1, h1 = lo[j], hi[j], lo[j + 2], hi[j + 2]
    for i in range(out.size):
        out[i] += l0 * p[i] + h0 * q[i] + l1 * r[i] + h1 * s[i]


@inlined
def _synthesise_row(a, b, even, odd, row, lo, hi, half):
    """The transpose of `_analyse_row`; a and b have a margin of lo.size samples on both sides."""
    taps = lo.size
    _wrap(a, taps)
    _wrap(b, taps)
    even[:] = 0
    odd[:] = 0
    for j in range(half % 2, taps, 4):
        s = 2 * (taps - (half - j) // 2)
        _add_pairs(even, a[s:], b[s:], a[s + 2 :], b[s + 2 :], lo, hi, j)
    for j in range((half - 1) % 2, taps, 4):
        s = 2 * (taps - (half - j) // 2)
        _add_pairs(odd, a[s:], b[s:], a[s + 2 :], b[s + 2 :], lo, hi, j)
    for k in range(even.size // 2):
        i = 2 * k
        row[2 * i], row[2 * i + 1], row[2 * i + 2], row[2 * i + 3] = even[i], even[i + 1], odd[i], odd[i + 1]


@compiled
def _synthesise_scale(coarse, y, x, lo, hi, half):
    """The transpose of `_analyse_scale`: an image x from coefficients y, with `coarse` for their first quarter."""
    n, floats = x.shape
    m, w, margin = n // 2, floats // 2, 2 * lo.size
    a, b = np.empty((2, w + 2 * margin), x.dtype)
    even, odd, left, right = np.empty((4, w), x.dtype)
    for s in range(n):
        left[:] = 0
        right[:] = 0
        for j in range((s - half) % 2, lo.size, 4):
            k = (s - half + j) // 2 % m
            i = (k + 1) % m
            _add_pairs(left, coarse[k], y[k + m], coarse[i], y[i + m], lo, hi, j)
            _add_pairs(right, y[k, w:], y[k + m, w:], y[i, w:], y[i + m, w:], lo, hi, j)
        a[margin : margin + w], b[margin : margin + w] = left, right
        _synthesise_row(a, b, even, odd, x[s], lo, hi, half)


@compiled
def analyse(start, stop, x, y, level, lo, hi, half):
    """Wavelet coefficients y of the images x, both (batch, n, 2 w), packed as pywt.coeffs_to_array does."""
    n, w = x.shape[1:]
    for c in range(start, stop):
        image = x[c]
        for j in range(level):
            if j:
                image = y[c, : n >> j, : w >> j].copy()
            _analyse_scale(image, y[c], lo, hi, half)


@compiled
def synthesise(start, stop, y, x, level, lo, hi, half):
    """The transpose of `analyse`: images x from coefficients y."""
    n, w = x.shape[1:]
    for c in range(start, stop):
        coarse = y[c, : n >> level, : w >> level].copy()  # contiguous, so that the loops vectorise
        for j in range(level - 1, -1, -1):
            image = x[c] if j == 0 else np.empty((n >> j, w >> j), x.dtype)
            _synthesise_scale(coarse, y[c], image, lo, hi, half)
            coarse = image


@inlined
def _extend(row, out, pad):
    """out = the complex row, continued periodically by `pad` samples on both sides."""
    w = row.size // 2
    s = -pad % w
    for k in range(out.size // 2):
        out[2 * k], out[2 * k + 1] = row[2 * s], row[2 * s + 1]
        s = s + 1 if s + 1 < w else 0


@compiled
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


@compiled
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
