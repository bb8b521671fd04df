"""Make the virtual environments of the peers, one each, in _build/peers.

    python -m benchmarks.install [PEER ...]

pywt and finufft, which the blocks are compared with, are in the course's own environment. Of fastMRI there is only a
U-Net to compare, which `benchmarks/unet_step.py` reads out of its wheel.
"""

import subprocess
import sys
import venv

from .process import LISTS, PEERS, python_of


def install(peer: str) -> bool:
    """Install one peer; True if that worked."""
    python = python_of(peer)
    if not python.exists():
        venv.create(python.parents[1], with_pip=True)
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pins = (LISTS / f"{peer}.txt").read_text().splitlines()
    torch = [line.split("#")[0].strip() for line in pins if line.startswith("torch==")]
    steps = [[*pip, *torch]] if torch else []
    steps.append([*pip, "-r", LISTS / f"{peer}.txt"])
    return all(subprocess.run(step).returncode == 0 for step in steps)


def main():
    names = sys.argv[1:] or PEERS
    unknown = set(names) - set(PEERS)
    if unknown:
        sys.exit(f"no such peer: {', '.join(sorted(unknown))}; there are {', '.join(PEERS)}")
    failed = []
    for peer in names:
        print(f"{peer} …", flush=True)
        if not install(peer):
            failed.append(peer)
    if failed:
        sys.exit(f"not installed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
