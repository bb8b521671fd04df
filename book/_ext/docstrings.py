"""Keeps the mathematics in docstrings, |x| and (..., *shape), from being read as markup; drops empty fields."""

import re

CODE_EMPHASIS_OR_MATHS = re.compile(r"`[^`]*`+|(\*\*?)(?!\s)[^*]*[^*\s]\1|(?P<maths>[|*])")


def keep_maths(app, what: str, name: str, obj, options, lines: list[str]) -> None:
    """Escape the bars of |x| and the star of (..., *shape), which are markup to Sphinx, except in doctests."""
    doctest = False
    for i, line in enumerate(lines):
        doctest = bool(line.strip()) and (doctest or line.lstrip().startswith(">>>"))
        if not doctest:
            lines[i] = CODE_EMPHASIS_OR_MATHS.sub(lambda m: f"\\{m[0]}" if m["maths"] else m[0], line)


def leave_out(app, what: str, name: str, obj, skip: bool, options) -> bool | None:
    """Leave out the fields of a named tuple that Python itself describes: the class says what they are."""
    return True if (getattr(obj, "__doc__", None) or "").startswith("Alias for field number") else None


def setup(app) -> dict[str, bool]:
    """Register both with Sphinx."""
    app.connect("autodoc-process-docstring", keep_maths, priority=100)  # before napoleon
    app.connect("autodoc-skip-member", leave_out)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
