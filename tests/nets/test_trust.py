"""The tests of trust: on reconstructions whose faults are known."""

import numpy as np
import pytest
import torch
from helpers import draw, lines, unit_maps

from mrilab import FFT, L1, Coils, LeastSquares, Mask, Wavelet, fista, psnr
from mrilab.nets import (
    Altered,
    Brains,
    ImageUNet,
    InVivo,
    OwnGrid,
    Unrolled,
    ZeroFilledUNet,
    ZeroPadded,
    add_lesion,
    disc,
    ensemble,
    image_of,
    inverse_crime,
    lesion_test,
    operator_of,
    random_place,
    rank_correlation,
    residual,
    shift_scores,
    smooth_over,
    stability,
    survival,
)

SMALL = {"shape": (32, 32), "noise": 0.01}
NET = {"channels": 2, "pools": 1}


def zero_filled(A, y):
    return A.H(y)


def nothing(A, y):
    """A reconstruction that has learned one image by heart."""
    return torch.ones_like(A.H(y))


def problem(shape=(20, 17), coils=3):
    A = Mask(lines(shape)) @ FFT(shape) @ Coils(unit_maps(coils, shape))
    x = draw(shape, "numpy")
    return A, A(x), x


def test_one_scan_goes_through_networks_and_functions_alike():
    A, y, _ = problem()
    assert np.allclose(image_of(zero_filled, A, y), A.H(y), atol=1e-6)
    net = Unrolled(cascades=1, **NET).train()
    assert image_of(net, A, y).shape == (20, 17) and net.training
    with pytest.raises(ValueError, match=r"shape \(1, 20, 17\), got \(1, 3, 20, 17\)"):
        image_of(lambda A, y: y, A, y)
    with pytest.raises(ValueError, match="not finite"):
        image_of(lambda A, y: A.H(y) * np.nan, A, y)


def test_the_residual_is_one_at_the_truth_and_blind_to_the_null_space():
    sample = Brains("test", 1, **SMALL, accel=4)[0]
    A = operator_of(sample)
    at_truth = residual(A, sample.target, sample.y, 0.01)
    assert abs(at_truth - 1) < 0.15
    unseen = draw((32, 32), "numpy")
    unseen = unseen - A.H(A(unseen))
    assert np.linalg.norm(unseen) > 1
    assert np.isclose(residual(A, sample.target + unseen, sample.y, 0.01), at_truth, atol=1e-2)
    assert residual(A, 0.5 * sample.target, sample.y, 0.01) > 3
    with pytest.raises(ValueError, match="sigma"):
        residual(A, sample.target, sample.y, 0)
    with pytest.raises(ValueError, match="no sample"):
        residual(A, sample.target, 0 * sample.y, 0.01)


@pytest.mark.parametrize("steps", [1, 20])
def test_the_worst_case_of_a_linear_reconstruction_is_its_largest_singular_value(steps):
    """One that lets the coils' null space through amplifies by a known number."""
    A, y, _ = problem()
    weights = torch.linspace(0.2, 3.0, 20)[:, None]  # rows are phase encodes of the image: gains from 0.2 to 3
    matrix = np.stack([(weights.numpy() * A.H(e)).ravel() for e in _basis(y)], axis=1)
    top = np.linalg.norm(matrix, 2)
    found = stability(lambda A, y: weights * A.H(y), A, y, steps=steps, draws=2)
    assert found.worst <= top * (1 + 1e-4)
    assert found.random < found.worst
    if steps > 1:
        assert found.worst > 0.97 * top
    assert np.isclose(np.linalg.norm(found.delta), 0.01 * np.linalg.norm(y), rtol=1e-4)
    assert not found.delta[y == 0].any()
    assert np.isclose(np.linalg.norm(found.after - found.before), found.worst * np.linalg.norm(found.delta), rtol=1e-3)


def _basis(y):
    for place in np.argwhere(y != 0):
        unit = np.zeros_like(y)
        unit[tuple(place)] = 1
        yield unit


def test_gradient_ascent_beats_chance_on_a_network_and_runs_through_a_solver():
    sample = Brains("test", 1, **SMALL)[0]
    A = operator_of(sample)
    torch.manual_seed(0)
    found = stability(ZeroFilledUNet(ImageUNet(**NET)), A, sample.y, steps=5)
    assert found.worst > 1.2 * found.random
    Psi = Wavelet("haar", (32, 32), level=2)

    def sparse(A, y):
        return Psi.H(fista(LeastSquares(A @ Psi.H, y), L1(0.005), max_iter=5, differentiable=True).x)

    found = stability(sparse, A, sample.y, steps=2)
    assert found.random < found.worst < 5
    again = stability(sparse, A, sample.y, steps=2)
    assert found.worst == again.worst and np.array_equal(found.delta, again.delta)


