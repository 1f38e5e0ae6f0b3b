"""One output from the first start to completion: killed, continued, killed again, compared."""

from __future__ import annotations

import contextlib
import random
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from region_grower_hpc.errors import ExitCode
from region_grower_hpc.run_processes import VICTIMS, evidence, gone, kill_all
from tests.kill.attempt import Attempt, Ended
from tests.kill.journals import Keeper, Task, account
from tests.kill.moment import Moment
from tests.kill.reference import Comparison, Reference, compare
from tests.kill.state_files import StateFiles, run_of
from tests.kill.system import System
from tests.kill.watch import Watch
from tests.kill.way import Way

#: The usual bounds.
SURVIVAL_S = 30.0
PATIENCE_S, PATIENCE_RATIO = 60.0, 20.0


@dataclass
class Life:
    """Kills one output's runs until there have been enough, then lets it end.

    Attributes:
        system: what is run.
        inputs: made by its `prepare`.
        reference: the uninterrupted run.
        folder: of this life alone.
        seed: decides all choices; the moments are those of a real clock.
        n_kills: after these the run is left to end.
        survival_s: processes of a killed run must be gone so long after it has ended.
        patience_s: how long a run may take, and again after a kill; None for the usual.
        kills: a record of each kill.
        defects: what must not be, in words.
    """

    system: System
    inputs: Path
    reference: Reference
    folder: Path
    seed: str
    n_kills: int
    survival_s: float = SURVIVAL_S
    patience_s: float | None = None
    kills: list[dict[str, Any]] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)
        self._choices = random.Random(self.seed)
        self._out = self.folder / "out"
        self._files = StateFiles(self._out, self.system.n_jobs)
        self._keeper = Keeper(self._out, self.folder / "kept")
        #: Runs whose processes may not all be gone, and when they must be.
        self._dying: dict[str, float] = {}
        #: Tasks known to be finished before each session, and how many kills were before its end.
        self._finished_before: list[tuple[set[Task], int]] = []
        self._n_tasks = 0

    def live(self) -> dict[str, Any]:
        """Run until the command ends by itself; the record of the life."""
        began_s = time.time()
        n_starts = 0
        code: int | None = None
        while not self.defects:
            n_starts += 1
            code = self._start_once()
            if code is not None:
                break
        for marker in list(self._dying):
            self._await_death(marker)
        self._account_for_sessions()
        comparison = Comparison(0, ())
        if code == ExitCode.DONE:
            comparison = self._compare()
        return {
            "what": "life",
            "time": round(began_s, 1),
            "system": self.system.name,
            "seed": self.seed,
            "starts": n_starts,
            "sessions": len(self._keeper.sessions),
            "kills": len(self.kills),
            "length_s": round(time.time() - began_s, 1),
            "complete": code == ExitCode.DONE,
            "bytes_differing": comparison.n_bytes,
            "files_differing": list(comparison.files),
            "cells_lost": sum(kill["lost"] for kill in self.kills),
            "suspects": self._n_suspects(),
            "defects": self.defects,
        }

    def _start_once(self) -> int | None:
        """One start; the exit code if it was not killed."""
        choices = self._choices
        way = Way.drawn(choices)
        preferred = choices.sample(VICTIMS, len(VICTIMS))
        before = self._files.account()
        ratio = min(1.0, len(before.finished) / self._n_tasks) if self._n_tasks else 0.0
        length_s = self.reference.left_s(ratio, way.n_ranks)
        kinds = self.reference.kinds if not self.kills else self.reference.kinds_again()
        moment = Moment.drawn(choices, length_s, kinds)
        at_once = choices.random() < 0.5
        is_last = len(self.kills) >= self.n_kills
        former = self._files.events()
        attempt = Attempt(
            self.system.command(self.inputs, self._out),
            way,
            self._out,
            self.folder / "log",
            self._keeper.keep,
            self.system.n_jobs,
        )
        patience_s = self.patience_s or PATIENCE_S + PATIENCE_RATIO * self.reference.length_s
        watch = Watch(self._out)
        ended = attempt.execute(None if is_last else moment, preferred, choices, patience_s, watch)
        events = self._files.events()
        for folder, told in events.items():
            of_run = _of_run(before.finished, folder)
            self._check_events(told[len(former.get(folder, [])) :], of_run)
        self._n_tasks = sum(told[-1]["total"] for told in events.values() if told)
        self._dying[ended.marker] = time.monotonic() + self.survival_s
        if not at_once or ended.code is None:
            self._await_death(ended.marker)
        if ended.victim:
            after = self._files.account()
            self._record(way, moment, ended, len(before.finished))
            self.kills[-1]["finished_after"] = len(after.finished)
            self._check_kill(ended, before.finished, after.finished, events)
        while len(self._finished_before) < len(self._keeper.sessions):
            self._finished_before.append((before.finished, len(self.kills)))
        if ended.victim:
            return None
        self.reference.learn(length_s, ended.moment_s)
        return self._ended_by_itself(ended, way)

    def _record(self, way: Way, moment: Moment, ended: Ended, n_before: int) -> None:
        self.kills.append(
            {
                "what": "kill",
                "time": round(time.time(), 1),
                "system": self.system.name,
                "seed": self.seed,
                "number": len(self.kills) + 1,
                "ranks": way.n_ranks,
                "launcher": way.launcher,
                "dispatch": way.dispatch,
                "domains": way.domains,
                "victim": ended.victim,
                "phase": ended.phase,
                "at": str(moment),
                "moment_s": round(ended.moment_s, 3),
                "wound_down_s": round(ended.wound_down_s, 2),
                "code": ended.code,
                "finished_before": n_before,
                "repeated": 0,
                "lost": 0,
            }
        )

    # -- checks ----------------------------------------------------------------------------------

    def _check_events(self, events: Sequence[dict[str, Any]], finished: set[Task]) -> None:
        """The first event of a session tells how many tasks it found done."""
        for event in events[:1]:
            found = event["done"]
            if event["event"] == "start" and found < len(finished):
                self._defect(f"a start found {found} tasks done of {len(finished)} finished ones")

    def _check_kill(
        self,
        ended: Ended,
        before: set[Task],
        after: set[Task],
        events: Mapping[Path, Sequence[dict[str, Any]]],
    ) -> None:
        kill = self.kills[-1]
        if ended.code is None:
            self._defect(f"hangs after the kill of {ended.victim}:\n{ended.seen}")
        if self._files.is_complete():
            return  # The journals are not needed any more.
        if ended.code == ExitCode.DONE:
            self._defect(f"exit code 0 after the kill of {ended.victim}, but not complete")
        complete = self._files.complete_runs()
        lost = {task for task in before - after if task[0] not in complete}
        kill["lost"] += len(lost)
        if lost:
            self._defect(f"{len(lost)} finished tasks are not in the journals any more")
        for folder, told in events.items():
            reported, found = told[-1]["done"] if told else 0, len(_of_run(after, folder))
            if reported > found and run_of(folder) not in complete:
                kill["lost"] += reported - found
                self._defect(f"{reported} tasks were reported done, {found} are in the journals")

    def _ended_by_itself(self, ended: Ended, way: Way) -> int:
        if ended.code is None:
            self._defect(f"does not end ({way}):\n{ended.seen}")
            return ExitCode.INTERNAL
        if ended.code != ExitCode.DONE:
            self._defect(f"ends by itself with {ended.code} ({way})")
        elif not self._files.is_complete():
            self._defect(f"ends with 0 and is not complete ({way})")
        return ended.code

    def _account_for_sessions(self) -> None:
        """What each session started that a later one had to start again."""
        told = [account(folder) for folder in self._keeper.sessions]
        for number, (finished, n_kills) in enumerate(self._finished_before):
            if not n_kills:
                continue
            kill, session = self.kills[n_kills - 1], told[number]
            again = finished & session.started
            kill["lost"] += len(again)
            if again:
                self._defect(f"finished tasks were computed again: {sorted(again)[:10]}")
            later = set[int]().union(*(one.started for one in told[number + 1 :]))
            # A rank itself puts off what has exceeded its bounds.
            kill["repeated"] += len((session.started & later) - session.suspects)
            if kill["repeated"] > kill["ranks"]:
                self._defect(
                    f"{kill['repeated']} tasks repeated after a kill of {kill['ranks']} ranks"
                )

    def _n_suspects(self) -> int:
        """Tasks that were found suspect, by two unfinished starts or by their rank."""
        starts: dict[Task, int] = {}
        suspects: set[Task] = set()
        for folder in self._keeper.sessions:
            told = account(folder)
            suspects |= told.suspects
            for task in told.started - told.finished:
                starts[task] = starts.get(task, 0) + 1
        return len(suspects | {task for task, count in starts.items() if count >= 2})

    def _compare(self) -> Comparison:
        comparison = compare(self.reference.out, self._out)
        if comparison.files:
            self._defect(f"{comparison.n_bytes} bytes differ, in {', '.join(comparison.files)}")
        if self._files.sessions():
            self._defect("a complete run has left journals")
        return comparison

    def _await_death(self, marker: str) -> None:
        if not gone(marker, self._dying.pop(marker)):
            self._defect(f"processes survive the end of their run:\n{evidence(marker)}")
            kill_all(marker)

    def _defect(self, words: str) -> None:
        tail = ""
        with contextlib.suppress(OSError):
            lines = (self.folder / "log").read_text(encoding="utf-8", errors="replace").split("\n")
            tail = "\n".join(lines[-15:])
        self.defects.append(f"{words}\n--- last lines of the log ---\n{tail}")

    def clear(self) -> None:
        """Remove the folder of a life without defect."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _of_run(tasks: set[Task], folder: Path) -> set[Task]:
    """Those of the run whose state a folder holds."""
    run = run_of(folder)
    return {task for task in tasks if task[0] == run}
