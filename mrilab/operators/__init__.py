"""Linear operators and their algebra: A = Mask(mask) @ FFT(shape) @ Coils(smaps).

linop         A.op, A.adj_op, A.H, A @ B, A + B, 2 * A
fourier       FFT, Mask
nufft         the Fourier transform at arbitrary points of k-space
toeplitz      AᴴA of a NUFFT as a convolution
coils         Coils, rss
coil_sets     CoilSets, several maps at a pixel
diagonal      multiplication by weights
off_resonance OffResonance, an inhomogeneous field during the readout
pixel_matrix  a matrix on the vector of coils at each pixel
differences   finite differences
temporal      along the time of a series: its Fourier transform, its differences
wavelets      orthogonal wavelets and their filters; wavelet_loops compiled
undecimated   wavelets without down-sampling
blocks        Frames, an operator for each frame of a series; Row, a sum over parts
batch         one operator for a batch of scans, each with its own mask and maps
"""
