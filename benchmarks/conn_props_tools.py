"""Commands of extractions by both tools, and what they must have written."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from conn_props_edges import PROPERTIES
from conn_props_inputs import EDGES, SOURCE_IDS, TARGET_IDS, ConnPropsCase
from numpy.typing import NDArray
from timed_command import CommandFailedError, Timing, timed
from tools import Tool

HERE = Path(__file__).parent
PEER_SCRIPT = HERE / "conn_props_of_peer.py"
WITHOUT_FITS = HERE / "conn_props_of_ours.py"
PLAIN_READ = HERE / "conn_props_plain_read.py"
#: Statistics of properties, and the largest relative difference of two of them.
ALLOWED = {
    **dict.fromkeys(("min", "max", "shared_within", "counts"), 0.0),
    **dict.fromkeys(("mean", "std"), 1e-12),
    **dict.fromkeys(("norm_loc", "norm_scale"), 1e-6),
}
#: Width of the 51 bins around a single value.
BIN_WIDTH_OF_ONE_VALUE = 1 / 51
#: Numbers of source and target type of a pathway.
Place = tuple[int, int]


@dataclass(frozen=True)
class Extraction:
    """What our command wrote.

    Attributes:
        timing: of the whole command.
        passes_s: wall time from first to last task of each pass; none of a pass without tasks.
        types: of the neurons.
        n_connections: (types, types) of each pathway.
        arrays: (types, types, properties) of each statistic and of `norm_fit`; `counts` has an
            axis of bins.
    """

    timing: Timing
    passes_s: dict[str, float]
    types: list[str]
    n_connections: NDArray[np.int64]
    arrays: dict[str, NDArray[Any]]


@dataclass(frozen=True)
class PeerRun:
    """What the peer needed for some pathways.

    Attributes:
        start_s: CPU time of start-up and of all that is not a pathway's.
        with_fits_s, without_fits_s: CPU time of each pathway.
        n_connections: of each.
    """

    start_s: float
    with_fits_s: NDArray[np.float64]
    without_fits_s: NDArray[np.float64]
    n_connections: NDArray[np.int64]


def run_ours(
    tool: Tool,
    case: ConnPropsCase,
    out: Path,
    *options: str,
    n_processes: int = 0,
    watch: Callable[[int], None] | None = None,
) -> Extraction:
    """Our command.

    Args:
        tool: ours.
        case: the circuit.
        out: new folder for the data file.
        options: further ones.
        n_processes: ranks that the command starts itself, 0 for none.
        watch: looks at the running command.
    """
    out.mkdir()
    data = out / "data.h5"
    words = tool.command("conn-props", "extract", *_words(case, data), *options)
    timing = timed([*words, "--nb-processes", str(n_processes)], watch=watch)
    with h5py.File(data) as file:
        places = {name: f"{name}/properties" for name in (*ALLOWED, "norm_fit")}
        places["counts"] = "hist/properties/counts"
        arrays = {name: file[place][()] for name, place in places.items()}
        n_connections = file["count/n_conn"][()]
        types = file["m_types/source"].asstr()[()].tolist()
        found = file["syn_props"].asstr()[()].tolist()
    if found != sorted(PROPERTIES) or not n_connections.sum():
        raise CommandFailedError(f"{data}: properties {found}")
    return Extraction(timing, _passes_s(data), types, n_connections, arrays)


def run_without_fits(tool: Tool, case: ConnPropsCase, out: Path) -> Timing:
    """All passes of our command but the last one, in one process."""
    out.mkdir()
    data = out / "data.h5"
    timing = timed([tool.python, WITHOUT_FITS, *_words(case, data)])
    if not (out / "data.h5.rghpc" / "binned.h5").exists():
        raise CommandFailedError(f"no statistics in {out}")
    return timing


def _words(case: ConnPropsCase, data: Path) -> list[str | Path]:
    return ["--circuit", case.config, "--out", data]


def run_peer(tool: Tool, case: ConnPropsCase, ours: Extraction, places: Sequence[Place]) -> PeerRun:
    """The peer's extraction of some pathways, whose numbers must be ours.

    Args:
        tool: the peer.
        case: the circuit.
        ours: extraction of the same circuit.
        places: numbers of source and target type of each pathway.

    Raises:
        CommandFailedError: the numbers differ by more than rounding.
    """
    names = [[ours.types[kind] for kind in place] for place in places]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "pathways.json"
        words: list[str | Path] = [case.config, json.dumps(names), out]
        timing = timed([tool.python, "-W", "ignore", PEER_SCRIPT, *words])
        found = json.loads(out.read_text(encoding="utf-8"))
    for place, one in zip(places, found, strict=True):
        check_agreement(ours, place, one)
    with_fits_s = np.array([one["cpu_s"] for one in found])
    return PeerRun(
        timing.cpu_s - with_fits_s.sum(),
        with_fits_s,
        with_fits_s - [one["fits_s"] for one in found],
        np.array([one["n_connections"] for one in found]),
    )


def check_agreement(ours: Extraction, place: Place, peer: Mapping[str, Any]) -> None:
    """Compare a pathway of both tools.

    Raises:
        CommandFailedError: naming the number that differs.
    """
    where = " to ".join(ours.types[kind] for kind in place)
    if ours.n_connections[place] != peer["n_connections"]:
        raise CommandFailedError(f"{where}: not the same connections")
    if sorted(peer["statistics"]) != sorted(PROPERTIES):
        raise CommandFailedError(f"{where}: the peer has {list(peer['statistics'])}")
    for k, name in enumerate(sorted(PROPERTIES)):
        expected = peer["statistics"][name]
        for statistic, allowed in ALLOWED.items():
            found = ours.arrays[statistic][place][k]
            # Of equal values the peer's deviation is a rounding error, not 0.
            rounding = allowed * abs(expected["max"])
            if statistic.startswith("norm") and expected["min"] == expected["max"]:
                # A curve through one bin of width 1 / B: its place is given by rounding errors.
                rounding = BIN_WIDTH_OF_ONE_VALUE
            if not np.allclose(found, expected[statistic], rtol=allowed, atol=rounding):
                raise CommandFailedError(
                    f"{where}, {name}: {statistic} {found}, of the peer {expected[statistic]}"
                )


def plain_read_s(case: ConnPropsCase, piece: int) -> list[float]:
    """CPU seconds of reading the columns that an extraction reads, once each.

    Args:
        case: the circuit.
        piece: rows read at a time; 0: whole columns.
    """
    names = [SOURCE_IDS, TARGET_IDS, *(f"0/{name}" for name in PROPERTIES)]
    words: list[str | Path] = [sys.executable, PLAIN_READ, case.edges, str(piece)]
    done = subprocess.run(
        [*words, *(f"edges/{EDGES}/{name}" for name in names)],
        capture_output=True,
        text=True,
        check=True,
    )
    seconds: list[float] = json.loads(done.stdout)
    return seconds


def _passes_s(data: Path) -> dict[str, float]:
    state = data.with_name(data.name + ".rghpc")
    found = {}
    for path in state.rglob("progress.jsonl"):
        name = "fit-pathways" if path.parent == state else path.parent.name
        events = map(json.loads, path.read_text(encoding="utf-8").splitlines())
        times_s = {event["event"]: event["time"] for event in events}
        found[name] = float(times_s["end"] - times_s["start"])
    return found
