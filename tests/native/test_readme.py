"""The page of the kernel tells what every file is."""

from __future__ import annotations

import re
from pathlib import Path

NATIVE = Path(__file__).parents[2] / "region_grower_hpc/native"


def test_every_header_has_its_place_in_the_table() -> None:
    text = (NATIVE / "README.md").read_text(encoding="utf-8")
    table = "".join(line for line in text.splitlines() if line.startswith("|"))
    headers = sorted(path.stem for path in (NATIVE / "src").glob("*.hpp"))
    assert headers
    assert [name for name in headers if f"`{name}`" not in table] == []


def test_every_file_of_the_table_is_there() -> None:
    text = (NATIVE / "README.md").read_text(encoding="utf-8")
    files = text.partition("## Files")[2].partition("\n## ")[0]
    rows = [line.split("|")[2] for line in files.splitlines() if line.count("|") == 4]
    named = {name for cell in rows for name in re.findall(r"`([a-z0-9_]+)`", cell)}
    assert "barcode" in named
    assert [name for name in sorted(named) if not (NATIVE / "src" / f"{name}.hpp").exists()] == []
