"""The data and the loop: no leak, the same figures again, exact resume, many processes."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from scan_files import write_fastmri

from mrilab import FFT, psnr
from mrilab.nets import Brains, ScanFolder, Settings, WeightsError, load_weights, scans, train
from mrilab.nets.recipes import recipe
from mrilab.nets.scans import check_apart
from mrilab.nets.settings import parse
from mrilab.simulation import phantoms

SIZE = {"height": 32, "width": 32, "train_slices": 8, "validation_slices": 2}
QUICK = Settings(channels=4, pools=2, epochs=3, batch_size=2, device="cpu", deterministic=True, **SIZE)
SPLITS = ("train", "validation", "test")


@pytest.fixture
def settings(tmp_path, tmp_path_factory):
    cache = tmp_path_factory.getbasetemp() / "brains"
    return replace(QUICK, out=str(tmp_path / "run"), cache=str(cache))


def figures(log):
    return np.array([[row[k] for k in ("train_loss", "validation_loss", "psnr")] for row in log])


def test_no_height_of_a_split_is_used_in_another(monkeypatch):
    heights = {split: [] for split in SPLITS}
    inner = phantoms._height
    for split in SPLITS:

        def record(rng, bands, split=split):
            heights[split].append(inner(rng, bands))
            return heights[split][-1]

        monkeypatch.setattr(phantoms, "_height", record)
        data = Brains(split, 12, shape=(12, 12))
        for i in range(len(data)):
            data[i]
    for split, own in heights.items():
        assert len(own) == 12
        for other in SPLITS:
            inside = [any(low <= h <= high for low, high in phantoms.SPLITS[other]) for h in own]
            assert all(inside) if other == split else not any(inside)


def test_no_seed_or_mask_of_a_split_is_used_in_another():
    seeds, masks = [], []
    for split in SPLITS:
        data = Brains(split, 20, shape=(192, 4), accel=4)
        streams, drawn = set(), set()
        for epoch in range(20):
            data.set_epoch(epoch)
            for i in range(20):
                streams |= {data.stream(i, "mask"), data.stream(i, "noise")}
                drawn.add(data.mask(i, data.shape).tobytes())
        seeds.append(streams)
        masks.append(drawn)
    assert [len(s) for s in seeds] == [800, 40, 40] and [len(m) for m in masks] == [400, 20, 20]
    for sets in (seeds, masks):
        assert len(set.union(*sets)) == sum(map(len, sets))


def test_training_sees_new_masks_each_epoch_and_validation_the_same():
    for split in ("train", "validation"):
        data = Brains(split, 1, shape=(32, 32), noise=0.1)
        first = data[0]
        data.set_epoch(1)
        assert np.array_equal(first.y, data[0].y) == (split == "validation")
        assert np.array_equal(first.target, data[0].target)


def test_scans_in_two_splits_are_refused(tmp_path):
    kspace = np.random.default_rng(0).standard_normal((1, 16, 16)).astype(np.complex64)
    for folder, name in (("a", "x"), ("b", "renamed")):
        (tmp_path / folder).mkdir()
        np.save(tmp_path / folder / f"{name}.npy", kspace)
    a, b = ScanFolder(tmp_path / "a", "train"), ScanFolder(tmp_path / "b", "validation")
    with pytest.raises(ValueError, match="no scan may be in two splits"):
        check_apart(a, b)
    np.save(tmp_path / "b" / "renamed.npy", kspace + 1)
    check_apart(a, ScanFolder(tmp_path / "b", "validation"))


def test_a_stored_network_learns_on_from_a_folder_of_fastmri(tmp_path, monkeypatch):
    """Files of two slices each, with a readout of twice the width; no file is read as a whole."""
    rng = np.random.default_rng(0)
    for folder, count in (("train", 2), ("val", 1)):
        (tmp_path / folder).mkdir()
        for number in range(count):
            images = np.zeros((2, 1, 48, 40), np.complex64)
            images[..., 8:40, 8:32] = rng.random((2, 1, 32, 24))
            write_fastmri(tmp_path / folder / f"{folder}{number}.h5", FFT((48, 40))(images), 80, mask=False)
    asked, read = [], scans.load_kspace
    monkeypatch.setattr(scans, "load_kspace", lambda path, **one: asked.append(one) or read(path, **one))
    options = recipe("world-unrolled", tmp_path).as_dict() | {"world": False, "epochs": 1, "resume": False}
    options |= {"data": str(tmp_path / "train"), "validation_data": str(tmp_path / "val"), "cache": ""}
    log = train(Settings(**options | {"start": "world-unrolled", "device": "cpu"}))
    assert asked and all("index" in one for one in asked)
    assert log[0]["psnr"] > log[0]["zero_filled_psnr"]
    record = json.loads((tmp_path / "world-unrolled" / "weights.json").read_text())
    assert record["data"] == ["ScanFolder train, 4 slices", "ScanFolder validation, 2 slices"]


def test_a_training_begins_with_the_weights_it_is_told(settings, tmp_path):
    train(settings)
    still = replace(settings, out=str(tmp_path / "on"), start=f"{settings.out}/weights.safetensors", learning_rate=0.0)
    train(still)
    a, b = (load_weights(f"{s.out}/weights.safetensors")[0].state_dict() for s in (settings, still))
    assert all(torch.equal(a[name], b[name]) for name in a)
    with pytest.raises(WeightsError, match="found weights with"):
        train(replace(still, out=str(tmp_path / "wider"), channels=5))


def test_the_same_seed_gives_the_same_curve_and_another_does_not(settings, tmp_path):
    first = figures(train(settings))
    again = figures(train(replace(settings, out=str(tmp_path / "again"))))
    other = figures(train(replace(settings, out=str(tmp_path / "other"), seed=1)))
    assert np.abs(first - again).max() <= 1e-6 < np.abs(first - other).max()


class Breaks(Brains):
    """Ctrl-C in the middle of an epoch."""

    def __getitem__(self, index):
        if self.epoch == 2 and index == 3:
            raise KeyboardInterrupt
        return super().__getitem__(index)


def test_an_interrupted_training_goes_on_as_if_it_had_not_been(settings, tmp_path):
    whole = train(settings)
    broken = replace(settings, out=str(tmp_path / "broken"))
    options = {"shape": (32, 32), "accel": broken.accel, "noise": broken.noise, "seed": broken.seed}
    with pytest.raises(KeyboardInterrupt):
        train(broken, (Breaks("train", 8, **options), Brains("validation", 2, **options)))
    with pytest.raises(FileExistsError, match="resume it"):
        train(broken)
    with pytest.raises(ValueError, match=r"other \['channels'\]"):
        train(replace(broken, resume=True, channels=5))
    resumed = train(replace(broken, resume=True))
    assert np.array_equal(figures(whole), figures(resumed))
    a, b = (load_weights(f"{s.out}/weights.safetensors")[0].state_dict() for s in (settings, broken))
    assert all(torch.equal(a[name], b[name]) for name in a)
    record = json.loads((tmp_path / "broken" / "weights.json").read_text())
    assert {"settings", "seed", "commit", "data", "hardware", "date", "sha256"} <= set(record)


def test_two_processes_are_one_with_the_double_batch(settings, tmp_path):
    one = figures(train(replace(settings, batch_size=4, epochs=2)))
    s = replace(settings, out=str(tmp_path / "two"), epochs=2).as_dict()
    given = {k: v if isinstance(v, tuple) else (v,) for k, v in s.items() if v != "" and not isinstance(v, bool)}
    options = [part for k, v in given.items() for part in (f"--{k.replace('_', '-')}", *map(str, v))]
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    command = [*launch, "-m", "mrilab.nets.training", *options, "--deterministic"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-2000:]
    two = np.genfromtxt(tmp_path / "two" / "log.csv", delimiter=",", names=True)
    assert np.abs(one[:, 0] - two["train_loss"]).max() <= 1e-4
    assert np.abs(one[:, 1] - two["validation_loss"]).max() <= 1e-4


class Shuffled(Brains):
    """Each slice with the reference of another."""

    def __getitem__(self, index):
        return super().__getitem__(index)._replace(target=super().__getitem__((index + 3) % len(self)).target)


def test_shuffled_targets_teach_nothing(settings):
    """The control: with true targets, the same training beats zero-filling."""
    s = replace(settings, epochs=40, learning_rate=5e-3, patience=40, channels=8)
    options = {"shape": (32, 32), "accel": s.accel, "noise": s.noise, "cache": s.cache}
    validation = Brains("validation", 4, **options)
    scores = []
    for kind in (Brains, Shuffled):
        run = replace(s, out=f"{s.out}-{kind.__name__}")
        log = train(run, (kind("train", 16, **options), validation))
        scores.append(log[-1]["psnr"] - log[-1]["zero_filled_psnr"])
    assert scores[0] > 0 > scores[1], scores


def test_patience_ends_a_training_that_learns_nothing(settings):
    assert len(train(replace(settings, learning_rate=0.0, patience=1, epochs=9))) == 2


def test_the_log_s_psnr_is_the_course_s(settings):
    log = train(replace(settings, epochs=1))
    net, _ = load_weights(f"{settings.out}/weights.safetensors")
    data = Brains("validation", 2, shape=(32, 32), accel=settings.accel, noise=settings.noise)
    from mrilab.nets import collate

    values = []
    for i in range(2):
        batch = collate([data[i]])
        with torch.no_grad():
            values.append(psnr(net(batch.A, batch.y), batch.target))
    assert np.isclose(np.mean(values), log[0]["psnr"], atol=1e-4)


@pytest.mark.parametrize(
    "wrong, error, said",
    [
        ({"epochs": -1}, ValueError, "epochs must be at least 1, got -1"),
        ({"noise": float("nan")}, ValueError, "noise"),
        ({"channels": 2.5}, TypeError, "channels must be int, got 2.5"),
        ({"shared": 1}, TypeError, "shared must be bool"),
        ({"network": "resnet"}, ValueError, "unknown network 'resnet': it is one of 'unet', 'unrolled'"),
        ({"pattern": "spiral"}, ValueError, "unknown pattern"),
        ({"data": "knees"}, ValueError, "go together"),
        ({"channelz": 3}, TypeError, "channelz"),
    ],
)
def test_wrong_settings_say_so(wrong, error, said):
    with pytest.raises(error, match=said):
        Settings(**wrong)


def test_the_command_line_is_the_settings(capsys):
    assert parse([]) == Settings()
    assert parse(["--no-shared", "--batch-size", "3"]).batch_size == 3
    with pytest.raises(SystemExit):
        parse(["--batch-size", "-3"])
    assert "batch_size must be at least 1, got -3" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        parse(["--help"])
    said = capsys.readouterr().out
    assert all(f"--{name.replace('_', '-')}" in said for name in Settings().as_dict())


def test_a_spoilt_checkpoint_says_so(settings, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "checkpoint.pt").write_bytes(b"no checkpoint")
    with pytest.raises(ValueError, match=r"checkpoint\.pt: found 13 bytes.*expected a checkpoint"):
        train(replace(settings, resume=True))


def test_too_few_slices_for_a_step_say_so(settings):
    with pytest.raises(ValueError, match="8 slices are too few for a step of 9"):
        train(replace(settings, batch_size=9))


@pytest.mark.gpu
@pytest.mark.parametrize("bf16", [False, True])
def test_training_runs_on_a_gpu(settings, bf16):
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    log = train(replace(settings, device="cuda", bf16=bf16, network="unrolled", cascades=2, coils=2))
    assert np.isfinite(figures(log)).all()
