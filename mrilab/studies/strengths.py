"""The strengths λ that were tuned on validation heads, once, for the comparisons of the pages.

`python -m benchmarks.strengths` tunes them, and writes the file beside this one.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

from ..files import read_json

FILE = Path(__file__).with_suffix(".json")
UNITS = {"lambda_max": "fraction", "sigma": "of_sigma"}


def read(path: Path = FILE) -> dict[str, dict]:
    """Return {"page, method": what was found}: the fraction of λ_max, λ in units of σ, the PSNR at λ/3, λ and 3λ."""
    return read_json(path, "strengths that were tuned")


_read = cache(read)


def strength(name: str, unit: str = "lambda_max") -> float:
    r"""Return the λ of a method of a page that gave the best PSNR on validation heads, in units of λ_max or of σ.

    .. math:: \hat\lambda = \arg\max_\lambda\ \text{mean PSNR of } \hat x_\lambda \text{ over the heads}

    Two validation heads were scanned as the page says, each with a mask and a noise of its own. λ went through
    fractions of :math:`\lambda_{\max}` that are a factor √3 apart; the best is never at an end of those tried.

    Parameters
    ----------
    name : str
        "page, method", such as "analysis, total variation".
    unit : {"lambda_max", "sigma"}
        What the result is multiplied by: `lambda_max(f, g, Psi)` of the same problem, or the noise σ of a sample,
        σ² = E|n|². The second holds on average over the heads, and serves a batch, whose heads share their noise.

    Returns
    -------
    float
        λ / λ_max, or λ / σ.

    Raises
    ------
    KeyError
        For a name that was not tuned; the message lists all.
    ValueError
        For another unit.

    Examples
    --------
    >>> 1e-4 < strength("analysis, total variation") < 1e-1
    True
    """
    if unit not in UNITS:
        raise ValueError(f"unit must be one of {', '.join(map(repr, UNITS))}, got {unit!r}")
    return _found(name)[UNITS[unit]]


class Tuning(NamedTuple):
    """What a tuned λ gave on validation heads: the mean PSNR (dB) at λ/3, λ and 3λ, and the number of scans."""

    psnr: tuple[float, float, float]
    scans: int

    @property
    def margin(self) -> float:
        """The PSNR (dB) that λ is ahead of the better of λ/3 and 3λ."""
        less, best, more = self.psnr
        return best - max(less, more)


def tuning(name: str) -> Tuning:
    r"""Return how a strength did on the validation heads that chose it, beside a third and three times of it.

    .. math:: \text{margin} = \text{PSNR}(\hat\lambda) -
        \max\big(\text{PSNR}(\hat\lambda/3),\ \text{PSNR}(3\hat\lambda)\big)

    Parameters
    ----------
    name : str
        "page, method", as for `strength`.

    Returns
    -------
    Tuning
        `psnr`, three means in dB; `scans`, of how many scans, each with a mask and a noise of its own; `margin`, in dB.

    Raises
    ------
    KeyError
        For a name that was not tuned; the message lists all.

    Examples
    --------
    >>> found = tuning("analysis, total variation")
    >>> found.margin > 0, found.scans
    (True, 2)
    """
    found = _found(name)
    return Tuning(tuple(found["psnr"]), found["scans"])


def _found(name: str) -> dict:
    found = _read()
    if name not in found:
        raise KeyError(f"no strength was tuned for {name!r}; there are {', '.join(map(repr, found))}")
    return found[name]
