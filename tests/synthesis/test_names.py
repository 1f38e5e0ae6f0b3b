from __future__ import annotations

import pytest

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.synthesis.names import (
    cell_seed,
    folder_levels,
    morphology_name,
    morphology_path,
)


def test_seed_wraps_at_32_bits() -> None:
    assert cell_seed(2**32 - 1, 3) == 2
    assert cell_seed(7, 0) == 7


def test_name_comes_from_the_seed_as_in_the_peer() -> None:
    assert morphology_name(0) == "e3e70682c2094cac629f6fbed82c07cd"
    assert morphology_name(1) == "cd613e30d8f16adf91b7584a2265b1f5"


@pytest.mark.parametrize(
    ("n_files", "limit", "levels"),
    [
        (10**9, None, None),
        (255, 256, None),
        (256, 256, 0),
        (257, 256, 1),
        (256 * 256, 256, 1),
        (256 * 256 + 1, 256, 2),
        (10, 20, None),
    ],
)
def test_levels_are_the_fewest_that_hold_all_files(
    n_files: int, limit: int | None, levels: int | None
) -> None:
    assert folder_levels(n_files, limit) == levels


def test_limits_that_cannot_work_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="Less than 256 files per folder"):
        folder_levels(300, 255)
    with pytest.raises(InvalidInputError, match="4 levels"):
        folder_levels(256**4 + 1, 256)


def test_path_below_the_output_folder() -> None:
    assert morphology_path("abcdef", None) == "abcdef"
    assert morphology_path("abcdef", 0) == "hashed/abcdef"
    assert morphology_path("abcdef", 2) == "hashed/ab/cd/abcdef"
