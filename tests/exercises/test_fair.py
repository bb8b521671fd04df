"""Answers that were written from the exercises' texts: right ones in other styles pass, wrong ones do not."""

import itertools

import numpy as np
import pytest
from scipy.optimize import brentq

from mrilab import FFT, GroupL1
from mrilab.exercises import check, find
from mrilab.exercises.compare import differs

ORTHO = {"axes": (-2, -1), "norm": "ortho"}


def by_sorting(z, k):
    out, order = z.copy(), sorted(range(z.size), key=lambda i: abs(z.flat[i]))
    for i in order[: z.size - k]:
        out.flat[i] = 0
    return out


def by_partition(z, k):
    out = np.zeros(z.size, z.dtype)
    place = np.argpartition(abs(z.ravel()), z.size - k)[-k:]
    out[place] = z.ravel()[place]
    return out.reshape(z.shape)


def by_counting(losses, patience, reset=True, less=np.less):
    best, lowest, waited = 0, np.inf, 0
    for epoch in range(len(losses)):
        if less(losses[epoch], lowest):
            best, lowest, waited = epoch, losses[epoch], 0 if reset else waited
        else:
            waited += 1
            if waited == patience:
                return best, epoch + 1
    return best, len(losses)


def by_argmin(losses, patience):
    for n in range(1, len(losses) + 1):
        best = int(np.argmin(losses[:n]))
        if n - 1 - best >= patience:
            return [best, n]
    return [int(np.argmin(losses)), len(losses)]


def by_normal_equations(a, smaps, i, j, coils=8, adjoint=True):
    S = 0.5 * np.stack([smaps[:coils, i, j], smaps[:coils, i + 120, j]], axis=1)
    T = S.conj().T if adjoint else S.T
    return np.linalg.inv(T @ S) @ (T @ a[:coils, i, j])


def by_column(a, smaps, i, j):
    return np.linalg.pinv(smaps[:, [i, i + 120], j] / 2) @ a[:, i, j, None]


def descent(energy, k, tau, steps, inside=lambda k: np.clip(k, -0.5, 0.5), after=lambda k: k):
    k = k.copy()
    while steps:
        k, steps = inside(k - tau * energy(k)[1]), steps - 1
    return after(k)


def replicas(reconstruct, kspace, mask, sigma, replicas, signal=1, parts=(1, 1j), spread=np.std):
    rng = np.random.default_rng(11)
    n = sum(p * rng.normal(0, sigma / np.sqrt(len(parts)), (replicas, *kspace.shape)) for p in parts)
    return spread([reconstruct(mask * (signal * kspace + m)) for m in n], axis=0)


def by_root(p, n):
    t = brentq(lambda t: np.minimum(t * p, 1).sum() - n, 0, 1 / p.min())
    return np.minimum(t * p, 1)


def by_bisection(p, n):
    low, high = 0.0, 1 / p.min()
    for _ in range(100):
        t = (low + high) / 2
        low, high = (low, t) if np.clip(t * p, 0, 1).sum() > n else (t, high)
    return np.clip(low * p, 0, 1)


def with_centre(p, n):
    pi = np.zeros(p.size)
    rest = np.arange(p.size) != np.argmax(p)
    pi[~rest], pi[rest] = 1, by_root(p[rest], n - 1)
    return pi


def teeth(pi, u, count):
    stairs = np.cumsum(pi)
    return [int(np.argmax(stairs >= u + i)) for i in range(count)]


