"""A study over processes: what it gives, what it survives, and what it refuses."""

import contextlib
import functools
import json
import os
import signal
import socket
import subprocess
import sys
import time

import numpy as np
import pytest

from mrilab import FFT, L1, LeastSquares, Mask, Wavelet, fista, lambda_max, random_lines, shepp_logan
from mrilab.studies.study import Results, StudyError, study

SHAPE = (64, 64)
TESTS = os.path.dirname(__file__)


def reconstruct(number, scale=1e-3, max_iter=3):
    """A sparse reconstruction of a slice: FFTs and compiled kernels at work."""
    A = Mask(random_lines(SHAPE, accel=2, seed=int(number))) @ FFT(SHAPE)
    y = A((1 + 0.1 * int(number)) * shepp_logan(SHAPE).astype(np.complex64))
    Psi = Wavelet("sym4", SHAPE, level=2)
    f = LeastSquares(A @ Psi.H, y)
    return Psi.H @ fista(f, L1(scale * lambda_max(f, L1(1.0))), max_iter=max_iter).x


def note(item, log, pause=0.0, fatal=None):
    """Say in `log` that the item was worked on, and by whom; the first time that `fatal` is, kill that process."""
    time.sleep(pause)
    with open(log, "a") as file:
        file.write(f"{item} {os.getpid()}\n")
    if item == fatal and not os.path.exists(log + ".killed"):
        open(log + ".killed", "w").close()
        os.kill(os.getpid(), signal.SIGKILL)
    return np.full(3, item)


def inverse(item):
    return 1 / np.array([item]) if item else 1 // item


def deadly(item):
    if item == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return np.full(3, item)


def cores(item):
    return [len(os.sched_getaffinity(0)), int(os.environ["OMP_NUM_THREADS"])]


def worked_on(log):
    return [int(line.split()[0]) for line in log.read_text().splitlines()]


def children():
    import psutil

    return [p.pid for p in psutil.Process().children(recursive=True) if "resource_tracker" not in " ".join(p.cmdline())]


