"""What is minimised: a data term f and a regulariser g.

least_squares     f(x) = ½‖A x − y‖²
normal_equations  the same, through AᴴA
regularisers      L1, GroupL1, lambda_max
oscar             OSCAR
shrinkage         thresholding in one pass over memory
rewriting         least squares in a cheaper form with the same norm
"""
