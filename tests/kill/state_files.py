"""What the state folder of a run that was killed tells about the moment of the kill."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.kill.journals import account

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
    """The state folder below the output of a run; there is at most one.

    Attributes:
        out: where the run writes.
    """

    out: Path

    @property
    def folder(self) -> Path:
        """Where the state lies, whether it is there or not."""
        return next(self.out.glob("*.rghpc"), self.out / ".rghpc")

    @property
    def journals(self) -> Path:
        """Journals of all sessions."""
        return self.folder / "journals"

    def sessions(self) -> set[str]:
        """Names of the folders of all sessions."""
        return {
            name
            for run, folders, _ in os.walk(self.journals)
            for name in folders
            if Path(run).parent == self.journals
        }

    def is_complete(self) -> bool:
        """Whether the completion marker is that of this run."""
        plan, marker = self._json("plan.json"), self._json("complete")
        return bool(marker) and marker.get("run") == plan.get("run")

    def events(self) -> list[dict[str, Any]]:
        """Whole lines of progress.jsonl."""
        events = []
        with contextlib.suppress(OSError):
            for line in (self.folder / "progress.jsonl").read_text(encoding="utf-8").split("\n"):
                with contextlib.suppress(ValueError):
                    events.append(json.loads(line))
        return events

    def phase(self, began_ns: int, former_sessions: set[str]) -> str:
        """How far the run had come that began then and has been killed."""
        if self.is_complete():
            return COMPLETE
        if self._touched("costs.json", began_ns):
            return CONCLUSION
        if self._touched("rows.npy", began_ns):
            plan = self._json("plan.json")
            n_shards = -(-plan["n_tasks"] // plan["shard_size"])
            is_written = len(account(self.journals).shards) == n_shards
            return GATHERING if is_written else SHARDS
        return COMPUTING if self.sessions() - former_sessions else START_UP

    def _touched(self, name: str, began_ns: int) -> bool:
        try:
            return (self.folder / name).stat().st_mtime_ns >= began_ns
        except OSError:
            return False

    def _json(self, name: str) -> dict[str, Any]:
        try:
            content = json.loads((self.folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}
