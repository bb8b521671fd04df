"""torch.compile sees each network as one graph: no check, operator or loop of ours breaks it."""

import pytest
import torch
from torch._dynamo import explain, reset

from mrilab.nets import Brains, Settings, build, collate

SMALL = {"channels": 4, "pools": 2}
KINDS = {
    "unet": {},
    "magnitude": {"kind": "magnitude"},
    "gradient": {"network": "unrolled", "cascades": 2},
    "cg": {"network": "unrolled", "cascades": 2, "consistency": "cg"},
    "denoiser": {"network": "denoiser", "task": "denoise"},
}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Dynamo detected")  # array_api_compat keeps the kinds of arrays that it knows
@pytest.mark.parametrize("kind", KINDS)
def test_a_network_is_one_graph(kind):
    net = build(Settings(**SMALL | KINDS[kind])).eval()
    data = Brains("train", 2, shape=(16, 16), coils=2)
    batch = collate([data[0], data[1]])
    reset()
    inputs = (batch.target, torch.full((2,), 0.1)) if kind == "denoiser" else (batch.A, batch.y)
    found = explain(net)(*inputs)
    assert found.graph_count == 1 and not found.break_reasons
