"""One call fails: what must be true of the run that meets it, and of the same command after."""

from __future__ import annotations

import errno
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from region_grower_hpc.engine.launcher import without_launcher
from region_grower_hpc.errors import ExitCode
from region_grower_hpc.testing import differences, results
from tests.fault.failing_calls import SHORT, SHORT_THEN_FULL, Call, read_log

ROOT = Path(__file__).resolve().parents[2]
#: Of files that only report; that they cannot be written must not end a run.
REPORTS = ("progress.jsonl", "costs.json")


class System(Protocol):
    """A command whose calls fail."""

    name: str

    def command(self, out: Path, seed: int) -> list[str]:
        """Module, function and words of the command."""


@dataclass(frozen=True)
class Fault:
    """What becomes of a call."""

    name: str
    kind: int
    sticky: bool = False

    def concerns(self, call: Call) -> bool:
        """Whether this can happen to the call."""
        return call.name in ("write", "pwrite", "writev") or self.kind > 0


FAULTS = (
    Fault("ENOSPC", errno.ENOSPC),
    Fault("EIO", errno.EIO),
    Fault("EDQUOT", errno.EDQUOT),
    Fault("EROFS from then on", errno.EROFS, sticky=True),
    Fault("ENOSPC from then on", errno.ENOSPC, sticky=True),
    Fault("short", SHORT),
    Fault("half, then ENOSPC", SHORT_THEN_FULL),
)


@dataclass(frozen=True)
class Outcome:
    """How a command ended.

    Attributes:
        code: its exit code; None where it had to be killed.
        told: all that it wrote to its outputs.
        calls: that were counted.
    """

    code: int | None
    told: str
    calls: Sequence[Call]


@dataclass
class Server:
    """Runs commands in forks of one process (forked.py)."""

    process: subprocess.Popen[str]
    folder: Path
    timeout_s: float = 60.0

    def run(
        self,
        command: Sequence[str],
        roots: Sequence[Path] = (),
        at: int = 0,
        fault: Fault = FAULTS[0],
        environment: Mapping[str, str] | None = None,
    ) -> Outcome:
        """Run a command in which call number `at` (0 for none) fails."""
        log, told = self.folder / "calls.log", self.folder / "told.txt"
        log.unlink(missing_ok=True)
        request = {
            "command": list(command),
            "roots": [str(root) for root in roots],
            "at": at,
            "kind": fault.kind,
            "sticky": int(fault.sticky),
            "log": str(log) if roots else "",
            "told": str(told),
            "timeout_s": self.timeout_s,
            "environment": dict(environment or {}),
        }
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        code = json.loads(self.process.stdout.readline())
        return Outcome(code, told.read_text(encoding="utf-8"), read_log(log))


@contextmanager
def serving(library: Path, folder: Path) -> Iterator[Server]:
    """Start a server whose commands' calls can fail."""
    one = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fault.forked"],
        env={**without_launcher(os.environ), "LD_PRELOAD": str(library), **one},
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Server(process, folder)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(timeout=30)


