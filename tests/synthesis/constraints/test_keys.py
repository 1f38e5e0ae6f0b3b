"""Keys of an entry of the region structure."""

from __future__ import annotations

from pathlib import Path

import pytest

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.synthesis.constraints.keys import Keys


def test_a_path_longer_than_the_system_takes(tmp_path: Path) -> None:
    keys = Keys({"path": "a" * 5000 + ".obj"}, "region_structure.yaml, region O")
    with pytest.raises(
        InvalidInputError, match=r"region_structure.yaml, region O.*path.*is no path"
    ):
        keys.path("path", tmp_path)
