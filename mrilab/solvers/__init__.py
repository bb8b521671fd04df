"""The algorithms, one a file, docstring and loop together: minimise f(x) + g(x) or f(x) + g(Ψx).

fista               FISTA
pogm                POGM
condat_vu           Condat and Vũ's primal-dual method, and its step sizes
conjugate_gradient  for quadratic problems
loop                Result, and the options that all share
fused               prox and gradient of lazy sums
modopt              ModOpt's solvers on the same problems
"""
