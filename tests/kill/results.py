"""The results of campaigns: a file of JSON lines that grows, one a kill and one a life."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from region_grower_hpc import __version__
from tests.kill.system import REPOSITORY


@dataclass(frozen=True)
class Results:
    """Appends to a file and reads it.

    Attributes:
        path: of the file.
    """

    path: Path

    def append(self, records: Iterable[dict[str, Any]]) -> None:
        """Add records in one write, which others' cannot divide."""
        lines = "".join(json.dumps(record) + "\n" for record in records)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(descriptor, lines.encode())
        finally:
            os.close(descriptor)

    def read(self) -> list[dict[str, Any]]:
        """All records."""
        lines = self.path.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line]


def version() -> str:
    """Version of the product, and the commit where there is one."""
    describe = ["git", "describe", "--always", "--dirty"]
    told = subprocess.run(describe, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    return f"{__version__} {told.stdout.strip()}".strip()
