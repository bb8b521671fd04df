"""Public raw data by name: downloaded once, checked by its SHA-256, and kept in the user's cache folder."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from ..progress import progress_bar
from .load import load_kspace
from .scan import DataError, Scan

VARIABLE = "MRILAB_SCANS"
PULSEQ = (
    "Layton et al., Pulseq: a rapid and hardware-independent pulse sequence prototyping framework, Magn. Reson. Med. "
    "77 (2017), and the repository named in the address"
)


@dataclass(frozen=True)
class PublicScan:
    """A file of raw data that its owners have published, at a fixed commit of their repository.

    Attributes
    ----------
    about : str
        What was scanned, and how.
    file : str
        Name of the file in the cache folder.
    address : str
        Where it is published.
    sha256 : tuple of str
        Checksum of the published file; then that of a copy whose header names nobody, with the same samples.
    size : int
        Bytes.
    licence, citation : str

    Examples
    --------
    >>> SCANS["head16"].licence
    'MIT'
    """

    about: str
    file: str
    address: str
    sha256: tuple[str, ...]
    size: int
    licence: str
    citation: str = PULSEQ


def _github(repository: str, commit: str, path: str) -> str:
    return f"https://github.com/{repository}/raw/{commit}/{path}"


def _physics(file: str) -> str:
    folder = "tutorials/04_hardware_and_imprefections/data"  # as it is spelled there
    return _github("pulseq/MR-Physics-with-Pulseq", "446ac401ff5b2e1ab4ca5a6d36fc7434a83afd99", f"{folder}/{file}")


def _tutorial(path: str) -> str:
    return _github("pulseq/tutorials", "651dcc7bb46353ceb05783acd39c603abca13ca3", path)


SCANS = {
    "head16": PublicScan(
        "a head in vivo, 3 T, gradient echo, 16 coils, 128 × 128, fully sampled",
        "head16.dat",
        _physics("2024-02-06-164128.dat"),
        (
            "b948e9f88fe0a5cc85b812d4e26bd2fd6da0959fe8c8e9a1d9a2d0ced7dd6cf7",
            "f3d6044435a4cf5865261f344f122d3fafd6ef0f022f50a53228d2c8fef24341",
        ),
        3366016,
        "MIT",
    ),
    "head2": PublicScan(
        "the same head by a transmit-receive coil of two channels",
        "head2.dat",
        _physics("2024-02-06-164120.dat"),
        (
            "257883b353ba60aab246963068c315e561344b2bab9ffb20e45a7d79f4c1343e",
            "2ba19ee05332c2c562befd9f6047d47da927d864c7a813e2f68407bc98a2ed99",
        ),
        1425984,
        "MIT",
    ),
    "phantom_gre": PublicScan(
        "a phantom, gradient echo, 1 channel, 256 × 256",
        "phantom_gre.dat",
        _tutorial("02_basic_gradient_echo/data/01_GRE_example.dat"),
        (
            "c590dcf5a760baef5a9af413eaa17320c6651c4bc3809ac545a797e7c8251938",
            "11e4ae044bb31a98655e0653e65d240b9020e036df3a331893718625a27d9fd6",
        ),
        1380256,
        "CC0",
    ),
    "phantom_epi": PublicScan(
        "a phantom, echo-planar readouts of alternating direction, 4 channels",
        "phantom_epi.dat",
        _tutorial("11_from_GRE_to_EPI/data/05_EPI.dat"),
        (
            "cc40f75fd6a9ef752f27690170538d4e42e1157298badc6b33741b5165cc46c4",
            "9cbe9662eaae1f8a1d4c0ce1f77f1d1dbfa7fe5b9b785d0c0a1db7350ef916ab",
        ),
        1241216,
        "CC0",
    ),
    "phantom_epi_nope": PublicScan(
        "the same without phase encoding, to correct the Nyquist ghost by",
        "phantom_epi_nope.dat",
        _tutorial("11_from_GRE_to_EPI/data/05_EPI_noPE.dat"),
        (
            "4dd5c3dac4f820a91ccfaaf38bcf3f4d94fd5d6cd61105640857b575988adb9f",
            "008e83ffe6bedc5038cc036a205f2f005d0d35b7ad9a83a11e7ebf1ef700b16c",
        ),
        1241120,
        "CC0",
    ),
}


def public_scan(name: str, *, progress: bool | None = None) -> Scan:
    """Return public raw data by name, downloaded at the first call.

    The file is kept in the user's cache folder, or in the folder that the environment variable MRILAB_SCANS names. If
    MRILAB_SCANS is an address (http or https), files come from there instead, by their names in `SCANS`. A file counts
    only with its SHA-256, before and after a download. Nothing is read that was not asked for by this function.

    Parameters
    ----------
    name : str
        A name in `SCANS`, which lists source, licence and citation.
    progress : bool, optional
        Show a bar; by default in a terminal or notebook.

    Raises
    ------
    ValueError
        For an unknown name.
    DataError
        If the file that was found or downloaded is not the published one: cut off, or another.
    ConnectionError
        Without a network, or if the address does not answer; the message says where to put the file by hand.
    OSError
        If the cache folder cannot be written.
    ImportError
        Without `pip install 'mrilab[formats]'`.

    Examples
    --------
    >>> public_scan("head16").kspace.shape  # doctest: +SKIP
    (16, 128, 128)
    """
    return load_kspace(public_file(name, progress=progress))


def public_file(name: str, *, progress: bool | None = None) -> Path:
    """Return the path of a public file, downloaded if it is not there yet. Raises as `public_scan`.

    >>> public_file("heads")
    Traceback (most recent call last):
    ValueError: unknown scan 'heads': it is one of 'head16', 'head2', 'phantom_gre', 'phantom_epi', 'phantom_epi_nope'
    """
    if name not in SCANS:
        raise ValueError(f"unknown scan {name!r}: it is one of {', '.join(map(repr, SCANS))}")
    scan, place = SCANS[name], os.environ.get(VARIABLE, "")
    mirror = place.rstrip("/") if place.startswith(("http://", "https://")) else ""
    address = f"{mirror}/{scan.file}" if mirror else scan.address
    path = (_cache() if mirror or not place else Path(place)) / scan.file
    if path.exists():
        _check(path, scan, str(path))
    else:
        _download(address, path, scan, progress)
    return path


def _download(address: str, path: Path, scan: PublicScan, progress: bool | None) -> None:
    """Write the file at an address to `path`, whole and checked, or not at all."""
    import requests
    from pooch import HTTPDownloader

    from ..files import atomic

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic(path) as part, progress_bar(scan.size, progress) as bar:
            HTTPDownloader(progressbar=bar)(address, str(part), None)
            _check(part, scan, address)
    except requests.RequestException as error:
        raise ConnectionError(
            f"{address} cannot be downloaded ({type(error).__name__}): put the file there as {path}, or set {VARIABLE} "
            "to a folder that has it or to the address of a mirror"
        ) from error
    except OSError as error:
        raise OSError(f"cannot write {path} ({error}): set {VARIABLE} to a folder that can be written") from error


def _check(path: Path, scan: PublicScan, source: str) -> None:
    data = path.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found not in scan.sha256:
        raise DataError(
            source,
            f"{len(data)} bytes of SHA-256 {found[:12]}…",
            f"{scan.size} of SHA-256 {scan.sha256[0][:12]}…; remove a file that is not whole",
        )


def _cache() -> Path:
    try:
        import pooch
    except ImportError as error:
        raise ImportError("public scans need pooch: pip install 'mrilab[formats]'") from error
    return pooch.os_cache("mrilab")
