"""What the capstones count as right is the truth, which whoever draws a task knows, and not the answer of a rule."""

import numpy as np

from mrilab.exercises import find
from mrilab.exercises.tasks.capstones import disguised


def test_the_reference_accuses_the_image_into_which_a_spot_was_put():
    accuse = find("capstone-hallucination").reference
    drawn = [disguised(np.random.default_rng(seed)) for seed in range(30)]
    assert [accuse(**scan) for scan, _ in drawn] == [guilty for _, guilty in drawn]
    assert len({guilty for _, guilty in drawn}) == 4