def test_stability_says_what_it_cannot_do():
    A, y, _ = problem()
    with pytest.raises(ValueError, match="no gradient flows"):
        stability(lambda A, y: A.H(y).detach(), A, y)
    with pytest.raises(ValueError, match="size"):
        stability(zero_filled, A, y, size=0)
    with pytest.raises(ValueError, match="no sample"):
        stability(zero_filled, A, 0 * y)
    with pytest.raises((TypeError, ValueError), match="steps"):
        stability(zero_filled, A, y, steps=0)


def test_an_ensemble_knows_where_its_members_differ():
    A, y, _ = problem()
    rng = np.random.default_rng(0)
    sizes = rng.uniform(0.1, 1, A.shape_in)
    errors = [torch.from_numpy(sizes * rng.standard_normal(A.shape_in)) for _ in range(20)]
    members = [lambda A, y, error=error: A.H(y).abs() + 10 + error for error in errors]
    mean, deviation = ensemble(members, A, y)
    assert mean.shape == deviation.shape == A.shape_in
    assert rank_correlation(deviation, sizes) > 0.8
    assert rank_correlation(deviation, -sizes) < -0.8
    half = np.zeros(A.shape_in, bool)
    half[:10] = True
    assert rank_correlation(np.where(half, deviation, 0), sizes, half) == rank_correlation(deviation, sizes, half)
    with pytest.raises(ValueError, match="two members"):
        ensemble(members[:1], A, y)
    with pytest.raises(ValueError, match="does not fit"):
        rank_correlation(deviation, sizes[1:])
    with pytest.raises(ValueError, match="three pixels"):
        rank_correlation(deviation, sizes, np.zeros(A.shape_in))


def test_an_altered_head_keeps_mask_noise_and_maps():
    options = {**SMALL, "coils": 2}
    plain, same = Brains("test", 2, **options)[1], Altered("test", 2, lambda x, index: x, **options)[1]
    assert all(np.array_equal(a, b) for a, b in zip(plain, same))
    half = Altered("test", 2, lambda x, index: x / 2, **options)[1]
    assert np.array_equal(half.mask, plain.mask) and np.array_equal(half.smaps, plain.smaps)
    assert np.allclose(half.target, plain.target / 2, atol=1e-6)
    A = operator_of(plain)
    quiet = Altered("test", 2, lambda x, index: x / 2, **{**options, "noise": 0.0})[1]
    loud = Brains("test", 2, **{**options, "noise": 0.0})[1]
    assert np.allclose(half.y - quiet.y, plain.y - loud.y, atol=1e-6) and A.shape_in == (32, 32)
    with pytest.raises(ValueError, match=r"of shape \(64, 64\), got \(3, 3\)"):
        Altered("test", 1, lambda x, index: x[:3, :3], shape=(32, 32))[0]
    with pytest.raises(ValueError, match="no cache"):
        Altered("test", 1, lambda x, index: x, cache="anywhere")


def test_the_crimes_are_crimes():
    """The own grid's data are explained exactly by its own image; zero-padded data have nothing outside."""
    for coils in (1, 3):
        quiet = {"shape": (32, 32), "coils": coils, "noise": 0.0}
        crime = OwnGrid("test", 1, **quiet)[0]
        assert np.allclose(operator_of(crime)(crime.target), crime.y, atol=1e-5)
        padded = ZeroPadded("test", 1, **quiet)[0]
        assert np.argwhere(padded.y[0]).min() == 8 and np.argwhere(padded.y[0]).max() == 23
    honest = Brains("test", 1, shape=(32, 32), coils=3)[0]
    gap = np.linalg.norm(operator_of(honest)(honest.target) - honest.y) / np.linalg.norm(honest.y)
    assert gap > 1e-3


