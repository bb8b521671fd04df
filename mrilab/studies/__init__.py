"""One function over many scans, with results that are kept after a crash.

study     study, Results
record    the record of a study: function, settings and items
identity  the identity of a function, to compare it with that of a previous run
bytecode  the names that its code reads and imports
versions  the versions of the packages that it uses
runners   in this process, or on a Dask cluster
watch     the watch over the workers of a cluster
strengths the λ of the pages' comparisons, tuned on validation heads
"""
