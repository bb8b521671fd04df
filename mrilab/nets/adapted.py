"""A network after `zero_shot` on each scan itself: `python -m mrilab.nets.adapted` writes stored/zero_shot.json.

It goes on where it was interrupted. MRILAB_SCANS names the folder of the raw scan, which is fetched otherwise.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..files import read_json
from ..progress import progress_bar
from .batches import collate
from .foreign import SETS
from .judge import scores
from .pretrained import FOLDER, pretrained
from .results import asked_for, keep, show
from .zero_shot import zero_shot

NETWORK, SEED = "world-unrolled", 0
EVERY = {  # which scans of a set: each takes half a minute on one core
    "head16, 8 coils, 4×": 1,
    "head16, 1 coil, 4×": 1,
    "Colin27, 8 coils": 12,
    "in vivo, 8 coils": 6,
}


def adapt(path: Path, sets: Sequence[str] = tuple(EVERY)) -> dict[str, Any]:
    """Fill the file at `path` with the scores of the network on each scan, before and after, and the losses."""
    kept = read_json(path, "scores after zero-shot learning") if path.exists() else {"scans": {}}
    kept |= {"network": NETWORK, "seed": SEED}
    net = pretrained(NETWORK)[0]
    todo = [(name, i) for name in sets for i in range(0, len(SETS[name]), EVERY[name])]
    with progress_bar(len(todo), None) as bar:
        for name, i in todo:
            rows = kept["scans"].setdefault(name, {})
            if str(i) not in rows:
                sample = SETS[name][i]
                adapted, log = zero_shot(net, collate([sample]), seed=SEED)
                rows[str(i)] = {
                    "before": scores(net, [sample]),
                    "after": scores(adapted, [sample]),
                    "validation_loss": [round(row["validation_loss"], 4) for row in log],
                }
                keep(path, kept)
            bar.update()
    return kept


def shown(kept: dict[str, Any], foreign: dict[str, Any], metric: str = "inside") -> list[dict[str, Any]]:
    """Return a row of means for each set: zero-filling, the frame, and the network before and after.

    The first two are those of `judge`, on the same scans.

    >>> row = {"before": {"inside": [30.0]}, "after": {"inside": [31.0]}}
    >>> judged = {"zero-filled": {"inside": [20.0, 21.0]}, "frame": {"inside": [30.5, 32.5]}}
    >>> shown({"scans": {"a": {"1": row}}}, {"scores": {"a": judged}})[0]["frame"]
    32.5
    """
    table = []
    for name, rows in kept["scans"].items():
        judged = foreign["scores"][name]
        mean = {method: sum(judged[method][metric][int(i)] for i in rows) / len(rows)
                for method in ("zero-filled", "frame")}  # fmt: skip
        mean |= {when: sum(row[when][metric][0] for row in rows.values()) / len(rows) for when in ("before", "after")}
        table.append({"data": name, "scans": len(rows), **mean})
    return table


def main(arguments: Sequence[str] | None = None) -> None:
    """Adapt the network to the scans of the sets on the command line, or of all, and print the means."""
    kept = adapt(*asked_for(arguments, "adapted", __doc__, "zero_shot.json", EVERY))
    show(shown(kept, read_json(FOLDER / "foreign.json", "scores on foreign scans")))


if __name__ == "__main__":
    main()
