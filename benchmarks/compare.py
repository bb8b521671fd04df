"""mrilab and a peer on one problem, in turns: iterations, set-up, memory, and the cost that each reaches."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from . import scan
from .measure import first_below, ratio, rounded, spread
from .process import Process

Say = Callable[[str], None]


def compare(peer: str, spec: dict, rounds: int, iterations: int, say: Say, extra: int = 0) -> dict:
    """Let both take `iterations` in turn, `rounds` times, then mrilab `extra` more.

    Times of mrilab are those of its Result. They leave out what evaluating the cost takes, which the peers don't do.
    """
    spec = spec | {"max_iter": rounds * iterations + extra}
    with Process(peer) as theirs, Process("ours") as ours:
        set_up = {"ours": ours.set_up(spec), "theirs": theirs.set_up(spec)}
        say(f"set-up {set_up['ours']:.2f} s, {peer}'s {set_up['theirs']:.2f} s")
        seconds = []
        for k in range(rounds):
            for who in (ours, theirs) if k % 2 else (theirs, ours):
                took = who.advance(iterations)
                if who is theirs:
                    seconds.append(took)
            say(f"round {k + 1} of {rounds}: {peer} {seconds[-1] / iterations:.3f} s an iteration")
        ours.advance(extra)
        record, about = ours.call("record"), {"ours": ours.ask("about"), "theirs": theirs.ask("about")}
        reached = cost_of(theirs, spec)
    times = np.array(record["times"])
    mine = np.diff(times[::iterations][: rounds + 1])
    done = rounds * iterations
    return {
        "peer": peer,
        "versions": about["theirs"]["versions"],
        "iterations": done,
        "set_up": {who: rounded(value) for who, value in set_up.items()},
        "iteration": {"ours": spread(mine / iterations), "theirs": spread(np.array(seconds) / iterations)},
        "ratio": ratio(seconds, mine),
        "memory": {who: about[who]["memory"] for who in about},
        "cost": {"ours": rounded(record["costs"][done], 7), "theirs": rounded(reached, 7)},
        "to_cost": to_cost(record, reached, sum(seconds), set_up),
    }


def cost_of(process: Process, spec: dict) -> float:
    """Return the objective of what a process has reached, by one function for all."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "image.npy"
        process.ask("save", path=str(path))
        return scan.objective(spec, np.load(path))


def to_cost(record: dict, target: float, theirs: float, set_up: dict) -> dict | None:
    """Return when mrilab's cost first was at most `target`, which the peer reached after `theirs` seconds."""
    k = first_below(record["costs"], target)
    if k is None:
        return None
    ours = record["times"][k]
    whole = {"ours": ours + set_up["ours"], "theirs": theirs + set_up["theirs"]}
    return {
        "iterations": k,
        "ours": rounded(ours),
        "theirs": rounded(theirs),
        "ratio": rounded(theirs / ours),
        "ratio_with_set_up": rounded(whole["theirs"] / whole["ours"]),
    }


def agreement(peer: str, spec: dict, iterations: int) -> dict:
    """Return both costs after so many iterations that only the objective matters, and their relative difference."""
    costs = {}
    for who, name in (("ours", "ours"), ("theirs", peer)):
        with Process(name) as process:
            process.set_up(spec | {"max_iter": iterations})
            process.advance(iterations)
            costs[who] = cost_of(process, spec)
    gap = abs(costs["theirs"] - costs["ours"]) / abs(costs["ours"])
    return {"iterations": iterations, "relative_difference": rounded(gap, 2), **costs}
