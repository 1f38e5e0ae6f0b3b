"""The library of failing calls (failing_calls.c): built with the machine's C compiler."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_suffix(".c")
#: Instead of an errno: a write takes half; and then the next one to that file finds no room.
SHORT, SHORT_THEN_FULL = -1, -2


@dataclass(frozen=True)
class Call:
    """A call that changes something below a watched folder."""

    number: int
    name: str
    path: str
    failed: bool


def build(folder: Path) -> Path:
    """Compile the library; the test is skipped where that is not possible."""
    compiler = os.environ.get("CC") or shutil.which("cc")
    if not sys.platform.startswith("linux") or compiler is None:
        pytest.skip("calls are made to fail by LD_PRELOAD: needs Linux and a C compiler (cc)")
    library = folder / "failing_calls.so"
    words = ["-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-o", str(library), str(SOURCE), "-ldl"]
    subprocess.run([compiler, *words], check=True)
    return library


def read_log(path: Path) -> list[Call]:
    """The calls that the library has noted, in their order."""
    if not path.exists():
        return []
    calls = []
    for line in path.read_text(encoding="utf-8").splitlines():
        number, name, file, *failed = line.split("\t")
        calls.append(Call(int(number), name, file, bool(failed)))
    return sorted(calls, key=lambda call: call.number)
