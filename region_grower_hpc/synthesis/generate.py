"""TMD parameters and distributions of each mtype, from reconstructed morphologies.

The numbers come from `region_grower_hpc.synthesis.extraction`; this module reads the list of
morphologies, checks it, shares the mtypes out over processes and writes the file in the form that
synthesis reads: ``{region: {mtype: {...}}}``.
"""

from __future__ import annotations

import copy
import json
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path
from typing import Any

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats import atomic
from region_grower_hpc.formats.json_file import read_json
from region_grower_hpc.synthesis.extraction.default_parameters import default_parameters
from region_grower_hpc.synthesis.extraction.diameter_config import check_diameter_config
from region_grower_hpc.synthesis.extraction.errors import ExtractionError
from region_grower_hpc.synthesis.reconstructions import MtypeSources, read_sources

DEFAULT_REGION = "default"


def generate_parameters(
    input_folder: Path | str,
    dat_file: Path | str,
    parameter_filename: Path | str,
    diametrizer_config: Path | str | None = None,
    tmd_parameters: Path | str | None = None,
    ext: str = ".h5",
    region: str | None = None,
) -> None:
    """Write the TMD parameters of each mtype of `dat_file` as ``{region: {mtype: {...}}}``.

    Args:
        input_folder: where the morphology files ``<name><ext>`` lie.
        dat_file: space-separated list; a header line, then name, layer and mtype of each cell.
        parameter_filename: JSON file to replace.
        diametrizer_config: JSON file that becomes `diameter_params`, with the method "external".
        tmd_parameters: JSON file ``{mtype: {...}}`` or ``{region: {mtype: {...}}}`` whose entries
            are taken instead of the defaults.
        ext: suffix of the morphology files: .h5, .swc or .asc.
        region: name of the region in the output; None means "default".

    Raises:
        InvalidInputError: a file or folder is missing or malformed; an mtype is not in
            `tmd_parameters`.

    Source: `region-grower generate-parameters` 1.6.0; the entry of an mtype is the same.
    """
    region = region or DEFAULT_REGION
    output = _checked_output(parameter_filename)
    config = None if diametrizer_config is None else _read_json_object(diametrizer_config)
    templates = None if tmd_parameters is None else _read_json_object(tmd_parameters)
    entries: dict[str, Any] = {}
    for sources in read_sources(input_folder, dat_file, ext):
        if templates is None:
            entries[sources.mtype] = default_parameters(sources.neurite_types, config)
            continue
        entry = _template(templates, region, sources.mtype, Path(str(tmd_parameters)), dat_file)
        if config is not None:
            entry = {**entry, "diameter_params": {**config, "method": "external"}}
        entries[sources.mtype] = entry
    _write(output, region, entries)


def generate_distributions(
    input_folder: Path | str,
    dat_file: Path | str,
    distribution_filename: Path | str,
    diametrizer_config: Path | str | None = None,
    ext: str = ".h5",
    region: str | None = None,
    nb_processes: int | None = None,
) -> None:
    """Write the TMD distributions of each mtype of `dat_file` as ``{region: {mtype: {...}}}``.

    Soma sizes, trunk angles, numbers of trees, persistence diagrams and the diameter model of an
    mtype come from all its files. The result does not depend on the number of processes.

    Args:
        input_folder: where the morphology files ``<name><ext>`` lie.
        dat_file: space-separated list; a header line, then name, layer and mtype of each cell.
        distribution_filename: JSON file to replace.
        diametrizer_config: JSON file with the diameter model to fit; None fits "simpler".
        ext: suffix of the morphology files: .h5, .swc or .asc.
        region: name of the region in the output; None means "default".
        nb_processes: mtypes worked on at once; None means one per allowed CPU. Processes are
            started afresh, so a script that calls this needs the usual ``__main__`` guard.

    Raises:
        InvalidInputError: a file or folder is missing or malformed, or the morphologies of an
            mtype do not suffice.

    Source: `region-grower generate-distributions` 1.6.0; the entry of an mtype is the same.
    """
    region = region or DEFAULT_REGION
    output = _checked_output(distribution_filename)
    config = None if diametrizer_config is None else _read_diameter_model(diametrizer_config)
    listed = read_sources(input_folder, dat_file, ext)
    extract = partial(_distributions, config=config)
    processes = min(len(listed), nb_processes or len(os.sched_getaffinity(0)))
    if processes <= 1:
        results = [extract(sources) for sources in listed]
    else:
        results = _in_processes(extract, listed, processes)
    entries = {sources.mtype: entry for sources, entry in zip(listed, results, strict=True)}
    _write(output, region, entries)


