"""Numbers of every type that a file may hold: complex64 of the right value, or an error that names the type."""

import h5py
import numpy as np
import pytest
from scan_files import header, lines_of, undersampled, write_fastmri, write_ismrmrd

from mrilab.data.load import load_kspace
from mrilab.data.scan import DataError

KSPACE = undersampled(2, 3, 8, 6)
COMPLEX = ["<c8", ">c8", "<c16", ">c16", np.clongdouble]
OTHERS = ["<f4", ">f4", "<f2", "<f8", "<i2", ">i4", "u1", "?"]


def npy(path, values):
    np.save(path / "x.npy", values)
    return path / "x.npy"


def fastmri(path, values):
    write_fastmri(path / "x.h5", KSPACE, 6)
    with h5py.File(path / "x.h5", "a") as file:
        del file["kspace"]
        file["kspace"] = values.swapaxes(-1, -2)
    return path / "x.h5"


@pytest.mark.parametrize("mmap", [False, True])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", COMPLEX)
@pytest.mark.parametrize("write", [npy, fastmri])
def test_complex_numbers_of_any_precision_and_order(tmp_path, write, dtype, order, mmap):
    path = write(tmp_path, np.asarray(KSPACE.astype(dtype), order=order))
    kspace = load_kspace(path, **{"mmap": True} if mmap and write is npy else {}).kspace
    assert kspace.dtype == np.complex64 and kspace.dtype.isnative
    np.testing.assert_array_equal(kspace, KSPACE)


@pytest.mark.parametrize("dtype", OTHERS)
@pytest.mark.parametrize("write", [npy, fastmri])
def test_numbers_that_are_not_complex_are_named(tmp_path, write, dtype):
    with pytest.raises(DataError, match=rf"x\.\w+: found .*{np.dtype(dtype)}|{np.dtype(dtype).newbyteorder('=')}"):
        load_kspace(write(tmp_path, KSPACE.real.astype(dtype)))


@pytest.mark.parametrize("part", ["<f2", "<i2", ">f4"])
@pytest.mark.parametrize("write", [npy, fastmri])
def test_pairs_of_other_numbers_are_no_complex_numbers_unless_they_are(tmp_path, write, part):
    """HDF5 stores complex numbers as pairs (r, i): those of floats are complex numbers, others are not."""
    values = np.empty(KSPACE.shape, [("r", part), ("i", part)])
    values["r"], values["i"] = KSPACE.real, KSPACE.imag
    path = write(tmp_path, values)
    if part == ">f4" and write is fastmri:
        np.testing.assert_array_equal(load_kspace(path).kspace, KSPACE)
    else:
        with pytest.raises(DataError, match=r"x\.\w+: found .*'r'"):
            load_kspace(path)


@pytest.mark.parametrize("dtype", ["?", "<i8", ">i4", "<f4", ">f8", "u1", "f2"])
def test_a_mask_of_any_type_of_number(tmp_path, dtype):
    path = write_fastmri(tmp_path / "x.h5", KSPACE, 6, mask=False)
    with h5py.File(path, "a") as file:
        file["mask"] = KSPACE.any(axis=(0, 1, 3)).astype(dtype)
    np.testing.assert_allclose(load_kspace(path).kspace, KSPACE, rtol=1e-5, atol=1e-6)


def retyped(path, head, samples):
    """An ISMRMRD file whose numbers are stored in another way."""
    write_ismrmrd(path, header(6, 8, 6), lines_of(KSPACE))
    with h5py.File(path, "a") as file:
        old = file["dataset/data"][()]
        vlen = h5py.vlen_dtype(np.dtype(samples))
        kind = np.dtype([("head", head(old.dtype["head"])), ("traj", h5py.vlen_dtype(np.dtype("<f4"))), ("data", vlen)])
        new = np.empty(old.shape, kind)
        for one, other in zip(old, new):
            other["head"] = one["head"].astype(kind["head"])
            other["traj"] = one["traj"]
            other["data"] = one["data"].view("c8" if np.dtype(samples).kind == "c" else "f4").astype(samples)
        del file["dataset/data"]
        file["dataset"].create_dataset("data", data=new, dtype=kind)
    return path


def same(head):
    return head


def turned(head):
    return head.newbyteorder(">")


@pytest.mark.parametrize("samples", ["<f4", "<c8"])
def test_ismrmrd_samples_of_single_precision(tmp_path, samples):
    np.testing.assert_array_equal(load_kspace(retyped(tmp_path / "x.h5", same, samples)).kspace, KSPACE)


@pytest.mark.parametrize("head, samples", [(same, ">f4"), (same, "<f8"), (same, "<f2"), (same, "<i2"), (turned, "<f4")])
def test_ismrmrd_samples_of_other_types_are_named(tmp_path, head, samples):
    named = "big-endian headers" if head is turned else f"samples of {np.dtype(samples)}"
    with pytest.raises(DataError, match=rf"x\.h5: found .*{named}"):
        load_kspace(retyped(tmp_path / "x.h5", head, samples))
