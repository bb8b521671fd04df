"""The designed trajectory: its energy, its limits at every sample, and what it is worth against spokes."""

import numpy as np
import pytest

from mrilab import FFT, L1, NUFFT, Diagonal, LeastSquares, Wavelet, brain, fista, lambda_max, psnr, simulate
from mrilab.sampling.compensation import density
from mrilab.sampling.hardware import gradients, slew_rates, step_limits
from mrilab.sampling.sparkling import DensityEnergy, sparkling
from mrilab.sampling.trajectories import radial

N, PIXEL, DWELL = 128, 0.236 / 128, 1e-5


def norms(v):
    return np.linalg.norm(np.asarray(v, float), axis=-1)


def falling(n=N):
    x = (np.arange(n) - n // 2) / n
    r = np.hypot(x[:, None], x)
    return (0.1 / np.maximum(r, 0.1)) ** 2 * (r <= 0.5)


@pytest.fixture(scope="module")
def run():
    return sparkling(radial(24, 512), falling(), *step_limits(PIXEL, DWELL), max_iter=25)


def test_slopes_are_those_of_the_energy():
    energy = DensityEnergy(falling(32))
    rng = np.random.default_rng(0)
    k, direction = rng.uniform(-0.4, 0.4, (2, 9, 2)), rng.standard_normal((2, 9, 2))
    h = 1e-7
    numeric = (energy(k + h * direction)[0] - energy(k - h * direction)[0]) / (2 * h)
    assert np.isclose(numeric, np.sum(energy(k)[1] * direction) / 18, rtol=1e-4)


def test_energy_is_the_double_sum():
    """On nodes of the grid, where bilinear weights are exact, against all pairs of distances."""
    energy = DensityEnergy(falling(16), nodes=17)
    rng = np.random.default_rng(1)
    k = (rng.integers(0, 17, (1, 40, 2)) / 16) - 0.5
    nodes = np.stack(np.meshgrid(*2 * [np.linspace(-0.5, 0.5, 17)], indexing="ij"), axis=-1).reshape(-1, 2)
    mass, points = energy.target.ravel(), k[0]

    def distances(a, b):
        return norms(a[:, None] - b)

    slow = (
        (distances(points, nodes) @ mass).mean()
        - 0.5 * distances(points, points).mean()
        - 0.5 * mass @ distances(nodes, nodes) @ mass
    )
    assert np.isclose(energy(k)[0], slow, rtol=1e-6) and slow > 0


def test_energy_is_zero_where_samples_are_the_density():
    target = np.zeros((16, 16))
    target[8, 4:12] = 1  # nodes of the grid below: k_x = -¼ … 3/16
    energy = DensityEnergy(target, nodes=17)
    k = np.stack([np.zeros(8), (np.arange(4, 12) - 8) / 16], axis=-1)[None]
    assert abs(energy(k)[0]) < 1e-12 < energy(k + 0.01)[0]


def test_limits_hold_at_every_sample(run):
    assert run.x.shape == (24, 512, 2) and run.x.dtype == np.float32
    assert norms(gradients(run.x, PIXEL, DWELL)).max() <= 40
    assert norms(slew_rates(run.x, PIXEL, DWELL)).max() <= 180
    assert 0.49 <= norms(run.x).max() <= 0.5
    assert not run.x[:, 256].any()


def test_samples_come_to_follow_the_density(run):
    assert run.costs[-1] < 1e-3 * run.costs[0] and len(run.costs) == 101
    rings = np.linspace(0, 0.5, 21)
    x = (np.arange(N) - N // 2) / N
    asked = np.histogram(np.hypot(x[:, None], x), rings, weights=falling() / falling().sum())[0]
    got = {
        name: np.histogram(norms(k), rings)[0] / 24 / 512 for name, k in (("run", run.x), ("radial", radial(24, 512)))
    }
    assert abs(got["run"] - asked).sum() < 0.3 * abs(got["radial"] - asked).sum()


def test_images_beat_those_of_spokes(run):
    """At equal shots, samples, reach and noise; three heads here, ten in the chapter."""
    psnrs = {}
    fine = np.stack([brain((2 * N, 2 * N), seed=s, split="test") for s in range(3)])
    one = np.ones((1, 2 * N, 2 * N), np.complex64)
    ref = np.stack([FFT((N, N)).H(simulate(x, one, (N, N)))[0] for x in fine])
    Psi = Wavelet("sym8", (N, N), level=3)
    for name, k in (("designed", run.x), ("radial", radial(24, 512))):
        noise = np.random.default_rng(0).standard_normal((2, 3, k.shape[0] * k.shape[1])) * 0.02 / np.sqrt(2)
        y = (0.5 * NUFFT(k / 2, (2 * N, 2 * N))(fine) + noise[0] + 1j * noise[1]).astype(np.complex64)
        w = density(k, (N, N)).astype(np.float32)
        A, root = NUFFT(k, (N, N)), Diagonal(np.sqrt(w))
        f = LeastSquares(root @ A @ Psi.H, root(y))
        images = [A.H(w * y)]
        for fraction in (1e-3, 3e-3):
            images.append(Psi.H(fista(f, L1(fraction * lambda_max(f, L1(1.0))), max_iter=25).x))
        psnrs[name] = [np.array([psnr(*pair) for pair in zip(x, ref)]) for x in images]
    assert (psnrs["designed"][0] > psnrs["radial"][0] + 0.5).all()
    assert (np.max(psnrs["designed"][1:], axis=0) > np.max(psnrs["radial"][1:], axis=0) + 2).all()


@pytest.mark.parametrize("shots, samples, levels, in_out", [(1, 33, 1, True), (3, 63, 3, True), (4, 50, 2, False)])
def test_any_size_ends_within_the_limits(shots, samples, levels, in_out):
    start = radial(shots, samples, in_out=in_out)
    k = sparkling(start, falling(32), 0.08, 0.01, max_iter=8, levels=levels, in_out=in_out).x
    assert k.shape == (shots, samples, 2) and not k[:, samples // 2 if in_out else 0].any()
    assert norms(np.diff(k.astype(float), axis=1)).max() <= 0.08
    assert norms(np.diff(k.astype(float), 2, axis=1)).max() <= 0.01


def test_seeds():
    make = [sparkling(radial(3, 64), falling(32), 0.05, 0.01, max_iter=3, levels=2, seed=s).x for s in (0, 0, 1)]
    assert np.array_equal(make[0], make[1]) and not np.allclose(make[0], make[2], atol=1e-3)


def test_ctrl_c_keeps_what_has_been_reached():
    def stop(i, k):
        if i == 5:
            raise KeyboardInterrupt

    with pytest.warns(UserWarning, match="stopped after 5"):
        run = sparkling(radial(3, 64), falling(32), 0.05, 0.01, max_iter=10, levels=3, callback=stop)
    assert run.x.shape == (3, 64, 2) and norms(np.diff(run.x.astype(float), 2, axis=1)).max() <= 0.01


@pytest.mark.parametrize(
    "change, message",
    [
        ({"start": np.zeros((2, 64, 3))}, "2-D"),
        ({"density": np.ones((8, 8, 8))}, r"\(8, 8, 8\)"),
        ({"density": -np.ones((8, 8))}, "negative"),
        ({"density": np.zeros((8, 8))}, "zero everywhere"),
        ({"density": np.full((8, 8), np.inf)}, "finite"),
        ({"levels": 5}, "5 levels"),
        ({"step": -1}, "step"),
        ({"jitter": -1}, "jitter"),
    ],
)
def test_bad_values_are_named(change, message):
    good = {"start": radial(2, 64), "density": np.ones((8, 8)), "alpha": 0.1, "beta": 0.01}
    with pytest.raises(ValueError, match=message):
        sparkling(**(good | change))
