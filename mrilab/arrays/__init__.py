"""Arrays of any library, and fast operations on them. Skip this folder on first reading.

libraries  one interface to NumPy, torch and CuPy
checks     checks of arguments: arrays, shapes, numbers
fft        the FFT along any axes
sums       lazy sums of arrays, inner products
memory     large arrays whose memory is reused
threads    loops split over the cores
loops      compiled loops for NumPy
compiled   how they are compiled and where they are stored
ready      whether they are: if not, another process compiles them meanwhile
"""
