"""SENSE with l1 of wavelets, by FISTA, against sigpy, mrpro and deepinv."""

from pathlib import Path

from . import scan
from .compare import Say, agreement, compare
from .process import Failed, NotInstalled

PEERS = {"sigpy": 8, "mrpro": 6, "deepinv": 5}  # iterations a round


def run(folder: Path, say: Say, *, size: int = 512, coils: int = 32, rounds: int = 4) -> dict:
    result = {"size": size, "coils": coils, "peers": {}, "agreement": {}, "left_out": {}}
    big, small = scan.write(folder, (size, size), coils), scan.write(folder, (128, 128), 8)
    for peer, iterations in PEERS.items():
        try:
            spec = scan.problem(small, "fista", "l1", sense=True)
            result["agreement"][peer] = agreement(peer, spec, 200)
            spec = scan.problem(big, "fista", "l1", sense=True)
            result["peers"][peer] = compare(peer, spec, rounds, iterations, say)
        except (NotInstalled, Failed) as error:
            say(f"{peer} left out: {error}")
            result["left_out"][peer] = str(error)
    return result