def group_lives(number):
    try:
        os.killpg(number, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture(autouse=True)
def no_process_stays():
    yield
    assert children() == []


def test_two_workers_give_the_serial_result(tmp_path):
    serial = {str(n): reconstruct(n) for n in range(32)}
    results = study(reconstruct, range(32), tmp_path, settings={"max_iter": 3}, workers=2, progress=False)
    assert list(results) == list(serial)
    assert len(results) == 32
    for name, expected in serial.items():
        assert results[name].dtype == np.complex64
        assert np.abs(results[name] - expected).max() <= 1e-6 * np.abs(expected).max()
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([*(f"{n}.npy" for n in serial), "study.json"])


def test_a_killed_worker_loses_nothing(tmp_path):
    log = tmp_path / "log"
    settings = {"log": str(log), "pause": 0.05, "fatal": 5}
    results = study(note, range(12), tmp_path / "out", settings=settings, workers=2)
    assert (tmp_path / "log.killed").exists()
    assert {name: value[0] for name, value in results.items()} == {str(n): n for n in range(12)}
    assert worked_on(log).count(5) == 2


def test_an_item_that_kills_its_worker_stops_no_other(tmp_path):
    with pytest.raises(StudyError, match=r"1 of 6 items failed: 2 \(KilledWorker"):
        study(deadly, range(6), tmp_path, workers=2)
    assert sorted(p.stem for p in tmp_path.glob("*.npy")) == ["0", "1", "3", "4", "5"]


def test_a_rerun_skips_what_is_done(tmp_path):
    log, out = tmp_path / "log", tmp_path / "out"
    study(note, range(3), out, settings={"log": str(log)}, workers=0)
    (out / "1.npy").unlink()
    again = study(note, range(5), out, settings={"log": str(log)}, workers=0)
    assert worked_on(log) == [0, 1, 2, 1, 3, 4]
    assert [again[str(n)][0] for n in range(5)] == [0, 1, 2, 3, 4]
    study(note, [2, 0], out, settings={"log": str(log)}, workers=2)  # nothing to do: no process is started
    assert len(worked_on(log)) == 6


def test_the_same_call_takes_a_schedulers_address(tmp_path):
    script = "from distributed import LocalCluster\nimport sys\nif __name__ == '__main__':\n"
    script += " with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as c:\n"
    script += "  print(c.scheduler_address, flush=True); sys.stdin.read()"
    (tmp_path / "cluster.py").write_text(script)
    cluster = subprocess.Popen(
        [sys.executable, tmp_path / "cluster.py"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": TESTS},
    )
    with cluster:
        address = cluster.stdout.readline().strip()
        log = tmp_path / "log"
        results = study(note, [3, 4], tmp_path / "out", settings={"log": str(log)}, scheduler=address)
        assert [results["3"][0], results["4"][0]] == [3, 4]
        workers = {line.split()[1] for line in log.read_text().splitlines()}
        assert workers.isdisjoint({str(os.getpid())})
        with pytest.raises(StudyError, match=r"1 of 2 items failed: 0 \(ZeroDivisionError"):
            study(inverse, [0, 2], tmp_path / "failing", scheduler=address)  # and the cluster lives on
        assert study(inverse, [2], tmp_path / "failing", scheduler=address)["2"] == 0.5
        cluster.stdin.close()


def test_no_scheduler_is_said_so(tmp_path, monkeypatch):
    monkeypatch.setattr("mrilab.studies.runners.PATIENCE", 1)
    with pytest.raises(ConnectionError, match="no scheduler answers at 'tcp://127.0.0.1:9'"):
        study(inverse, [1], tmp_path, scheduler="tcp://127.0.0.1:9")
    for address in ("nowhere at all", ""):
        with pytest.raises(ConnectionError, match=f"got '{address}'"):
            study(inverse, [1], tmp_path, scheduler=address)


@pytest.mark.parametrize("workers", [0, 2])
def test_a_failing_item_stops_no_other(tmp_path, workers):
    with pytest.raises(StudyError, match=r"1 of 4 items failed: 0 \(ZeroDivisionError.*rerun") as caught:
        study(inverse, [1, 0, 2, 4], tmp_path, workers=workers)
    assert list(caught.value.errors) == ["0"]
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert sorted(p.stem for p in tmp_path.glob("*.npy")) == ["1", "2", "4"]
    assert Results(tmp_path, ["4"])["4"] == 0.25


def test_processes_share_the_cores(tmp_path):
    results = study(cores, ["a", "b", "c"], tmp_path, workers=2)
    share = -(-len(os.sched_getaffinity(0)) // 2)
    assert all(value[0] <= share and value[1] == 1 for value in results.values())


def test_several_studies_at_once_do_not_meet_at_a_port(tmp_path, recwarn):
    with socket.socket() as taken:
        with contextlib.suppress(OSError):  # by somebody else already
            taken.bind(("127.0.0.1", 8787))
            taken.listen()
        study(inverse, [1, 2], tmp_path, workers=2)
    assert [str(w.message) for w in recwarn if "8787" in str(w.message)] == []


def test_ctrl_c_leaves_what_is_done(tmp_path):
    script = tmp_path / "main.py"
    script.write_text(
        "from test_studies import note\nfrom mrilab.studies.study import study\n"
        "if __name__ == '__main__':\n"
        f"    study(note, range(40), r'{tmp_path / 'out'}', settings=dict(log=r'{tmp_path / 'log'}', pause=0.3))\n"
    )
    env = {**os.environ, "PYTHONPATH": TESTS}
    process = subprocess.Popen(
        [sys.executable, script],
        env=env,
        stderr=subprocess.PIPE,
        start_new_session=True,
        # A shell lets what it starts in the background ignore Ctrl-C, and that is handed down.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    end = time.monotonic() + 300
    while len(list((tmp_path / "out").glob("[0-9]*.npy"))) < 2 and time.monotonic() < end:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: all processes get it
    _, said = process.communicate(timeout=600)
    assert process.returncode != 0
    assert b"KeyboardInterrupt" in said
    done = [p for p in (tmp_path / "out").iterdir() if p.suffix == ".npy"]
    assert 2 <= len(done) < 40
    assert all(np.load(p)[0] == int(p.stem) for p in done)
    end = time.monotonic() + 120
    while group_lives(process.pid) and time.monotonic() < end:
        time.sleep(0.05)
    assert not group_lives(process.pid)


def test_a_script_that_is_killed_leaves_whole_files(tmp_path):
    script = tmp_path / "main.py"
    script.write_text(
        "import numpy as np\nfrom mrilab.studies.study import study\n"
        "def big(n): return np.full(2_000_000, n)\n"
        f"study(big, range(100), r'{tmp_path / 'out'}', workers=0)\n"
    )
    process = subprocess.Popen([sys.executable, script])
    end = time.monotonic() + 300
    while len(list((tmp_path / "out").glob("[0-9]*.npy"))) < 3 and time.monotonic() < end:
        time.sleep(0.002)
    process.kill()
    process.wait()
    done = list((tmp_path / "out").glob("[0-9]*.npy"))
    assert done
    assert all((np.load(p) == int(p.stem)).all() for p in done)


FIRST = {"settings": {"scale": 1e-3, "max_iter": 1}}
REFUSED = {
    "other settings": (
        lambda out: study(reconstruct, [1], out, settings={"scale": 2e-3}, workers=0),
        "settings {.*'scale': 0.001}, not {'scale",
    ),
    "other function": (lambda out: study(inverse, [1], out, workers=0), "function test_studies.reconstruct.*inverse"),
    "other item": (lambda out: study(reconstruct, {"1": 7}, out, workers=0, **FIRST), "holds '1' of 1, not 7"),
    "same names": (lambda out: study(reconstruct, ["a/x.h5", "b/x.h5"], out, workers=0), "1 distinct names"),
    "names in two cases": (lambda out: study(reconstruct, ["x", "X"], out, workers=0), "distinct names"),
    "name of a path": (lambda out: study(reconstruct, {"../x": 1}, out, workers=0), r"cannot be '\.\./x'"),
    "name not a text": (lambda out: study(reconstruct, {1: 1}, out, workers=0), "cannot be 1"),
    "empty name": (lambda out: study(reconstruct, {"": 1}, out, workers=0), "cannot be ''"),
    "name of 300 bytes": (
        lambda out: study(reconstruct, {"x" * 300: 1}, out, workers=0),
        "255 bytes, .* would have 304",
    ),
    "name of 400 bytes": (
        lambda out: study(reconstruct, {"é" * 200: 1}, out, workers=0),
        "255 bytes, .* would have 404",
    ),
    "hidden name": (lambda out: study(reconstruct, {".x": 1}, out, workers=0), "cannot be '.x'"),
    "negative workers": (lambda out: study(reconstruct, [1], out, workers=-1), "got -1"),
    "half a worker": (lambda out: study(reconstruct, [1], out, workers=0.5), "got 0.5"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_results_of_another_study_are_not_reused(tmp_path, case):
    study(reconstruct, [1], tmp_path, workers=0, **FIRST)
    before = {p: p.read_bytes() for p in tmp_path.iterdir()}
    call, message = REFUSED[case]
    with pytest.raises((TypeError, ValueError), match=message):
        call(tmp_path)
    assert {p: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_an_edited_function_is_another(tmp_path):
    for body, value in (("1", 1.0), ("2", 2.0)):
        (tmp_path / f"edited{body}.py").write_text(f"def f(item):\n    return {body}.0\n")
        names = {"__name__": "edited"}
        exec(compile((tmp_path / f"edited{body}.py").read_text(), tmp_path / f"edited{body}.py", "exec"), names)
        if body == "1":
            assert study(names["f"], [0], tmp_path / "out", workers=0)["0"] == value
        else:
            with pytest.raises(ValueError, match=r"edited\.f, which has changed since: its code is another; choose"):
                study(names["f"], [0], tmp_path / "out", workers=0)


def scaled(item, k=1):
    return k * np.full(3, item)


class Scaling:
    def __init__(self, k):
        self.k = k

    def __call__(self, item):
        return scaled(item, self.k)

    apply = __call__


def closure(k):
    return lambda item: scaled(item, k)


two = [lambda item: scaled(item, 1), lambda item: scaled(item, 2)]
SCALINGS = {
    "partial": lambda k: functools.partial(scaled, k=k),
    "closure": closure,
    "object": Scaling,
    "method": lambda k: Scaling(k).apply,
    "lambda's default": lambda k: [lambda item, k=k: scaled(item, k)][0],
    "lambdas on a line": lambda k: two[k - 1],
}


@pytest.mark.parametrize("kind", SCALINGS)
def test_what_a_function_carries_is_part_of_it(tmp_path, kind):
    make = SCALINGS[kind]
    study(make(1), [1], tmp_path, workers=0)
    before = (tmp_path / "1.npy").stat().st_mtime_ns
    assert study(make(1), [1, 2], tmp_path, workers=0)["2"][0] == 2
    assert (tmp_path / "1.npy").stat().st_mtime_ns == before
    with pytest.raises(ValueError, match="which has changed since: its .* is another; choose another folder"):
        study(make(2), [1], tmp_path, workers=0)


def test_closures_and_objects_travel_to_workers(tmp_path):
    for i, kind in enumerate(("closure", "object")):
        assert study(SCALINGS[kind](3), [1, 2], tmp_path / kind, workers=2)["2"][0] == 6, i
        assert study(SCALINGS[kind](3), [1, 2], tmp_path / kind, workers=0)["1"][0] == 3


def test_a_notebooks_function_is_recognised_until_it_is_edited(tmp_path):
    """In kernels of their own, with Dask's processes: what the cell defines travels by value."""
    import nbformat
    from nbclient import NotebookClient

    def run(k, workers):
        cells = [
            f"import numpy as np\nfrom mrilab.studies.study import study\nK = {k}\ndef helper(x): return K * x",
            "def f(item):\n    return helper(np.full(3, item))",
            f"print(study(f, [1, 2], r'{tmp_path / 'out'}', workers={workers}, progress=False)['2'][0])",
        ]
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        NotebookClient(book, timeout=300, allow_errors=True).execute()
        (output,) = (o for o in book.cells[-1].outputs if o.output_type in ("stream", "error"))
        return output.get("text", output.get("evalue")).strip()

    assert run(2, workers=2) == "4"
    done = (tmp_path / "out" / "1.npy").stat().st_mtime_ns
    assert run(2, workers=0) == "4"
    assert (tmp_path / "out" / "1.npy").stat().st_mtime_ns == done
    assert "__main__.f, which has changed since: its global helper is another" in run(3, workers=0)


def test_names_as_long_as_a_file_system_allows(tmp_path):
    name = "é" * 125 + "x"
    assert study(inverse, {name: 2}, tmp_path, workers=0)[name] == 0.5
    assert (tmp_path / f"{name}.npy").exists()


def test_a_folder_of_other_files_is_refused(tmp_path):
    np.save(tmp_path / "mine.npy", np.ones(2))
    with pytest.raises(ValueError, match=r"holds .npy files but no study.json"):
        study(inverse, [1], tmp_path, workers=0)
    (tmp_path / "study.json").write_text("{}")
    with pytest.raises(ValueError, match=r"study\.json: found 2 bytes.*expected the record of a study"):
        study(inverse, [1], tmp_path, workers=0)


def test_settings_that_cannot_be_compared_are_refused(tmp_path):
    with pytest.raises(TypeError, match="the setting 'scale' is object"):
        study(reconstruct, [1], tmp_path, settings={"scale": object()}, workers=0)
    with pytest.raises(TypeError, match="the text 'abc'"):
        study(reconstruct, "abc", tmp_path, workers=0)
    with pytest.raises(TypeError, match="must be callable"):
        study(None, [1], tmp_path, workers=0)


def test_arrays_among_the_settings_are_compared_by_value(tmp_path):
    stop = {"stop": np.arange(3), "num": 4, "dtype": None}
    first = study(np.linspace, [0.0], tmp_path, settings=stop, workers=0)
    assert first["0.0"].shape == (4, 3)
    study(np.linspace, [0.0], tmp_path, settings=dict(stop, stop=np.arange(3)), workers=0)
    with pytest.raises(ValueError, match="settings"):
        study(np.linspace, [0.0], tmp_path, settings=dict(stop, stop=np.arange(3) + 1), workers=0)
    assert json.loads((tmp_path / "study.json").read_text())["settings"]["num"] == 4


def test_what_is_no_array_of_numbers_fails_by_name(tmp_path):
    with pytest.raises(StudyError, match=r"a \(TypeError"):
        study(str.upper, ["a"], tmp_path, workers=0)
    assert not list(tmp_path.glob("*.npy"))
    with pytest.raises(KeyError):
        Results(tmp_path, ["a"])["b"]


def test_progress_is_shown_where_asked(tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    study(inverse, [1, 2], tmp_path / "a", workers=0)
    assert capsys.readouterr().err == ""
    study(inverse, [1, 2], tmp_path / "b", workers=0, progress=True)
    assert "/2 [" in capsys.readouterr().err


async def nothing(nanny, exitcode):
    """What a nanny does on a busy machine when its process dies: too late, or never."""


def test_workers_that_dask_gives_up_are_replaced(tmp_path, monkeypatch):
    from distributed import Nanny

    monkeypatch.setattr(Nanny, "_on_worker_exit", nothing)
    monkeypatch.setattr("mrilab.studies.runners.RESTART", "100ms")
    log = tmp_path / "log"
    settings = {"log": str(log), "pause": 0.05, "fatal": 5}
    results = study(note, range(12), tmp_path / "out", settings=settings, workers=1)
    assert (tmp_path / "log.killed").exists()
    assert {name: value[0] for name, value in results.items()} == {str(n): n for n in range(12)}


def test_a_study_without_any_worker_ends(tmp_path, monkeypatch):
    from distributed import Nanny

    async def cannot(nanny):
        raise OSError("no memory")

    def first(nanny):
        monkeypatch.setattr(Nanny, "instantiate", cannot)
        return start(nanny)

    start = Nanny.instantiate
    monkeypatch.setattr(Nanny, "instantiate", first)
    monkeypatch.setattr("mrilab.studies.runners.RESTART", "100ms")
    monkeypatch.setattr("mrilab.studies.watch.GIVE_UP", 2)
    with pytest.raises(ConnectionError, match="has had no worker for 2 s; .* a rerun computes the others"):
        study(deadly, [0, 1, 2, 3], tmp_path, workers=1)
    assert not (tmp_path / "3.npy").exists()


CLUSTER = """
import asyncio, sys
from distributed import Scheduler, Worker
async def main():
    async with Scheduler(port=0, dashboard_address=None) as scheduler, Worker(scheduler.address, nthreads=1):
        print(scheduler.address, flush=True)
        await scheduler.finished()
asyncio.run(main())
"""


def test_a_cluster_that_is_killed_ends_the_study(tmp_path, monkeypatch):
    import dask

    env = {**os.environ, "PYTHONPATH": os.pathsep.join([TESTS, os.environ.get("PYTHONPATH", "")])}
    with subprocess.Popen([sys.executable, "-c", CLUSTER], stdout=subprocess.PIPE, text=True, env=env) as cluster:
        settings = {"log": str(tmp_path / "log"), "pid": cluster.pid}
        with (
            dask.config.set({"distributed.comm.timeouts.connect": "2s"}),
            pytest.raises(ConnectionError, match="does not answer any more.* a rerun computes the others"),
        ):
            study(lethal, [3, 4, 5], tmp_path / "out", settings=settings, scheduler=cluster.stdout.readline().strip())
        cluster.kill()


def lethal(item, log, pid):
    """Kill the whole cluster at the second item."""
    if item == 4:
        os.kill(pid, signal.SIGKILL)
    return np.full(3, item)
