"""Writes raw scans as fastMRI and ISMRMRD have them, for the tests of what reads them."""

import h5py
import ismrmrd
import numpy as np
from helpers import draw

from mrilab import FFT

XML = """<?xml version="1.0"?>
<ismrmrdHeader xmlns="http://www.ismrm.org/ISMRMRD">
 <experimentalConditions><H1resonanceFrequency_Hz>123000000</H1resonanceFrequency_Hz></experimentalConditions>
 <encoding>
  <encodedSpace><matrixSize><x>{x}</x><y>{y}</y><z>{z}</z></matrixSize>
   <fieldOfView_mm><x>{fx}</x><y>200</y><z>6</z></fieldOfView_mm></encodedSpace>
  <reconSpace><matrixSize><x>{rx}</x><y>{y}</y><z>{z}</z></matrixSize>
   <fieldOfView_mm><x>{rfx}</x><y>200</y><z>6</z></fieldOfView_mm></reconSpace>
  <encodingLimits>
   <kspace_encoding_step_1><minimum>0</minimum><maximum>{max}</maximum><center>{center}</center></kspace_encoding_step_1>
   <kspace_encoding_step_2><minimum>0</minimum><maximum>{zmax}</maximum><center>{zc}</center></kspace_encoding_step_2>
  </encodingLimits>
  <trajectory>{trajectory}</trajectory>
  {more}
 </encoding>
</ismrmrdHeader>"""


def header(x, y, rx, *, z=1, center=None, trajectory="cartesian", more="", **other):
    facts = {"fx": 100 * x / rx, "rfx": 100, "max": y - 1, "zmax": z - 1, "zc": z // 2}
    facts |= {"x": x, "y": y, "z": z, "rx": rx, "center": y // 2 if center is None else center}
    return XML.format(trajectory=trajectory, more=more, **(facts | other))


def oversample(kspace, width):
    """The scan that a readout of `width` samples gives of the same object: zeros around it in image space."""
    F = FFT(kspace.shape[-1:])
    before = width // 2 - kspace.shape[-1] // 2
    image = np.pad(F.H(kspace), [(0, 0)] * (kspace.ndim - 1) + [(before, width - kspace.shape[-1] - before)])
    return FFT((width,))(image)


def write_fastmri(path, kspace, width, *, single=False, mask=True):
    """fastMRI's schema: (slices, coils, readout, phase encode)."""
    full = oversample(kspace, width).swapaxes(-1, -2)
    with h5py.File(path, "w") as file:
        file["kspace"] = full[:, 0] if single else full
        file["ismrmrd_header"] = header(width, kspace.shape[-2], kspace.shape[-1])
        if mask:
            file["mask"] = kspace.any(axis=(0, 1, 3)).astype(np.uint8)
    return path


def line(samples, step1, *, flags=(), center=None, **counters):
    acquisition = ismrmrd.Acquisition.from_array(np.ascontiguousarray(samples, np.complex64))
    acquisition.center_sample = samples.shape[1] // 2 if center is None else center
    acquisition.idx.kspace_encode_step_1 = step1
    for name, value in counters.items():
        target = acquisition.idx if hasattr(acquisition.idx, name) else acquisition
        setattr(target, name, value)
    for flag in flags:
        acquisition.set_flag(flag)
    return acquisition


def write_ismrmrd(path, xml, lines):
    with ismrmrd.Dataset(str(path), "dataset", create_if_needed=True) as file:
        file.write_xml_header(xml.encode())
        for acquisition in lines:
            file.append_acquisition(acquisition)
    return path


def lines_of(kspace, **settings):
    """The sampled lines of (slices, C, H, W), slices interleaved as a scanner does."""
    slices, _, height, _ = kspace.shape
    for h in range(height):
        for s in [*range(0, slices, 2), *range(1, slices, 2)]:
            if kspace[s, :, h].any():
                yield line(kspace[s, :, h], h, slice=s, **settings)


def undersampled(slices, coils, height, width, seed=0):
    kspace = draw((slices, coils, height, width), seed=seed)
    kspace[:, :, np.random.default_rng(seed).random(height) < 0.4] = 0
    kspace[:, :, height // 2] = 1 + 1j
    return kspace
