"""Where compiled loops are kept when the package cannot be written to and there is no home."""

import os
import shutil
import subprocess
import sys
import tempfile

import numpy as np
import pytest

import mrilab

SAID = "there is no folder to keep compiled loops in"
CODE = """
import sys
import numpy as np
import mrilab
try:
    open(mrilab.__path__[0] + "/arrays/__pycache__/new", "w")
except OSError:
    pass
else:
    raise SystemExit("this package can be written to")
import mrilab.operators.wavelet_loops  # all loops look for their place when they are imported
x = np.arange(16, dtype="c8").reshape(4, 4)
np.save(sys.argv[1], mrilab.Coils(np.stack([x, 1j * x])).H(np.stack([x, x])))
"""


@pytest.fixture
def run(tmp_path):
    """`run()` combines two coils with a package mounted read-only; it returns the image, and what was said."""
    package, temporary = tmp_path / "site" / "mrilab", tmp_path / "tmp"
    shutil.copytree(mrilab.__path__[0], package, ignore=shutil.ignore_patterns("__pycache__"))
    for folder in [package, *(path for path in package.iterdir() if path.is_dir())]:
        (folder / "__pycache__").touch()  # where a mount is not allowed, nothing can be cached there all the same
    temporary.mkdir()
    mounted = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
    start = ["unshare", "-rm", "sh", "-c", mounted, str(package)]
    if not shutil.which("unshare") or subprocess.run([*start, "true"], capture_output=True).returncode:
        start = []
    kept = {"HOME": "/dev/null/nobody", "TMPDIR": str(temporary), "PYTHONPATH": str(package.parent)}
    kept |= {"MRILAB_COMPILE": "here"}
    env = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "NUMBA_"))} | kept

    def call():
        command = [*start, sys.executable, "-c", CODE, str(tmp_path / "x.npy")]
        said = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300, cwd=tmp_path)
        assert said.returncode == 0, said.stderr
        return np.load(tmp_path / "x.npy"), said.stderr

    return call


def kept(folder):
    return sorted(path.name for path in folder.rglob("*.nbc"))


def test_a_read_only_package_without_a_home_keeps_them_in_a_folder_of_the_users_own(run, tmp_path):
    x, said = run()
    assert said.count(SAID) == 1 and f"they are kept in {tmp_path / 'tmp'}" in said
    (place,) = (tmp_path / "tmp").iterdir()
    assert place.stat().st_mode & 0o777 == 0o700
    files = kept(place)
    assert any(name.startswith("loops.unweight") for name in files)
    again, _ = run()
    assert np.array_equal(x, again)
    assert kept(place) == files  # the second process compiled nothing


def test_a_folder_that_others_can_write_to_is_not_trusted(run, tmp_path):
    place = tmp_path / "tmp" / f"mrilab-{os.getuid()}"
    place.mkdir()
    place.chmod(0o777)
    x, said = run()
    assert np.isfinite(x).all()
    assert said.count(SAID) == 1 and "compiles them anew" in said and "is not this user's alone" in said
    assert kept(tmp_path) == []


def test_where_there_is_a_place_nothing_is_said(tmp_path):
    code = "import mrilab.arrays.loops, mrilab.operators.wavelet_loops"
    env = os.environ | {"NUMBA_CACHE_DIR": tempfile.mkdtemp(dir=tmp_path), "TQDM_DISABLE": "1"}
    assert subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True).stderr == ""
