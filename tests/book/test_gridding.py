"""The gridding that stands on its page, in one function after another, against the direct sum."""

from itertools import pairwise

import numpy as np
import pytest
from helpers import ROOT

from book._notebooks.pages import read

NEEDED = ("def waves", "def spread", "def grid_by", "def beatty")


@pytest.fixture(scope="module")
def page():
    """The functions of the page, without its figures."""
    import mrilab

    scope = {"np": np, "FFT": mrilab.FFT, "k": None, "y": None, "shape": None}  # the defaults of `grid_by`
    for piece in read(ROOT / "book" / "gridding.md").pieces:
        if piece.kind == "code" and not piece.exercise and piece.source.startswith(NEEDED):
            exec(piece.source, scope)
    return scope


def relative_error(page, shape, width, alpha, seed=0):
    """Of samples with random places and values, whose image fills the field of view."""
    rng = np.random.default_rng(seed)
    k = rng.uniform(-0.5, 0.5, (1500, 2))
    y = rng.standard_normal(1500) + 1j * rng.standard_normal(1500)
    kernel, transform = page["kaiser_bessel"](width, page["beatty"](width, alpha))
    image = page["grid_by"](kernel, transform, width, alpha, k, y, shape)
    exact = np.exp(2j * np.pi * np.tensordot(page_pixels(shape), k, (-1, -1))) @ y / np.sqrt(np.prod(shape))
    return np.linalg.norm(image - exact) / np.linalg.norm(exact)


def page_pixels(shape):
    """The places of all pixels, counted from the middle, (H, W, 2)."""
    return np.stack(np.meshgrid(*(np.arange(n) - n // 2 for n in shape), indexing="ij"), axis=-1)


@pytest.mark.parametrize("shape", [(32, 32), (33, 40), (25, 17)])
@pytest.mark.parametrize("seed", range(2))
def test_a_grid_half_as_fine_again_and_a_kernel_of_five_points_err_by_less_than_a_thousandth(page, shape, seed):
    assert relative_error(page, shape, 5, 1.5, seed) <= 1e-3


def test_wider_kernels_err_less(page):
    errors = [relative_error(page, (24, 24), width, 1.5) for width in (3, 4, 5, 6)]
    assert all(after < before / 4 for before, after in pairwise(errors))


def test_the_sum_of_the_page_is_the_sum(page):
    rng = np.random.default_rng(1)
    k, x = rng.uniform(-0.5, 0.5, (20, 2)), rng.standard_normal((5, 6)) + 1j * rng.standard_normal((5, 6))
    exact = (
        np.exp(-2j * np.pi * np.tensordot(k, page_pixels((5, 6)), (1, -1))).reshape(20, -1) @ x.ravel() / np.sqrt(30)
    )
    assert np.allclose(page["direct"](k, x), exact)
    y = rng.standard_normal(20)
    assert np.isclose(np.vdot(page["direct_adjoint"](k, y, (5, 6)), x), np.vdot(y, exact))
