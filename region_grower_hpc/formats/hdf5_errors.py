"""What h5py, HDF5 and numpy raise while they read a damaged file."""

from __future__ import annotations

#: OSError and RuntimeError come from the library, the others from h5py and numpy, which meet types,
#: shapes and names that no sound file has.
HDF5_ERRORS = (
    *(OSError, RuntimeError, KeyError, ValueError, TypeError, AttributeError, IndexError),
    *(OverflowError, NotImplementedError),
)
