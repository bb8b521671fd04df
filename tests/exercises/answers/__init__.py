"""Answers that were written from the exercises' texts, a file per chapter.

`RIGHT` has answers in another style, which pass, and `WRONG` has those that a student may give and that are not among
the planted mistakes. If an exercise asks for a value, an answer is that value for the numbers on the page, or a
function of the numbers of the question, called for several students.
"""

import importlib
import pkgutil

RIGHT, WRONG = {}, {}
for _found in pkgutil.iter_modules(__path__):
    _chapter = importlib.import_module(f"{__name__}.{_found.name}")
    RIGHT |= _chapter.RIGHT
    WRONG |= _chapter.WRONG
