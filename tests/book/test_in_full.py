"""The trainings in full: a reader who asks starts one; the build, which has a GPU or none, never does."""

import ast
from unittest.mock import MagicMock

import pytest
from helpers import ROOT

from book._notebooks import pages
from mrilab.nets.recipes import FULL

SWITCH = 'train_in_full = False  # @param {type: "boolean"}'  # Colab shows a box to tick
CELLS = [
    pytest.param(piece.source, id=f"{path.stem}")
    for path in sorted((ROOT / "book").glob("*.md"))
    if pages.runs(path)
    for piece in pages.read(path).pieces
    if piece.kind == "code" and "on_gpu(" in piece.source
]


def run(source):
    """Run a cell where there is a GPU and everything else is a stand-in; return what was trained."""
    names = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    scope = {name: MagicMock() for name in names - {"print"}} | {"device": "cuda", "train": MagicMock()}
    exec(source, scope)
    return [call.args[0] for call in scope["train"].call_args_list], scope["on_gpu"]


def test_each_recipe_for_a_gpu_has_its_cell():
    assert len(CELLS) == len(FULL)


@pytest.mark.parametrize("source", CELLS)
def test_nothing_is_trained_in_full_unless_a_reader_asks(source):
    assert source.splitlines()[0] == SWITCH
    assert run(source)[0] == []
    (settings,), recipe = run(source.replace("train_in_full = False", "train_in_full = True"))
    assert recipe.call_args.args[0] in FULL and settings is recipe.return_value
