"""FISTA on one core against two, in processes that are held to them."""

from itertools import pairwise
from pathlib import Path

from . import scan
from .compare import Say
from .measure import ratio, spread
from .process import Process, cores


def run(folder: Path, say: Say, *, size: int = 512, coils: int = 32, rounds: int = 5, iterations: int = 4) -> dict:
    available = cores()
    if len(available) < 2:
        say("not measured: there is one core")
        return {"reason": "one core"}
    spec = scan.problem(scan.write(folder, (size, size), coils), "fista", "group")
    spec |= {"max_iter": (rounds + 1) * iterations}
    with Process("ours", only=available[:1]) as one, Process("ours", only=available[:2]) as two:
        for process in (one, two):
            process.set_up(spec)
            process.advance(iterations)
        for k in range(rounds):
            for process in (one, two) if k % 2 else (two, one):
                process.advance(iterations)
            say(f"round {k + 1} of {rounds}")
        times = [process.call("record")["times"][iterations::iterations] for process in (one, two)]
    seconds = [[(b - a) / iterations for a, b in pairwise(t)] for t in times]
    return {"one": spread(seconds[0]), "two": spread(seconds[1]), "ratio": ratio(*seconds)}
