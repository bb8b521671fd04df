"""Learning from the one scan itself: what is hidden stays hidden, and it helps."""

import json
from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from mrilab.nets import Brains, Unrolled, collate, pretrained, zero_shot
from mrilab.nets.adapted import EVERY, shown
from mrilab.nets.foreign import COLIN, SETS
from mrilab.nets.judge import scores
from mrilab.nets.pretrained import FOLDER

KEPT = json.loads((FOLDER / "zero_shot.json").read_text())
ROWS = {row["data"]: row for row in shown(KEPT, json.loads((FOLDER / "foreign.json").read_text()))}


@pytest.fixture(scope="module")
def batch():
    return collate([Brains("test", 1, shape=(32, 32), coils=4, accel=2)[0]])


class Watched(nn.Module):
    """Zero-filling with a gain; it keeps what it was shown, while learning and while judged."""

    def __init__(self, seen):
        super().__init__()
        self.gain, self.seen = nn.Parameter(torch.ones(())), seen

    def __deepcopy__(self, memo):
        return Watched(self.seen)

    def forward(self, A, y):
        self.seen[self.training].append((y[0] != 0).any(dim=0).numpy())
        return self.gain * A.H(y)


@pytest.fixture(scope="module")
def watched(batch):
    seen = {True: [], False: []}
    zero_shot(Watched(seen), batch, steps=6, every=2)
    return seen


def test_the_judges_are_one_set_that_no_step_has_seen(batch, watched):
    judged, steps = watched[False], watched[True]
    assert all(np.array_equal(seen, judged[0]) for seen in judged)
    unseen = batch.masks[0] & ~judged[0]
    assert 0.1 < unseen.sum() / batch.masks[0].sum() < 0.2  # the centre is not for hiding
    for seen in steps:
        assert not (seen & unseen).any() and 0.3 < (judged[0] & ~seen).sum() / judged[0].sum() < 0.4
    assert not np.array_equal(steps[0], steps[1])


def test_the_judges_do_not_teach(batch, watched):
    unseen = torch.from_numpy(batch.masks[0] & ~watched[False][0])
    other = collate([Brains("test", 1, shape=(32, 32), coils=4, accel=2)[0]])
    other.y[..., unseen] *= -1
    other.target[:] = complex("nan")
    (_, log), (_, changed) = (
        zero_shot(Watched({True: [], False: []}), data, steps=4, every=2, patience=9) for data in (batch, other)
    )
    assert [row["train_loss"] for row in log[1:]] == [row["train_loss"] for row in changed[1:]]
    assert all(a["validation_loss"] != b["validation_loss"] for a, b in zip(log, changed, strict=True))


def test_a_scan_of_another_head_teaches_a_network_of_the_atlas():
    sample = replace(COLIN, coils=8, shape=(64, 64))[5]
    batch, net = collate([sample]), pretrained("unrolled-8")[0]
    before = deepcopy(net.state_dict())
    better, log = zero_shot(net, batch, steps=20, learning_rate=1e-3)
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
    first, last = (scores(f, [sample])["inside"][0] for f in (net, better))
    assert last > first + 1 and log[-1]["validation_loss"] < 0.8 * log[0]["validation_loss"]


def test_the_seed_is_all_that_is_random(batch):
    torch.manual_seed(0)
    net = Unrolled(cascades=1, channels=2, pools=1)
    (one, log), (again, same), (_, other) = (zero_shot(net, batch, steps=3, seed=seed) for seed in (1, 1, 2))
    assert log == same != other
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), again.parameters(), strict=True))


def test_it_stops_and_keeps_the_best(batch):
    """Steps so large that each is worse than the start: the start comes back."""
    net, log = zero_shot(Watched({True: [], False: []}), batch, steps=50, learning_rate=10.0, every=1, patience=2)
    assert [row["step"] for row in log] == [0, 1, 2] and net.gain == 1 and not net.training


@pytest.mark.parametrize("wrong", [{"steps": 0}, {"every": 0}, {"patience": 0}, {"learning_rate": -1}, {"seed": -1}])
def test_a_number_that_is_none_says_so(batch, wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        zero_shot(Watched({True: [], False: []}), batch, **wrong)


def test_every_scan_was_learned_from():
    assert ROWS.keys() == EVERY.keys() and KEPT["hardware"] and KEPT["date"]
    for name, rows in KEPT["scans"].items():
        assert [int(i) for i in rows] == list(range(0, len(SETS[name]), EVERY[name]))


def test_a_raw_scan_teaches_more_than_a_frame_knows():
    for coils in ("8 coils", "1 coil"):
        assert ROWS[f"head16, {coils}, 4×"]["after"] > ROWS[f"head16, {coils}, 4×"]["frame"]
    assert all(row["after"] > row["before"] for row in ROWS.values())


@pytest.mark.audit
def test_the_scores_are_those_of_the_weights():
    """Half a minute of training, so in the audit."""
    sample = SETS["in vivo, 8 coils"][0]
    net, _ = zero_shot(pretrained(KEPT["network"])[0], collate([sample]), seed=KEPT["seed"])
    kept = KEPT["scans"]["in vivo, 8 coils"]["0"]["after"]["inside"]
    assert scores(net, [sample])["inside"] == pytest.approx(kept, abs=0.1)
