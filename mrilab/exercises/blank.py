"""Whether an answer is still blank: the `...` of a page's stub, which is neither right nor wrong."""

import ast
import inspect
import textwrap
from collections.abc import Callable
from types import CodeType
from typing import Any

BLANKS = {"", "...", "…"}


def is_blank(value: Any) -> bool:
    """Return whether a value is `...`, None, a text of dots, or a list of nothing else.

    >>> is_blank(...), is_blank((..., ...)), is_blank("…"), is_blank((3, ...))
    (True, True, True, False)
    """
    if value is None or value is Ellipsis:
        return True
    if type(value) is str:
        return value.strip() in BLANKS
    return type(value) in (list, tuple) and bool(value) and all(is_blank(item) for item in value)


def unfinished(function: Callable) -> bool:
    """Return whether a `...` stands where a line should be, or no line at all. In `x[..., 0]` it is none.

    >>> unfinished(lambda x: ...)
    True
    >>> unfinished(lambda x: x[..., 0])
    False
    """
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except Exception:  # no source, or one that is no statement of its own, as that of a lambda in an argument
        return _no_code(getattr(function, "__code__", None))
    index = {id(inner) for node in ast.walk(tree) if isinstance(node, ast.Subscript) for inner in ast.walk(node.slice)}
    dots = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and node.value is Ellipsis)
    return any(id(node) not in index for node in dots) or _is_empty(tree.body[0])


def _no_code(code: CodeType | None) -> bool:
    """Return whether compiled code does nothing, or holds a `...`."""
    if code is None:
        return False
    return code.co_code == (lambda: None).__code__.co_code or any(map(is_blank, set(code.co_consts) - {None}))


def _is_empty(node: ast.stmt) -> bool:
    """Return whether a function consists of `pass` and a docstring."""
    return isinstance(node, ast.FunctionDef) and all(
        isinstance(line, ast.Pass) or (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))
        for line in node.body
    )
