"""A time limit for code that may never end, in any thread, on any system."""

import contextlib
import contextvars
import ctypes
import sys
import threading
import time
from collections.abc import Callable
from typing import Any


class OutOfTime(Exception):
    """The call did not end in time."""


class _Stop(BaseException):
    """Raised in a call that exceeds its time; `except Exception` does not catch it."""


def limited(call: Callable[[], Any], seconds: float) -> Any:
    """Return call(), or raise its error, or OutOfTime after this number of seconds of its own work.

    Compilation by numba does not count, nor does other work of a busy computer if the system knows the time of a
    thread; then three times as many seconds by the clock are the end.

    The call runs in its own thread, because signals would need the main thread and a POSIX system. A loop in Python is
    stopped. A call that waits in a system call, or catches all exceptions, is left running as a daemon; one that holds
    Python's global lock in a single C call (`sum(itertools.count())`) cannot be stopped from within Python.
    `SystemExit` and similar exceptions become RuntimeError.

    >>> limited(lambda: 1 + 1, 1.0)
    2
    >>> def endless():
    ...     while True:
    ...         pass
    >>> limited(endless, 0.05)
    Traceback (most recent call last):
    mrilab.exercises.limit.OutOfTime: no end after 0.05 s
    """
    box: dict[str, Any] = {}

    def work() -> None:
        try:
            if hasattr(time, "pthread_getcpuclockid"):
                box["clock"] = time.pthread_getcpuclockid(threading.get_ident())
            box["value"] = call()
        except Exception as error:
            box["error"] = error
        except _Stop:
            pass
        except BaseException as error:
            box["error"] = RuntimeError(f"{type(error).__name__} was raised")

    # A copy of the context, so that output appears in its notebook cell.
    thread = _Quiet(target=contextvars.copy_context().run, args=(work,), daemon=True)
    try:
        thread.start()
    except RuntimeError:  # no threads, as in a browser
        work()
    else:
        try:
            _wait(thread, seconds, box)
        finally:  # also when the reader presses "interrupt"
            _stop(thread)
    if "error" in box:
        raise box["error"]
    if "value" not in box:
        raise OutOfTime(f"no end after {seconds:g} s")
    return box["value"]


def _wait(thread: threading.Thread, seconds: float, box: dict[str, Any]) -> None:
    """Wait until the thread has ended or used up its time."""
    used = waited = 0.0
    while thread.is_alive() and used < seconds and waited < 3 * seconds:
        before, start = _own_time(box), time.monotonic()
        thread.join(seconds / 50)
        if not _compiling(thread):
            waited += time.monotonic() - start
            used += _own_time(box) - before if before else time.monotonic() - start


def _own_time(box: dict[str, Any]) -> float:
    """Return the time that the thread has worked; 0 if it is unknown."""
    try:
        return time.clock_gettime(box["clock"])
    except (KeyError, OSError):  # no such clock, or the thread has just ended
        return 0.0


def _compiling(thread: threading.Thread) -> bool:
    """Return whether numba compiles, which takes seconds, once: a stop would make it begin again at the next check."""
    frame = sys._current_frames().get(thread.ident or 0)
    while frame is not None and frame.f_globals.get("__name__") != "numba.core.compiler":
        frame = frame.f_back
    return frame is not None


class _Quiet(threading.Thread):
    """A thread that says nothing when a second `_Stop` reaches it on its way out."""

    def run(self) -> None:
        with contextlib.suppress(_Stop):
            super().run()


def _stop(thread: threading.Thread) -> None:
    for _ in range(20):
        if not thread.is_alive() or thread.ident is None:
            return
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(_Stop))
        thread.join(0.05)  # to its end, not into the middle of it
