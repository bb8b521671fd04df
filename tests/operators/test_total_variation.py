"""Total variation, which has no class of its own: against scikit-image's Chambolle, and where the minimum is known."""

import numpy as np
import pytest
from skimage.restoration import denoise_tv_chambolle

from mrilab import L1, FiniteDifference, GroupL1, Identity, LeastSquares, brain, condat_vu


def isotropic(lam):
    return GroupL1(lam, axis=-3)


@pytest.mark.parametrize("shape, lam", [((32, 32), 0.05), ((24, 17), 0.15)])
def test_agrees_with_chambolle(shape, lam):
    image = np.abs(brain(shape, seed=3, contrast="T1"))
    noisy = image.astype(np.float64) + 0.05 * np.random.default_rng(0).standard_normal(shape)
    f, g, D = LeastSquares(Identity(shape), noisy.astype(np.complex128)), isotropic(lam), FiniteDifference(shape)
    ours = condat_vu(f, g, D, sigma=0.5, max_iter=800)
    theirs = denoise_tv_chambolle(noisy, weight=lam, eps=1e-12, max_num_iter=20_000).astype(np.complex128)
    assert ours.costs[-1] == pytest.approx(f(theirs) + g(D(theirs)), rel=1e-3)
    assert np.linalg.norm(ours.x - theirs) <= 1e-3 * np.linalg.norm(theirs)
    assert np.abs(ours.x - noisy).max() > 10 * np.abs(ours.x - theirs).max()  # it did denoise
    assert not ours.x.imag.any()


@pytest.mark.parametrize("penalty", [isotropic, L1])
@pytest.mark.parametrize("along", [0, 1])
def test_a_step_loses_lambda_over_its_width(penalty, along):
    """Two halves of width 8 and heights 0 and 1: each pixel of the border pays λ for the jump, shared by 8 pixels."""
    step = np.where(np.arange(16) < 8, 0.0, 1.0)
    image = np.broadcast_to(step[:, None], (16, 5)).astype(np.complex128)
    image = np.ascontiguousarray(image if along == 0 else image.T)
    f = LeastSquares(Identity(image.shape), image)
    x = condat_vu(f, penalty(0.8), FiniteDifference(image.shape), sigma=0.5, max_iter=1000).x
    assert np.allclose(x, 0.1 + 0.8 * image, atol=1e-4)
