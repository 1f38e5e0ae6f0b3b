"""Atlas: a folder of hierarchy.json and one nrrd file a volume."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.json_file import read_json
from region_grower_hpc.formats.nrrd_checks import header_problem
from region_grower_hpc.formats.region_tree import tree_problem

if TYPE_CHECKING:
    import voxcell

HIERARCHY = "hierarchy.json"
REFERENCE = "brain_regions"
ORIENTATION = "orientation"


class Atlas:
    """A folder of volumes on one voxel grid, that of brain_regions; each is read once at most.

    Args:
        folder: holds hierarchy.json and NAME.nrrd for each volume.

    Raises:
        InvalidInputError: the folder is missing, or is an HTTP address.
    """

    def __init__(self, folder: Path | str) -> None:
        if str(folder).startswith(("http:/", "https:/")):
            raise InvalidInputError(
                f"atlas '{folder}': an address on the web cannot be read; download the atlas and "
                "give its folder"
            )
        self.folder = Path(folder)
        if not self.folder.is_dir():
            raise InvalidInputError(f"atlas folder '{folder}' does not exist: check the path")
        self._read: dict[str, Any] = {}

    def check(self, *names: str) -> None:
        """Open hierarchy.json and the headers of the named volumes, without reading voxels.

        Raises:
            InvalidInputError: a file is missing, is damaged, or has another grid.
        """
        self.hierarchy()
        for name in names:
            self._check_grid(name)

    def paths(self, names: Iterable[str]) -> list[Path]:
        """Return the files of hierarchy and named volumes, whose contents a digest must cover."""
        return [self.folder / HIERARCHY, *map(self._path, names)]

    def grid(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Offset of the first voxel and size of a voxel, in µm, of all volumes."""
        grid = self._grid(REFERENCE)
        return grid.offset_um, grid.voxel_um

    def hierarchy(self) -> voxcell.RegionMap:
        """Read the tree of regions from hierarchy.json."""
        import voxcell

        if HIERARCHY not in self._read:
            path = _existing(self.folder / HIERARCHY)
            try:
                problem = tree_problem(read_json(path))
                if problem is not None:
                    raise ValueError(problem)
                self._read[HIERARCHY] = voxcell.RegionMap.load_json(path)
            except Exception as error:
                raise _invalid(path, error, "no tree of regions") from error
        return self._read[HIERARCHY]

    def load(self, name: str) -> voxcell.VoxelData:
        """Read one volume.

        Raises:
            InvalidInputError: the file is missing, is damaged, or has another grid.
        """
        import voxcell

        return self._volume(name, voxcell.VoxelData)

    def orientations(self) -> voxcell.OrientationField:
        """Read orientation.nrrd: quaternions w, x, y, z a voxel, as floats or int8 (value/127)."""
        import voxcell

        return self._volume(ORIENTATION, voxcell.OrientationField)

    def _volume(self, name: str, kind: type[voxcell.VoxelData]) -> Any:
        key = f"{kind.__name__} {name}"
        if key not in self._read:
            self._check_grid(name)
            try:
                self._read[key] = kind.load_nrrd(self._path(name))
            except Exception as error:  # nrrd, gzip, numpy and voxcell each raise their own
                raise _invalid(self._path(name), error, "damaged or unsupported") from error
        return self._read[key]

    def _check_grid(self, name: str) -> None:
        grid, expected = self._grid(name), self._grid(REFERENCE)
        if grid != expected:
            raise InvalidInputError(
                f"atlas file '{self._path(name)}' has another grid than {REFERENCE}.nrrd: "
                f"{grid} instead of {expected}; use volumes of one atlas"
            )

    def _grid(self, name: str) -> _Grid:
        import nrrd

        key = f"grid {name}"
        if key not in self._read:
            path = _existing(self._path(name))
            try:
                header = nrrd.read_header(str(path))
                problem = header_problem(path, header)
                if problem is not None:
                    raise ValueError(problem)
                self._read[key] = _Grid.of_header(header)
            except Exception as error:
                raise _invalid(path, error, "no readable nrrd header") from error
        grid: _Grid = self._read[key]
        return grid

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.nrrd"


class _Grid(NamedTuple):
    """The voxels of a volume in space, as its header gives them."""

    shape: tuple[int, ...]
    voxel_um: tuple[float, ...]
    offset_um: tuple[float, ...]

    @classmethod
    def of_header(cls, header: dict[str, Any]) -> _Grid:
        """Take the axes of space, the last ones; a volume of vectors has one more before them.

        In single precision, as voxcell: two files may give the same grid in other digits.
        """
        if "space directions" in header:
            directions = np.array(header["space directions"], dtype=np.float32)
            directions = directions[np.isfinite(directions).all(axis=1)]
        else:
            spacings = np.array(header["spacings"], dtype=np.float32)
            directions = np.diag(spacings[np.isfinite(spacings)])
        dimension = len(directions)
        voxel = directions.diagonal()
        if not np.array_equal(directions, np.diag(voxel)):
            raise ValueError("the axes of the voxels must be those of space")
        offset = np.array(header.get("space origin", [0.0] * dimension), dtype=np.float32)
        shape = header["sizes"][-dimension:]
        return cls(tuple(shape.tolist()), tuple(voxel.tolist()), tuple(offset.tolist()))

    def __str__(self) -> str:
        return f"{self.shape} voxels of {self.voxel_um} µm at {self.offset_um} µm"


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise InvalidInputError(f"atlas file '{path}' does not exist: add it to the atlas folder")
    return path


def _invalid(path: Path, error: Exception, what: str) -> InvalidInputError:
    return InvalidInputError(f"atlas file '{path}' is no valid file ({what}: {error}); replace it")
