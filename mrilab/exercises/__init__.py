"""Exercises with checks: `check("fista-step", my_step)` reports success, or what failed, on which input, with a hint.

Nothing is sent anywhere. `progress()` and `progress_board()` show the exercises passed so far, `variant(name, student)`
the numbers of a student, and teachers add their own exercises by `exercise`, `choice` and `load`. No other part of
mrilab imports this one.

base      Exercise, and the list of all exercises
chapters  the pages that have exercises, and their titles
tasks     the exercises, one file per chapter
engine    check
blank     whether there is an answer yet
compare   comparison of an answer with the reference
relate    how a wrong answer is related to the right one
probe     what a wrong function does when an input changes
draws     random inputs
limit     a time limit for answers
verdict   the result of a check
record    what has been passed
template  a template for the exercises of a teacher
"""

from .base import Exercise as Exercise
from .base import Mistake as Mistake
from .base import choice as choice
from .base import exercise as exercise
from .base import find as find
from .base import load as load
from .base import names as names
from .base import question as question
from .base import variant as variant
from .engine import check as check
from .record import progress as progress
from .record import progress_board as progress_board
from .verdict import Verdict as Verdict
