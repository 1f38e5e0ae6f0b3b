"""What the state folder of a run that was killed tells about the moment of the kill."""

from __future__ import annotations

import contextlib
import json
import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.kill.journals import Account, account, journals_below

START_UP, COMPUTING, SHARDS, GATHERING, CONCLUSION, COMPLETE = PHASES = (
    "start-up",
    "computing",
    "shards",
    "gathering",
    "conclusion",
    "complete",
)


@dataclass(frozen=True)
class StateFiles:
    """The state folders below the output of a run; each job of its command has one.

    Attributes:
        out: where the run writes.
        n_jobs: of the command, one after the other.
    """

    out: Path
    n_jobs: int = 1

    @property
    def folders(self) -> list[Path]:
        """Those that there are, in the order in which their jobs were begun.

        Jobs of one output may have theirs in folders of the last one's.
        """
        plans = [*self.out.glob("*.rghpc/plan.json"), *self.out.glob("*.rghpc/*/plan.json")]
        return sorted((plan.parent for plan in plans), key=_begun_ns)

    @property
    def folder(self) -> Path:
        """Where the state of the last job lies, whether it is there or not."""
        return next(reversed(self.folders), self.out / ".rghpc")

    def account(self) -> Account:
        """What the journals of all jobs tell."""
        told = Account()
        for folder in self.folders:
            for path in journals_below(folder / "journals"):
                with contextlib.suppress(FileNotFoundError):
                    told.add(path)
        return told

    def sessions(self) -> set[str]:
        """Names of the folders of all sessions."""
        journals = [folder / "journals" for folder in self.folders]
        return {
            f"{run}/{name}"
            for place in journals
            for run, folders, _ in os.walk(place)
            for name in folders
            if Path(run).parent == place
        }

    def is_complete(self) -> bool:
        """Whether each job has the completion marker of its run."""
        folders = self.folders
        return len(folders) == self.n_jobs and all(map(_is_complete, folders))

    def complete_runs(self) -> set[str]:
        """Ids of runs that are complete, whose journals are not needed any more."""
        return {run_of(folder) for folder in self.folders if _is_complete(folder)}

    def events(self) -> dict[Path, list[dict[str, Any]]]:
        """Events of progress.jsonl of each job that count tasks, so not the signs of life."""
        found: dict[Path, list[dict[str, Any]]] = {}
        for folder in self.folders:
            events = found[folder] = []
            with contextlib.suppress(OSError):
                for line in (folder / "progress.jsonl").read_text(encoding="utf-8").split("\n"):
                    with contextlib.suppress(ValueError):
                        event = json.loads(line)
                        if event["event"] != "alive":
                            events.append(event)
        return found

    def phase(self, began_ns: int, former_sessions: set[str]) -> str:
        """How far the run had come that began then and has been killed."""
        if self.is_complete():
            return COMPLETE
        if _is_complete(self.folder):
            return START_UP  # of the next job
        if self._touched("costs.json", began_ns):
            return CONCLUSION
        if self._touched("rows.npy", began_ns):
            plan = _json(self.folder / "plan.json")
            n_shards = -(-plan["n_tasks"] // plan["shard_size"])
            is_written = len(account(self.folder / "journals").shards) == n_shards
            return GATHERING if is_written else SHARDS
        return COMPUTING if self.sessions() - former_sessions else START_UP

    def _touched(self, name: str, began_ns: int) -> bool:
        try:
            return (self.folder / name).stat().st_mtime_ns >= began_ns
        except OSError:
            return False


def run_of(folder: Path) -> str:
    """Id of the run whose state a folder holds; empty before it has begun."""
    return str(_json(folder / "plan.json").get("run", ""))


def _begun_ns(folder: Path) -> float:
    """Plans are written when a run begins, and not again when it is continued."""
    try:
        return (folder / "plan.json").stat().st_mtime_ns
    except OSError:
        return math.inf


def _is_complete(folder: Path) -> bool:
    marker = _json(folder / "complete")
    return bool(marker) and marker.get("run") == run_of(folder)


def _json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
