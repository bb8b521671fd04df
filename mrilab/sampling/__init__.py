"""Where k-space is sampled.

masks         Cartesian masks
densities     sampling densities, and masks drawn from them
trajectories  radial, spiral, cones, …
compensation  density weights
hardware      limits of amplitude and slew rate
sparkling     trajectories that follow a density within these limits
holdout       λ by samples that are left out
"""
