"""Growth constraints of a region as region_structure.yaml states them, checked."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from region_grower_hpc.synthesis.constraints.keys import Keys
from region_grower_hpc.synthesis.region_mapper import DEFAULT_REGION
from region_grower_hpc.synthesis.region_structure import Region

PROCESSES = ("major", "secondary")
NEURITE_TYPES = ("axon", "apical_dendrite", "basal_dendrite")
# names and numbers of morphio.SectionType
SECTION_TYPES = {2: "axon", 3: "basal_dendrite", 4: "apical_dendrite"} | {
    number: f"custom{number}" for number in range(5, 20)
}
PARALLEL, PERPENDICULAR = "parallel", "perpendicular"
REPULSIVE, ATTRACTIVE = "repulsive", "attractive"
CLOSEST, CLOSEST_Y, INSIDE, TERRITORIES = "closest", "closest_y", "inside", "territories"
VOXEL = "voxel"


@dataclass(frozen=True)
class Scope:
    """Which cells and which of their sections an entry applies to.

    A name that the file gives in place of a list is kept as text: any part of it then applies, as
    in the peer.

    Attributes:
        mtypes, mclasses: of the cells; None for all.
        neurite_types: of the sections.
        processes: of the sections.
    """

    mtypes: Container[str] | None = None
    mclasses: Container[str] | None = None
    neurite_types: Sequence[str] = ()
    processes: Sequence[str] = PROCESSES

    @property
    def section_types(self) -> list[int]:
        """Numbers that MorphIO gives to the types of sections."""
        return [number for number, name in SECTION_TYPES.items() if name in self.neurite_types]

    def holds(self, mtype: str, mclass: str | None) -> bool:
        """Whether the entry applies to a cell; a cell without mclass is of no class."""
        if self.mtypes is not None and mtype not in self.mtypes:
            return False
        return self.mclasses is None or (mclass is not None and mclass in self.mclasses)


@dataclass(frozen=True)
class Direction:
    """Sections grow along (or across) a direction of the local frame.

    Attributes:
        vector: (3,) in the frame of the voxel, numbers as in the file.
        mode: parallel or perpendicular to it.
        power: of the probability.
        layers: numbers, from 1, of the region's layers where it applies; none for all.
        proposals: `max_tries` and `randomness_increase` where the file gives them.
    """

    scope: Scope
    vector: tuple[float, float, float]
    mode: str = PARALLEL
    power: float = 1.0
    layers: tuple[int, ...] = ()
    proposals: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class DistanceRule:
    """How the probability depends on the distance from a mesh.

    Attributes:
        d_min_um, d_max_um: numbers as in the file.
        power: repulsive, of the range of distances; attractive, of the probability.
    """

    d_min_um: float
    d_max_um: float
    power: float

    @property
    def scale(self) -> float:
        """What a repulsive boundary divides distances by, µm^power.

        Raises:
            OverflowError: it is beyond float64.
        """
        return float(float(self.d_max_um - max(0, self.d_min_um)) ** self.power)


@dataclass(frozen=True)
class Boundary:
    """Sections and trunks keep away from a mesh, or seek it.

    Attributes:
        path: a mesh, or a folder of meshes.
        mesh_paths: the meshes of the folder, by name; of a mode `territories` those that exist
            for some cell; none for a single mesh.
        choice: how a cell's mesh is chosen in the folder; None for a single mesh.
        in_voxels: whether the meshes are in voxel coordinates instead of µm.
        mode: repulsive or attractive.
        section, trunk: None where it does not apply to sections, to trunks.
        proposals: `max_tries` and `randomness_increase` where the file gives them.
    """

    scope: Scope
    path: Path
    mesh_paths: tuple[Path, ...] = ()
    choice: str | None = None
    in_voxels: bool = True
    mode: str = REPULSIVE
    section: DistanceRule | None = None
    trunk: DistanceRule | None = None
    proposals: Mapping[str, float] = field(default_factory=dict)


def read_scope(keys: Keys) -> Scope:
    """The cells that one entry applies to; its sections are read by `read_sections`."""
    return Scope(mtypes=keys.names("mtypes", None), mclasses=keys.names("mclass", None))


def read_direction(keys: Keys, region: Region, region_name: str) -> Direction:
    """Check one of a region's directions.

    Raises:
        InvalidInputError: naming file, region, number of the entry, key and value.
    """
    params = keys.mapping("params")
    if params is None:
        raise keys.error("params", "give {direction: [x, y, z]} and, if wanted, mode and power")
    direction = Direction(
        scope=_with_sections(read_scope(keys), keys, needed=True),
        vector=params.vector("direction"),
        mode=params.choice("mode", PARALLEL, (PARALLEL, PERPENDICULAR)),
        power=params.number("power", 1.0),
        layers=_layers(params, region, region_name),
        proposals=_proposals(keys.mapping("params_section")),
    )
    params.warn_of_unused()
    keys.warn_of_unused()
    return direction


def read_boundary(keys: Keys, base: Path) -> Boundary:
    """Check one of a region's boundaries, all but the files in its folder.

    Args:
        keys: of the entry.
        base: folder that relative paths start from.

    Raises:
        InvalidInputError: naming file, region, number of the entry, key and value.
    """
    path = keys.path("path", base)
    mode = keys.choice("mode", REPULSIVE, (REPULSIVE, ATTRACTIVE))
    section, trunk = keys.mapping("params_section"), keys.mapping("params_trunk")
    choice = None
    if path.is_dir():
        choice = keys.choice("multimesh_mode", CLOSEST, (CLOSEST, CLOSEST_Y, INSIDE, TERRITORIES))
    keys.use("multimesh_mode", "direction")
    if section is None and trunk is None:
        keys.warn("has neither 'params_section' nor 'params_trunk': it has no effect")
    boundary = Boundary(
        scope=_with_sections(read_scope(keys), keys, needed=section is not None),
        path=path,
        choice=choice,
        in_voxels=_in_voxels(keys),
        mode=mode,
        section=_distance_rule(section, mode),
        trunk=_distance_rule(trunk, mode),
        proposals=_proposals(section),
    )
    if trunk is not None:
        trunk.warn_of_unused()
    keys.warn_of_unused()
    return boundary


def _with_sections(scope: Scope, keys: Keys, needed: bool) -> Scope:
    neurite_types = keys.names("neurite_types", ())
    processes = keys.names("processes", PROCESSES)
    if needed and not neurite_types:
        keys.warn("has no 'neurite_types': it applies to no section")
    for key, names, known in (
        ("neurite_types", neurite_types, NEURITE_TYPES),
        ("processes", processes, PROCESSES),
    ):
        for name in [names] if isinstance(names, str) else names or ():
            if name not in known:
                keys.warn(f"{key!r}: {name!r} is none of {', '.join(known)}: no section has it")
    return Scope(scope.mtypes, scope.mclasses, neurite_types or (), processes or ())


def _layers(params: Keys, region: Region, region_name: str) -> tuple[int, ...]:
    value = params.take("layers") or []
    is_list = isinstance(value, list) and all(
        isinstance(number, int) and not isinstance(number, bool) for number in value
    )
    if value and (region_name == DEFAULT_REGION or region.thicknesses_um is None):
        raise params.error("layers", "the region has no thicknesses, so no layers are known: "
                           "add 'thicknesses' to the region or remove 'layers'")  # fmt: skip
    count = len(region.layers)
    if not is_list or not all(1 <= number <= count for number in value):
        raise params.error("layers", f"list numbers of the region's layers, from 1 to {count}")
    return tuple(value)


def _in_voxels(keys: Keys) -> bool:
    value = keys.take("mesh_type", VOXEL)
    if not isinstance(value, str):
        raise keys.error("mesh_type", "give 'voxel' or 'world'")
    if value != VOXEL and value.lower().startswith(VOXEL):
        keys.warn(f"'mesh_type': {value!r} is not 'voxel': coordinates of the mesh are taken as µm")
    return value == VOXEL


def _distance_rule(params: Keys | None, mode: str) -> DistanceRule | None:
    if params is None:
        return None
    rule = DistanceRule(
        d_min_um=params.number("d_min", 0),
        d_max_um=params.number("d_max", 100),
        power=params.number("power", 1.5 if mode == REPULSIVE else 1.0),
    )
    if rule.d_max_um <= max(0, rule.d_min_um):
        raise params.error("d_max", f"no distance lies between d_min = {rule.d_min_um:g} and "
                           f"d_max = {rule.d_max_um:g} µm: give a larger d_max")  # fmt: skip
    try:
        finite = 0 < rule.scale < float("inf")
    except OverflowError:
        finite = False
    if not finite:
        raise params.error("power", f"(d_max - d_min)^{rule.power:g} cannot be computed")
    return rule


def _proposals(params: Keys | None) -> dict[str, float]:
    if params is None:
        return {}
    proposals = {}
    limits: tuple[tuple[str, Literal[0, 1]], ...] = (("max_tries", 1), ("randomness_increase", 0))
    for key, least in limits:
        if key in params:
            proposals[key] = params.number(key, Any)
            if proposals[key] < least:
                raise params.error(key, f"give a number not below {least}")
    params.warn_of_unused()
    return proposals
