"""The benchmarks: their arithmetic, their file, and mrilab in turns with a peer that pretends. Nothing is timed."""

import ast
import json
from dataclasses import replace

import numpy as np
import pytest

import mrilab
from benchmarks import bart, compare, goals, gpu, measure, process, record, scan, start
from benchmarks.__main__ import PARTS
from benchmarks.peers.steps import Steps


def test_spread_gives_median_and_quartiles():
    assert measure.spread([5, 1, 3, 2, 4]) == {"median": 3.0, "quartiles": [2.0, 4.0], "runs": 5}


def test_ratio_is_the_median_over_pairs_not_the_ratio_of_medians():
    assert measure.ratio([2, 30, 8], [1, 10, 2])["median"] == 3.0
    assert measure.ratio([10, 1, 10], [1, 1, 100])["median"] == 1.0  # 10, 1 and 0.1; of the medians it would be 10
    with pytest.raises(ValueError, match="pairs are needed, got 2 and 1"):
        measure.ratio([1, 2], [1])


@pytest.mark.parametrize("power", [0.5, 1, 2])
def test_slope_is_the_exponent(power):
    n = np.array([64, 128, 256, 1024])
    assert measure.slope(n, 3e-5 * n**power) == power


def test_first_below_finds_the_first_iteration_at_or_under_a_cost():
    assert measure.first_below([4, 2, 1, 2], 2) == 1
    assert measure.first_below([4, 2], 1) is None


def test_alternate_takes_turns_and_leaves_the_warm_up_out():
    calls = []
    seconds = measure.alternate({name: lambda name=name: calls.append(name) for name in "ab"}, rounds=3, warm=1)
    assert [len(values) for values in seconds.values()] == [3, 3]
    assert "".join(calls) == "baabbaab"  # who goes first changes


def test_time_to_a_cost_counts_set_up_where_it_says_so():
    run = {"times": [0.0, 1.0, 2.0, 3.0], "costs": [9.0, 5.0, 4.0, 3.0]}
    reached = compare.to_cost(run, 4.5, theirs=20.0, set_up={"ours": 2.0, "theirs": 30.0})
    expected = {"iterations": 2, "ours": 2.0, "theirs": 20.0, "ratio": 10.0, "ratio_with_set_up": 12.5}
    assert reached == expected
    assert compare.to_cost(run, 1.0, theirs=20.0, set_up={"ours": 0.0, "theirs": 0.0}) is None


def test_the_file_keeps_the_other_parts(tmp_path):
    path = tmp_path / "results.json"
    record.write("sense", {"peers": {"sigpy": {"ratio": {"median": 3.5}}}, "left_out": {"mrpro": "no mrpro"}}, path)
    record.write("gpu", {"reason": "no GPU"}, path)
    record.write("gpu", {"reason": "still none"}, path)
    stored = json.loads(path.read_text())
    assert set(stored["parts"]) == {"sense", "gpu"}
    assert stored["parts"]["gpu"]["result"] == {"reason": "still none"}
    found = {goal["text"]: goal for goal in stored["goals"]}
    assert found["SENSE, an iteration: times as fast as sigpy"]["met"] is True
    assert found["SENSE, an iteration: times as fast as mrpro"]["reason"] == "no mrpro"
    assert found["GPU, 100 iterations: seconds"]["reason"] == "still none"
    assert found["FISTA on two cores: times as fast as on one"]["reason"] == "not run"
    assert [file.name for file in tmp_path.iterdir()] == ["results.json"]  # nothing half-written stays


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path):
    path = tmp_path / "results.json"
    record.write("gpu", {"reason": "no GPU"}, path)
    before = path.read_text()
    with pytest.raises(ValueError, match="JSON"):
        record.write("threads", {"ratio": float("nan")}, path)
    assert path.read_text() == before


@pytest.mark.parametrize("sign, value, met", [("≥", 2.0, True), ("≥", 1.9, False), ("≤", 2.0, True), ("≤", 2.1, False)])
def test_a_goal_is_met_at_its_bound(sign, value, met):
    goal = replace(goals.GOALS[0], sign=sign, bound=2.0, part="a", path=("b",))
    assert goal.figure({"a": {"result": {"b": value}}})["met"] is met


def test_every_goal_has_its_figure_or_a_reason_in_the_stored_file():
    stored = json.loads(record.FILE.read_text())
    assert set(stored["parts"]) == set(PARTS)
    assert stored["goals"] == goals.figures(stored["parts"])
    assert {goal["line"] for goal in stored["goals"]} == {1, 2, 3, 4, 5, 6, 7}  # line 8 is what other tests hold
    for goal in stored["goals"]:
        assert (goal["value"] is None) == (goal["reason"] is not None) == (goal["met"] is None), goal["text"]
        assert goal["reason"] not in ("not run", "not reached"), goal["text"]
    for part in stored["parts"].values():
        assert {"processor", "cores", "python", "versions", "date", "commit"} <= set(part["measured"])


