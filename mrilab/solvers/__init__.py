"""Algorithms that minimise f(x) + g(x) or f(x) + g(Ψx): one per file, with docstring and loop together.

fista               FISTA
pogm                POGM
condat_vu           Condat and Vũ's primal-dual method, and its step sizes
conjugate_gradient  conjugate gradients for quadratic problems
loop                the loop that all share, its options and its result
fused               prox and gradient of lazy sums, each in one pass over memory
modopt              ModOpt's solvers on the same problems
compile_loops       small problems that compile all loops, in a process of their own
"""