@dataclass
class Campaign:
    """A former result of a system, and what a run that replaces it must leave.

    Attributes:
        server: runs the commands.
        system: whose calls fail.
        folder: of this campaign.
        calls: of an uninterrupted run over the former result.
        former: files of the former result.
        expected: files after an uninterrupted run over it.
    """

    server: Server
    system: System
    folder: Path
    calls: Sequence[Call] = ()
    former: dict[str, bytes] = field(default_factory=dict)
    expected: dict[str, bytes] = field(default_factory=dict)
    #: files that a run leaves for a while.
    passing: dict[str, bytes] = field(default_factory=dict)

    FORMER_SEED, SEED = 7, 0

    def prepare(self) -> None:
        """Make the former result, and an uninterrupted run over a copy of it."""
        before, out = self.folder / "former" / "out", self.folder / "whole" / "out"
        whole = self.server.run(self.system.command(before, self.FORMER_SEED))
        assert whole.code == ExitCode.DONE, whole.told
        self.former = results(before)
        shutil.copytree(before, out)
        whole = self.server.run(self.command(out), roots=[out])
        assert whole.code == ExitCode.DONE, whole.told
        self.calls, self.expected = whole.calls, results(out)
        assert differences(self.former, self.expected), "the seeds give the same files"
        self.passing = self._passing_files()

    def _passing_files(self) -> dict[str, bytes]:
        """Files of a run that does not come to its last step, the merging of shards."""
        renames = [call.number for call in self.calls if call.path.endswith(".shards.merged")]
        if not renames:
            return {}
        out = self.folder / "stopped" / "out"
        shutil.copytree(self.folder / "former" / "out", out)
        self.server.run(self.command(out), roots=[out], at=renames[0], fault=FAULTS[0])
        return {name: found for name, found in results(out).items() if ".shards" in name}

    def command(self, out: Path) -> list[str]:
        """The command whose calls fail."""
        return [*self.system.command(out, self.SEED), "--overwrite"]

    def try_one(self, at: int, fault: Fault) -> list[str]:
        """Let one call fail, then run the same command again; what is wrong, in words."""
        out = self.folder / "tried" / "out"
        shutil.copytree(self.folder / "former" / "out", out)
        try:
            faulty = self.server.run(self.command(out), roots=[out], at=at, fault=fault)
            wrong = self._wrong_with_faulty(faulty, results(out), fault)
            again = self.server.run(self.command(out), roots=[out])
            if again.code != ExitCode.DONE:
                wrong.append(f"the same command then ends with {again.code}: {again.told}")
            differ = differences(self.expected, results(out))
            wrong += [f"after the same command {name} differs" for name in differ]
            wrong += [f"{path} stays" for path in out.rglob("*.part*")]
        finally:
            shutil.rmtree(out)
        failed = next((call for call in faulty.calls if call.failed), None)
        where = "none" if failed is None else f"{failed.name} {Path(failed.path).relative_to(out)}"
        return [f"{fault.name} at call {at} ({where}): {words}" for words in wrong]

    def _wrong_with_faulty(
        self, faulty: Outcome, found: Mapping[str, bytes], fault: Fault
    ) -> list[str]:
        wrong = []
        failed = [call for call in faulty.calls if call.failed]
        if not failed:
            wrong.append("no call failed")
        if "Traceback" in faulty.told:
            wrong.append(f"a traceback: {faulty.told}")
        if faulty.code == ExitCode.DONE:
            wrong += [f"code 0, but {name} differs" for name in differences(self.expected, found)]
        elif faulty.code not in (ExitCode.INTERNAL, ExitCode.INVALID_INPUT):
            wrong.append(f"exit code {faulty.code}: {faulty.told}")
        elif fault.kind == SHORT:
            wrong.append(f"a short write ends the run: {faulty.told}")
        elif all(is_report(call) for call in failed):
            wrong.append(f"a report that cannot be written ends the run: {faulty.told}")
        else:
            wrong += _wrong_with_message(faulty.told, failed)
        for name, content in found.items():
            name = name.replace(".shards.merged/", ".shards/")
            whole = [of.get(name) for of in (self.former, self.expected, self.passing)]
            if content not in whole and ".part" not in name:
                wrong.append(f"{name} is neither the former nor the new file")
        return wrong


def is_report(call: Call) -> bool:
    """Whether a call writes a report, without which a run is complete."""
    name = re.sub(r"^\.(.*)\.part", r"\1", Path(call.path).name)
    return name in REPORTS and call.name != "unlink"


def _wrong_with_message(told: str, failed: Sequence[Call]) -> list[str]:
    errors = [line for line in told.splitlines() if line.startswith("Error: ")]
    if len(errors) != 1:
        return [f"{len(errors)} lines of error: {told}"]
    names = {Path(call.path.replace(" (deleted)", "")).name for call in failed}
    names |= {re.sub(r"^\.(.*)\.part", r"\1", name) for name in names}
    names |= {Path(call.path).parent.name for call in failed if call.path.endswith("/lock")}
    wrong = []
    if not any(name in errors[0] for name in names):
        wrong.append(f"the error names none of {sorted(names)}: {errors[0]}")
    if not told.rstrip().endswith(errors[0]):
        wrong.append(f"the error is not the last line: {told}")
    return wrong


def sample(
    calls: Sequence[Call], faults: Sequence[Fault], size: int, choices: random.Random
) -> list[tuple[int, Fault]]:
    """Some (number of call, fault): each kind of call on each kind of file in turn."""
    groups: dict[tuple[str, str], list[Call]] = defaultdict(list)
    for call in calls:
        groups[call.name, kind_of_file(call.path)].append(call)
    chosen: list[tuple[int, Fault]] = []
    turn = list(groups.values())
    choices.shuffle(turn)
    while len(chosen) < size:
        for group in turn:
            call = choices.choice(group)
            chosen.append((call.number, choices.choice([f for f in faults if f.concerns(call)])))
    return chosen[:size]


def everything(calls: Sequence[Call], faults: Sequence[Fault]) -> list[tuple[int, Fault]]:
    """All (number of call, fault)."""
    return [(call.number, fault) for fault in faults for call in calls if fault.concerns(call)]


def kind_of_file(path: str) -> str:
    """The name of a file without what tells it from its like."""
    return re.sub(r"[0-9a-f]{6,}|\d+", "#", Path(path).name)
