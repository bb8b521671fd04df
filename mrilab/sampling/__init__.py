"""Where k-space is sampled.

masks         Cartesian masks
densities     sampling densities, and masks drawn from them
trajectories  radial, spiral, cones, …
compensation  density compensation weights
sequences     pulses and gradients of a Cartesian line, and the path of k
pulseq        trajectories of Pulseq files
hardware      limits of gradient amplitude and slew rate
sparkling     trajectories that follow a density within these limits
holdout       choosing λ by samples that are left out
"""
