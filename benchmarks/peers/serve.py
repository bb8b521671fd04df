"""The side of a peer: sets up what it is told to, and takes as many iterations as it is asked for.

Requests and answers are lines of JSON on standard input and output. It imports NumPy and nothing else, for it runs in
every environment. What a library prints goes to standard error.
"""

import importlib.metadata
import json
import os
import sys
from pathlib import Path
from time import perf_counter

import numpy as np


def arrays(folder):
    """Load y, mask and whatever else the harness has put there."""
    return {path.stem: np.load(path) for path in sorted(Path(folder).glob("*.npy"))}


def peak_memory():
    """Return the largest memory of this process so far, in bytes; None where the system does not say.

    Not ru_maxrss: a new process inherits that from the one that started it.
    """
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return None
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


class Server:
    """Answers requests; `set_up(problem, arrays)` gives an object with `advance(iterations)` and `image()`."""

    def __init__(self, set_up, packages):
        self.make, self.packages, self.state = set_up, packages, None

    def set_up(self, problem):
        data = arrays(problem["arrays"])
        start = perf_counter()
        self.state = self.make(problem, data)
        return {"seconds": perf_counter() - start}

    def advance(self, iterations):
        start = perf_counter()
        self.state.advance(iterations)
        return {"seconds": perf_counter() - start}

    def call(self, name, **options):
        """Whatever else this peer can do."""
        return getattr(self.state, name)(**options)

    def save(self, path):
        np.save(path, self.state.image())
        return {}

    def about(self):
        versions = {package: version(package) for package in self.packages}
        return {"versions": versions, "memory": peak_memory()}


def serve(set_up, packages):
    """Answer until standard input ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # from here on, what is printed is not an answer
    server = Server(set_up, packages)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = getattr(server, request.pop("do"))(**request)
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)
