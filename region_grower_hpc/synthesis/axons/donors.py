"""Reconstructed morphologies whose axons are grafted (`--base-morph-dir`)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from region_grower_hpc.errors import InvalidInputError, TaskFailure
from region_grower_hpc.formats.first_reading import morphology_problem
from region_grower_hpc.synthesis.axons.donor import Donor, donor_problem
from region_grower_hpc.synthesis.neuron_arrays import FIRST, STOP, NeuronArrays

if TYPE_CHECKING:
    import morphio.mut

EXTENSION = ".h5"
#: What tries donors (engine/trial.py).
TRIED_BY = f"{__name__}:open_donor"
DEFAULT_MAX_BYTES = 64 * 2**20


class Donors:
    """The donors of one rank, each read once while there is room.

    What makes a donor unusable is remembered too. Beyond `max_bytes` the donor that was not asked
    for longest goes, and is read again when needed.

    Args:
        folder: of the files, `<name>.h5`.
        max_bytes: for all that is kept; the last donor is kept whatever its size.
    """

    def __init__(self, folder: Path, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self.folder = folder
        self.max_bytes = max_bytes
        #: name -> donor, or what is wrong with it
        self._kept: OrderedDict[str, Donor | str] = OrderedDict()
        self._n_bytes = 0

    def get(self, name: str) -> Donor:
        """The donor of a name.

        Raises:
            TaskFailure: kind `input`, naming the file: absent, unreadable, or without an axon that
                can be grafted.
        """
        if name in self._kept:
            self._kept.move_to_end(name)
        else:
            self._keep(name)
        donor = self._kept[name]
        if isinstance(donor, str):
            raise TaskFailure("input", donor)
        return donor

    def _keep(self, name: str) -> None:
        self._kept[name] = read = _read(donor_path(self.folder, name))
        self._n_bytes += _size(read)
        while self._n_bytes > self.max_bytes and len(self._kept) > 1:
            _, left = self._kept.popitem(last=False)
            self._n_bytes -= _size(left)


def donor_path(folder: Path, name: str) -> Path:
    """File of a donor."""
    return folder / f"{name}{EXTENSION}"


def check_donor_folder(folder: Path | None) -> Path:
    """The folder of the donors.

    Raises:
        InvalidInputError: it is not given or absent.
    """
    if folder is None:
        raise InvalidInputError(
            "--morph-axon needs --base-morph-dir, the folder of the morphologies that it names"
        )
    if not folder.is_dir():
        raise InvalidInputError(f"--base-morph-dir '{folder}': no such folder")
    return folder


def missing_donors(folder: Path, names: Iterable[str]) -> list[str]:
    """Names without file; each of their cells will be an `input` failure."""
    return [name for name in names if not donor_path(folder, name).is_file()]


def open_donor(path: Path) -> morphio.mut.Morphology:
    """Read the file of a donor, with all that MorphIO might die of; its errors are MorphIO's.

    Raises:
        ValueError: MorphIO would read beyond its memory, or in other files.
    """
    import morphio
    import morphio.mut

    problem = morphology_problem(path)
    if problem is not None:
        raise ValueError(f"it {problem}")
    return morphio.mut.Morphology(morphio.Morphology(path))


def _read(path: Path) -> Donor | str:
    """The donor, or what is wrong with it."""
    if not path.is_file():
        return f"no donor morphology '{path}'"
    try:
        neuron = NeuronArrays.from_morphio(open_donor(path))
    except Exception as error:  # a damaged file raises MorphioError, IndexError and others
        return f"donor morphology '{path}' cannot be read: {error}"
    if not len(neuron.points):
        return f"donor morphology '{path}' has no points"
    if (neuron.sections[:, STOP] <= neuron.sections[:, FIRST]).any():
        return f"donor morphology '{path}' has a section without points"
    if not np.isfinite(neuron.points).all():
        return f"donor morphology '{path}' has points that are not finite"
    problem = donor_problem(neuron)
    if problem is not None:
        return f"donor morphology '{path}' {problem}"
    return Donor.of(neuron)


def _size(kept: Donor | str) -> int:
    """Bytes in memory, about."""
    return len(kept) if isinstance(kept, str) else kept.n_bytes
