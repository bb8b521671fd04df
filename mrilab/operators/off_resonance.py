"""Off-resonance: samples that are taken one after another while the field turns the magnetisation, by time segments."""

import numpy as np

from ..arrays.checks import check_values, whole, within
from ..arrays.libraries import Array, Constant, namespace, shown
from .linop import LinearOperator

MOST_TURNS = 200.0  # of the phase between the extremes of field and time; beyond that, units must be wrong
FINEST = 1e-6  # the least tolerance: below it, the cutoff of the pseudo-inverse counts
CUTOFF = 1e-7  # of singular values, relative


class OffResonance(LinearOperator):
    """A Fourier operator F whose samples are taken at the times t_j, in an inhomogeneous field f(r).

    y_j = Σ_r x(r) exp(2πi f(r) t_j) F_j(r), where F_j(r) is the wave of F that sample j measures, exp(−2πi k_j·r)/√N.
    The sign is that of `simulate`. The phase of the field depends on pixel and sample together, but is nearly a sum
    over a few times t̄_l, the Chebyshev points of the readout:

        exp(2πi f t) ≈ Σ_l b_l(t) exp(2πi f t̄_l),   so   A = Σ_l B_l F P_l,

    with P_l the phase of the image at t̄_l, and B_l weights of the samples: a transform per segment. For each t the b_l
    minimise the squared error, summed over the pixels by a histogram of the field; no other weights have a smaller one.
    At evenly spaced t̄_l they would grow with the number of segments, and rounding with them. The adjoint is exact: that
    of the sum.

    Parameters
    ----------
    F : LinearOperator
        From an image (H, W) or (D, H, W) to samples: `FFT`, `NUFFT`, `Mask(mask) @ FFT(shape)`. Coils come behind:
        OffResonance(F, field, times) @ Coils(smaps).
    field : real array of shape F.shape_in
        Off-resonance f in Hz, such as from `field_map`. Set it to 0 where there is no signal: frequencies that no pixel
        needs cost segments.
    times : real array
        Times of the samples in seconds, counted from when the phase is 0: for a spin echo from the echo, else from the
        excitation. Of the shape of the samples, with 1 along axes where all are alike: (1, W) for columns of k-space
        that are taken one after another. For a NUFFT (K,) or (shots, samples).
    segments : int, optional
        The number of t̄_l. By default the least for which `error` is at most `tol`.
    tol : float
        The error allowed, from 10⁻⁶ to 1.

    Attributes
    ----------
    segments : int
    error : float
        The predicted error: the root mean square of exp(2πi f t) − Σ_l b_l(t) exp(2πi f t̄_l) over the pixels, at the
        worst time. Relative to the data of an image of white noise; an image that is bright only where the field is
        rare may have a larger one.
    field, times : array
    centres : float64 NumPy array (segments,)
        The times t̄_l.

    Raises
    ------
    TypeError
        If F is no operator, field or times are not real, or images or data not complex.
    ValueError
        For a field or times of another shape, with NaN or infinite values, for a phase of over 200 turns (are they
        in Hz and in seconds?), fewer than 1 segment, or a tolerance out of range.

    References
    ----------
    Noll, Meyer, Pauly, Nishimura and Macovski, A homogeneity correction method for magnetic resonance imaging with
    time-varying gradients, IEEE Trans. Med. Imaging 10 (1991), for time segments; Sutton, Noll and Fessler, Fast,
    iterative image reconstruction for MRI in the presence of field inhomogeneities, IEEE Trans. Med. Imaging 22 (2003),
    for optimal interpolators; Fessler et al., Toeplitz-based iterative image reconstruction for MRI with correction for
    magnetic field inhomogeneity, IEEE Trans. Signal Process. 53 (2005), for their histogram.

    Examples
    --------
    >>> from mrilab import FFT
    >>> field, times = np.full((4, 8), 50.0), np.linspace(-0.01, 0.01, 8)[None]
    >>> A = OffResonance(FFT((4, 8)), field, times)
    >>> x = np.ones((4, 8), complex)
    >>> A.segments, bool(np.allclose(A(x), FFT((4, 8))(x) * np.exp(2j * np.pi * 50 * times)))  # one frequency
    (1, True)
    """

    needs_complex = True

    def __init__(
        self, F: LinearOperator, field: Array, times: Array, *, segments: int | None = None, tol: float = 1e-3
    ):
        if not isinstance(F, LinearOperator):
            raise TypeError(f"OffResonance takes a linear operator, got {type(F).__name__}: {F!r:.60}")
        super().__init__(F.shape_out, F.shape_in)
        f, t = _checked(field, times, F)
        bins = _histogram(f, np.ptp(t))
        if segments is None:
            segments = _fewest(bins, t, within("tol", tol, FINEST, 1))
        self.F, self.segments = F, whole("segments", segments, 1)
        self.field, self.times, self.centres = shown(f), shown(t), _centres(t, segments)
        self.error = _error(bins, t, segments)
        self._phases = Constant(_turn(self.centres, f))
        self._weights = Constant(_weights(bins, t, self.centres))

    def _op(self, x):
        pairs = zip(self._weights.like(x), self._phases.like(x))
        return sum(b * self.F._op(c * x) for b, c in pairs)

    def _adj_op(self, y):
        conj = namespace(y).conj
        pairs = zip(conj(self._weights.like(y)), conj(self._phases.like(y)))
        return sum(c * self.F._adj_op(b * y) for b, c in pairs)

    def check_data(self, y):
        self.F.check_data(y)


