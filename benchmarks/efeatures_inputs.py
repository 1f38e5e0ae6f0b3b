"""Recordings, metadata and targets of measured extractions.

The recordings are real ones of the developers' data folder; where that is absent, of the simulated
neurons of examples/efeatures. Larger cases repeat the same cells under new names.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cases import ROOT, SHARED_CASES
from timed_command import tell

SHARED_CELLS = SHARED_CASES.parent / "efeatures"
EXAMPLE = ROOT / "examples" / "efeatures"
PATH_KEYS = ("filepath", "i_file", "v_file")
#: Amplitudes of the dense list of targets, in % of the rheobase: those of IV, and of all others.
DENSE_IV, DENSE = tuple(range(-140, 60, 20)), tuple(range(50, 425, 20))
DENSE_TOLERANCE = 10


@dataclass(frozen=True)
class Recordings:
    """What the cells of all cases are repeated from.

    Attributes:
        name: "real" or "simulated".
        files: of the metadata, paths absolute.
        targets: the list.
        protocols_rheobase: that tell the rheobase.
    """

    name: str
    files: dict[str, dict[str, list[dict[str, Any]]]]
    targets: list[dict[str, Any]]
    protocols_rheobase: tuple[str, ...]

    def part(self, protocol: str) -> Recordings:
        """Little of it: one cell, and the targets of one protocol."""
        name, cell = next(iter(self.files.items()))
        targets = [one for one in self.targets if one["protocol"] == protocol]
        return replace(self, files={name: cell}, targets=targets)


@dataclass(frozen=True)
class EfeaturesCase:
    """Documents of one extraction.

    Attributes:
        files_metadata, targets: the documents.
        n_cells, n_entries: of the metadata.
        n_targets: of the targets.
        protocols_rheobase: that tell the rheobase.
    """

    files_metadata: Path
    targets: Path
    n_cells: int
    n_entries: int
    n_targets: int
    protocols_rheobase: tuple[str, ...]


def recordings(work: Path) -> Recordings:
    """Three real cells with 140 recordings; else three simulated ones, made below `work`."""
    if SHARED_CELLS.is_dir():
        folder = SHARED_CELLS / "metadata"
        names = ("files_sscx.json", "targets_rel.json")
        return _read("real", folder, *names, ("IDrest", "IDthresh"))
    folder = work / "efeatures-simulated"
    if not folder.exists():
        tell("../shared/data/efeatures is absent: recordings of the example's simulated neurons")
        script = EXAMPLE / "simulate_recordings.py"
        subprocess.run([sys.executable, script, folder, "--timing"], check=True, stdout=sys.stderr)
    return _read("simulated", folder, "files_metadata.json", "targets.json", ("IDthresh",))


def _read(
    name: str, folder: Path, files: str, targets: str, protocols_rheobase: tuple[str, ...]
) -> Recordings:
    cells = json.loads((folder / files).read_text(encoding="utf-8"))
    for cell in cells.values():
        for entries in cell.values():
            for entry in entries:
                for key in PATH_KEYS:
                    if key in entry:
                        entry[key] = str((folder / entry[key]).resolve())
    listed = json.loads((folder / targets).read_text(encoding="utf-8"))
    return Recordings(name, cells, listed, protocols_rheobase)


def dense(targets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each feature of each protocol at many amplitudes, as lists for whole studies are."""
    kinds = {
        (one["protocol"], one["efeature"], json.dumps(one.get("efel_settings", {}))): one
        for one in targets
    }
    return [
        {**one, "amplitude": amplitude, "tolerance": DENSE_TOLERANCE}
        for one in kinds.values()
        if one["protocol"] != "SpikeRec"
        for amplitude in (DENSE_IV if one["protocol"] == "IV" else DENSE)
    ]


def write_case(folder: Path, source: Recordings, copies: int) -> EfeaturesCase:
    """Write the documents of a case.

    Args:
        folder: where they go.
        source: what is repeated.
        copies: of each cell.
    """
    folder.mkdir(exist_ok=True)
    files = {
        f"{name}_{copy}": cell for copy in range(copies) for name, cell in source.files.items()
    }
    metadata_path, targets_path = folder / "files_metadata.json", folder / "targets.json"
    metadata_path.write_text(json.dumps(files), encoding="utf-8")
    targets_path.write_text(json.dumps(source.targets), encoding="utf-8")
    return EfeaturesCase(
        metadata_path,
        targets_path,
        len(files),
        sum(len(entries) for cell in files.values() for entries in cell.values()),
        len(source.targets),
        source.protocols_rheobase,
    )
