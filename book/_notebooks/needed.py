"""Which cells of a page its exercises need: those that make a name which a stub, or a needed cell, reads."""

import ast
import re

Names = set[str]


def plain(source: str) -> ast.Module:
    """Return the code of a cell without the magics of Jupyter."""
    return ast.parse(re.sub(r"(?m)^\s*[%!].*$", "", source))


def reads(source: str) -> Names:
    """Return the names that a cell reads, inside its functions too.

    >>> sorted(reads("x = f(y)"))
    ['f', 'y']
    """
    names = (node for node in ast.walk(plain(source)) if isinstance(node, ast.Name))
    return {node.id for node in names if isinstance(node.ctx, ast.Load)}


def makes(source: str) -> Names:
    r"""Return the names that a cell binds, or whose items or attributes it sets.

    >>> sorted(makes("import numpy as np\nx[0] = y = 1"))
    ['np', 'x', 'y']
    """
    found: Names = set()
    for node in ast.walk(plain(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            found |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name | ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):
            while isinstance(node, ast.Subscript | ast.Attribute):
                node = node.value
            found |= {node.id} if isinstance(node, ast.Name) else set()
    return found


def needed(cells: list[str], kept: set[int]) -> set[int]:
    """Return the indices of the cells that those in `kept` need, with `kept`.

    >>> sorted(needed(["import numpy as np", "x = np.ones(3)", "y = 2 * x", "print(x)"], {3}))
    [0, 1, 3]
    """
    wanted: Names = set()
    for i in reversed(range(len(cells))):
        if i in kept or makes(cells[i]) & wanted:
            kept = kept | {i}
            wanted |= reads(cells[i])
    return kept
