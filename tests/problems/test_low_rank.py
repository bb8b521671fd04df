"""Low rank of a series: blocks of a grid that shifts, what a few curves in time need, and what is refused."""

from itertools import product

import numpy as np
import pytest
from helpers import draw

from mrilab import Identity, LeastSquares, LocallyLowRank, NuclearNorm, condat_vu, fista, lambda_max, to_numpy

SERIES = (2, 5, 11, 14)  # a batch of two; sides that no block divides
BLOCK = 4


def blocks(shift):
    """The slices of each block of a shifted grid, cut off at the border: slow and obvious."""
    rows, columns = (range(-before, n, BLOCK) for before, n in zip(shift, SERIES[-2:]))
    for i, j in product(rows, columns):
        yield ..., slice(max(i, 0), i + BLOCK), slice(max(j, 0), j + BLOCK)


def test_the_rank_is_that_of_the_curves():
    """Two curves in time, mixed: two singular values, and a threshold between them leaves the first curve."""
    t = np.linspace(0, 1, 8)
    curves = np.linalg.qr(np.stack([np.ones(8), t], axis=1))[0]
    pictures = np.linalg.qr(draw((48, 2), dtype="complex128"))[0].T.reshape(2, 6, 8)
    x = np.einsum("tc,cij->tij", curves * [3.0, 1.0], pictures)
    assert NuclearNorm(2.0)(x) == pytest.approx(8)
    assert NuclearNorm(2.0).dual_norm(x) == pytest.approx(1.5)
    left = NuclearNorm(1.0).prox(x, 1.5)
    assert np.allclose(left, 1.5 * curves[:, :1, None] * pictures[0])


@pytest.mark.parametrize("axis", [-2, -3, -4])
def test_the_axis_is_that_of_time(axis):
    x = draw((2, 3, 4, 5), dtype="complex128")
    batch = x.reshape(-1, *x.shape[axis:])
    assert NuclearNorm(0.5, axis)(x) == pytest.approx(
        sum(0.5 * np.linalg.norm(X.reshape(len(X), -1), "nuc") for X in batch)
    )


def test_a_block_as_large_as_the_image_is_the_nuclear_norm():
    x = draw((5, 11, 14), dtype="complex128")
    g, whole = LocallyLowRank(0.7, block=14, seed=None), NuclearNorm(0.7)
    assert g(x) == pytest.approx(whole(x))
    assert np.allclose(g.prox(x, 2.0), whole.prox(x, 2.0))


def test_each_step_thresholds_the_blocks_of_one_grid_and_all_grids_come():
    x, g, seen = draw(SERIES, dtype="complex128"), LocallyLowRank(0.9, BLOCK, seed=3), set()
    terms = {}
    for shift in product(range(BLOCK), repeat=2):
        terms[shift] = np.empty_like(x)
        for block in blocks(shift):
            terms[shift][block] = NuclearNorm(0.9).prox(x[block], 1.5)
    for _ in range(150):
        p = g.prox(x, 1.5)
        found = [shift for shift, term in terms.items() if np.allclose(p, term, atol=1e-12)]
        assert len(found) == 1
        seen.add(found[0])
    assert len(seen) == BLOCK**2


def test_its_value_is_that_of_the_grid_without_a_shift():
    x, g = draw(SERIES, dtype="complex128"), LocallyLowRank(0.9, BLOCK)
    values = [g(x)]
    g.prox(x, 1.0)
    values.append(g(x))
    assert values == pytest.approx([sum(NuclearNorm(0.9)(x[block]) for block in blocks((0, 0)))] * 2)


def test_a_seed_repeats_its_shifts_and_another_does_not():
    x = draw(SERIES)
    first, again, other = (
        [g.prox(x, 1.0) for _ in range(5)] for g in (LocallyLowRank(0.5, BLOCK, seed=s) for s in (4, 4, 5))
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_torch_draws_the_same_shifts():
    torch = pytest.importorskip("torch")
    x = draw(SERIES)
    here, there = LocallyLowRank(0.5, BLOCK, seed=1), LocallyLowRank(0.5, BLOCK, seed=1)
    for _ in range(3):
        assert np.allclose(here.prox(x, 0.5), to_numpy(there.prox(torch.as_tensor(x), 0.5)), atol=1e-5)


def test_the_mean_over_grids_denoises_better_than_one():
    """A disc that beats, in noise."""
    rows, columns, t = np.meshgrid(np.arange(24), np.arange(24), np.arange(10), indexing="ij")
    x = np.moveaxis((np.hypot(rows - 12, columns - 12) < 6 + 2 * np.sin(0.6 * t)).astype(complex), -1, 0)
    y = x + 0.3 * draw(x.shape, dtype="complex128")
    one, g = LocallyLowRank(2.5, 8, seed=None).prox(y, 1.0), LocallyLowRank(2.5, 8)
    mean = np.mean([g.prox(y, 1.0) for _ in range(30)], axis=0)
    assert np.linalg.norm(mean - x) < 0.92 * np.linalg.norm(one - x) < 0.6 * np.linalg.norm(y - x)


@pytest.mark.parametrize("make", [NuclearNorm, lambda lam: LocallyLowRank(lam, 4, seed=None)], ids=["all", "blocks"])
def test_lambda_max_is_where_the_solution_vanishes(make):
    f = LeastSquares(Identity((3, 8, 8)), draw((3, 8, 8), dtype="complex128"))
    lam = lambda_max(f, make(1.0))
    assert not fista(f, make(lam * 1.0001), max_iter=3).x.any()
    assert fista(f, make(lam * 0.999), max_iter=3).x.any()


@pytest.mark.parametrize(
    "make, says",
    [
        (lambda: NuclearNorm(0.0), "lam"),
        (lambda: NuclearNorm(1.0, axis=-1), "axis must be -2 or lower"),
        (lambda: NuclearNorm(1.0).prox(draw((8, 8)), 1.0), r"NuclearNorm.* \(\.\.\., T, H, W\).* \(8, 8\)"),
        (lambda: LocallyLowRank(1.0, block=0), "block"),
        (lambda: LocallyLowRank(1.0, seed=-1), "seed"),
        (lambda: LocallyLowRank(1.0)(draw((8, 8))), r"LocallyLowRank.* \(\.\.\., T, H, W\).* \(8, 8\)"),
        (lambda: LocallyLowRank(1.0).prox(draw((3, 8, 8)), -1.0), "step"),
    ],
)
def test_what_does_not_fit_is_refused(make, says):
    with pytest.raises(ValueError, match=says):
        make()


def test_condat_vu_refuses_a_grid_that_changes_only():
    f, Psi = LeastSquares(Identity((3, 8, 8)), draw((3, 8, 8))), Identity((3, 8, 8))
    with pytest.raises(TypeError, match="dual variable of one grid"):
        condat_vu(f, LocallyLowRank(0.1), Psi)
    fixed = LocallyLowRank(1.5, block=4, seed=None)
    assert np.allclose(condat_vu(f, fixed, Psi, max_iter=300).x, fista(f, fixed, max_iter=5).x, atol=1e-4)
