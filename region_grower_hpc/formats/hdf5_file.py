"""New HDF5 files of any content, which replace former ones as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py
from h5py import h5f, h5g, h5p

from region_grower_hpc.formats.atomic import replacing


@contextmanager
def replacing_file(path: Path) -> Iterator[h5py.Group]:
    """Yield the root group of a new file, which becomes `path` when the block ends well.

    Raises:
        OSError: naming `path`, if it cannot be written.
    """
    access = h5p.create(h5p.FILE_ACCESS)
    # Later formats give groups times, and the same content is to be the same bytes.
    access.set_libver_bounds(h5f.LIBVER_EARLIEST, h5f.LIBVER_V18)
    access.set_fclose_degree(h5f.CLOSE_STRONG)
    # Values are written at once, where an error can be raised: a dataset that cannot be written as
    # it is closed ends in a crash of libhdf5.
    access.set_sieve_buf_size(0)
    creation = h5p.create(h5p.FILE_CREATE)
    creation.set_obj_track_times(False)
    with replacing(path) as temporary:
        file = h5f.create(bytes(temporary), h5f.ACC_TRUNC, fcpl=creation, fapl=access)
        try:
            yield h5py.Group(h5g.open(file, b"/"))
        finally:
            file.close()
