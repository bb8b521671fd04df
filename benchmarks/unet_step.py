"""A training step of our U-Net against that of fastMRI's (fastmri 0.3.0) of the same width and depth.

    python benchmarks/unet_step.py [--channels 32] [--pools 4] [--size 128] [--batch 2] [--repeats 30] [--wheel FILE]

Forward, l1 loss, backward and Adam, in float32, on a GPU if there is one. The steps alternate in one run, and the
ratio is the median of those of the pairs. Only the file of fastMRI's U-Net is read, out of its wheel (without --wheel,
pip fetches that): the package would bring a torch of its own.
"""

import argparse
import platform
import subprocess
import sys
import time
import types
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch

from mrilab.arrays.libraries import best_device
from mrilab.nets import UNet, count_parameters


def fastmri_unet(wheel):
    """Return the class Unet of a fastmri wheel."""
    if wheel is None:
        with TemporaryDirectory() as folder:
            fetch = ["download", "-q", "--no-deps", "--only-binary=:all:", "-d", folder, "fastmri==0.3.0"]
            subprocess.run([sys.executable, "-m", "pip", *fetch], check=True)
            return fastmri_unet(next(Path(folder).glob("*.whl")))
    module = types.ModuleType("fastmri_unet")
    exec(zipfile.ZipFile(wheel).read("fastmri/models/unet.py"), module.__dict__)
    return module.Unet


def stepper(net, x, target):
    """Return a function that does one step and gives its seconds."""
    optimizer = torch.optim.Adam(net.parameters())
    wait = torch.cuda.synchronize if x.is_cuda else lambda: None

    def step():
        wait()
        start = time.perf_counter()
        optimizer.zero_grad()
        (net(x) - target).abs().mean().backward()
        optimizer.step()
        wait()
        return time.perf_counter() - start

    return step


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in (("channels", 32), ("pools", 4), ("size", 128), ("batch", 2), ("repeats", 30)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--wheel")
    args = parser.parse_args()
    device = torch.device(best_device())
    torch.manual_seed(0)
    theirs = fastmri_unet(args.wheel)(1, 1, chans=args.channels, num_pool_layers=args.pools).to(device)
    ours = UNet(1, 1, channels=args.channels, pools=args.pools).to(device)
    x, target = torch.randn(2, args.batch, 1, args.size, args.size, device=device)
    steps = stepper(ours, x, target), stepper(theirs, x, target)
    for step in steps:
        step()
    pairs = np.empty((args.repeats, 2))
    for k in range(args.repeats):
        for which in (0, 1) if k % 2 else (1, 0):  # who goes first alternates too
            pairs[k, which] = steps[which]()
    a, b = np.median(pairs, axis=0)
    where = f"{device}, {platform.machine()}, torch {torch.__version__}, {torch.get_num_threads()} threads"
    print(f"{where}; parameters {count_parameters(ours):,} and {count_parameters(theirs):,}")
    print(f"ours {1e3 * a:.0f} ms, fastMRI's {1e3 * b:.0f} ms, ratio {np.median(pairs[:, 0] / pairs[:, 1]):.3f}")


if __name__ == "__main__":
    main()
