"""Reading raw data from files, and writing images to files.

scan     Scan, DataError
load     load_kspace: checks a file of any format, calls its decoder and makes a Scan
public   public_scan: published raw data by name
npy, bart, fastmri, ismrmrd, twix  the decoders, which return a Raw
raw      Raw: the arrays and properties that a file contains
hdf5     HDF5 files and the header that fastMRI and ISMRMRD share
twix_grid  the grid of a TWIX scan
grid     places readouts with counters on the k-space grid
readout  removes the oversampling, splits a volume along its readout
noise    whiten: noise of variance 1, from a noise scan, dwell times and averages
epi      correct_epi: the Nyquist ghost
export   PNG and NIfTI
"""
