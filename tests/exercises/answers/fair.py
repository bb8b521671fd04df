"""Answers to the exercises of the chapter on a fair comparison, written from its page."""

import statistics

import numpy as np
from scipy.integrate import quad
from scipy.optimize import bisect, brentq


def length_of(shots, samples, dead):
    return shots * (samples * 8e-6 + dead)


def by_statistics(a, b, take=lambda a, b: b - a, share=lambda heads: heads**0.5, spread=statistics.stdev):
    gains = [float(take(x, y)) for x, y in zip(a, b)]
    return statistics.fmean(gains), spread(gains) / share(len(gains))


def spiral_by_complex(p, shots, samples, n, T=None, turn=lambda i, shots: np.pi * i / shots, middle=None, even=True):
    u = np.linspace(0, 1, 20001)

    def length(T):
        return np.concatenate([[0], np.cumsum(abs(np.diff(0.5 * u**p * np.exp(2j * np.pi * T * u))))])

    if T is None:
        T = bisect(lambda T: length(T)[-1] - samples // 2 / n, 0, 100 * samples / n)
    s = np.arange(samples) - (samples / 2 if middle is None else middle(samples))
    place = np.interp(abs(s) / n, length(T), u) if even else np.minimum(abs(s) / (samples // 2), 1)
    k = np.sign(s) * 0.5 * place**p * np.exp(2j * np.pi * T * place)
    k = k * np.exp(1j * np.array([turn(i, shots) for i in range(shots)]))[:, None]
    return np.stack([k.imag, k.real], -1)


def spiral_by_integral(p, shots, samples, n):
    """The length of an arm from its derivative, |k'| = u^(p-1)/2 · |p + 2πiTu|, on a grid in u of its own."""

    def speed(u, T):
        return 0.5 * u ** (p - 1) * np.hypot(p, 2 * np.pi * T * u)

    wanted = samples // 2 / n
    T = bisect(lambda T: quad(speed, 0, 1, (T,), limit=200)[0] - wanted, 0, 100 * wanted)
    u = np.linspace(0, 1, 30001)
    middle = (u[1:] + u[:-1]) / 2
    along = np.append(0, np.cumsum(speed(middle, T)) * (u[1] - u[0]))
    out = np.zeros((shots, samples, 2))
    for i in range(shots):
        for j in range(samples):
            v = np.interp(abs(j - samples / 2) / n, along, u)
            r, angle = 0.5 * v**p * np.sign(j - samples / 2), 2 * np.pi * T * v + np.pi * i / shots
            out[i, j] = r * np.sin(angle), r * np.cos(angle)
    return out


RIGHT = {
    "fair-time": [
        lambda f, m, s, k: brentq(lambda d: length_of(f, m, d) - length_of(s, k, d), -1, 1),
        lambda f, m, s, k: np.linalg.solve([[1, -f], [1, -s]], [f * m * 8e-6, s * k * 8e-6])[1],
    ],
    "fair-gain": [by_statistics, lambda a, b: np.array(by_statistics(a, b))],
    "radial-dense": [spiral_by_complex, spiral_by_integral],
}

WRONG = {
    "fair-time": [
        lambda f, m, s, k: 1e3 * brentq(lambda d: length_of(f, m, d) - length_of(s, k, d), -1, 1),
        lambda f, m, s, k: f * m * 8e-6 - s * k * 8e-6,
        lambda f, m, s, k: (m - k) * 8e-6,
        lambda f, m, s, k: (f * m - s * k) * 8e-6 / (f + s),
    ],
    "fair-gain": [
        lambda a, b: by_statistics(a, b, take=lambda x, y: x - y),
        lambda a, b: by_statistics(a, b, share=lambda heads: 1),
        lambda a, b: by_statistics(a, b, spread=statistics.pstdev),
        lambda a, b: (np.mean(b) - np.mean(a), np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))),
        lambda a, b: (np.median(b - a), by_statistics(a, b)[1]),
    ],
    "radial-dense": [
        lambda p, s, m, n: spiral_by_complex(p, s, m, n, even=False),
        lambda p, s, m, n: spiral_by_complex(p, s, m, n, turn=lambda i, shots: 2 * np.pi * i / shots),
        lambda p, s, m, n: spiral_by_complex(p, s, m, n)[..., ::-1],
        lambda p, s, m, n: abs(spiral_by_complex(p, s, m, n)),
        lambda p, s, m, n: spiral_by_complex(p, s, m, n, middle=lambda m: (m - 1) / 2),
    ],
}
