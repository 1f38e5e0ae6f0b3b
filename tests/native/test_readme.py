"""The page of the kernel tells what every file is."""

from __future__ import annotations

from pathlib import Path

NATIVE = Path(__file__).parents[2] / "region_grower_hpc/native"


def test_every_header_has_its_place_in_the_table() -> None:
    text = (NATIVE / "README.md").read_text(encoding="utf-8")
    table = "".join(line for line in text.splitlines() if line.startswith("|"))
    headers = sorted(path.stem for path in (NATIVE / "src").glob("*.hpp"))
    assert headers
    assert [name for name in headers if f"`{name}`" not in table] == []
