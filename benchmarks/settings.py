"""How much to measure, and with which tools."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tools import Tool


@dataclass(frozen=True)
class Settings:
    """What every measurement is given.

    Attributes:
        ours: this program.
        peer: the pinned region-grower; None without its environment.
        work: folder for inputs and outputs of the measured commands.
        quick: one repetition of little work, to try the measurements themselves.
        clone_peer: the pinned morphology-workflows; None without its environment.
        efeatures_peer: the pinned bluepyefe; None without its environment.
        conn_props_peer: the pinned connectome-manipulator; None without its environment.
    """

    ours: Tool
    peer: Tool | None
    work: Path
    quick: bool
    clone_peer: Tool | None = None
    efeatures_peer: Tool | None = None
    conn_props_peer: Tool | None = None

    @property
    def tools(self) -> list[Tool]:
        """The tools in the order in which they take turns."""
        return [self.ours] if self.peer is None else [self.ours, self.peer]

    def repetitions(self, number: int) -> int:
        """How often to measure."""
        return 1 if self.quick else number
