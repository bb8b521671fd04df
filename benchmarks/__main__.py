"""Measure mrilab beside its peers, and put the numbers where the book's page reads them.

    python -m benchmarks [PART ...] [--output FILE]

Without a part all are run, within a quarter of an hour on two cores; a part alone replaces only its own entry. Quiet
the machine first. `python -m benchmarks.install` makes the environments of the peers, and a peer that is not there is
passed over.
"""

import argparse
import importlib
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from mrilab.arrays import ready

from . import record
from .process import Failed, NotInstalled

PARTS = ("start", "blocks", "solvers", "oscar", "sense", "bart", "scaling", "threads", "gpu")


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--output", type=Path, default=record.FILE, help="default: mrilab/plots/benchmark.json")
    options = parser.parse_args()
    unknown = set(options.parts) - set(PARTS)
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    ready.wait()
    start = time.perf_counter()
    with TemporaryDirectory() as folder:
        for part in options.parts or PARTS:

            def say(line, part=part):
                print(f"{time.perf_counter() - start:5.0f} s  {part}: {line}", flush=True)

            try:
                result = importlib.import_module(f"benchmarks.{part}").run(Path(folder), say)
            except (NotInstalled, Failed) as error:
                say(f"left out, {error}")
            else:
                record.write(part, result, options.output)
                say("done")


if __name__ == "__main__":
    main()
