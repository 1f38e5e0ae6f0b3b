"""Datasets that claim more values than their file can hold."""

from __future__ import annotations

import h5py

#: Filters of HDF5 pack no tighter (deflate: 1,032 to 1); below some bytes it does not matter.
MAX_UNPACKED, SMALL_BYTES = 1100, 2**20


def size_problem(dataset: h5py.Dataset) -> str | None:
    """Why reading a dataset would take more memory than its content; None for a sound one.

    HDF5 stores no chunk that was never written, so a file of a few kB may claim a dataset of
    terabytes, which are allocated when it is read.
    """
    stored = dataset.id.get_storage_size()
    if dataset.nbytes <= MAX_UNPACKED * stored + SMALL_BYTES:
        return None
    return f"would take {dataset.nbytes} bytes of memory, but the file holds {stored} bytes of it"
