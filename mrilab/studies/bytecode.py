"""Names in the bytecode of a function: the globals that it reads, and the modules that it imports."""

import dis
import re
import types
from collections.abc import Iterator
from importlib.util import resolve_name


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    """Yield a code object and those of the functions, comprehensions and classes in it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)


def all_names(code: types.CodeType) -> set[str]:
    """Return the names of globals, modules and attributes that a code object uses."""
    return {name for part in _codes(code) for name in part.co_names}


def global_names(code: types.CodeType) -> set[str]:
    """Return the names of the global values that a code object reads.

    >>> sorted(global_names((lambda x: [np.sin(i) for i in x.rows]).__code__))
    ['np']
    """
    loads = {"LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS"}
    names = {step.argval for part in _codes(code) for step in dis.get_instructions(part) if step.opname in loads}
    if names & {"globals", "eval", "exec", "vars"}:  # names may stand in texts
        texts = (text for part in _codes(code) for text in part.co_consts if isinstance(text, str))
        names |= {word for text in texts for word in re.findall(r"\w+", text)}
    return names


def imported_names(code: types.CodeType, around: dict) -> set[str]:
    """Return the full names of the modules that a code object imports when it runs."""
    found = set()
    for part in _codes(code):
        steps = list(dis.get_instructions(part))
        for i, step in enumerate(steps):
            if step.opname == "IMPORT_NAME":
                level = steps[i - 2].argval  # after it stands the list of names
                package = around.get("__package__") or ""
                found.add(resolve_name("." * level + step.argval, package) if level else step.argval)
    return found
