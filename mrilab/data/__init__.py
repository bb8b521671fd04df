"""Raw data from files, and images into files.

scan     Scan, DataError
load     load_kspace: one function for all formats
npy, bart, hdf5, fastmri, ismrmrd  the formats
export   PNG and NIfTI
"""
