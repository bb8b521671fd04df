"""Compiled loops for NumPy arrays. For each there is generic code for all libraries, with a test that both agree.

Most loops process complex arrays as pairs of floats, because filtering, scaling and adding act on real and imaginary
parts in the same way. They release the GIL, so `split` can run them on threads. Only this file and
`operators.wavelet_loops` are compiled; both are imported when an operator is first applied to a NumPy array.
"""

import numpy as np

from ..progress import announce_compiling
from .compiled import compiled, inlined

WIDTH = 512  # groups whose norms are computed together
BLOCK = 512  # floats that fit in the first-level cache while several arrays are added
MOST = 8  # arrays in a sum

announce_compiling((__name__, "mrilab.operators.wavelet_loops"))


def filled(arrays):
    """Return a tuple of `MOST` arrays, so that one compiled kernel serves all sums: it reads as many as it has
    coefficients. For more than that another is compiled.
    """
    return (*arrays, *[arrays[0]] * (MOST - len(arrays)))


@inlined
def _sum_up(coeffs, arrays, a, b, total):
    """total = Σ coeffs[i] · arrays[i][a:b]; as a kernel's own array it overlaps no other, so the loops vectorise."""
    c, x = coeffs[0], arrays[0][a:b]
    for i in range(b - a):
        total[i] = c * x[i]
    for j in range(1, coeffs.size):
        c, x = coeffs[j], arrays[j][a:b]
        if c != 0:
            for i in range(b - a):
                total[i] += c * x[i]


@compiled
def combine(start, stop, out, coeffs, arrays):
    """out = Σ coeffs[i] · arrays[i], block by block; `out` may be one of the arrays."""
    total = np.empty(BLOCK, out.dtype)
    for a in range(start * BLOCK, min(stop * BLOCK, out.size), BLOCK):
        b = min(a + BLOCK, out.size)
        _sum_up(coeffs, arrays, a, b, total)
        out[a:b] = total[: b - a]


@inlined
def _add_products(coeffs, arrays, a, b, x, y, totals):
    """Add what arrays[i][a:b] contribute to the products of `inners`; x and y are room to work in."""
    for k in range(totals.size):
        if k == 0:
            _sum_up(coeffs[0], arrays, a, b, x)
        _sum_up(coeffs[k + 1], arrays, a, b, y)
        partial = x[:0].sum()  # a zero of the arrays' own type
        for i in range(b - a):
            partial += x[i] * y[i]
        totals[k] += partial


@compiled
def inners(start, stop, coeffs, arrays):
    """⟨x, yₖ⟩ of x = Σ coeffs[0, i] · arrays[i] and yₖ = Σ coeffs[k, i] · arrays[i], k > 0: single precision inside a
    block, double precision over the blocks.
    """
    x, y = np.empty((2, BLOCK), coeffs.dtype)
    totals = np.zeros(coeffs.shape[0] - 1)
    for a in range(start * BLOCK, min(stop * BLOCK, arrays[0].size), BLOCK):
        _add_products(coeffs, arrays, a, min(a + BLOCK, arrays[0].size), x, y, totals)
    return totals


@compiled
def weight(start, stop, smaps, x, out):
    """out[b, c] = smaps[c] · x[b] for the images start…stop of out (batch · coils, pixels), all complex."""
    coils = smaps.shape[0]
    for i in range(start, stop):
        s, row, res = smaps[i % coils], x[i // coils], out[i]
        for p in range(res.size):
            res[p] = s[p] * row[p]


@compiled
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


@compiled
def accumulate(smap, y, total):
    """total[b] += conj(smap) · y[b], row by row, all complex; y and total are (batch, rows, columns), and the rows of y
    may have gaps between them.
    """
    for b in range(y.shape[0]):
        for r in range(y.shape[1]):
            s, row, res = smap[r], y[b, r], total[b, r]
            for p in range(res.size):
                res[p] += s[p].conjugate() * row[p]


@compiled
def _scaled_norm(z, i):
    """The norm of one group, without overflow: its numbers are divided by the largest first."""
    largest, total = 0.0, 0.0
    for g in range(z.shape[0]):
        for part in range(2 * i, 2 * i + 2):
            size = abs(np.float64(z[g, part]))
            if np.isnan(size):
                return size
            largest = max(largest, size)
    if largest == 0 or largest == np.inf:
        return largest
    for g in range(z.shape[0]):
        for part in range(2 * i, 2 * i + 2):
            total += (z[g, part] / largest) ** 2
    return largest * np.sqrt(total)


@inlined
def _group_norms(z, first, last, norm):
    """norm[i] = ‖group i‖ for the groups first…last along axis 0 of z (group, 2 · after)."""
    square = np.zeros(2 * (last - first), z.dtype)
    for g in range(z.shape[0]):
        row = z[g, 2 * first : 2 * last]
        for i in range(square.size):
            square[i] += row[i] * row[i]
    info = np.finfo(z.dtype)
    low, high, outside = info.tiny / info.eps, info.max, 0
    for i in range(last - first):
        total = square[2 * i] + square[2 * i + 1]
        norm[i] = np.sqrt(total)
        outside += not low < total < high
    if outside:  # squares that overflowed or lost digits, zeros and NaN: so rare that these loops may be slow
        for i in range(last - first):
            if not low < norm[i] * norm[i] < high:
                norm[i] = _scaled_norm(z, first + i)


@inlined
def _sum_groups(coeffs, arrays, b, first, last, after, z, norm):
    """z (group, 2 · WIDTH) = the groups first…last of Σ coeffs[i] · arrays[i], flat ones, in block b; norm = theirs."""
    for g in range(z.shape[0]):
        row = (b * z.shape[0] + g) * 2 * after
        _sum_up(coeffs, arrays, row + 2 * first, row + 2 * last, z[g])
    _group_norms(z, 0, last - first, norm)


@compiled
def shrink_groups(start, stop, coeffs, arrays, out, store, threshold, keep, gain, rows):
    """out = keep · z + gain · z · max(1 − threshold / ‖group of z‖, 0) with z = Σ coeffs[i] · arrays[i], all of them
    flat; the groups lie along axis 1 of out (before, group, 2 · after). `store`, flat, takes z unless it is empty.

    Returns the products of `inners` with coefficients `rows`, if there are any: they are taken block by block, while
    all of the arrays, among which `store` and `out` may be, lie in the cache.
    """
    groups, after = out.shape[1], out.shape[2] // 2
    blocks = -(-after // WIDTH)
    norm, factor = np.empty(WIDTH, out.dtype), np.empty(2 * WIDTH, out.dtype)
    z = np.empty((groups, 2 * WIDTH), out.dtype)
    x, y = np.empty((2, 2 * WIDTH), out.dtype)
    totals = np.zeros(max(rows.shape[0] - 1, 0))
    for block in range(start, stop):
        b, first = block // blocks, block % blocks * WIDTH
        last = min(first + WIDTH, after)
        _sum_groups(coeffs, arrays, b, first, last, after, z, norm)
        for i in range(last - first):
            factor[2 * i : 2 * i + 2] = keep + gain * (0 if norm[i] <= threshold else 1 - threshold / norm[i])
        for g in range(groups):
            row = (b * groups + g) * 2 * after
            part, res = z[g, : 2 * (last - first)], out[b, g, 2 * first : 2 * last]
            if store.size:
                store[row + 2 * first : row + 2 * last] = part
            for i in range(res.size):
                res[i] = factor[i] * part[i]
            if totals.size:
                _add_products(rows, arrays, row + 2 * first, row + 2 * last, x, y, totals)
    return totals


@compiled
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
