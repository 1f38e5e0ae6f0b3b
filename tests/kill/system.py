"""A system of the campaign: the command that is killed and continued, as systems.toml names it."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
SYSTEMS_TOML = Path(__file__).with_name("systems.toml")


@dataclass(frozen=True)
class System:
    """A command of this repository.

    Attributes:
        name: in the results.
        template: arguments of the interpreter, with {inputs}, {out} and {repository}.
        prepare_template: the same for what makes the inputs; empty for none.
        n_jobs: that the command does, one after the other, each with a state folder.
    """

    name: str
    template: tuple[str, ...]
    prepare_template: tuple[str, ...] = ()
    n_jobs: int = 1

    def prepare(self, inputs: Path) -> None:
        """Make the inputs."""
        if self.prepare_template:
            words = _filled(self.prepare_template, inputs=inputs)
            subprocess.run([sys.executable, *words], check=True, cwd=REPOSITORY)

    def command(self, inputs: Path, out: Path) -> list[str]:
        """Arguments of the interpreter."""
        return _filled(self.template, inputs=inputs, out=out)


def read_systems(path: Path = SYSTEMS_TOML) -> dict[str, System]:
    """All systems by name."""
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        name: System(
            name, tuple(entry["command"]), tuple(entry.get("prepare", ())), entry.get("jobs", 1)
        )
        for name, entry in content.items()
    }


def _filled(words: Sequence[str], **folders: Path) -> list[str]:
    return [word.format(repository=REPOSITORY, **folders) for word in words]
