"""Exercises of the chapter on studies of many scans."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ..base import choice, exercise

choice(
    "study-choice",
    "studies",
    "knows what a study has to do when its settings have changed",
    {
        "a": "Those ten were computed from 18 lines. You would report them as results from 14.",
        "b": "A study that was stopped halfway would then hold results of both settings, and nothing says which.",
        "c": "Results in one folder are of one function with one setting. For the other, name another folder.",
        "d": "An hour of work would be gone, which you may not have meant. To delete it is your decision.",
    },
    right=lambda: "c",
)


def _scores(rng):
    """Errors and PSNR of 5 scans at 6 fractions, whose best fractions differ in most."""
    return {
        "fractions": 1e-4 * 2.0 ** np.arange(6),
        "errors": 0.1 + rng.random((5, 6)),
        "quality": 30 + 5 * rng.random((5, 6)),
    }


def _cost(fractions, errors, quality, *, own=np.argmin, top=np.argmax, axis=1):
    chosen, best = own(errors, axis=axis), top(quality, axis=axis)
    rows = np.arange(len(chosen))
    scores = quality if axis == 1 else quality.T
    return fractions[chosen % 6] / fractions[best % 6], scores[rows, best] - scores[rows, chosen]


@exercise(
    "study-cost",
    "studies",
    "gives the chosen fraction over the best, and the PSNR lost, of each scan",
    draw=_scores,
    minutes=10,
    level="easy",
    mistakes=[
        ("The first is an index over an index: the fractions are wanted.", lambda q, *a: _cost(np.arange(1.0, 7), *a)),
        ("The chosen fraction has the smallest error.", lambda *a: _cost(*a, own=np.argmax)),
        ("The best PSNR is the largest.", lambda *a: _cost(*a, top=np.argmin)),
        ("The chosen one over the best, not the other way round.", lambda *a: (1 / _cost(*a)[0], _cost(*a)[1])),
        ("What is lost is not negative: the best less the chosen.", lambda *a: (_cost(*a)[0], -_cost(*a)[1])),
        ("One number for each scan: the scans are axis 0, the fractions axis 1.", lambda *a: _cost(*a, axis=0)),
        (
            "Each scan by itself: the mean over the scans has a best fraction of its own.",
            lambda q, e, p: _cost(q, np.tile(e.mean(0), (5, 1)), np.tile(p.mean(0), (5, 1))),
        ),
    ],
)
def cost_of_choice(fractions, errors, quality):
    return _cost(fractions, errors, quality)


def _square(item):
    """Return the square of an item; two of them cannot be read."""
    if item < 0:
        raise ValueError("no scan in this file")
    if item > 8:
        raise OSError("the file was cut off")
    return item**2


def _folder(rng):
    """Seven items of which two fail and two are done, one of these with a result that the function would not give."""
    items, done = np.array([2.0, -1.0, 5.0, 7.0, 9.0, 4.0, 3.0]), np.zeros(7, bool)
    order = np.concatenate([rng.permutation(3), 3 + rng.permutation(4)])  # one fails in each half
    done[[0, 3]] = True
    return {
        "function": _square,
        "items": items[order],
        "results": np.where(done, 50.0, 0.0)[order],
        "done": done[order],
    }


def _run(function, items, results, done, *, again=False, stop=False, counted=False):
    results, done = results.copy(), done.copy()
    for i in range(len(items)) if again else np.flatnonzero(~done):
        try:
            results[i] = function(items[i])
            done[i] = True
        except (ValueError, OSError):
            done[i] |= counted
            if stop:
                break
    return results, done


@exercise(
    "study-resume",
    "studies",
    "computes the results that are missing, past items that fail",
    draw=_folder,
    minutes=15,
    mistakes=[
        ("What is there already is not computed again.", lambda *a: _run(*a, again=True)),
        ("One item that fails must not stop the others: `try` stands inside the loop.", lambda *a: _run(*a, stop=True)),
        ("An item that failed is not done: a rerun tries it again.", lambda *a: _run(*a, counted=True)),
        ("Say what is done now, too: a rerun would compute all of these again.", lambda *a: (_run(*a)[0], a[3])),
        ("The results of before belong to the results.", lambda *a: (_run(*a)[0] * ~a[3], _run(*a)[1])),
        ("Nothing was computed: call the function where `done` is False.", lambda f, i, results, done: (results, done)),
    ],
)
def small_study(function, items, results, done):
    return _run(function, items, results, done)


def _curves(rng):
    """Curves of which one is much steeper than the others: it moves the sum, but neither median nor majority."""
    valley, other = ((np.arange(7) - place) ** 2 for place in rng.permutation([1, 5]))
    errors = 1 + 0.1 * valley + 0.4 * rng.random((5, 7))
    errors[rng.integers(4)] = 1 + 0.8 * other

    def curve(seed):
        """Return the error of each fraction for one draw of left-out samples."""
        return errors[seed].copy()

    return {"curve": curve, "fractions": np.geomspace(1e-4, 1e-1, 7), "draws": 4}


def _vote(choices):
    values, times = np.unique(choices, return_counts=True)
    return values[np.argmax(times)]


def _choose(curve, q, draws, pick=np.argmin, seeds=None):
    errors = np.array([curve(seed) for seed in (range(draws) if seeds is None else seeds)])
    return q[pick(errors.sum(axis=0))], q[pick(errors, axis=1)]


@exercise(
    "ownscan-splits",
    "studies",
    "chooses the fraction with the smallest sum of the error curves of several draws, and gives each draw's own choice",
    draw=_curves,
    trials=12,
    minutes=20,
    level="hard",
    mistakes=[
        ("All draws are the same one: give each its seed.", lambda c, q, n: _choose(c, q, n, seeds=[0] * n)),
        ("The smallest sum, not the largest.", lambda c, q, n: _choose(c, q, n, pick=np.argmax)),
        (
            "These are indices; the fractions are wanted.",
            lambda c, q, n: _choose(c, np.arange(len(q)), n),
        ),
        (
            "The mean of the single choices is not the choice of the mean curve.",
            lambda c, q, n: (np.mean(_choose(c, q, n)[1]), _choose(c, q, n)[1]),
        ),
        ("One draw decides alone here: sum the curves first.", lambda c, q, n: (q[c(0).argmin()], _choose(c, q, n)[1])),
        ("Seeds are 0 … draws − 1: one is missing.", lambda c, q, n: _choose(c, q, n, seeds=range(n - 1))),
        ("The first seed is 0.", lambda c, q, n: _choose(c, q, n, seeds=range(1, n + 1))),
        (
            "No vote, no median: the smallest *sum* of errors counts, so a draw with large errors weighs more.",
            lambda c, q, n: (_vote(_choose(c, q, n)[1]), _choose(c, q, n)[1]),
        ),
        (
            "The smallest sum: that is another way to put the curves together.",
            lambda c, q, n: (q[np.median([c(s) for s in range(n)], axis=0).argmin()], _choose(c, q, n)[1]),
        ),
        (
            "The smallest sum: that is where any single curve is lowest.",
            lambda c, q, n: (q[np.min([c(s) for s in range(n)], axis=0).argmin()], _choose(c, q, n)[1]),
        ),
    ],
)
def choose_often(curve, fractions, draws):
    return _choose(curve, fractions, draws)
