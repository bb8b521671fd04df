"""Tables that several tests go through: all operators."""

import numpy as np
from helpers import draw, lines, unit_maps

from mrilab import (
    FFT,
    BatchedSense,
    Coils,
    CoilSets,
    FiniteDifference,
    Frames,
    Identity,
    Mask,
    OffResonance,
    PixelMatrix,
    Row,
    TemporalDifference,
    TemporalFFT,
    UndecimatedWavelet,
    Wavelet,
)
from mrilab.problems.rewriting import SampledFFT, slicewise


def scattered(shape):
    return np.random.default_rng(3).random(shape) < 0.3


def scans(shape):
    """A batch of scans of different masks and maps."""
    return BatchedSense(np.stack([lines(shape), scattered(shape)]), draw((2, 3, *shape), seed=4))


def turning(shape, F=FFT):
    """Columns that are taken one after another, in a smooth field."""
    field = 30 * np.cos(np.arange(shape[0]))[:, None] + np.linspace(-20, 20, shape[1])
    return OffResonance(F(shape), field, np.linspace(-0.01, 0.02, shape[1])[None])


OPERATORS = {
    "Identity": Identity,
    "FFT": FFT,
    "Mask": lambda s: Mask(scattered(s)),
    "Coils": lambda s: Coils(unit_maps(3, s)),
    "CoilSets": lambda s: CoilSets(draw((2, 3, *s), seed=5)),
    "PixelMatrix": lambda s: PixelMatrix(draw((3, 3, *s), seed=6)),
    "OffResonance": turning,
    "OffResonance, coils": lambda s: turning(s, lambda s: Mask(scattered(s)) @ FFT(s)) @ Coils(unit_maps(3, s)),
    "Wavelet": lambda s: Wavelet("sym8", s, level=3),
    "Wavelet db3": lambda s: Wavelet("db3", s, level=2),
    "UndecimatedWavelet": lambda s: UndecimatedWavelet("sym8", s, level=2),
    "FiniteDifference": FiniteDifference,
    "TemporalFFT": lambda s: TemporalFFT((5, *s)),
    "TemporalDifference": lambda s: TemporalDifference((4, *s)),
    "Frames": lambda s: Frames([Mask(lines(s, seed)) @ FFT(s) @ Coils(unit_maps(3, s)) for seed in range(3)]),
    "Row": lambda s: Row([Identity(s), FFT(s).H]),
    "low rank plus sparse": lambda s: Mask(lines(s)) @ FFT(s) @ Row([Identity((3, *s)), TemporalFFT((3, *s)).H]),
    "BatchedSense": scans,
    "BatchedSense gram": lambda s: scans(s).gram,
    "SampledFFT lines": lambda s: SampledFFT(lines(s)),
    "SampledFFT columns": lambda s: SampledFFT(lines(s[::-1]).T),
    "SampledFFT points": lambda s: SampledFFT(scattered(s)),
    "sense": lambda s: Mask(lines(s)) @ FFT(s) @ Coils(unit_maps(3, s)),
    "sense synthesis": lambda s: Mask(scattered(s)) @ FFT(s) @ Coils(unit_maps(3, s)) @ Wavelet("haar", s, level=3).H,
    "calibrationless": lambda s: Mask(lines(s)) @ FFT(s) @ Wavelet("sym4", s, level=2).H,
    "slicewise": lambda s: slicewise(SampledFFT(lines(s)) @ Wavelet("sym4", s, level=2).H),
    "coilwise": lambda s: slicewise(SampledFFT(lines(s)) @ Coils(unit_maps(3, s)) @ Wavelet("haar", s, level=3).H),
    "coilwise points": lambda s: slicewise(SampledFFT(scattered(s)) @ Coils(unit_maps(3, s))),
    "adjoint": lambda s: (FFT(s) @ Coils(unit_maps(3, s))).H,
    "coil differences": lambda s: FiniteDifference(s) @ Coils(unit_maps(2, s)).H,
    "sum": lambda s: FFT(s) + FFT(s) @ FFT(s),
    "scaled": lambda s: (1 - 2j) * (Mask(scattered(s)) @ FFT(s)),
    "gram": lambda s: (Mask(scattered(s)) @ FFT(s) @ Coils(unit_maps(3, s))).gram,
}