def lloyd(points, p, empty="stay", power=2, at="before"):
    x = np.stack(np.meshgrid(*((np.arange(n) - n // 2) / n for n in p.shape), indexing="ij"), -1).reshape(-1, 2)
    w = p.ravel() ** power
    cell = ((x[:, None] - points) ** 2).sum(-1).argmin(1)
    moved = points.copy() if empty == "stay" else np.zeros(points.shape)
    for i, _ in enumerate(points):
        if (cell == i).any():
            moved[i] = (w[cell == i, None] * x[cell == i]).sum(0) / w[cell == i].sum()
    near = points if at == "before" else moved
    return moved, (w * ((x[:, None] - near) ** 2).sum(-1).min(1)).sum()


def group(z, t, axis=-3):
    norm = np.linalg.norm(z, axis=axis, keepdims=True)
    return np.where(norm > t, z - t * z / np.maximum(norm, t), 0)


def split(sampled, chance, share, center, far=None, theta=lambda inner, sampled, middle: inner):
    h = np.arange(sampled.size) - sampled.size // 2 + center // 2
    middle = (h >= 0) & (h < (center if far is None else far(center)))
    held = np.array([s and c < share and not m for s, c, m in zip(sampled, chance, middle)])
    return theta(np.logical_and(sampled, np.logical_not(held)), sampled, middle), held


def steepest(k, pixel, dwell, step=np.diff, size=np.hypot):
    kx, ky = (step(k[..., i], axis=1) / (pixel * dwell * 42.577478518) * 1e-3 for i in (0, 1))
    return size(kx, ky).max()


def shifted(x):
    return np.fft.fftshift(np.fft.fft2(np.fft.ifftshift(x, (-2, -1)), **ORTHO), (-2, -1))


RIGHT = {
    "sparsity-keep": [by_sorting, by_partition],
    "unet-stop": [by_counting, by_argmin],
    "hand": [by_normal_equations, by_column],
    "free": [descent, lambda e, k, t, n: k if n == 0 else descent(e, descent(e, k, t, 1), t, n - 1)],
    "replicas": [replicas, lambda *a: replicas(*a, spread=lambda x, axis: np.sqrt(np.var(x, axis=axis, ddof=1)))],
    "lines-inclusion": [by_root, by_bisection],
    "lines-comb": [
        lambda pi, u: teeth(pi, u, round(pi.sum())),
        lambda pi, u: np.array(teeth(pi, u, int(pi.sum() + 0.5))),
    ],
    "random-lloyd": [lloyd, lambda points, p: list(lloyd(points, p))],
    "prox": [group, lambda z, t: z * np.clip(1 - t / np.sqrt((abs(z) ** 2).sum(-3) + 1e-30), 0, None)[..., None, :, :]],
    "unsupervised-split": [split, lambda *a: [part.astype(np.uint8) for part in split(*a)]],
    "designed-gradient": [steepest, lambda k, d, t: abs(np.diff(k @ [1, 1j], axis=1)).max() / d / t / 42.577478518e3],
    "radial-ramp": [
        lambda k: np.hypot(*k.T).T / np.hypot(*k.T).max(),
        lambda k: (r := np.sqrt((k**2).sum(-1))) / r.max(),
    ],
    "trust-residual": [
        lambda A, x, y, s: np.sqrt((abs(y - A.op(x)) ** 2).sum() / y.size) / s,
        lambda A, x, y, s: np.sqrt(np.mean(abs(A(x) - y) ** 2)) / s,
    ],
    "kspace-fft": [lambda x: FFT(x.shape[-2:]) @ x, lambda x: shifted(x.astype(complex))],
}  # fmt: skip

WRONG = {
    "sparsity-keep": [
        lambda z, k: z * (abs(z) >= np.sort(abs(z).ravel())[-k]),
        lambda z, k: by_partition(z, k + 1),
        lambda z, k: by_sorting(z.real, k),
    ],
    "unet-stop": [
        lambda v, p: by_counting(v, p, reset=False),
        lambda v, p: by_counting(v, p, less=np.less_equal),
        lambda v, p: (int(np.argmin(v)), len(v)),
    ],
    "hand": [
        lambda *a: by_normal_equations(*a, coils=2),
        lambda *a: by_normal_equations(*a, adjoint=False),
        lambda a, s, i, j: np.linalg.lstsq(s[:, [i, i + 120], j], a[:, i, j], rcond=None)[0],
    ],
    "free": [
        lambda *a: descent(*a, inside=lambda k: k, after=lambda k: np.clip(k, -0.5, 0.5)),
        lambda *a: descent(*a, inside=lambda k: np.clip(k, -1, 1)),
        lambda e, k, t, n: np.clip(k - t * n * e(k)[1], -0.5, 0.5),
    ],
    "replicas": [
        lambda *a: replicas(*a, signal=0),
        lambda *a: replicas(*a, parts=(1,)),
        lambda *a: replicas(*a, spread=lambda x, axis: np.std(np.abs(x), axis=axis)),
    ],
    "lines-inclusion": [with_centre, lambda p, n: np.minimum(n * p, 1), lambda p, n: by_root(p, n) / n],
    "lines-comb": [
        lambda pi, u: teeth(pi, u, int(pi.sum())),
        lambda pi, u: teeth(pi, u, len(pi)),
        lambda pi, u: np.flatnonzero(pi > u),
    ],
    "random-lloyd": [
        lambda *a: lloyd(*a, empty="zero"),
        lambda *a: lloyd(*a, power=1),
        lambda *a: lloyd(*a, at="after"),
    ],
    "prox": [
        lambda z, t: group(z, t, axis=0),
        lambda z, t: group(z, t, axis=(-2, -1)),
        lambda z, t: GroupL1(t / 2, axis=-3).prox(z, 1.0),
    ],
    "unsupervised-split": [
        lambda *a: split(*a, far=lambda c: c // 2 * 2),
        lambda *a: split(*a, theta=lambda inner, sampled, middle: inner | middle),
        lambda *a: split(*a)[::-1],
    ],
    "designed-gradient": [
        lambda *a: steepest(*a, step=np.gradient),
        lambda *a: steepest(*a, size=np.maximum),
        lambda k, d, t: steepest(k, d, t) * 2 * np.pi,
    ],
    "radial-ramp": [
        lambda k: 2 * np.linalg.norm(k, axis=-1),
        lambda k: np.linalg.norm(k, axis=-1) / np.linalg.norm(k),
        lambda k: np.sum(k**2, axis=-1) / np.max(np.sum(k**2, axis=-1)),
    ],
    "trust-residual": [
        lambda A, x, y, s: np.linalg.norm(A(x) - y) / s / np.sqrt(len(y)),
        lambda A, x, y, s: np.linalg.norm(A(x) - y) / s,
        lambda A, x, y, s: np.mean(abs(A(x) - y)) / s,
    ],
    "kspace-fft": [np.fft.fft2, lambda x: np.fft.fftshift(np.fft.fft2(x, **ORTHO)), lambda x: shifted(x.conj())],
}
STUDENTS = (None, "ada", "17", "Émile")


@pytest.mark.parametrize("name", RIGHT)
def test_right_answers_in_another_style_pass(name):
    for student, answer in itertools.product(STUDENTS, RIGHT[name]):
        verdict = check(name, answer, student=student, record=False)
        assert verdict.passed, (RIGHT[name].index(answer), student, verdict)


@pytest.mark.parametrize("name", WRONG)
def test_wrong_answers_fail(name):
    for student, answer in itertools.product(STUDENTS, WRONG[name]):
        assert not check(name, answer, student=student, record=False), (WRONG[name].index(answer), student)


def test_most_wrong_answers_get_a_hint_of_their_own():
    hints = [check(name, answer, record=False).hint for name, answers in WRONG.items() for answer in answers]
    told = {mistake.hint for name in WRONG for mistake in find(name).mistakes}
    share = sum(hint in told or "Axis" in hint for hint in hints) / len(hints)  # or one that fits their shape
    print(f"{share:.0%} of {len(hints)} wrong answers get a hint of their exercise, or of their shape")
    assert share >= 0.7


def test_remarks_do_not_fail_an_answer():
    assert "complex128" in check("kspace-fft", lambda x: shifted(x.astype(complex)), record=False).remark
    assert check("synthesis-step", 1.33, record=False)
    assert "(2, 1)" in check("hand", by_column, record=False).remark
    for answer, minor in ((1.33, True), (1.333, True), (1.32, False), (1.34, False), (1.3, False)):
        assert differs(answer, np.float64(4 / 3), 1e-5).minor == minor


def test_tensors_among_several_results():
    import torch

    assert check("random-lloyd", lambda *a: [torch.as_tensor(part) for part in lloyd(*a)], record=False)
    assert check("where", torch.tensor([40, 120, 200]), record=False)


SHAPES = {
    (): "one number",
    (3, 5, 1): "length 1",
    (5, 3): "another order",
    (15,): "as many",
    (3,): "missing",
    (2, 3, 5): "too many",
    (3, 4): "Axis 1 has 4 entries in place of 5",
}


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_wrong_shape_gets_a_hint_that_fits_it(shape):
    assert SHAPES[shape] in differs(np.ones(shape), np.ones((3, 5)), 1e-4).hint


def test_a_failure_can_be_tried_on_its_inputs_and_half_a_stub_is_told():
    verdict = check("sparsity-soft", lambda z, lam: 1 / 0, record=False)
    assert "verdict.inputs" in verdict.hint
    assert verdict.inputs["z"].shape == (14,)

    def half(z, lam):
        size = ...
        return z * (1 - lam / size)

    verdict = check("sparsity-soft", half, record=False)
    assert "`...`" in verdict.reason and "TypeError" not in verdict.reason