def _distributions(sources: MtypeSources, config: dict[str, Any] | None) -> dict[str, Any]:
    """Derive the distributions of one mtype; runs in a process of its own."""
    from region_grower_hpc.synthesis.extraction.distributions import distributions

    where = f"mtype '{sources.mtype}' ({', '.join(map(str, sources.files))})"
    try:
        return distributions(sources.files, sources.neurite_types, config)
    except ExtractionError as err:
        raise InvalidInputError(f"{where}: {err}") from err
    except (ArithmeticError, LookupError, RuntimeError, ValueError) as err:
        raise InvalidInputError(
            f"{where}: no distributions can be derived ({type(err).__name__}: {err}); check that "
            "each neurite type has a tree with more than two terminations, and diameters"
        ) from err


def _in_processes(
    extract: partial[dict[str, Any]], listed: list[MtypeSources], processes: int
) -> list[dict[str, Any]]:
    """Map `extract` over the mtypes, results in the order of the list."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        futures = [pool.submit(extract, sources) for sources in listed]
        try:
            return [future.result() for future in futures]
        except BrokenProcessPool as err:
            lost = [
                sources.mtype
                for sources, future in zip(listed, futures, strict=True)
                if future.exception() is not None
            ]
            raise InvalidInputError(
                "a process died while reading the morphologies of one of the mtypes "
                f"{', '.join(lost)}; check their files"
            ) from err
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _template(
    templates: dict[str, Any], region: str, mtype: str, path: Path, dat_file: Path | str
) -> dict[str, Any]:
    """Entry of an mtype in a parameter file of either form."""
    inner = templates.get(region)
    for entries in (templates, inner if isinstance(inner, dict) else {}):
        if mtype in entries:
            entry = entries[mtype]
            if not isinstance(entry, dict):
                raise InvalidInputError(f"{path}: the entry of mtype '{mtype}' is not an object")
            return copy.deepcopy(entry)
    raise InvalidInputError(
        f"{path}: no parameters for mtype '{mtype}', which {dat_file} lists; add them, or remove "
        "the mtype from the list"
    )


def _read_diameter_model(path: Path | str) -> dict[str, Any]:
    """Read a diametrizer configuration and check what fitting a model needs of it."""
    config = _read_json_object(path)
    try:
        check_diameter_config(config)
    except ExtractionError as err:
        raise InvalidInputError(f"{path}: {err}") from err
    return config


def _read_json_object(path: Path | str) -> dict[str, Any]:
    path = Path(path)
    value = read_json(path)
    if not isinstance(value, dict):
        raise InvalidInputError(f"{path}: must hold a JSON object, not {type(value).__name__}")
    return value


def _checked_output(path: Path | str) -> Path:
    path = Path(path)
    if not path.parent.is_dir():
        raise InvalidInputError(f"{path.parent}: no such folder, to write {path.name} into")
    if path.is_dir():
        raise InvalidInputError(f"{path}: is a folder; give the name of a JSON file")
    return path


def _write(path: Path, region: str, entries: dict[str, Any]) -> None:
    atomic.write_text(path, json.dumps({region: entries}, indent=4) + "\n")