def _checked(field: Array, times: Array, F: LinearOperator) -> tuple[np.ndarray, np.ndarray]:
    """Return field and times as float64 NumPy arrays; raise unless they fit the operator and each other."""
    f = check_values(field, "the field", real=True).astype(np.float64)
    t = check_values(times, "the times", real=True).astype(np.float64)
    if f.shape != F.shape_in:
        raise ValueError(f"the field must have the shape of the image, {F.shape_in}, got {f.shape}")
    samples = F.shape_out
    if samples == (t.size,):
        t = t.ravel()
    if t.ndim != len(samples) or any(n not in (1, size) for n, size in zip(t.shape, samples)):
        raise ValueError(f"times must have the shape of the samples, {samples}, or 1 along an axis, got {t.shape}")
    turns = np.ptp(f) * np.ptp(t)
    if turns > MOST_TURNS:
        raise ValueError(
            f"a field over {np.ptp(f):.4g} Hz and times over {np.ptp(t):.4g} s turn the phase {turns:.4g} times, at "
            f"most {MOST_TURNS:.0f} are possible: give Hz and seconds, and 0 Hz where there is no signal"
        )
    return f, t


def _histogram(f: np.ndarray, duration: float) -> tuple[np.ndarray, np.ndarray]:
    """Return frequencies and the roots of their shares of the pixels; 8 bins and more a turn of the phase."""
    low, high = f.min(), f.max()
    if low == high:
        return np.array([low]), np.ones(1)
    count = 64 + int(8 * (high - low) * duration)
    half = (high - low) / (count - 1) / 2
    shares, edges = np.histogram(f, count, (low - half, high + half))
    there = shares > 0
    return (edges[:-1] + half)[there], np.sqrt(shares[there] / f.size)


def _centres(t: np.ndarray, segments: int) -> np.ndarray:
    """Return the Chebyshev points between the first and the last time.

    >>> _centres(np.array([0.0, 2.0]), 2).round(3)
    array([0.293, 1.707])
    """
    points = np.cos(np.pi * (np.arange(segments)[::-1] + 0.5) / segments)
    return (t.min() + t.max()) / 2 + np.ptp(t) / 2 * points


def _turn(t: np.ndarray, f: np.ndarray) -> np.ndarray:
    """Return exp(2πi f t) for all times, then all frequencies."""
    return np.exp(2j * np.pi * np.multiply.outer(t, f))


def _weights(bins: tuple[np.ndarray, np.ndarray], t: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Return the b_l(t), of shape (segments, *t.shape): least squares over the bins, weighted by their pixels."""
    frequencies, roots = bins
    solve = np.linalg.pinv((_turn(centres, frequencies) * roots).T, CUTOFF)
    distinct, where = np.unique(t, return_inverse=True)
    parts = np.array_split(distinct, -(-distinct.size // 1024))  # all at once would be large
    b = np.concatenate([solve @ (_turn(part, frequencies) * roots).T for part in parts], axis=1)
    return b[:, where.reshape(t.shape)]


def _error(bins: tuple[np.ndarray, np.ndarray], t: np.ndarray, segments: int) -> float:
    """Return the root mean square error over the pixels, at the worst of some times from the first to the last."""
    frequencies, roots = bins
    some = np.linspace(t.min(), t.max(), 64 + int(8 * np.ptp(frequencies) * np.ptp(t)))
    centres = _centres(t, segments)
    gap = _turn(some, frequencies) - _weights(bins, some, centres).T @ _turn(centres, frequencies)
    return float(np.linalg.norm(gap * roots, axis=1).max())


def _fewest(bins: tuple[np.ndarray, np.ndarray], t: np.ndarray, tol: float) -> int:
    """Return the least number of segments whose error is at most `tol`: doubled until it is, then bisected."""
    enough = 1
    while _error(bins, t, enough) > tol:
        enough *= 2
    few = enough // 2
    while enough - few > 1:
        middle = (few + enough) // 2
        few, enough = (few, middle) if _error(bins, t, middle) <= tol else (middle, enough)
    return enough
