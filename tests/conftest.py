"""Fixtures that tests share: a coil problem, the browser, Colab. And the record of the audit, beside every run."""

import numpy as np
import pytest
import said
from audit import pytest_addoption, pytest_terminal_summary  # noqa: F401, they are hooks
from helpers import draw, lines, unit_maps
from hypothesis import HealthCheck, settings

import mrilab
from mrilab.arrays import ready

# How long an example takes is the machine's affair.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


def pytest_configure(config):
    config.pluginmanager.register(said)


@pytest.fixture(scope="session", autouse=True)
def stored_loops():
    """Tests compare results bit by bit: they run with the compiled loops, and not with the generic code meanwhile."""
    ready.wait()


@pytest.fixture(scope="module")
def visit():
    """`visit(page)` opens a page of the built site, or one that was staged, in Chromium."""
    from chromium import site

    with site() as opened:
        yield opened


@pytest.fixture(scope="session")
def coil_problem():
    """A small SENSE problem on a divisible grid: operator, wavelet and noisy data."""
    shape = (64, 48)
    A = mrilab.Mask(lines(shape)) @ mrilab.FFT(shape) @ mrilab.Coils(unit_maps(4, shape))
    x = np.zeros(shape, np.complex64)
    x[20:40, 15:30] = 1
    y = A(x) + 0.02 * A(A.H(draw((4, *shape), seed=5)))
    return A, mrilab.Wavelet("sym4", shape, level=3), y


@pytest.fixture(scope="session")
def colab(tmp_path_factory):
    """A folder, and in it the Python of an environment like Colab's, and a copy of mrilab to install."""
    from colab import environment

    folder = tmp_path_factory.mktemp("colab")
    return folder, environment(folder)
