"""Options that cannot be meant: impossible numbers, and outputs that would spoil something."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.synthesis.settings import SynthesisSettings


def check_options(settings: SynthesisSettings) -> None:
    """Refuse numbers that no run could use.

    Raises:
        InvalidInputError: naming option and value.
    """
    for option, value in (
        ("--min-depth", settings.min_depth_um),
        ("--max-depth", settings.max_depth_um),
        ("--min-hard-scale", settings.min_hard_scale),
        ("--max-drop-ratio", settings.max_drop_ratio),
        ("--scaling-jitter-std", settings.scaling_jitter_std or 0.0),
        ("--rotational-jitter-std", settings.rotational_jitter_std_deg or 0.0),
    ):
        if not math.isfinite(value):
            raise InvalidInputError(f"{option} {value}: give a finite number")
    if not 0 <= settings.max_drop_ratio <= 1:
        raise InvalidInputError(f"--max-drop-ratio {settings.max_drop_ratio:g}: give 0 to 1")
    if settings.min_depth_um > settings.max_depth_um:
        raise InvalidInputError(
            f"--min-depth {settings.min_depth_um:g} is more than "
            f"--max-depth {settings.max_depth_um:g}: exchange them"
        )
    for option, std in (
        ("--scaling-jitter-std", settings.scaling_jitter_std),
        ("--rotational-jitter-std", settings.rotational_jitter_std_deg),
    ):
        if std is not None and std < 0:
            raise InvalidInputError(f"{option} {std:g}: a standard deviation is not negative")
    if settings.out_apical_nrn_sections is not None and settings.nrn_extension is None:
        raise InvalidInputError(
            "--out-apical-nrn-sections needs asc or swc among --out-morph-ext, which NEURON reads; "
            f"it is {', '.join(settings.out_morph_ext)}"
        )


def check_output_paths(settings: SynthesisSettings) -> None:
    """Refuse outputs that would replace an input or another output, or cannot be written.

    Raises:
        InvalidInputError: naming options and path.
    """
    taken = {path.resolve(): option for option, path in _inputs(settings)}
    for option, path in _outputs(settings):
        former = taken.setdefault(path.resolve(), option)
        if former != option:
            raise InvalidInputError(
                f"{option} and {former} are both '{path}': give {option} another path"
            )
        _check_writable(option, path)


def _inputs(settings: SynthesisSettings) -> Iterator[tuple[str, Path]]:
    yield "--input-cells", settings.input_cells
    yield "--tmd-parameters", settings.tmd_parameters
    yield "--tmd-distributions", settings.tmd_distributions
    yield "--atlas", Path(settings.atlas)
    yield "--region-structure", settings.region_structure
    if settings.morph_axon is not None:
        yield "--morph-axon", settings.morph_axon
    if settings.base_morph_dir is not None:
        yield "--base-morph-dir", settings.base_morph_dir


def _outputs(settings: SynthesisSettings) -> Iterator[tuple[str, Path]]:
    yield "--out-cells", settings.out_cells
    if settings.uses_morph_dir:
        yield "--out-morph-dir", settings.out_morph_dir
    if settings.out_apical is not None:
        yield "--out-apical", settings.out_apical
    if settings.out_apical_nrn_sections is not None:
        yield "--out-apical-nrn-sections", settings.out_apical_nrn_sections
    if settings.out_debug_data is not None:
        yield "--out-debug-data", settings.out_debug_data
    yield "--out-failures", settings.failures_csv
    if settings.writes_container:
        yield "--container-path", settings.container_file


def _check_writable(option: str, path: Path) -> None:
    above = path.resolve().parent
    while not above.exists():
        above = above.parent
    if not above.is_dir():
        raise InvalidInputError(f"{option} '{path}': '{above}' is a file, not a folder")
    if not os.access(above, os.W_OK | os.X_OK):
        raise InvalidInputError(f"{option} '{path}': the folder '{above}' may not be written to")
