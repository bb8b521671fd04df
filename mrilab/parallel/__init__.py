"""Parallel imaging: receiver channels, coil maps, unfolding.

channels     noise covariance, prewhitening, coil compression
calibration  the fully sampled centre, and the matrix of its patches
maps         low-resolution maps
espirit      maps as eigenvectors
joint_fit    maps and image fitted together
sense        unfolding in image space, g-factor
grappa       filling in k-space
"""
