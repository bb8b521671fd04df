"""How fast mrilab is, and how fast its peers are on the same arrays: `python -m benchmarks` (see `__main__`)."""
