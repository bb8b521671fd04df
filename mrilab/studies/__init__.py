"""One function over many scans, with results that are kept after a crash.

study     study, Results
record    what a folder's study is: which function, settings and items
identity  what a function is: the same one as in the run before?
bytecode  names that its code reads and imports
versions  of the packages that it is built on
runners   in this process, or on a Dask cluster
"""
