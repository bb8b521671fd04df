"""Arrays of any library, and what is done to them quickly. Skip this room on first reading.

libraries  NumPy, torch and CuPy behind one set of names
checks     what callers pass: arrays, shapes, numbers
fft        the FFT along any axes
sums       lazy sums of arrays, inner products
memory     large arrays whose memory is used again
threads    a loop split over the cores
loops      the compiled loops behind all that
"""
