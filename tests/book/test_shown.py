"""A notebook shows the last line of a cell only: a table or figure above it would be computed and never seen."""

import ast
import re

import pytest
from helpers import ROOT

SHOWN = {"table", "gallery", "panels", "convergence", "lines", "histograms", "paths", "coefficients", "show_mask"}
PAGES = sorted(path.stem for path in (ROOT / "book").glob("*.md"))


@pytest.mark.parametrize("page", PAGES)
def test_tables_and_figures_stand_last_in_their_cells(page):
    text = (ROOT / "book" / f"{page}.md").read_text()
    for cell in re.findall(r"(?ms)^`{3,}\{code-cell\}[^\n]*\n(.*?)^`{3,}$", text):
        code = re.sub(r"(?m)^(:[a-z].*|\s*[%!].*)$", "", cell)
        for statement in ast.parse(code).body[:-1]:
            call = statement.value if isinstance(statement, ast.Expr) else None
            name = getattr(getattr(call, "func", None), "id", None)
            assert name not in SHOWN, f"{page}: {name}(…) is not the last line of its cell"
