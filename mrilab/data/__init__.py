"""Raw data from files, and images into files.

scan     Scan, DataError
load     load_kspace: one function for all formats checks, has a file decoded, and finishes
npy, bart, fastmri, ismrmrd  the decoders, which return a Raw
raw      Raw: arrays and facts as a file has them
hdf5     what fastMRI and ISMRMRD share
grid     from readouts with counters to k-space on its grid
readout  oversampling removed, a volume split along its readout
export   PNG and NIfTI
"""
