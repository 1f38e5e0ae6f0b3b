"""Commands of extractions by both tools, and what they must have written."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
from clone_tools import MEMORY
from efeatures_inputs import EfeaturesCase
from timed_command import CommandFailedError, Timing, timed
from tools import Tool

PEER_SCRIPT = Path(__file__).parent / "efeatures_of_peer.py"
#: The passes of our command, by the folder of their state.
PASSES = {
    "reading": "recordings.h5.rghpc",
    "measuring": "features.json.rghpc",
    "drawing": "figures.rghpc",
}
#: Room in memory that the largest outputs need.
ROOM_BYTES = 1 << 30
#: Largest difference of a value of both tools, relative; and below which values count as 0.
RELATIVE, ABSOLUTE = 1e-9, 1e-10


@dataclass(frozen=True)
class EfeaturesRun:
    """One run.

    Attributes:
        timing: of the whole command.
        features: the document of features.
        n_recordings: that were interpreted; ours alone, 0 of the peer's.
        passes_s: of our command, wall time of the tasks of each pass.
        n_figures: files of figures.
    """

    timing: Timing
    features: dict[str, Any]
    n_recordings: int
    passes_s: dict[str, float]
    n_figures: int


@contextmanager
def output_folder(work: Path) -> Iterator[Path]:
    """A folder for the outputs of one run, not yet there; removed afterwards.

    It lies in memory where there is room, for both tools: what a disk costs at the moment is not
    what is compared. Else below the folder `work`.
    """
    has_room = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM_BYTES
    with tempfile.TemporaryDirectory(prefix="efeatures-", dir=MEMORY if has_room else work) as made:
        yield Path(made) / "out"


def run_ours(
    tool: Tool,
    case: EfeaturesCase,
    work: Path,
    *options: str,
    n_processes: int = 0,
    watch: Callable[[Path], Callable[[int], None]] | None = None,
) -> EfeaturesRun:
    """Our command.

    Args:
        tool: ours.
        case: inputs.
        work: folder for outputs where memory has no room.
        options: further ones.
        n_processes: ranks that the command starts itself, 0 for none.
        watch: given the output folder, what looks at the running command.
    """
    with output_folder(work) as out:
        words: list[str | Path] = [
            "extract-efeatures",
            *("--files-metadata", case.files_metadata),
            *("--targets", case.targets),
            *("--output-directory", out),
            *("--nb-processes", str(n_processes)),
        ]
        for name in case.protocols_rheobase:
            words += ["--protocols-rheobase", name]
        timing = timed(tool.command(*words, *options), watch=watch(out) if watch else None)
        with h5py.File(out / "efeatures.h5") as file:
            n_recordings = len(file["recordings/cell"])
        return EfeaturesRun(
            timing,
            _features(out),
            n_recordings,
            {name: _tasks_s(out / folder) for name, folder in PASSES.items()},
            _n_figures(out),
        )


def run_peer(tool: Tool, case: EfeaturesCase, work: Path, *, plot: bool = False) -> EfeaturesRun:
    """The peer's extraction, in one process."""
    with output_folder(work) as out:
        words = [tool.python, PEER_SCRIPT, case.files_metadata, case.targets, out]
        timing = timed([*words, "1" if plot else "0", *case.protocols_rheobase])
        return EfeaturesRun(timing, _features(out), 0, {}, _n_figures(out))


def check_agreement(ours: EfeaturesRun, peer: EfeaturesRun) -> float:
    """Largest difference of a value, in units of what is allowed: at most 1.

    Raises:
        CommandFailedError: the documents differ in more than that.
    """
    found, expected = _flat(ours.features), _flat(peer.features)
    if list(found) != list(expected):
        missing = [place for place in expected if place not in found]
        raise CommandFailedError(f"not the same features: {missing[:3]} and {len(found)} places")
    differences = [0.0]
    for place, (values, rest) in found.items():
        expected_values, expected_rest = expected[place]
        if rest != expected_rest:
            raise CommandFailedError(f"{place}: {rest}, of the peer {expected_rest}")
        for value, other in zip(values, expected_values, strict=True):
            differences.append(abs(value - other) / max(RELATIVE * abs(other), ABSOLUTE))
            if not differences[-1] <= 1:
                raise CommandFailedError(f"{place}: {value}, of the peer {other}")
    return max(differences)


def _flat(features: dict[str, Any]) -> dict[tuple[str, int], tuple[list[float], dict[str, Any]]]:
    """Values and the rest of each row, by protocol and position."""
    return {
        (protocol, position): (row["val"], {key: row[key] for key in row if key != "val"})
        for protocol, locations in features.items()
        for rows in locations.values()
        for position, row in enumerate(rows)
    }


def _features(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "features.json").read_text(encoding="utf-8"))
    if not found:
        raise CommandFailedError(f"no features in {out}")
    return found


def _tasks_s(state: Path) -> float:
    """Wall time from the first to the last task of a pass; 0 if it was not asked for."""
    path = state / "progress.jsonl"
    if not path.exists():
        return 0.0
    events = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    times_s = {event["event"]: event["time"] for event in events}
    return float(times_s["end"] - times_s["start"])


def _n_figures(out: Path) -> int:
    return sum(path.suffix in (".pdf", ".png") for path in out.rglob("*"))
