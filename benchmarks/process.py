"""The harness' side of a peer: a process in the peer's environment that takes iterations on request."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
LISTS = Path(__file__).parent / "peers"
PEERS = sorted(path.stem for path in LISTS.glob("*.txt"))
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")


class NotInstalled(Exception):
    """The environment of a peer is not there."""


class Failed(Exception):
    """A peer said that it could not do what it was asked for, or ended."""


def python_of(peer: str) -> Path:
    return ROOT / "_build" / "peers" / peer / "bin" / "python"


def cores() -> list[int]:
    """The cores that this process may use."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count() or 1))


class Process:
    """A peer ("ours" is mrilab), at work until the `with` block ends.

    `only` holds it to some cores; all of its libraries are told to use as many threads as it has cores.
    """

    def __init__(self, peer: str, only: list[int] | None = None, environment: dict[str, str] | None = None):
        python = Path(sys.executable) if peer == "ours" else python_of(peer)
        if not python.exists():
            raise NotInstalled(f"{peer} is not installed: python -m benchmarks.install {peer}")
        self.peer, held = peer, only or cores()
        logs = ROOT / "_build" / "peers"
        logs.mkdir(parents=True, exist_ok=True)
        self.log = (logs / f"{peer}.log").open("w")
        self.process = subprocess.Popen(
            [python, "-W", "ignore", "-m", f"benchmarks.peers.{peer}"],
            cwd=ROOT,
            env=os.environ | dict.fromkeys(THREADS, str(len(held))) | {"TQDM_DISABLE": "1"} | (environment or {}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
            preexec_fn=(lambda: os.sched_setaffinity(0, held)) if only else None,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.log.close()

    def ask(self, do: str, **request) -> dict:
        """Send one request and wait for the answer."""
        try:
            self.process.stdin.write(json.dumps({"do": do, **request}) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise Failed(f"{self.peer} ended; its last words are in {Path(self.log.name).relative_to(ROOT)}")
        answer = json.loads(line)
        if "error" in answer:
            raise Failed(f"{self.peer}: {answer['error']}")
        return answer

    def set_up(self, problem: dict) -> float:
        """Return the seconds from the arrays to the first iteration."""
        return self.ask("set_up", problem=problem)["seconds"]

    def advance(self, iterations: int) -> float:
        """Return the seconds of so many more iterations."""
        return self.ask("advance", iterations=iterations)["seconds"]

    def call(self, name: str, **options) -> dict:
        return self.ask("call", name=name, **options)
