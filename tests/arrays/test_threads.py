"""Loops split over the cores: in threads that are kept, none of which outlives a call's work."""

import threading
import time

import pytest

from mrilab.arrays.threads import split, workers

pytestmark = pytest.mark.skipif(workers() < 2, reason="one core: nothing is split")


def test_the_pieces_cover_the_whole_in_order():
    pieces = split(lambda start, stop: range(start, stop), 101)
    assert [i for piece in pieces for i in piece] == list(range(101)) and len(pieces) == workers()


def test_threads_are_kept_from_call_to_call():
    seen = {name for _ in range(20) for name in split(lambda start, stop: threading.get_ident(), workers())}
    assert len(seen) <= workers() and threading.get_ident() not in seen


def test_a_piece_is_not_split_again():
    assert set(split(lambda start, stop: workers(), workers())) == {1} and workers() > 1


def test_after_an_error_no_piece_goes_on():
    ended = []

    def kernel(start, stop):
        if start == 0:
            raise ZeroDivisionError
        time.sleep(0.2)
        ended.append(start)

    with pytest.raises(ZeroDivisionError):
        split(kernel, workers())
    assert len(ended) == workers() - 1
