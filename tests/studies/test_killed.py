"""A study cut at any byte, or killed at any moment, loses nothing and repeats nothing but what was in flight."""

import os
import signal
import subprocess
import sys
import time
import warnings

import numpy as np
import pytest

from mrilab.files import atomic
from mrilab.studies.study import study

NAMES = [str(n) for n in range(4)]


def noted(item, log):
    """Say in `log` that the item was worked on; its result is its number, over and over."""
    with open(log, "a") as file:
        file.write(f"{item}\n")
    return np.full((5, 7), item, np.complex64)


def worked_on(log):
    return log.read_text().split() if log.exists() else []


def run(folder, log):
    return study(noted, map(int, NAMES), folder, settings={"log": str(log)}, workers=0, progress=False)


def intact(results):
    return all(np.array_equal(results[name], np.full((5, 7), int(name), np.complex64)) for name in NAMES)


WHOLE = 128 + 5 * 7 * 8  # a header and the numbers
CUTS = {"nothing": 0, "in the magic": 3, "after the magic": 6, "in the header's size": 9, "in the header": 60}
CUTS |= {"before the numbers": 128, "after one": 136, "within one": 201, "one byte short": WHOLE - 1}


@pytest.mark.parametrize("cut", CUTS)
def test_a_result_that_was_cut_is_computed_again(tmp_path, cut):
    log = tmp_path / "log"
    run(tmp_path / "out", log)
    file = tmp_path / "out" / "2.npy"
    assert file.stat().st_size == WHOLE
    os.truncate(file, CUTS[cut])
    with pytest.warns(RuntimeWarning, match=rf"2\.npy is broken, {CUTS[cut]} bytes.*computed again") as said:
        results = run(tmp_path / "out", log)
    assert len(said) == 1
    assert intact(results)
    assert worked_on(log) == [*NAMES, "2"]


@pytest.mark.parametrize("spoil", [lambda b: bytes(len(b)), lambda b: b + b"0", lambda b: b"x" * len(b)])
def test_a_result_of_other_content_is_computed_again(tmp_path, spoil):
    log, file = tmp_path / "log", tmp_path / "out" / "1.npy"
    run(tmp_path / "out", log)
    file.write_bytes(spoil(file.read_bytes()))
    with pytest.warns(RuntimeWarning, match=r"1\.npy is broken"):
        results = run(tmp_path / "out", log)
    assert intact(results)
    assert worked_on(log) == [*NAMES, "1"]


@pytest.mark.audit
def test_a_result_that_was_cut_at_any_byte_is_computed_again(tmp_path):
    log, file = tmp_path / "log", tmp_path / "out" / "2.npy"
    run(tmp_path / "out", log)
    for n in range(WHOLE):
        os.truncate(file, n)
        with pytest.warns(RuntimeWarning, match=f"{n} bytes"):
            assert intact(run(tmp_path / "out", log))
    assert worked_on(log) == [*NAMES, *["2"] * WHOLE]


def test_an_empty_result_and_a_number_are_whole(tmp_path):
    for value in (np.zeros((0, 3)), np.float64(2), np.ones(3, bool)):
        folder = tmp_path / str(np.ndim(value))
        study(np.asarray, {"a": value}, folder, workers=0)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert study(np.asarray, {"a": value}, folder, workers=0)["a"].shape == np.shape(value)


SCRIPT = """
import sys
import numpy as np
from mrilab.studies.study import study
def big(n, log):
    open(log, "a").write(f"{n}\\n")
    return np.full(200_000, n)
if __name__ == "__main__":
    study(big, range(12), sys.argv[1], settings={"log": sys.argv[2]}, workers=int(sys.argv[3]), progress=False)
"""


def kill_and_go_on(folder, kills, workers, seed):
    """Start the study, kill all its processes after a random while, and so on; return how often each item was done."""
    (folder / "main.py").write_text(SCRIPT)
    out, log, rng = folder / "out", folder / "log", np.random.default_rng(seed)
    command = [sys.executable, str(folder / "main.py"), str(out), str(log), str(workers)]
    done = 0
    for _ in range(kills):
        process = subprocess.Popen(command, start_new_session=True, stderr=subprocess.PIPE)
        end = time.monotonic() + 600
        while len(worked_on(log)) <= done and process.poll() is None and time.monotonic() < end:
            time.sleep(0.001)  # until it is at work
        time.sleep(rng.uniform(0, 0.01))
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        done = len(worked_on(log))
        for file in out.glob("[0-9]*.npy"):
            assert (np.load(file) == int(file.stem)).all(), "a file that has its name is whole"
    subprocess.run(command, check=True, timeout=1800)
    assert all((np.load(out / f"{n}.npy") == n).all() for n in range(12))
    return [worked_on(log).count(str(n)) for n in range(12)]


def test_a_study_that_is_killed_repeats_only_what_was_in_flight(tmp_path):
    counts = kill_and_go_on(tmp_path, kills=3, workers=0, seed=0)
    assert min(counts) == 1 and sum(counts) <= 12 + 3  # a kill interrupts one item


@pytest.mark.audit
@pytest.mark.parametrize("workers, kills, seed", [(0, 10, seed) for seed in range(5)] + [(2, 5, 9)])
def test_fifty_kills_lose_nothing(tmp_path, workers, kills, seed):
    counts = kill_and_go_on(tmp_path, kills=kills, workers=workers, seed=seed)
    in_flight = 2 * workers or 1  # of each worker one at work, and one on its way to the process that writes
    assert min(counts) == 1 and sum(counts) <= 12 + kills * in_flight


def test_a_file_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    steps, sync, rename = [], os.fsync, os.replace
    monkeypatch.setattr(
        os, "fsync", lambda handle: (steps.append(os.readlink(f"/proc/self/fd/{handle}")), sync(handle))
    )
    monkeypatch.setattr(os, "replace", lambda a, b: (steps.append("rename"), rename(a, b)))
    with atomic(tmp_path / "x.npy") as part:
        part.write_bytes(b"all")
    assert steps == [str(part), "rename", str(tmp_path)]


def test_six_threads_do_studies_side_by_side(tmp_path):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(6) as pool:
        apart = list(pool.map(lambda i: run(tmp_path / str(i), tmp_path / f"log{i}"), range(6)))
        together = list(pool.map(lambda i: run(tmp_path / "one", tmp_path / "log"), range(6)))
    assert all(map(intact, apart + together))
