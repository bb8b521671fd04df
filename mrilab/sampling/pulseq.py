"""Trajectories of Pulseq files, as a scanner would play them."""

from os import PathLike
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..arrays.checks import check_positive


class Played(NamedTuple):
    """What a Pulseq file does to k.

    Attributes
    ----------
    trajectory : array (shots, samples, 2)
        (k_y, k_x) of each sample in cycles per pixel, float32; a shot is one event of the ADC.
    times : array (shots, samples)
        Of the samples, in s from the beginning of the file.
    excitations : array (excitations,)
        Of the centres of the pulses that excite, in s.
    dwell : float
        Time from sample to sample in s.
    """

    trajectory: np.ndarray
    times: np.ndarray
    excitations: np.ndarray
    dwell: float


def read_pulseq(path: str | PathLike, pixel_size: float) -> Played:
    """Return where and when a Pulseq file (.seq) samples k-space, for square pixels of `pixel_size` in m.

    k is the integral of the gradients of x and y since the last excitation, with its sign turned by each refocusing
    pulse, as pypulseq computes it in 1/m. Gradients along z, which select a slice, are left out.

    Raises
    ------
    ImportError
        Without `pip install 'mrilab[pulseq]'`.
    FileNotFoundError
        If there is no such file.
    ValueError
        For a file that is not one of Pulseq's, without samples or with shots of several lengths, and for samples beyond
        ½ cycle per pixel: then the pixel is too large.

    References
    ----------
    Layton et al., Pulseq: a rapid and hardware-independent pulse sequence prototyping framework, Magn. Reson. Med. 77
    (2017); Ravi et al., PyPulseq: a Python package for MRI pulse sequence design, J. Open Source Softw. 4 (2019).

    Examples
    --------
    >>> import tempfile
    >>> import pypulseq as pp
    >>> seq, line = pp.Sequence(), pp.make_trapezoid("x", flat_area=64 / 0.256, flat_time=1.28e-3)
    >>> seq.add_block(pp.make_block_pulse(np.pi / 2, duration=1e-3, use="excitation"))
    >>> seq.add_block(pp.make_trapezoid("x", area=-line.area / 2))
    >>> seq.add_block(line, pp.make_adc(64, dwell=2e-5, delay=line.rise_time))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = seq.write(f"{folder}/line.seq")
    ...     k = read_pulseq(f"{folder}/line.seq", pixel_size=4e-3).trajectory
    >>> k.shape, k[0, :2, 1].tolist()  # samples in the middle of each dwell time
    ((1, 64, 2), [-0.492..., -0.476...])
    """
    try:
        from pypulseq import Sequence
    except ImportError as error:
        raise ImportError("reading a Pulseq file needs pypulseq: pip install 'mrilab[pulseq]'") from error
    pixel_size, file = check_positive("pixel_size", pixel_size), Path(path)
    if not file.is_file():
        raise FileNotFoundError(f"there is no file {file}")
    sequence = Sequence()
    try:
        sequence.read(str(file))
    except Exception as error:  # whatever its parser meets
        raise ValueError(f"{file} is no Pulseq file that pypulseq can read: {error}") from error
    events = [block.adc for number in sequence.block_events if (block := sequence.get_block(number)).adc is not None]
    shapes = {(int(adc.num_samples), float(adc.dwell)) for adc in events}
    if len(shapes) != 1:
        listed = ", ".join(f"{n} samples of {1e6 * dwell:.4g} µs" for n, dwell in sorted(shapes)) or "none"
        raise ValueError(f"{file} must have shots of one length and dwell time, got {listed}")
    ((samples, dwell),) = shapes
    k, _, excitations, _, times = sequence.calculate_kspace()
    trajectory = pixel_size * k[1::-1].T.reshape(len(events), samples, 2)
    largest = abs(trajectory).max()
    if largest > 0.5 + 1e-6:
        raise ValueError(
            f"{file} samples up to {largest:.3g} cycles per pixel of {1e3 * pixel_size:.4g} mm, beyond ½: "
            f"its pixels are {1e3 * pixel_size / (2 * largest):.4g} mm or less"
        )
    return Played(
        trajectory.clip(-0.5, 0.5).astype(np.float32),
        np.reshape(times, (len(events), samples)),
        np.array(excitations, float),
        dwell,
    )
