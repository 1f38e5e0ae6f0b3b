"""One start of the command: killed at a moment, or left to end."""

from __future__ import annotations

import os
import random
import subprocess
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from region_grower_hpc.engine.launcher import without_launcher
from region_grower_hpc.run_processes import MARKER, evidence, gone, kill_all, processes, strike
from tests.kill.moment import Moment
from tests.kill.state_files import StateFiles
from tests.kill.system import REPOSITORY
from tests.kill.watch import Watch, kind_of
from tests.kill.way import Way

#: How often files are looked at, and how often others are called meanwhile.
LOOK_S, CALL_S = 0.003, 0.02


@dataclass(frozen=True)
class Ended:
    """How one start of the command ended.

    Attributes:
        marker: by which its processes are found.
        code: exit code; None if it did not end in time.
        victim: what was killed; "" if nothing.
        phase: how far the run had come; "" if nothing was killed.
        moment_s: seconds from the start to the kill, or to the end.
        wound_down_s: seconds from the kill to the end of the process that was started.
        seen: where the processes hung; "" if they did not.
    """

    marker: str
    code: int | None
    victim: str
    phase: str
    moment_s: float
    wound_down_s: float
    seen: str


@dataclass
class Attempt:
    """A start of a command.

    Attributes:
        command: arguments of the interpreter.
        way: ranks and launcher.
        out: watched for events.
        log: gets what the run prints.
        meanwhile: called again and again until the end.
    """

    command: Sequence[str]
    way: Way
    out: Path
    log: Path
    meanwhile: Callable[[], None]
    n_jobs: int = 1

    def execute(
        self,
        moment: Moment | None,
        preferred: Sequence[str],
        choices: random.Random,
        patience_s: float,
        watch: Watch | None = None,
        seen: Callable[[str, float], None] | None = None,
    ) -> Ended:
        """Start, kill, wait for the end.

        Args:
            moment: when to kill; None for never.
            preferred: what to kill, best first.
            choices: randomness.
            patience_s: how long a run may take, and again after a kill.
            watch: of the output, for a moment at an event or for `seen`.
            seen: told kind and time of each path that appears.
        """
        marker = uuid.uuid4().hex
        watch = watch or Watch(self.out)
        process = self._start(marker)
        started_s = time.monotonic()
        victim, phase, struck_s, wait_s = "", "", 0.0, patience_s
        files, began_ns = StateFiles(self.out, self.n_jobs), time.time_ns()
        former_sessions = files.sessions()
        due_s = started_s + moment.after_s if moment and not moment.event else float("inf")
        count = 0
        next_call_s = started_s
        while process.poll() is None:
            now_s = time.monotonic()
            if now_s >= due_s:
                alive = processes(marker)
                victim = strike(alive, list(preferred), choices)
                struck_s = time.monotonic()
                # At once: of a run whose launcher is dead, the ranks may still go on.
                phase = files.phase(began_ns, former_sessions) if victim else ""
                break
            if now_s > started_s + patience_s:
                wait_s = 0.0
                break
            if now_s >= next_call_s:
                self.meanwhile()
                next_call_s = now_s + CALL_S
            if seen or (moment and moment.event and due_s == float("inf")):
                for path in watch.news():
                    kind = kind_of(path)
                    if seen:
                        seen(kind, now_s - started_s)
                    count += moment is not None and kind == moment.event
                if moment and moment.event and count >= moment.times:
                    due_s = time.monotonic() + moment.after_s
                    if not moment.after_s:
                        continue
            time.sleep(max(0.0, min(LOOK_S, due_s - time.monotonic())))
        code, words = self._wait(process, marker, wait_s)
        ended_s = time.monotonic()
        self.meanwhile()
        if seen:
            for path in watch.news():
                seen(kind_of(path), ended_s - started_s)
        moment_s = (struck_s if victim else ended_s) - started_s
        wound_down_s = ended_s - struck_s if victim else 0.0
        return Ended(marker, code, victim, phase, moment_s, wound_down_s, words)

    def _start(self, marker: str) -> subprocess.Popen[bytes]:
        words = self.way.words(self.command)
        environment: Mapping[str, str] = {
            **without_launcher(os.environ),
            **self.way.environment(),
            MARKER: marker,
        }
        with self.log.open("ab") as log:
            log.write(f"\n$ {' '.join(words)}\n".encode())
            log.flush()
            return subprocess.Popen(
                words,
                env=environment,
                cwd=REPOSITORY,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _wait(
        self, process: subprocess.Popen[bytes], marker: str, patience_s: float
    ) -> tuple[int | None, str]:
        """Exit code; or None and where the processes hang, which are then killed."""
        limit_s = time.monotonic() + patience_s
        while process.poll() is None:
            if time.monotonic() > limit_s:
                words = evidence(marker)
                kill_all(marker)
                process.wait()
                gone(marker, time.monotonic() + 10.0)
                return None, words
            self.meanwhile()
            time.sleep(CALL_S)
        return process.returncode, ""
