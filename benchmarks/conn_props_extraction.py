"""CPU time of extractions with and without fits, against the peer's; fits of both kinds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from conn_props_cost import extrapolated_s, pathways_of_all_sizes
from conn_props_inputs import ConnPropsCase, folder_for, write_case
from conn_props_tools import Extraction, PeerRun, run_ours, run_peer, run_without_fits
from report import Measure
from settings import Settings
from timed_command import tell

REPETITIONS = 3
N_EDGES, QUICK_N_EDGES = (1_000_000, 10_000_000), (20_000,)
#: Of a circuit whose extraction is start-up alone.
N_FEW = 2_000
#: Of the ratio peer/ours, by number of edges; and what is wished for with fits.
GOALS_WITHOUT_FITS = {1_000_000: 500.0, 10_000_000: 1000.0}
GOALS_WITH_FITS = {1_000_000: 36.0, 10_000_000: 190.0}
STRETCH_WITH_FITS = {1_000_000: 100.0, 10_000_000: 500.0}
#: Of parameters of both kinds of fits, relative.
GOAL_DIFFERENCE = 1e-6
GROUP = "Conn-props, CPU time of all pathways: whole command in one process"
FITS_GROUP = "Conn-props, compiled fits against scipy's: all pathways and properties"
FITS = ("compiled", "scipy")


@dataclass
class Runs:
    """Of one circuit.

    Attributes:
        start_s: CPU seconds of ours without fits for hardly any edge of the same types.
        without_s: CPU seconds of ours without fits.
        ours: runs by kind of fits.
        peer: its run of some pathways; None without its environment.
    """

    start_s: list[float] = field(default_factory=list)
    without_s: list[float] = field(default_factory=list)
    ours: dict[str, list[Extraction]] = field(default_factory=lambda: {one: [] for one in FITS})
    peer: PeerRun | None = None


def measure(settings: Settings) -> Iterator[Measure]:
    """Per number of edges: both tools without and with fits, then how fits of both kinds agree."""
    for n_edges in QUICK_N_EDGES if settings.quick else N_EDGES:
        with folder_for(settings.work, n_edges) as folder:
            tell(f"conn-props: making a circuit of {n_edges} edges")
            case = write_case(folder / "circuit", n_edges, quick=settings.quick)
            few = write_case(folder / "few", N_FEW, quick=settings.quick, has_index=False)
            runs = _runs(settings, case, few, folder)
        yield from _cpu_times(runs, case, n_edges)
        yield from _agreement(runs, case)


def _runs(settings: Settings, case: ConnPropsCase, few: ConnPropsCase, folder: Path) -> Runs:
    runs = Runs()
    # The first start reads libraries from disk and compiles modules.
    run_without_fits(settings.ours, few, folder / "first")
    for number in range(settings.repetitions(REPETITIONS)):
        tell(f"conn-props: {case.n_edges} edges, ours, run {number + 1}")
        for samples, one in ((runs.start_s, few), (runs.without_s, case)):
            timing = run_without_fits(settings.ours, one, folder / f"{one.n_edges}-{number}")
            samples.append(timing.cpu_s)
        for fits in FITS:
            out = folder / f"{fits}-{number}"
            runs.ours[fits].append(run_ours(settings.ours, case, out, "--fits", fits))
    if settings.conn_props_peer is not None:
        ours = runs.ours["scipy"][0]
        places = pathways_of_all_sizes(ours.n_connections)
        tell(f"conn-props: {case.n_edges} edges, peer, {len(places)} pathways")
        runs.peer = run_peer(settings.conn_props_peer, case, ours, places)
    return runs


def _cpu_times(runs: Runs, case: ConnPropsCase, n_edges: int) -> Iterator[Measure]:
    n_connections = runs.ours["scipy"][0].n_connections
    n_pathways = np.count_nonzero(n_connections)
    label = f"{case.n_edges} edges"
    peer, start_s = runs.peer, list[float]()
    without_s, with_s = list[float](), list[float]()
    if peer is not None:
        start_s = [peer.start_s]
        for found, seconds in ((without_s, peer.without_fits_s), (with_s, peer.with_fits_s)):
            found.append(extrapolated_s(seconds, peer.n_connections, n_connections))
    goal = _goal(GOALS_WITHOUT_FITS, n_edges)
    size = f"{label}, {n_connections.sum()} connections, {n_pathways} pathways"
    whole_s = [pathways + start for pathways, start in zip(without_s, start_s, strict=True)]
    yield _row(f"{size}: without fits", runs.without_s, whole_s, ratio_goal=goal)
    of_edges_s = [a - b for a, b in zip(runs.without_s, runs.start_s, strict=True)]
    what = f"{label}: without fits, start-up taken off"
    yield _row(what, of_edges_s, without_s, ratio_goal=goal)
    yield _row(f"{label}: start-up", runs.start_s, start_s)
    goals: dict[str, Any] = {
        "ratio_goal": _goal(GOALS_WITH_FITS, n_edges),
        "stretch": STRETCH_WITH_FITS.get(n_edges),
    }
    whole_s = [pathways + start for pathways, start in zip(with_s, start_s, strict=True)]
    for fits in FITS:
        cpu_s = [run.timing.cpu_s for run in runs.ours[fits]]
        yield _row(f"{label}: with fits, ours {fits}", cpu_s, whole_s, **goals)
    if peer is not None:
        each_s = peer.with_fits_s - peer.without_fits_s
        yield _row(f"{label}: peer, fits of a pathway that was run", [], each_s.tolist())
        each_ms = 1e3 * peer.without_fits_s / peer.n_connections
        what = f"{label}: peer, without fits, a connection of a pathway that was run"
        yield Measure(GROUP, what, "CPU ms", [], each_ms.tolist())


def _row(what: str, ours: list[float], peer: list[float], **goals: Any) -> Measure:
    return Measure(GROUP, what, "CPU s", ours, peer, **goals)


def _goal(goals: dict[int, float], n_edges: int) -> tuple[str, float] | None:
    return (">=", goals[n_edges]) if n_edges in goals else None


def _agreement(runs: Runs, case: ConnPropsCase) -> Iterator[Measure]:
    """How many fits are accepted of one kind only, and how far parameters are apart."""
    compiled, scipy = (runs.ours[fits][0].arrays for fits in FITS)
    label = f"{case.n_edges} edges"
    for fits in FITS:
        waits = [run.passes_s["fit-pathways"] for run in runs.ours[fits]]
        yield Measure(FITS_GROUP, f"{label}: pass of {fits} fits, wall time", "s", waits)
    asked, accepted = scipy["norm_fit"] > 0, scipy["norm_fit"] == 1
    yield Measure(FITS_GROUP, f"{label}: histograms", "", [float(asked.sum())])
    yield Measure(FITS_GROUP, f"{label}: accepted by scipy", "", [float(accepted.sum())])
    differ = float(np.count_nonzero(compiled["norm_fit"] != scipy["norm_fit"]))
    what = f"{label}: accepted or refused by one kind only"
    yield Measure(FITS_GROUP, what, "", [differ], goal=("<=", 0.0))
    both = accepted & (compiled["norm_fit"] == 1)
    furthest = max(
        (
            np.max(np.abs(compiled[name][both] / scipy[name][both] - 1.0), initial=0.0)
            for name in ("norm_loc", "norm_scale")
        ),
    )
    what = f"{label}: largest relative difference of a parameter / 1e-6"
    yield Measure(FITS_GROUP, what, "", [float(furthest) / GOAL_DIFFERENCE], goal=("<=", 1.0))
