"""Compiles the loops for single precision, by small problems that use them all; `arrays.ready` runs it as a process."""

import os

import numpy as np

from ..arrays.ready import stored_mark
from ..operators.coils import Coils
from ..operators.fourier import FFT, Mask
from ..operators.undecimated import UndecimatedWavelet
from ..operators.wavelets import Wavelet
from ..problems.least_squares import LeastSquares
from ..problems.regularisers import L1
from .fista import fista


def main() -> None:
    """Compile the loops that numba's cache lacks, and mark that it has all of them."""
    if hasattr(os, "nice"):
        os.nice(19)  # BLAS splits generic code over all cores, and would wait for the one that is taken
    shape = (16, 16)
    Psi, frame = Wavelet("haar", shape, level=1), UndecimatedWavelet("haar", shape, level=1)
    S = Coils(np.full((2, *shape), 0.5, np.complex64))
    y = np.ones((2, *shape), np.complex64)
    fista(LeastSquares(S @ Psi.H, y), L1(0.1), max_iter=2, progress=False)
    frame.H(frame(y))
    for shape in ((128, 128), (32, 512)):  # the FFT's memory without gaps after its rows, and with them
        mask, one = np.eye(shape[0], 1) * np.ones(shape), np.ones((1, *shape), np.complex64)
        f = LeastSquares(Mask(mask) @ FFT(shape) @ Coils(one), mask.astype(np.complex64)[None])
        f.grad(f.zeros())
    mark = stored_mark()
    if mark:
        mark.touch()


if __name__ == "__main__":
    main()
