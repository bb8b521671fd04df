"""What is minimised: a data term f and a regulariser g.

least_squares     f(x) = ½‖A x − y‖²
normal_equations  the same function, by AᴴA
regularisers      L1, GroupL1, lambda_max
oscar             OSCAR
cycle_spinning    CycleSpun, an l1 norm on a grid that shifts at random
nuclear_norm      NuclearNorm, of a series of images
locally_low_rank  LocallyLowRank, the same block by block
parts             Parts, a regulariser for each part of which an image is made
shrinkage         thresholding in one pass over memory
rewriting         the same problem in a cheaper form
"""
