"""The channels of a receiver array before any image: noise covariance, prewhitening, coil compression.

All is computed with NumPy, in double precision. torch and CuPy arrays are accepted and returned on their device, but no
gradients flow through.
"""

import numpy as np

from ..arrays.checks import check_scan, check_values, whole
from ..arrays.libraries import Array, like


def noise_covariance(noise: Array) -> Array:
    """Return the covariance of the channels' noise, Γ = 1/T Σ_t ε_t ε_tᴴ, Hermitian (C, C).

    The noise has mean zero, so no mean is subtracted. Samples of noise come from a scan without excitation, or from a
    corner of k-space far from DC, where the signal has decayed. T should be much larger than C, such as a few thousand;
    with T < C the matrix is singular.

    Parameters
    ----------
    noise : complex array (C, T)
        T samples of each channel.

    Raises
    ------
    TypeError
        If the argument is not a complex array.
    ValueError
        For another number of axes, no samples, and values that are not finite.

    References
    ----------
    Roemer et al., The NMR phased array, Magn. Reson. Med. 16 (1990).

    Examples
    --------
    >>> noise_covariance(np.array([[1, 1j, -1, -1j], [2, 0, 0, 0]])).real
    array([[1. , 0.5],
           [0.5, 1. ]])
    """
    samples = check_scan(noise, "noise_covariance")
    if samples.ndim != 2:
        raise ValueError(f"noise_covariance takes noise of shape (C, T), got {samples.shape}")
    samples = samples.astype(np.complex128)
    cov = samples @ samples.conj().T / samples.shape[1]
    return like(noise, (cov + cov.conj().T) / 2)  # exactly Hermitian


def whitening_matrix(covariance: Array) -> np.ndarray:
    """Return B⁻¹ of Γ = B Bᴴ (Cholesky), which makes noise of covariance Γ white: complex128 (C, C), lower triangular.

    Raises ValueError unless Γ is square, finite, Hermitian and positive definite.

    >>> whitening_matrix(np.diag([4.0, 1.0])).real
    array([[0.5, 0. ],
           [0. , 1. ]])
    """
    cov = check_values(covariance, "a noise covariance", "C, C").astype(np.complex128)
    if cov.shape[0] != cov.shape[1]:
        raise ValueError(f"a noise covariance must have shape (C, C), got {cov.shape}")
    if not np.allclose(cov, cov.conj().T, atol=1e-5 * np.abs(cov).max()):
        raise ValueError(f"the noise covariance of shape {cov.shape} is not Hermitian")
    values = np.linalg.eigvalsh(cov)
    if values[0] <= 1e-12 * abs(values[-1]):
        raise ValueError(
            f"the noise covariance of shape {cov.shape} is not positive definite: its eigenvalues go from "
            f"{values[0]:.3g} to {values[-1]:.3g}; is there a dead channel, or fewer noise samples than channels?"
        )
    return np.linalg.inv(np.linalg.cholesky(cov))


def prewhiten(kspace: Array, covariance: Array, axis: int = -3) -> Array:
    """Return B⁻¹ y with Γ = B Bᴴ: data whose noise has unit variance and is independent between channels.

    The model becomes B⁻¹ y = Ω F (B⁻¹ S) x + white noise. Maps estimated from whitened data are those of the new
    channels; given maps must be whitened by the same `prewhiten`. Methods that assume equal noise in all channels, from
    least squares to ESPIRiT, need this step.

    Parameters
    ----------
    kspace : complex array
        Channels along `axis`: −3 for Cartesian data (..., C, H, W), −2 for non-Cartesian ones (..., C, K).
    covariance : array (C, C)
        Γ, from `noise_covariance`.

    Returns
    -------
    complex array of the shape of `kspace`, in its library, on its device and of its precision

    Raises
    ------
    TypeError
        For data that are not a complex array.
    ValueError
        For values that are not finite, another number of channels, and a Γ that is not Hermitian positive definite.

    References
    ----------
    Pruessmann et al., Advances in sensitivity encoding with arbitrary k-space trajectories, Magn. Reson. Med. 46
    (2001).

    Examples
    --------
    >>> prewhiten(np.array([[4j, 2], [1, 3]]), np.diag([4.0, 1.0]), axis=-2)
    array([[0.+2.j, 1.+0.j],
           [1.+0.j, 3.+0.j]])
    """
    return mix_channels(whitening_matrix(covariance), kspace, axis)


