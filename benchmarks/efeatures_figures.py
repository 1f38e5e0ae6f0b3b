"""CPU time of figures: the extraction with them less the extraction alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from efeatures_inputs import recordings, write_case
from efeatures_per_recording import PASSES_GROUP
from efeatures_tools import EfeaturesRun, run_ours, run_peer
from report import Measure
from settings import Settings
from timed_command import tell

REPETITIONS = 3
GROUP = "Efeatures, figures: (command with figures - command without), one process"


def measure(settings: Settings) -> Iterator[Measure]:
    """CPU time of all figures and of a file of them, both tools, and the pass of drawing."""
    source = recordings(settings.work)
    if settings.quick:
        source = source.part("IV")
    case = write_case(settings.work / "efeatures-figures", source, 1)
    runs: dict[tuple[str, bool], list[EfeaturesRun]] = defaultdict(list)
    peer = settings.efeatures_peer
    for repetition in range(settings.repetitions(REPETITIONS)):
        for plot in (False, True):
            tell(f"efeatures, figures: {'with' if plot else 'without'}, run {repetition + 1}")
            options = ["--plot"] if plot else []
            runs["ours", plot].append(run_ours(settings.ours, case, settings.work, *options))
            if peer is not None:
                runs["peer", plot].append(run_peer(peer, case, settings.work, plot=plot))
    cpu_s, each_ms, n_files = {}, {}, {}
    for tool in ("ours", "peer"):
        pairs = list(zip(runs[tool, False], runs[tool, True], strict=True))
        cpu_s[tool] = [drawn.timing.cpu_s - plain.timing.cpu_s for plain, drawn in pairs]
        n_files[tool] = [drawn.n_figures for _, drawn in pairs]
        each_ms[tool] = [
            1e3 * spent_s / number
            for spent_s, number in zip(cpu_s[tool], n_files[tool], strict=True)
        ]
    yield Measure(
        GROUP, f"{source.name}: all of {case.n_cells} cells", "CPU s", cpu_s["ours"], cpu_s["peer"]
    )
    what = f"{source.name}: files (ours: each as PDF and PNG, and those of single cells)"
    yield Measure(GROUP, what, "", n_files["ours"], n_files["peer"])
    yield Measure(GROUP, f"{source.name}: a file", "CPU ms", each_ms["ours"], each_ms["peer"])
    drawn = runs["ours", True]
    samples = [1e3 * run.passes_s["drawing"] / run.n_recordings for run in drawn]
    yield Measure(PASSES_GROUP, f"{source.name}: drawing, a recording", "ms", samples)
