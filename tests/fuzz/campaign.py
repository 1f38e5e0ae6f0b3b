"""Many damaged files of each format; outcomes are counted, and files of defects kept."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.target import FORMATS, Target
from tests.fuzz.targets import TARGETS
from tests.fuzz.zygote import ACCEPTED, NOT_MADE, REFUSED, Outcome, run_cases

#: Of the accepted files, one in so many is given to the whole command too.
COMMANDS_EVERY = 20


@dataclass
class Tally:
    """Outcomes of one format."""

    counts: Counter[str] = field(default_factory=Counter)
    defects: list[Outcome] = field(default_factory=list)
    seconds: float = 0.0


def targets_of(format_: str) -> list[Target]:
    """The targets of a format."""
    return [target for target in TARGETS.values() if target.format == format_]


def shares(format_: str, n_files: int) -> Iterator[tuple[Target, range]]:
    """The targets of a format with the numbers of their files, as many for each."""
    chosen = targets_of(format_)
    for place, target in enumerate(chosen):
        yield target, range(n_files * place // len(chosen), n_files * (place + 1) // len(chosen))


def try_format(
    format_: str, n_files: int, seed: int, good: Path, kept: Path, names: Sequence[str] = ()
) -> Tally:
    """Try damaged files of one format.

    Args:
        format_: a key of FORMATS.
        n_files: of all targets of the format.
        seed: of the campaign.
        good: folder of good files.
        kept: folder for files of defects and their stories.
        names: of targets; all of the format if empty.
    """
    tally, started = Tally(), time.monotonic()
    for target, numbers in shares(format_, n_files):
        if names and target.name not in names:
            continue
        for outcome in run_cases(target, seed, numbers, good, COMMANDS_EVERY):
            if outcome.kind == NOT_MADE:
                continue
            tally.counts[outcome.kind] += 1
            if outcome.is_defect:
                tally.defects.append(outcome)
                keep(outcome, seed, good, kept)
    tally.seconds = time.monotonic() - started
    return tally


def keep(outcome: Outcome, seed: int, good: Path, folder: Path) -> None:
    """Write the damaged file and how to try it again."""
    target = TARGETS[outcome.target]
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / f"{target.name} {outcome.number} {Path(target.file).name}"
    pid = os.fork()
    if pid == 0:  # what damages HDF5 files uses the library, which may crash
        place.write_bytes(target.damaged(seed, outcome.number, good))
        os._exit(0)
    # Not any child: the one that tries files may have ended too.
    os.waitpid(pid, 0)
    story = f"{outcome.kind}\n{replay(outcome, seed)}\n\n{outcome.told}\n"
    place.with_name(place.name + ".txt").write_text(story, errors="surrogateescape")


def replay(outcome: Outcome, seed: int) -> str:
    """The command that tries one damaged file again."""
    return f"python -m tests.fuzz --seed {seed} --target '{outcome.target}' --case {outcome.number}"


def kinds_of_defects(tally: Tally) -> dict[str, list[Outcome]]:
    """Defects by their likely cause: outcome, and the last line of what was told."""
    found: dict[str, list[Outcome]] = {}
    for outcome in tally.defects:
        lines = [line.strip() for line in outcome.told.splitlines() if line.strip()] or [""]
        where = [line for line in lines if "region_grower_hpc" in line and line.startswith("File")]
        text = "".join("#" if sign.isdigit() else sign for sign in lines[-1])[:60]
        key = f"{outcome.target}: {outcome.kind}: {text} {where[-1] if where else ''}"
        found.setdefault(key, []).append(outcome)
    return found


def table(tallies: dict[str, Tally]) -> str:
    """The counts as Markdown."""
    lines = ["| format | files | refused | accepted | defects |", "|---|---|---|---|---|"]
    for format_, tally in tallies.items():
        total = sum(tally.counts.values())
        told = (total, tally.counts[REFUSED], tally.counts[ACCEPTED], len(tally.defects))
        lines.append(f"| {format_} | " + " | ".join(f"{number:,}" for number in told) + " |")
    return "\n".join(lines)


def all_formats() -> list[str]:
    """Formats that have a target."""
    return [format_ for format_ in FORMATS if targets_of(format_)]