def test_scores_are_those_of_the_slices_one_by_one():
    sets = {"one": Brains("test", 2, **SMALL), "two": Brains("test", 3, **SMALL, accel=2)}
    scores = shift_scores({"zero-filled": zero_filled, "nothing": nothing}, sets)
    assert list(scores) == ["one", "two"] and scores["two"]["nothing"].shape == (3,)
    sample = sets["one"][1]
    assert np.isclose(scores["one"]["zero-filled"][1], psnr(operator_of(sample).H(sample.y), sample.target), rtol=1e-5)
    with pytest.raises(ValueError, match="got 0 and 2"):
        shift_scores({}, sets)
    crime = inverse_crime({"zero-filled": zero_filled}, 2, **SMALL)
    assert list(crime) == ["finer grid", "own grid", "zero-padded"]
    assert np.allclose(crime["finer grid"]["zero-filled"], scores["one"]["zero-filled"])


def test_a_disc_has_its_area_and_place():
    area = disc((41, 50), (20, 30), 8.0)
    assert np.isclose(area.sum(), np.pi * 64, rtol=0.02)
    rows, columns = np.indices(area.shape)
    assert np.isclose((rows * area).sum() / area.sum(), 20) and np.isclose((columns * area).sum() / area.sum(), 30)
    with pytest.raises(ValueError, match="above 0"):
        disc((4, 4), (2, 2), 0)


def test_lesions_keep_the_phase_and_smoothing_keeps_the_rest():
    image = draw((24, 24), "numpy")
    with_it = add_lesion(image, (12, 10), 3.0, 0.5)
    inside = disc(image.shape, (12, 10), 3.0)
    assert np.allclose(abs(with_it) - abs(image), 0.5 * inside, atol=1e-6)
    assert np.allclose(np.angle(with_it), np.angle(image), atol=1e-5)
    assert abs(add_lesion(image, (12, 10), 3.0, -1e3)[12, 10]) == 0
    without = smooth_over(image, (12, 10), 3.0)
    assert np.array_equal(without[inside == 0], image[inside == 0]) and np.ptp(abs(without[inside == 1])) < 1e-6
    assert not abs(image[12, 10] - without[12, 10]) < 1e-3
    signal = np.zeros((16, 16))
    signal[6, 9] = 1
    assert random_place(signal, seed=3) == (6, 9)
    with pytest.raises(ValueError, match="no signal"):
        random_place(np.eye(16)[::-1] * (np.indices((16, 16))[0] < 2))


def test_survival_tells_erased_kept_and_invented():
    ref, changed = np.ones((8, 8)), np.ones((8, 8))
    changed[2:4, 2:4] = 1.5
    kept = survival(changed, ref, changed, ref)
    assert (kept.share, kept.elsewhere) == (1.0, 0.0)
    assert survival(ref, ref, changed, ref).share == 0
    invented = changed.copy()
    invented[6, 6] = 3
    assert survival(invented, ref, changed, ref).share == 1 and survival(invented, ref, changed, ref).elsewhere == 2
    with pytest.raises(ValueError, match="nothing was changed"):
        survival(changed, ref, ref, ref)
    with pytest.raises(ValueError, match="one shape"):
        survival(changed, ref, changed, ref[1:])


def test_lesions_survive_a_full_scan_and_not_one_learned_by_heart():
    full = lesion_test(zero_filled, [6.0, 12.0], [0.3, -0.2], count=2, shape=(48, 48), accel=1, noise=0.0)
    assert full.shape == (2, 2, 2) and np.allclose(full, 1, atol=1e-3)
    assert not lesion_test(nothing, [12.0], [0.3], count=2, shape=(48, 48), accel=1, noise=0.0).any()
    fewer = lesion_test(zero_filled, [6.0], [0.3], count=2, shape=(48, 48), accel=4, noise=0.0)
    assert (fewer < 0.9).all()


@pytest.mark.parametrize("coils", [1, 3])
def test_the_volume_in_vivo_is_whole_and_front_up(coils):
    data = InVivo(coils=coils, accel=4, noise=0.01)
    sample = data[12]
    assert len(data) == 24 and sample.y.shape == (coils, 128, 128)
    assert np.allclose(abs(operator_of(sample).H(sample.y)).max(), 1, atol=0.5)
    head = abs(sample.target) > 0.1
    rows, columns = (np.flatnonzero(head.any(axis=axis)) for axis in (1, 0))
    assert np.ptp(rows) > np.ptp(columns)  # a head is longer than wide
    assert np.isclose(abs(sample.target).max(), 1, atol=1e-3)
    assert np.linalg.norm(np.imag(sample.target)) > 0.05 * np.linalg.norm(sample.target)
