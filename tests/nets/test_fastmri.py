"""Weights of fastMRI's U-Net: its own names, and the same output bit by bit."""

import pytest
import torch

from mrilab.nets import UNet, WeightsError, load_fastmri, save_fastmri
from mrilab.nets.fastmri import fastmri_names

# The names in fastMRI's own files, for two pools.
NAMES = [
    "down_sample_layers.0.layers.0.weight",
    "down_sample_layers.0.layers.4.weight",
    "down_sample_layers.1.layers.0.weight",
    "down_sample_layers.1.layers.4.weight",
    "conv.layers.0.weight",
    "conv.layers.4.weight",
    "up_conv.0.layers.0.weight",
    "up_conv.0.layers.4.weight",
    "up_conv.1.0.layers.0.weight",
    "up_conv.1.0.layers.4.weight",
    "up_conv.1.1.weight",
    "up_conv.1.1.bias",
    "up_transpose_conv.0.layers.0.weight",
    "up_transpose_conv.1.layers.0.weight",
]


@pytest.fixture
def net():
    torch.manual_seed(0)
    return UNet(1, 2, channels=3, pools=2)


def test_the_names_are_fastmri_s():
    assert sorted(fastmri_names(2).values()) == sorted(NAMES)


@pytest.mark.parametrize("wrap", ["plain", "lightning", "parallel"])
def test_weights_come_back_under_any_wrapping(tmp_path, net, wrap):
    path = save_fastmri(net, tmp_path / "unet.pt")
    state = torch.load(path, weights_only=True)
    if wrap == "lightning":
        state = {"epoch": 3, "state_dict": {"unet." + k: v for k, v in state.items()} | {"loss.w": torch.ones(1)}}
    elif wrap == "parallel":
        state = {"module." + k: v for k, v in state.items()}
    torch.save(state, path)
    x = torch.randn(1, 1, 17, 24)
    assert torch.equal(load_fastmri(path)(x), net(x))


def spoil(path, case):
    state = torch.load(path, weights_only=True)
    if case == "missing":
        del state["conv.layers.4.weight"]
    elif case == "more":
        state["conv.layers.8.weight"] = torch.ones(1)
    elif case == "shape":
        state["conv.layers.4.weight"] = torch.ones(2, 2, 3, 3)
    elif case == "another":
        state = {"encoder.weight": torch.ones(2)}
    elif case == "list":
        state = [torch.ones(2)]
    torch.save(state, path)
    if case == "cut":
        path.write_bytes(path.read_bytes()[:700])
    elif case == "code":
        torch.save({"conv.layers.0.weight": print}, path)
    elif case == "empty":
        path.write_bytes(b"")


@pytest.mark.parametrize(
    "case, said",
    [
        ("missing", r"conv\.layers\.4\.weight missing"),
        ("more", r"conv\.layers\.8\.weight \(1,\)"),
        ("shape", r"conv\.layers\.4\.weight \(2, 2, 3, 3\)"),
        ("another", "encoder"),
        ("list", "list"),
        ("cut", "700 bytes"),
        ("code", "no weights"),
        ("empty", "0 bytes"),
    ],
)
def test_a_spoilt_file_says_so(tmp_path, net, case, said):
    path = save_fastmri(net, tmp_path / "unet.pt")
    spoil(path, case)
    with pytest.raises(WeightsError, match=said) as error:
        load_fastmri(path)
    assert "unet.pt" in str(error.value)


def test_what_fastmri_does_not_have_is_refused(tmp_path):
    with pytest.raises(ValueError, match="norm=False"):
        save_fastmri(UNet(1, 1, channels=2, pools=1, norm=False), tmp_path / "unet.pt")
    with pytest.raises(TypeError, match="Linear"):
        save_fastmri(torch.nn.Linear(1, 1), tmp_path / "unet.pt")
    assert not list(tmp_path.iterdir())


@pytest.mark.audit
@pytest.mark.parametrize("shape", [(32, 32), (41, 50)])
def test_the_output_is_that_of_fastmri_s_own_network(tmp_path, shape):
    from benchmarks.unet_step import fastmri_unet  # from its wheel, which pip fetches

    torch.manual_seed(1)
    theirs = fastmri_unet(None)(2, 2, chans=4, num_pool_layers=3).eval()
    torch.save(theirs.state_dict(), tmp_path / "theirs.pt")
    ours, x = load_fastmri(tmp_path / "theirs.pt").eval(), torch.randn(2, 2, *shape)
    assert torch.equal(ours(x), theirs(x))
    back = torch.load(save_fastmri(ours, tmp_path / "ours.pt"), weights_only=True)
    theirs.load_state_dict(back)
    assert torch.equal(ours(x), theirs(x))
