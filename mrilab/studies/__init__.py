"""One function over many scans, with results that are kept after a crash.

study    study, Results
runners  in this process, or on a Dask cluster
"""
