"""Parallel imaging: receiver channels, coil maps, SENSE, GRAPPA, SPIRiT and SAKE.

channels     noise covariance, prewhitening, coil compression
calibration  the fully sampled centre, and the matrix of its patches
maps         low-resolution maps
eigenmaps    the matrix of ESPIRiT at each pixel, and its eigenvectors
espirit      maps as eigenvectors
joint_fit    a joint fit of maps and image
sense        unfolding in image space, g-factor
grappa       missing lines in k-space
spirit       equations of neighbouring samples, whatever the pattern
sake         missing samples by the low rank of patches
"""