def test_peers_are_pinned_and_have_a_file_each():
    assert process.PEERS == ["deepinv", "mrpro", "pysap", "sigpy"]
    for peer in process.PEERS:
        lines = [line.split("#")[0].strip() for line in (process.LISTS / f"{peer}.txt").read_text().splitlines()]
        assert all("==" in line or line == "numpy<2" for line in filter(None, lines))
        assert (process.LISTS / f"{peer}.py").is_file()


def test_a_peer_that_is_not_there_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(process, "python_of", lambda peer: tmp_path / "none")
    with pytest.raises(process.NotInstalled, match=r"sigpy is not installed: python -m benchmarks\.install sigpy"):
        process.Process("sigpy")


def test_steps_take_as_many_iterations_as_asked_for_and_pass_errors_on():
    done = []

    def solve(gate):
        for k in range(5):
            done.append(k)
            gate()
        raise RuntimeError("beyond the last")

    steps = Steps(solve)
    steps.advance(2)
    assert done == [0, 1]
    steps.advance(3)
    assert done == [0, 1, 2, 3, 4]
    with pytest.raises(RuntimeError, match="beyond the last"):
        steps.advance(1)


@pytest.fixture
def arrays(tmp_path):
    """A scan of 2 coils at 64²."""
    return scan.write(tmp_path, (64, 64), 2)


@pytest.mark.parametrize("solver, prior", [("fista", "group"), ("condat_vu", "oscar"), ("pogm", "l1")])
def test_mrilab_in_turns_with_itself(monkeypatch, arrays, solver, prior):
    """Another process of mrilab plays the peer: it must reach the same cost, in as many iterations."""
    monkeypatch.setattr(compare, "Process", lambda peer: process.Process("ours"))
    spec = scan.problem(arrays, solver, prior, level=2, slope=0.5, sense=prior == "l1")
    said = []
    found = compare.compare("pretender", spec, rounds=2, iterations=3, say=said.append, extra=2)
    assert found["iterations"] == 6
    assert found["ratio"]["runs"] == found["iteration"]["ours"]["runs"] == 2
    assert np.isclose(found["cost"]["ours"], found["cost"]["theirs"], rtol=1e-5)
    assert found["to_cost"] is None or found["to_cost"]["iterations"] in (6, 7)
    assert len(said) == 3
    assert compare.agreement("pretender", spec, 4)["relative_difference"] < 1e-6


def test_the_common_objective_is_the_cost_that_the_solver_reports(arrays):
    spec = scan.problem(arrays, "fista", "group", level=2)
    y, mask = np.load(arrays / "y.npy"), np.load(arrays / "mask.npy")
    f, g, Psi = gpu.task(y, mask, spec, "numpy")
    result = mrilab.fista(f, g, max_iter=5, progress=False)
    assert np.isclose(scan.objective(spec, Psi.H(result.x)), result.costs[-1], rtol=1e-5)
    whole = scan.problem(arrays, "condat_vu", "group", level=2)
    assert np.isclose(whole["lam"], scan.FRACTION * mrilab.lambda_max(f, mrilab.GroupL1(1.0, -3)), rtol=1e-5)


def test_the_gpu_script_on_torch_tensors_reaches_the_cost_of_numpy(arrays):
    pytest.importorskip("torch")
    spec = scan.problem(arrays, "fista", "group", level=2)
    torch, numpy = (gpu.reconstruct(where, arrays, spec, 20) for where in ("cpu", "numpy"))
    assert abs(torch["cost"] - numpy["cost"]) < 1e-4 * numpy["cost"]
    assert np.linalg.norm(torch["image"] - numpy["image"]) < 1e-3 * np.linalg.norm(numpy["image"])


def test_the_largest_copy_to_the_host_is_read_from_a_trace():
    events = [
        {"name": "Memcpy DtoH (Device -> Pageable)", "args": {"bytes": 8}},
        {"name": "Memcpy HtoD (Pageable -> Device)", "args": {"bytes": 4096}},
        {"name": "Memcpy DtoH (Device -> Pinned)", "args": {"bytes": 16}},
        {"name": "kernel"},
    ]
    assert gpu.copied({"traceEvents": events}) == 16
    assert gpu.copied({"traceEvents": []}) == 0


def test_what_a_command_takes_to_start_is_no_part_of_an_iteration():
    assert bart.each(lambda count: (0.5 + 2 * count, 0.25 + count), 1, 5) == (2, 1)


def test_without_bart_the_part_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(bart.shutil, "which", lambda command: None)
    with pytest.raises(process.NotInstalled, match="no command `bart`"):
        bart.run(tmp_path, print)


def test_the_picture_that_is_timed_is_that_of_the_page():
    *steps, last = start.cells()
    code = "\n".join(map(ast.unparse, steps))
    assert "fista(" in code and "assert" not in code
    assert ast.unparse(last).startswith("plots.gallery(")
