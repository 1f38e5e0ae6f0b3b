"""What a user asks of synthesis."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

CONTAINERS = ("files", "shards", "merged")
EXTENSIONS = ("swc", "asc", "h5")
GROWERS = ("neurots",)


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
        grower: neurots.
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
    grower: str = "neurots"

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
