"""What a user asks of synthesis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

CONTAINERS = ("files", "shards", "merged")
EXTENSIONS = ("swc", "asc", "h5")
GROWERS = ("native", "neurots")


#: Options whose numbers have a unit here.
_RENAMED = {
    "min_depth": "min_depth_um",
    "max_depth": "max_depth_um",
    "rotational_jitter_std": "rotational_jitter_std_deg",
}
_PATHS = frozenset(
    {
        "input_cells",
        "tmd_parameters",
        "tmd_distributions",
        "region_structure",
        "out_cells",
        "out_morph_dir",
        "out_apical",
        "out_failures",
        "container_path",
        "morph_axon",
        "base_morph_dir",
        "out_apical_nrn_sections",
        "out_debug_data",
    }
)


@dataclass(frozen=True)
class SynthesisSettings:
    """Inputs, outputs and choices of one run; everything but paths may change results.

    Attributes:
        input_cells: SONATA or MVD3 file of the cells.
        tmd_parameters, tmd_distributions: JSON files, {region: {mtype: ...}}.
        atlas: folder of nrrd volumes and hierarchy.json.
        region_structure: YAML file of layers.
        out_cells: SONATA or MVD3 file to write.
        out_morph_dir: folder of the morphologies.
        out_morph_ext: formats of the files.
        out_apical: YAML file of apical points, None for none.
        out_failures: CSV file of the cells that were not synthesized.
        container: files (one a cell and format), merged (one container), or shards (containers of
            a few cells each, and one of links to them).
        container_path: the container; with `files`, written beside them.
        seed: of cell `gid` is (seed + gid) mod 2^32.
        min_depth_um, max_depth_um: depths are clipped to these.
        min_hard_scale: neurites that hard limits would shrink to this factor or below are deleted.
        max_files_per_dir: above it, files go to hashed sub-folders.
        skip_write: no morphologies at all.
        synthesize_axons: grow axons of the grow_types too.
        grower: native or neurots; results are the same.
        morph_axon: list of the donors of axons; None grafts none.
        base_morph_dir: folder of the donors, as h5 files.
        max_drop_ratio: cells without donor / cells of an mtype that is allowed.
        scaling_jitter_std: of the length of a donor's sections, relative; None for none.
        rotational_jitter_std_deg: of the angles of a donor's sections; None for none.
        out_apical_nrn_sections: YAML file of NEURON's ids of the apical sections, None for none.
        out_debug_data: pickle of a DataFrame of all that is known of each cell, None for none.
    """

    input_cells: Path
    tmd_parameters: Path
    tmd_distributions: Path
    atlas: Path | str
    region_structure: Path
    out_cells: Path
    out_morph_dir: Path
    out_morph_ext: tuple[str, ...] = ("h5",)
    out_apical: Path | None = None
    out_failures: Path | None = None
    container: str = "files"
    container_path: Path | None = None
    seed: int = 0
    min_depth_um: float = 25.0
    max_depth_um: float = 5000.0
    min_hard_scale: float = 0.2
    max_files_per_dir: int | None = None
    skip_write: bool = False
    synthesize_axons: bool = False
    grower: str = "native"
    morph_axon: Path | None = None
    base_morph_dir: Path | None = None
    max_drop_ratio: float = 0.0
    scaling_jitter_std: float | None = None
    rotational_jitter_std_deg: float | None = None
    out_apical_nrn_sections: Path | None = None
    out_debug_data: Path | None = None

    def to_arguments(self) -> list[str]:
        """As words of the command line."""
        spelled = {here: there for there, here in _RENAMED.items()}
        words: list[str] = []
        for field in fields(self):
            value = getattr(self, field.name)
            option = "--" + spelled.get(field.name, field.name).replace("_", "-")
            if value is True:
                words.append(option)
            elif isinstance(value, tuple):
                words += [word for item in value for word in (option, item)]
            elif value is not None and value is not False:
                words += [option, str(value)]
        return words

    def to_json(self) -> dict[str, Any]:
        """JSON values, paths made absolute: a later command may start elsewhere."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        values["atlas"] = str(Path(self.atlas).absolute())
        return {
            name: str(Path(value).absolute()) if name in _PATHS and value is not None else value
            for name, value in values.items()
        }

    @classmethod
    def from_options(cls, values: Mapping[str, Any]) -> SynthesisSettings:
        """From values by the names of the command's options; others are ignored."""
        names = {field.name for field in fields(cls)}
        known = {_RENAMED.get(name, name): value for name, value in values.items()}
        chosen = {name: value for name, value in known.items() if name in names}
        extensions = tuple(dict.fromkeys(chosen["out_morph_ext"]))
        return cls(**{**chosen, "out_morph_ext": extensions})

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> SynthesisSettings:
        """Inverse of `to_json`."""
        known: dict[str, Any] = {
            name: Path(value) if name in _PATHS and value is not None else value
            for name, value in values.items()
        }
        return cls(**{**known, "out_morph_ext": tuple(known["out_morph_ext"])})

    @property
    def grafts_axons(self) -> bool:
        """Whether cells get the axon of a donor: axons that are grown have precedence."""
        return self.morph_axon is not None and not self.synthesize_axons

    @property
    def kept_arrays(self) -> tuple[str, ...]:
        """Names of the arrays of a cell that describe it in the outputs of the whole."""
        names: tuple[str, ...] = ()
        if self.out_apical_nrn_sections is not None:
            names += ("nrn_sections",)
        if self.out_debug_data is not None:
            names += ("apical_points", "apical_sections", "debug_infos")
        return names

    @property
    def nrn_extension(self) -> str | None:
        """Format from which NEURON would read a cell: the first that it knows, None without one."""
        return next((ext for ext in self.out_morph_ext if ext in ("asc", "swc")), None)

    @property
    def failures_csv(self) -> Path:
        """`out_failures`, or `<out_cells stem>.failures.csv` beside out_cells."""
        return self.out_failures or self.out_cells.with_suffix(".failures.csv")

    @property
    def writes_files(self) -> bool:
        """Whether each cell gets files of its own."""
        return self.container == "files" and not self.skip_write

    @property
    def n_formats(self) -> int:
        """How often each morphology is written; a container alone counts as one."""
        return 0 if self.skip_write else len(self.out_morph_ext) if self.writes_files else 1

    @property
    def writes_container(self) -> bool:
        """Whether there is a container at the end."""
        wanted = self.container != "files" or self.container_path is not None
        return wanted and not self.skip_write

    @property
    def container_file(self) -> Path:
        """Where the container is."""
        name = "merged.h5" if self.container == "merged" else "morphologies.h5"
        return self.container_path or self.out_morph_dir / name

    @property
    def shards_dir(self) -> Path:
        """Folder of the shards; where they are merged in the end, a hidden one."""
        if self.container == "shards":
            return self.out_morph_dir / "shards"
        return self.container_file.with_name(f".{self.container_file.stem}.shards")

    @property
    def uses_morph_dir(self) -> bool:
        """Whether there is something in `out_morph_dir` at the end."""
        in_it = self.container == "shards" or self.container_path is None
        return self.writes_files or (self.writes_container and in_it)
