"""CPU time of --help."""

from __future__ import annotations

from collections.abc import Iterator

from report import Measure
from settings import Settings
from timed_command import tell, timed

REPETITIONS = 7
GOAL_S = 0.3
GROUP = "Help"


def measure(settings: Settings) -> Iterator[Measure]:
    """CPU seconds of the program's help and of a command's."""
    for words in (["--help"], ["synthesize-morphologies", "--help"]):
        tell(" ".join(words))
        samples: dict[str, list[float]] = {"ours": [], "peer": []}
        for _ in range(settings.repetitions(REPETITIONS)):
            for tool in settings.tools:
                samples[tool.name].append(timed(tool.command(*words)).cpu_s)
        yield Measure(
            GROUP, " ".join(words), "CPU s", samples["ours"], samples["peer"], ("<=", GOAL_S)
        )
