"""What is minimised: a data term f and a regulariser g.

least_squares     f(x) = ½‖A x − y‖²
normal_equations  the same function, by AᴴA
regularisers      L1, GroupL1, lambda_max
oscar             OSCAR
cycle_spinning    CycleSpun, an l1 norm on a grid that shifts at random
shrinkage         thresholding in one pass over memory
rewriting         the same problem in a cheaper form
"""
