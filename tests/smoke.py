"""One call into every room of an installed mrilab: `python smoke.py`, with the project's folder out of reach.

The release runs it over the wheel alone, test_wheel.py also where every extra is there.
"""

import os
import pkgutil
import sys
import tempfile
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np

import mrilab

EXTRAS = {"torch": "torch", "safetensors": "torch", "anywidget": "notebook", "mrinufft": "nufft", "h5py": "formats"}
EXTRAS |= {"ismrmrd": "formats", "dask": "cluster"}
ABSENT = {extra for module, extra in EXTRAS.items() if find_spec(module) is None}
SHAPE = (32, 32)


def scan():
    """An image, coil maps and their noise-free k-space."""
    x, smaps = mrilab.brain(SHAPE), mrilab.simulate_smaps(4, SHAPE)
    return x, smaps, mrilab.simulate(x, smaps, SHAPE)


def problem():
    Psi = mrilab.Wavelet("sym4", SHAPE, level=2)
    A = mrilab.Mask(mrilab.random_lines(SHAPE, accel=2)) @ mrilab.FFT(SHAPE)
    return mrilab.LeastSquares(A @ Psi.H, A(mrilab.shepp_logan(SHAPE)))


def files():
    with tempfile.TemporaryDirectory() as folder, mrilab.files.atomic(Path(folder, "a")) as part:
        part.write_text("all of it")


def progress():
    with import_module("mrilab.progress").progress_bar(1, False) as bar:
        bar.update()


def arrays():
    assert mrilab.to_numpy(np.ones(2)).sum() == 2


def metrics():
    assert mrilab.nrmse(np.ones(SHAPE), np.ones(SHAPE)) == 0


def operators():
    x = mrilab.shepp_logan(SHAPE)
    F = mrilab.FFT(SHAPE)
    assert np.allclose(F.H(F(x)), x, atol=1e-5)


def problems():
    assert mrilab.lambda_max(problem(), mrilab.L1(1.0)) > 0


def solvers():
    costs = mrilab.fista(problem(), mrilab.L1(0.01), max_iter=3).costs
    assert costs[-1] < costs[0]


def sampling():
    assert mrilab.acceleration(mrilab.random_lines(SHAPE, accel=4)) == 4


def parallel():
    assert mrilab.espirit(scan()[2], calib=16).shape == (4, *SHAPE)


def simulation():
    assert scan()[2].shape == (4, *SHAPE)


def data():
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder, "scan.npy"), scan()[2])
        assert mrilab.load_kspace(Path(folder, "scan.npy")).kspace.shape == (4, *SHAPE)


def studies():
    with tempfile.TemporaryDirectory() as folder:
        assert mrilab.study(np.ones, [2, 3], Path(folder, "out"), workers=0)["3"].sum() == 3
    assert 0 < mrilab.strength("analysis, total variation") < 1


def nets():
    from mrilab.nets import pretrained, pretrained_names

    assert pretrained_names()
    pretrained(pretrained_names()[0])


def plots():
    from mrilab.plots import gallery

    gallery({"a head": mrilab.brain(SHAPE)})
    stored = Path(mrilab.__file__).parent / "plots" / "benchmark.json"
    assert stored.is_file()


def widgets():
    from mrilab.widgets import Compare

    made = Compare(mrilab.brain(SHAPE), {"half": mrilab.brain(SHAPE) / 2})
    assert len(str(made._esm)) > 1000 and len(str(made._css)) > 100


def exercises():
    from mrilab.exercises import check, names

    assert names() and not check(names()[0], None, record=False)


def modules():
    """Import every module, and yield those that need an extra which is not there."""
    for module in pkgutil.walk_packages(mrilab.__path__, "mrilab.", onerror=lambda name: None):
        try:
            import_module(module.name)
        except ImportError as error:
            if EXTRAS.get(error.name) not in ABSENT and not any(f"mrilab[{extra}]" in str(error) for extra in ABSENT):
                raise
            yield module.name


def main() -> None:
    """Try every room that the package has, and print what was tried and what waits for an extra."""
    os.environ.setdefault("MPLBACKEND", "agg")  # here: pytest imports this file too, in search of doctests
    print("mrilab of", Path(mrilab.__file__).parent)
    waiting = sorted(modules())
    print("modules that wait for an extra:", ", ".join(waiting) or "none")
    for room in sorted(module.name for module in pkgutil.iter_modules(mrilab.__path__)):
        try:
            globals()[room]()
        except ImportError as error:
            if not any(f"mrilab[{extra}]" in str(error) for extra in ABSENT):
                raise
            print(f"{room} asks for more: {error}")
        else:
            print(room, "works")


if __name__ == "__main__":
    main()
    sys.exit(0)
