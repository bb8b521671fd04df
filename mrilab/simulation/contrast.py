"""How bright a tissue is in a spoiled gradient echo and in a spin echo, and the times of the tissues of the heads."""

from typing import NamedTuple

import numpy as np

from ..arrays.checks import check_values, within
from ..arrays.libraries import Array
from .phantoms import TISSUES

# T2* in s at 3 T. Grey and white matter: Peters et al., Magn. Reson. Imaging 25 (2007). The others are round values.
T2STAR = {"grey": 0.066, "white": 0.053, "fluid": 0.500, "fat": 0.040, "skin": 0.030}


class Tissue(NamedTuple):
    """Relaxation times in s, and proton density relative to water."""

    t1: float
    t2: float
    t2star: float
    density: float


HEAD = {name: Tissue(t1, t2, T2STAR[name], density) for name, (t1, t2, density) in TISSUES.items()}


def gradient_echo(tr: Array | float, te: Array | float, flip: Array | float, t1: Array | float, t2star: Array | float):
    """Return the signal of a spoiled gradient echo per unit of proton density, in the steady state.

    S = sin α · (1 − E₁) / (1 − E₁ cos α) · exp(−TE/T2*), with E₁ = exp(−TR/T1). It is largest at the Ernst angle,
    cos α = E₁. Spoiling is ideal: nothing transverse is left at the next pulse. Pulses take no time. All arguments
    broadcast.

    Parameters
    ----------
    tr, te : float or array
        Repetition and echo time in s, TE < TR.
    flip : float or array
        α in degrees, from 0 to 180.
    t1, t2star : float or array
        Relaxation times in s.

    Raises
    ------
    TypeError, ValueError
        For what is not a number, times that are not positive, TE ≥ TR, and angles out of range.

    References
    ----------
    Ernst and Anderson, Application of Fourier transform spectroscopy to magnetic resonance, Rev. Sci. Instrum. 37
    (1966); Brown et al., Magnetic Resonance Imaging, 2nd edition (2014), chapter 18.

    Examples
    --------
    >>> round(float(gradient_echo(0.02, 0.004, 15, t1=0.83, t2star=0.053)), 3)
    0.1
    """
    tr, te, t1, t2star = _times(tr=tr, te=te, t1=t1, t2star=t2star)
    alpha, E1 = _radians(flip), np.exp(-tr / t1)
    return np.sin(alpha) * (1 - E1) / (1 - E1 * np.cos(alpha)) * np.exp(-te / t2star)


def spin_echo(tr: Array | float, te: Array | float, t1: Array | float, t2: Array | float, flip: Array | float = 90.0):
    """Return the signal of a spin echo per unit of proton density, in the steady state.

    S = sin α · (1 − 2 exp(−(TR − TE/2)/T1) + E₁) / (1 + E₁ cos α) · exp(−TE/T2), with E₁ = exp(−TR/T1): the 180° pulse
    at TE/2 inverts what has recovered until then. For α = 90° and TE much shorter than TR and T1 this is
    (1 − E₁) exp(−TE/T2). The 180° pulse is perfect, and nothing transverse is left at the next excitation.

    Parameters and errors are as in `gradient_echo`, with T2 in place of T2*.

    References
    ----------
    Hahn, Spin echoes, Phys. Rev. 80 (1950); Brown et al., Magnetic Resonance Imaging, 2nd edition (2014), chapter 8.

    Examples
    --------
    >>> round(float(spin_echo(0.5, 0.01, t1=0.83, t2=0.08)), 3)
    0.393
    """
    tr, te, t1, t2 = _times(tr=tr, te=te, t1=t1, t2=t2)
    alpha, E1 = _radians(flip), np.exp(-tr / t1)
    recovered = 1 - 2 * np.exp(-(tr - te / 2) / t1) + E1
    return np.sin(alpha) * recovered / (1 + E1 * np.cos(alpha)) * np.exp(-te / t2)


def _times(**named: Array | float) -> list[np.ndarray]:
    """Return times as arrays; raise unless all are positive, and TE is less than TR."""
    times = {name: _numbers(name, value) for name, value in named.items()}
    for name, value in times.items():
        if not (value > 0).all():
            raise ValueError(f"{name} must be above 0 s, got {value.min():.4g}")
    if not (times["te"] < times["tr"]).all():
        raise ValueError(f"te must be less than tr, got te = {named['te']} s, tr = {named['tr']} s")
    return list(times.values())


def _numbers(name: str, value: Array | float) -> np.ndarray:
    return check_values(np.asarray(value) if np.isscalar(value) else value, name, real=True)


def _radians(flip: Array | float) -> np.ndarray:
    angle = _numbers("flip", flip)
    for end in (angle.min(), angle.max()):
        within("flip", float(end), 0, 180)
    return np.deg2rad(angle)
