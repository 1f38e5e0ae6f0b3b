"""The release of a folder of clones, by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from region_grower_hpc.clone.neuron_order import neuron_ordered
from region_grower_hpc.clone.release import release_problem, released
from region_grower_hpc.clone.settings import RELEASE_EXTENSIONS
from region_grower_hpc.clone.stages import names_of
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats import atomic, container, morphology
from region_grower_hpc.formats.morphology import MorphologyArrays
from region_grower_hpc.formats.neurondb import read_neurondb, write_neurondb_xml

#: Morphologies whose files go to the disk together.
TOGETHER = 100


class MakeCloneRelease:
    """Morphologies of a folder of clones, once in each format.

    `clone-morphologies` makes the release on its way, on all ranks; this is for folders of clones
    that have none yet.

    Args:
        clone_data_path: result folder of `CloneMorphologies`.
        clone_path: folder of the release, below which each format has one; None makes none.
        make_release: False makes none.
        extensions: formats.
    """

    def __init__(
        self,
        clone_data_path: str | Path,
        clone_path: str | Path | None = "clone_release",
        make_release: bool = True,
        *,
        extensions: Sequence[str] = (".asc", ".h5", ".swc"),
    ) -> None:
        self.folder = Path(clone_data_path) / "clone"
        self.clone_path = Path(clone_path) if clone_path is not None and make_release else None
        self.extensions = [extension.removeprefix(".") for extension in extensions]
        unknown = sorted(set(self.extensions) - set(RELEASE_EXTENSIONS))
        if unknown:
            raise InvalidInputError(f"the release has no format '{unknown[0]}'")

    def run(self) -> dict[str, str]:
        """Write the release; {file that was left out: why its format cannot hold it}.

        Raises:
            InvalidInputError: the folder has no database, or lacks a morphology that it names.
        """
        if self.clone_path is None:
            return {}
        rows = read_neurondb(self.folder / "neuronDB.xml")
        left_out: dict[str, str] = {}
        names = names_of(rows)
        with self._reader() as read:
            for first in range(0, len(names), TOGETHER):
                with atomic.ReplacedTogether() as together:
                    for name in names[first : first + TOGETHER]:
                        left_out |= self._write(name, read(name), together)
        for extension in self.extensions:
            folder = self.clone_path / extension
            folder.mkdir(parents=True, exist_ok=True)
            write_neurondb_xml(folder / "neurondb.xml", rows)
        return left_out

    def _write(
        self, name: str, neuron: MorphologyArrays, together: atomic.ReplacedTogether
    ) -> dict[str, str]:
        assert self.clone_path is not None
        left_out = {}
        for extension in self.extensions:
            problem = release_problem(neuron, extension)
            if problem is not None:
                left_out[f"{name}.{extension}"] = problem
                continue
            path = self.clone_path / extension / f"{name}.{extension}"
            path.parent.mkdir(parents=True, exist_ok=True)
            morphology.write(released(neuron, extension), path, together.replacing)
        return left_out

    @contextmanager
    def _reader(self) -> Iterator[Callable[[str], MorphologyArrays]]:
        """What reads a morphology of the folder by its name."""
        import h5py

        containers = [self.folder / name for name in ("morphologies.h5", "merged.h5")]
        path = next(filter(Path.is_file, containers), None)
        if path is None:
            yield lambda name: neuron_ordered(morphology.read(self.folder / f"{name}.h5"))
            return
        with h5py.File(path, "r") as file:

            def load(name: str) -> MorphologyArrays:
                try:
                    return container.load(file, name)
                except KeyError as error:
                    raise InvalidInputError(
                        f"container '{path}' lacks '{name}', which neuronDB.xml names"
                    ) from error

            yield load
