"""A batch of Cartesian scans as one operator, without a loop over the scans and without synchronisation of a GPU."""

from functools import cached_property

import numpy as np

from ..arrays.checks import check as checked
from ..arrays.checks import check_mask
from ..arrays.fft import fft
from ..arrays.libraries import Array, Constant, like, namespace, plain, to_numpy
from .linop import LinearOperator

GRID = (-2, -1)


class BatchedSense(LinearOperator):
    """The SENSE operators of B scans, each with its own mask and maps: (B, H, W) → (B, C, H, W).

    y_bc = Ω_b F (S_bc · x_b), which for one scan is `Mask(mask) @ FFT(shape) @ Coils(smaps)`. All scans are transformed
    by one FFT. Masks and maps are converted to the library, the device and the precision of x when they are first
    needed, and kept. Applying the operator copies nothing back to the host, so a GPU never waits for it.

    Parameters
    ----------
    masks : array of bool or of zeros and ones (B, H, W)
        The samples of each scan that were acquired.
    smaps : complex array (B, C, H, W)
        Coil sensitivity maps of each scan. Both are copied.
    check : bool
        Whether to check values too, which takes one pass over the maps and synchronises a GPU once. Otherwise only
        shapes and dtypes are checked.

    Raises
    ------
    TypeError
        For maps, images or data that are not complex.
    ValueError
        For arrays of other shapes, masks with values other than 0 and 1, a scan without samples, and maps of a scan
        that are all zero or contain NaN.

    References
    ----------
    Pruessmann et al., SENSE: sensitivity encoding for fast MRI, Magn. Reson. Med. 42 (1999).

    Examples
    --------
    >>> masks, smaps = np.ones((3, 4, 4), bool), np.full((3, 2, 4, 4), 0.5 + 0j)
    >>> A = BatchedSense(masks, smaps)
    >>> A(np.ones((3, 4, 4), complex)).shape, A.lipschitz()
    ((3, 2, 4, 4), 0.5)
    """

    needs_complex = True

    def __init__(self, masks: Array, smaps: Array, *, check: bool = True):
        masks, smaps = plain(masks), plain(smaps)
        xm, xs = namespace(masks), namespace(smaps)
        if masks.ndim != 3 or smaps.ndim != 4 or 0 in smaps.shape:
            raise ValueError(
                "a batch of scans has masks (B, H, W) and maps (B, C, H, W), "
                f"got {tuple(masks.shape)} and {tuple(smaps.shape)}"
            )
        if tuple(masks.shape) != (smaps.shape[0], *smaps.shape[2:]):
            raise ValueError(f"masks of shape {tuple(masks.shape)} do not fit maps of shape {tuple(smaps.shape)}")
        checked(smaps, tuple(smaps.shape), "a batch of maps", needs_complex=True)
        super().__init__(tuple(smaps.shape), tuple(masks.shape))
        self._masks, self._smaps = Constant(masks), Constant(smaps)
        self.masks, self.smaps = self._masks.value, self._smaps.value
        if check:
            self.check_values()
        self._conjugate = Constant(xs.real(smaps) - 1j * xs.imag(smaps))  # torch would apply conj at each product
        self._mask = Constant(xm.fft.ifftshift(masks, axes=GRID)[:, None])  # in the order of the FFT: zero comes first

    def check_values(self) -> None:
        """Raise ValueError unless masks hold 0 and 1 and sample something, and maps are finite and not all zero."""
        masks = check_mask(self.masks)
        for what, good in (
            ("samples nothing", masks.any(axis=GRID)),
            ("has maps that are all zero or hold NaN or infinite values", self._energies > 0),
        ):
            if not good.all():
                raise ValueError(f"scan {np.flatnonzero(~good)[0]} of a batch of {len(masks)} {what}")

    @cached_property
    def _energies(self) -> np.ndarray:
        """The largest Σ_c |S_c|² of each scan, or 0 if it is not finite."""
        xp = namespace(self.smaps)
        energies = to_numpy(xp.max(xp.sum(xp.abs(self.smaps) ** 2, axis=1), axis=GRID)).astype(float)
        return np.where(np.isfinite(energies), energies, 0)

    @cached_property
    def norm2(self) -> float:  # type: ignore[override]
        energy = float(self._energies.max())
        return 1.0 if abs(energy - 1) < 1e-5 else energy  # single precision maps are normalised to rounding only

    def _op(self, x):
        xp = namespace(x)
        kspace = self._mask.like(x) * fft(xp.fft.ifftshift(self._weigh(x), axes=GRID), GRID, overwrite=True)
        return xp.fft.fftshift(kspace, axes=GRID)

    def _adj_op(self, y):
        xp = namespace(y)
        kspace = self._mask.like(y) * xp.fft.ifftshift(y, axes=GRID)
        return self._combine(xp.fft.fftshift(fft(kspace, GRID, inverse=True, overwrite=True), axes=GRID))

    def _weigh(self, x):
        """Return S x, the images of the coils."""
        return self._smaps.like(x) * namespace(x).expand_dims(x, axis=-3)

    def _combine(self, coil_images):
        """Return the sum over the coils, Sᴴ applied to their images."""
        return namespace(coil_images).sum(self._conjugate.like(coil_images) * coil_images, axis=-3)

    @property
    def gram(self) -> "BatchedSenseGram":
        """The normal operator AᴴA, which costs two FFTs and no shifts."""
        return BatchedSenseGram(self)

    def check_data(self, y):
        super().check_data(y)
        xp = namespace(y)
        outside = int(xp.sum(xp.astype((1 - like(y, self.masks))[:, None] * y != 0, xp.int64)))
        if outside:
            raise ValueError(
                f"data hold {outside} samples outside the masks; multiply them by these, or use the right ones"
            )


class BatchedSenseGram(LinearOperator):
    """AᴴA of a `BatchedSense`, created by its `gram`: x ↦ Σ_c S̄_c Fᴴ Ω F (S_c x) for each scan.

    Fᴴ Ω F is a circular convolution, which commutes with shifts, so the shifts of the centred transform cancel.
    """

    needs_complex = True

    def __init__(self, A: BatchedSense):
        super().__init__(A.shape_in, A.shape_in)
        self.A = A

    @cached_property
    def norm2(self) -> float:  # type: ignore[override]
        return self.A.norm2**2

    def _op(self, x):
        kspace = self.A._mask.like(x) * fft(self.A._weigh(x), GRID, overwrite=True)
        return self.A._combine(fft(kspace, GRID, inverse=True, overwrite=True))

    _adj_op = _op

    @property
    def H(self):
        return self

    def __repr__(self):
        return f"{self.A!r}.gram"
