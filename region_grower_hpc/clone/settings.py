"""What a user asks of cloning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

CONTAINERS = ("files", "shards", "merged")
RANDOM_STREAMS = ("independent", "sequential")
RELEASE_EXTENSIONS = ("asc", "h5", "swc")
CROSS_MTYPES = (
    *("L2_IPC", "L4_UPC", "L4_SSC", "L5_UPC", "L6_UPC", "L6_BPC", "L6_HPC"),
    *("L3_TPC:B", "L5_TPC:A", "L5_TPC:B", "L5_TPC:C", "L6_TPC:A", "L6_TPC:C"),
)
Y_SCALES = (0.95, 0.975, 1.025, 1.05)
#: Columns of the data set that hold the paths of morphology and database.
MORPH_PATH_COL, MORPH_DB_COL = "repair_release_morph_path_h5", "repair_morph_db_path_h5"

#: Options by another name here: several values, or a unit.
_RENAMED = {
    "cross_mtype": "cross_mtypes",
    "y_scale": "y_scales",
    "std_angle": "std_angle_deg",
    "release_ext": "release_extensions",
}
_PATHS = frozenset(
    {
        *("dataset", "recipe", "out_dir", "placement_rules", "transform_rules", "annotations"),
        *("cells", "atlas", "out_cells"),
    }
)
_TUPLES = frozenset({"cross_mtypes", "y_scales", "release_extensions"})
#: Flags that take all values away.
_NONE = {
    "no_grafts": "cross_mtypes",
    "no_scaling": "y_scales",
    "no_release": "release_extensions",
}
#: Those that only the choice of clones for cells depends on.
OF_CELLS = frozenset({"cells", "atlas", "out_cells", "max_drop_ratio", "without_replacement"})


@dataclass(frozen=True)
class CloneSettings:
    """Inputs, outputs and choices of one run; everything but paths may change results.

    Attributes:
        dataset: CSV table of the repaired morphologies.
        recipe: XML recipe of the circuit, which tells how many cells there are of each type.
        out_dir: folder of all outputs.
        placement_rules: XML file of rules; None: clones get no annotations.
        transform_rules: XML file of exclusions, substitutions and copies; None: no such step.
        annotations: folder of annotations of the morphologies; None: all are measured.
        cross_mtypes: types whose axons are exchanged.
        y_scales: factors along y of the scaled copies.
        clone_multiplier: clones / cells of the recipe.
        std_angle_deg: of the angles by which sections are turned.
        std_scale: of the factors by which sections are stretched.
        seed: of the random numbers; plays no part in sequential streams.
        random_stream: independent, or sequential as the peer's.
        container: files, shards or merged.
        exact_counts: make no more clones than the recipe asks for.
        release_extensions: formats of the release; none for no release.
        morph_path_col, morph_db_col: columns of the data set.
        cells: SONATA file of cells that get clones; None for none.
        atlas: folder of the cells' atlas.
        out_cells: SONATA file to write.
        max_drop_ratio: cells without a clone / cells of an mtype that is allowed.
        without_replacement: a clone serves one cell.
    """

    dataset: Path
    recipe: Path
    out_dir: Path
    placement_rules: Path | None = None
    transform_rules: Path | None = None
    annotations: Path | None = None
    cross_mtypes: tuple[str, ...] = CROSS_MTYPES
    y_scales: tuple[float, ...] = Y_SCALES
    clone_multiplier: float = 1.0
    std_angle_deg: float = 10.0
    std_scale: float = 0.2
    seed: int = 0
    random_stream: str = "independent"
    container: str = "files"
    exact_counts: bool = False
    release_extensions: tuple[str, ...] = RELEASE_EXTENSIONS
    morph_path_col: str = MORPH_PATH_COL
    morph_db_col: str = MORPH_DB_COL
    cells: Path | None = None
    atlas: Path | None = None
    out_cells: Path | None = None
    max_drop_ratio: float = 0.0
    without_replacement: bool = False

    @classmethod
    def from_options(cls, values: Mapping[str, Any]) -> CloneSettings:
        """From values by the names of the command's options; others are ignored."""
        known = {_RENAMED.get(name, name): value for name, value in values.items()}
        known |= {name: () for flag, name in _NONE.items() if known.get(flag)}
        return cls._of({name: known[name] for name in _names() if name in known})

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> CloneSettings:
        """Inverse of `to_json`."""
        return cls._of(
            {
                name: Path(value) if name in _PATHS and value is not None else value
                for name, value in values.items()
            }
        )

    @classmethod
    def _of(cls, values: Mapping[str, Any]) -> CloneSettings:
        """With each of several values once, in the order given."""
        once = {name: tuple(dict.fromkeys(values[name])) for name in _TUPLES & values.keys()}
        return cls(**{**values, **once})

    def to_json(self) -> dict[str, Any]:
        """JSON values, paths made absolute: a later command may start elsewhere."""
        values = {name: getattr(self, name) for name in _names()}
        return {
            name: str(value.absolute()) if name in _PATHS and value is not None else value
            for name, value in values.items()
        }

    def to_arguments(self) -> list[str]:
        """As words of the command line."""
        spelled = {here: there for there, here in _RENAMED.items()}
        words: list[str] = []
        for name in _names():
            value, option = getattr(self, name), "--" + spelled.get(name, name).replace("_", "-")
            if value is True:
                words.append(option)
            elif isinstance(value, tuple):
                words += [word for item in value for word in (option, str(item))]
            elif value is not None and value is not False:
                words += [option, str(value)]
        none = [flag for flag, name in _NONE.items() if not getattr(self, name)]
        return [*words, *(f"--{flag.replace('_', '-')}" for flag in none)]

    @property
    def places_cells(self) -> bool:
        """Whether clones are chosen for cells."""
        return self.cells is not None

    @property
    def failures_csv(self) -> Path:
        """What could not be done."""
        return self.out_dir / "failures.csv"

    @property
    def clone_dir(self) -> Path:
        """Folder of the clones and their parents."""
        return self.out_dir / "clone"

    @property
    def writes_files(self) -> bool:
        """Whether each morphology of clone/ is a file of its own."""
        return self.container == "files"

    @property
    def container_file(self) -> Path:
        """The container of all morphologies of clone/."""
        name = "merged.h5" if self.container == "merged" else "morphologies.h5"
        return self.clone_dir / name

    @property
    def shards_dir(self) -> Path:
        """Folder of the shards; where they are merged in the end, a hidden one."""
        return self.clone_dir / ("shards" if self.container == "shards" else ".merged.shards")

    def release_dir(self, extension: str) -> Path:
        """Folder of one format of the release."""
        return self.out_dir / "release" / extension


def _names() -> list[str]:
    return [field.name for field in fields(CloneSettings)]