def compress_coils(kspace: Array, n: int, axis: int = -3) -> tuple[Array, Array]:
    """Return the n virtual coils with the largest part of the data's energy, and the matrix that computes them.

    With the data as a matrix Y, one row per channel, and Y = U Σ Vᴴ, the matrix is M = U_nᴴ (n, C), and the virtual
    channels are M Y, sorted by decreasing energy. ‖MY‖² / ‖Y‖² is the fraction of the energy kept, the largest possible
    with n combinations. M has orthonormal rows, so white noise stays white. Maps must be compressed too, by
    `mix_channels(M, smaps)`. Whiten the data first, or noisy channels get too large a weight. The phase of each row is
    arbitrary; here the largest entry of a row is positive.

    Parameters
    ----------
    kspace : complex array
        Channels along `axis`: −3 for Cartesian data (..., C, H, W), −2 for non-Cartesian ones (..., C, K). Axes in
        front share the matrix.
    n : int
        Number of virtual coils, from 1 to C.

    Returns
    -------
    (complex array with n channels, complex array (n, C)), both in the library, on the device and of the precision of
    `kspace`

    Raises
    ------
    TypeError
        For data that are not a complex array, and an n that is not a whole number.
    ValueError
        For n outside 1…C, an axis that does not exist, and values that are not finite.

    References
    ----------
    Buehrer et al., Array compression for MRI with large coil arrays, Magn. Reson. Med. 57 (2007).

    Examples
    --------
    >>> y = np.array([[3, 3j], [4, 4j]])  # two proportional channels
    >>> virtual, M = compress_coils(y, 1, axis=-2)
    >>> bool(np.isclose(np.linalg.norm(virtual), np.linalg.norm(y))), M.round(3) + 0
    (True, array([[0.6+0.j, 0.8+0.j]]))
    """
    data = check_scan(kspace, "compress_coils")
    channels = np.moveaxis(data, _axis(data, axis), 0)
    count = len(channels)
    n = whole(f"the number of virtual coils, of {count} channels,", n, 1, count)
    matrix = principal_channels(channels)[:, :n].conj().T
    return mix_channels(matrix, kspace, axis), like(kspace, matrix)


def principal_channels(channels: np.ndarray) -> np.ndarray:
    """Return the left singular vectors U (C, C) of channels (C, ...), strongest first, largest entries positive."""
    rows = channels.reshape(len(channels), -1)
    gram = np.asarray(rows @ rows.conj().T, np.complex128)
    vectors = np.linalg.eigh(gram)[1][:, ::-1]
    largest = np.take_along_axis(vectors, np.abs(vectors).argmax(axis=0)[None], axis=0)
    return vectors * (np.abs(largest) / largest)


def mix_channels(matrix: Array, kspace: Array, axis: int = -3) -> Array:
    """Return M y: each new channel is a row of `matrix` (n, C) times the channels of `kspace` (or maps) along `axis`.

    Errors as in `prewhiten`. The result has the type of `kspace` and n channels.

    >>> mix_channels(np.array([[1.0, 1.0]]), np.array([[1j, 2], [1, 3]]), axis=-2)
    array([[1.+1.j, 5.+0.j]])
    """
    data = check_scan(kspace, "channels")
    where, M = _axis(data, axis), check_values(matrix, "a matrix of channels", "n, C")
    if M.shape[1] != data.shape[where]:
        raise ValueError(f"a matrix of shape {M.shape} does not fit the {data.shape[where]} channels on axis {axis}")
    mixed = np.tensordot(M.astype(data.dtype), data, axes=(1, where))
    return like(kspace, np.ascontiguousarray(np.moveaxis(mixed, 0, where)))


def _axis(data: np.ndarray, axis: int) -> int:
    axis = whole("the channel axis", axis)
    if not -data.ndim <= axis < data.ndim:
        raise ValueError(f"data of shape {data.shape} have no channel axis {axis}; is it −3, or −2 (non-Cartesian)?")
    return axis % data.ndim
