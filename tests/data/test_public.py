"""Public scans by name, from a server on this machine: the right file, or a clear error and nothing left behind."""

import hashlib
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from mrilab import DataError, public_scan
from mrilab.data import public

REAL = os.environ.get(public.VARIABLE)


def data() -> bytes:
    buffer = BytesIO()
    np.save(buffer, np.eye(6, dtype=np.complex64)[None])
    return buffer.getvalue()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        body = self.server.body
        self.send_response(200 if body is not None else 404)
        self.send_header("Content-Length", str(len(data())))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.body, server.asked = data(), []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def cache(monkeypatch, tmp_path, server):
    """A registry of one small scan on that server, and an empty cache folder."""
    address = f"http://127.0.0.1:{server.server_port}/at/a/commit/scan.npy"
    digest = hashlib.sha256(data()).hexdigest()
    entry = public.PublicScan("a test", "scan.npy", address, (digest,), len(data()), "CC0")
    monkeypatch.setattr(public, "SCANS", {"scan": entry})
    monkeypatch.setattr(public, "_cache", lambda: tmp_path / "cache")
    monkeypatch.delenv(public.VARIABLE, raising=False)
    return tmp_path / "cache"


def test_a_scan_is_downloaded_once(cache, server):
    for _ in range(2):
        assert np.array_equal(public_scan("scan").kspace[0], np.eye(6))
    assert server.asked == ["/at/a/commit/scan.npy"]
    assert [path.name for path in cache.iterdir()] == ["scan.npy"]


@pytest.mark.parametrize("body", [data()[:-9] + b"another..", b"<html>log in</html>".ljust(len(data()))])
def test_another_file_is_not_kept(cache, server, body):
    server.body = body
    with pytest.raises(DataError, match=r"127\.0\.0\.1.*SHA-256"):
        public_scan("scan")
    assert not list(cache.iterdir())
    server.body = data()
    assert public_scan("scan").kspace.shape == (1, 6, 6)


def test_a_download_that_is_cut_off_leaves_nothing(cache, server):
    server.body = data()[:100]
    with pytest.raises(ConnectionError, match=r"scan\.npy.*MRILAB_SCANS"):
        public_scan("scan")
    assert not list(cache.iterdir())


@pytest.mark.parametrize("case", ["no file", "no server"])
def test_without_an_answer_the_error_says_what_to_do(cache, server, case):
    server.body = None
    if case == "no server":
        server.shutdown()
        server.server_close()
    with pytest.raises(ConnectionError, match=r"put the file there as .*scan\.npy.*MRILAB_SCANS"):
        public_scan("scan")
    assert not list(cache.iterdir())


def test_a_file_that_is_not_whole_is_named_and_kept(cache, server):
    """It may be the reader's own: it is not removed, nor read."""
    cache.mkdir()
    (cache / "scan.npy").write_bytes(data()[:80])
    with pytest.raises(DataError, match=r"scan\.npy: found 80 bytes"):
        public_scan("scan")
    assert (cache / "scan.npy").stat().st_size == 80
    assert not server.asked


def test_a_folder_that_cannot_be_written_says_so(cache, tmp_path):
    cache.write_text("a file where the folder should be")
    with pytest.raises(OSError, match=r"cannot write .*scan\.npy.*MRILAB_SCANS"):
        public_scan("scan")


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_read_only_folder_says_so(cache):
    cache.mkdir(mode=0o500)
    with pytest.raises(OSError, match="cannot write"):
        public_scan("scan")


def test_a_read_only_folder_with_the_file_serves(cache, server):
    cache.mkdir()
    (cache / "scan.npy").write_bytes(data())
    cache.chmod(0o500)
    assert public_scan("scan").kspace.shape == (1, 6, 6)
    assert not server.asked
    cache.chmod(0o700)


def test_two_at_once_both_get_it(cache):
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(public_scan, ["scan"] * 4))
    assert all(np.array_equal(scan.kspace, found[0].kspace) for scan in found)
    assert [path.name for path in cache.iterdir()] == ["scan.npy"]


def test_a_folder_of_the_variable_comes_first(cache, server, monkeypatch, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "scan.npy").write_bytes(data())
    monkeypatch.setenv(public.VARIABLE, str(tmp_path / "mine"))
    assert public.public_file("scan") == tmp_path / "mine" / "scan.npy"
    assert not server.asked


def test_a_mirror_of_the_variable_is_asked_instead(cache, server, monkeypatch):
    monkeypatch.setenv(public.VARIABLE, f"http://127.0.0.1:{server.server_port}/mirror/")
    assert public.public_file("scan") == cache / "scan.npy"
    assert server.asked == ["/mirror/scan.npy"]


def test_entries_are_complete():
    for name, scan in public.SCANS.items():
        assert scan.file.startswith(name)
        assert all(len(digest) == 64 and int(digest, 16) for digest in scan.sha256)
        assert scan.address.startswith("https://github.com/")
        assert any(len(part) == 40 and int(part, 16) for part in scan.address.split("/") if len(part) == 40)
        assert scan.size > 0
        assert scan.licence in ("MIT", "CC0")


@pytest.mark.skipif(not (REAL and Path(REAL).is_dir()), reason="MRILAB_SCANS names no folder of real scans")
@pytest.mark.parametrize("name, shape", [("head16", (16, 128, 128)), ("head2", (2, 128, 128)), ("phantom_gre", None)])
def test_real_scans_are_read_by_name(name, shape):
    kspace = public_scan(name).kspace
    assert shape is None or kspace.shape[-3:] == shape
    assert np.isfinite(kspace).all()
