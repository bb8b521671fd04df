"""The loops beside their papers: the chapter's FISTA gives the library's iterates, and each loop fits a screen."""

import ast
import inspect
import re
from math import sqrt

import numpy as np
import pytest
from helpers import ROOT, draw, lines

from mrilab import FFT, L1, LeastSquares, Mask, Wavelet, fista, lambda_max
from mrilab.solvers import condat_vu, conjugate_gradient, pogm
from mrilab.solvers import fista as fista_file

LOOPS = [
    fista_file.fista_iterates,
    pogm.pogm_iterates,
    condat_vu.condat_vu_iterates,
    conjugate_gradient.conjugate_gradient_iterates,
]


def chapter_fista():
    """`my_fista` as the chapter "Synthesis" shows it."""
    text = (ROOT / "book" / "synthesis.md").read_text()
    code = re.search(r"(?ms)^def soft\(z, threshold\):.*?^    return z$", text)[0]
    names = {"np": np, "sqrt": sqrt}
    exec(code, names)
    return names["my_fista"]


def test_the_ten_lines_of_the_chapter_are_the_library():
    shape, my_fista = (48, 40), chapter_fista()
    A = Mask(lines(shape)) @ FFT(shape) @ Wavelet("sym8", shape, level=3).H
    y = A(draw(A.shape_in, dtype="complex128"))
    f = LeastSquares(A, y)
    g = L1(0.1 * lambda_max(f, L1(1.0)))
    found = []
    fista(f, g, max_iter=25, callback=lambda k, x: found.append(x.copy()))
    for k, x in enumerate(found):
        mine = my_fista(A, y, g.lam, k)
        assert np.abs(x - mine).max() <= 1e-10 * max(np.abs(mine).max(), 1e-300)


@pytest.mark.parametrize("loop", LOOPS, ids=lambda loop: loop.__name__)
def test_a_loop_fits_on_a_screen_and_hides_nothing(loop):
    [tree] = ast.parse(inspect.getsource(loop)).body
    assert tree.end_lineno - tree.lineno + 1 <= 35
    [body] = [node for node in ast.walk(tree) if isinstance(node, ast.While)]
    assert body.end_lineno - body.lineno + 1 <= 30
    inside = [node for node in ast.walk(tree) if node is not tree]
    assert not any(isinstance(node, (ast.FunctionDef, ast.Lambda)) for node in inside)
    assert "partial" not in {node.id for node in inside if isinstance(node, ast.Name)}
