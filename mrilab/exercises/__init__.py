"""Exercises that answer back: `check("fista-step", my_step)` says passed, or what failed, on which input, and a hint.

Nothing is sent anywhere. `progress()` shows what is passed so far, `variant(name, student)` the numbers of a student,
and `exercise`, `choice` and `load` let a teacher add exercises of their own. No other part of mrilab imports this one.
"""

from .base import Exercise as Exercise
from .base import Mistake as Mistake
from .base import choice as choice
from .base import exercise as exercise
from .base import find as find
from .base import load as load
from .base import names as names
from .base import variant as variant
from .engine import check as check
from .record import progress as progress
from .verdict import Verdict as Verdict
