"""Answers to the three capstones, written from their texts."""

import numpy as np

from mrilab import center_box, center_lines, random_lines, variable_density

SHAPE = (48, 48)


def spectrum(x):
    axes = (-2, -1)
    return np.fft.fftshift(np.fft.fft2(np.fft.ifftshift(x, axes), norm="ortho"), axes)


def by_lot(images, accel, power=4.0):
    """The strongest quarter of the budget for sure, the rest drawn point by point from the mean energy."""
    energy = (abs(spectrum(images)) ** 2).mean(axis=0).ravel()
    count = int(energy.size / accel)
    first = np.argsort(energy)[::-1][: count // 4]
    p = energy**power
    p[first] = 0
    p = p**0.5 + 1e-12 * p.max() ** 0.5
    p[first] = 0
    rest = np.random.default_rng(1).choice(energy.size, count - first.size, replace=False, p=p / p.sum())
    mask = np.zeros(energy.size, bool)
    mask[np.concatenate([first, rest])] = True
    return mask.reshape(SHAPE)


def by_distance(images, accel, width=0.09, seed=0):
    """No training at all: a density that falls exponentially with the distance from DC, as 0 and 1."""
    radius = np.hypot(*(np.indices(SHAPE) - 24)) / 24
    keys = np.random.default_rng(seed).exponential(size=SHAPE) * np.exp(radius / width)
    return (keys <= np.sort(keys, axis=None)[int(48 * 48 / accel) - 1]).astype(int)


def samples_of(f):
    return np.count_nonzero(f.y) / f.y.size


def by_scale(y, mask, images):
    """A longer or a shorter image would fit better: the best factor of the one that invents is the smallest."""
    best = [np.vdot(ax := mask * spectrum(x), y).real / np.vdot(ax, ax).real for x in images]
    return chr(ord("A") + best.index(min(best)))


def by_image(y, mask, images):
    """The product in image space, ⟨x, Fᴴ(y − ΩFx)⟩."""
    products = []
    for x in images:
        k = np.fft.ifftshift(y - mask * spectrum(x))
        misfit = np.fft.fftshift(np.fft.ifft2(k, norm="ortho"))
        products.append((x.real * misfit.real + x.imag * misfit.imag).sum())
    return "ABCD"[int(np.argsort(products)[0])]


RIGHT = {
    "capstone-mask": [by_lot, by_distance],
    "capstone-lambda": [
        lambda f, sigma: 0.8 * sigma,
        lambda f, sigma: np.float32(1.2 * sigma * samples_of(f) ** 0.5),
        lambda f, sigma: np.array(0.5 * sigma * (0.6 + 1.6 * samples_of(f) ** 0.5)),
    ],
    "capstone-hallucination": [by_scale, by_image],
}

WRONG = {
    "capstone-mask": [
        lambda images, accel: random_lines(SHAPE, accel, seed=0),
        lambda images, accel: center_lines(SHAPE, int(48 / accel)),
        lambda images, accel: center_box(SHAPE, int(24 / accel**0.5)),
        lambda images, accel: np.roll(center_box(SHAPE, int(48 / accel**0.5)), 24, axis=(0, 1)),
        lambda images, accel: variable_density(SHAPE, accel / 2, seed=0),
        lambda images, accel: by_distance(images, accel, width=2.0),
        lambda images, accel: by_distance(images, accel)[:24],
    ],
    "capstone-lambda": [
        lambda f, sigma: 0.2 * sigma,
        lambda f, sigma: 2.0 * sigma,
        lambda f, sigma: 0.3,
        lambda f, sigma: -0.8 * sigma,
        lambda f, sigma: 0.8 * sigma * f.y.size**0.5,
        lambda f, sigma: [0.8 * sigma, sigma],
    ],
    "capstone-hallucination": [
        lambda y, mask, images: "A",
        lambda y, mask, images: "ABCD".index(by_image(y, mask, images)),
        lambda y, mask, images: chr(ord(by_image(y, mask, images)) + 1),
        lambda y, mask, images: ["A"] * 4,
    ],
}
