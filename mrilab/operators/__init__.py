"""Linear operators and their algebra: A = Mask(mask) @ FFT(shape) @ Coils(smaps).

linop        A.op, A.adj_op, A.H, A @ B, A + B, 2 * A
fourier      FFT, Mask
nufft        the Fourier transform at arbitrary points of k-space
toeplitz     AᴴA of a NUFFT as a convolution
coils        Coils, rss
coil_sets    CoilSets, several maps at a pixel
diagonal     multiplication by weights
pixel_matrix a matrix on the vector of coils at each pixel
differences  finite differences
wavelets     orthogonal wavelets and their filters; wavelet_loops compiled
undecimated  wavelets without down-sampling
batch        one operator for a batch of scans, each with its own mask and maps
"""
