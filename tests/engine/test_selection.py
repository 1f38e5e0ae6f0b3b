"""Parts of a plan."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from region_grower_hpc.engine.job import Plan
from region_grower_hpc.engine.selection import Selection, identity, shown
from region_grower_hpc.errors import InvalidInputError


def plan(n_tasks: int = 10, left_out: tuple[int, ...] = ()) -> Plan:
    """Ids 0 to n-1, of which some need no task."""
    ids = np.setdiff1d(np.arange(n_tasks), left_out).astype(np.int64)
    return Plan(
        tasks=ids,
        costs_s=ids + 0.5,
        row_dtype=np.dtype("i4"),
        options={},
        cost_groups=ids % 3,
        cost_group_names=("a", "b", "c"),
        left_out=np.array(left_out, dtype=np.int64),
    )


def tasks(selection: Selection, whole: Plan | None = None) -> list[int]:
    return selection.of(whole or plan()).tasks.tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2:5", [2, 3, 4]),
        ("7:", [7, 8, 9]),
        (":2", [0, 1]),
        (":", list(range(10))),
        ("4:4", []),
    ],
)
def test_range(text: str, expected: list[int]) -> None:
    assert tasks(Selection(gids=text)) == expected


def test_file_of_ids_and_ranges(tmp_path: Path) -> None:
    path = tmp_path / "gids.txt"
    path.write_text("7 1:3\n7, 9\n")
    assert tasks(Selection(gids=str(path))) == [1, 2, 7, 9]


def test_parts_deal_out_the_tasks() -> None:
    parts = [tasks(Selection(part=f"{number}/3")) for number in (1, 2, 3)]
    assert parts == [[0, 3, 6, 9], [1, 4, 7], [2, 5, 8]]


def test_part_of_a_range() -> None:
    assert tasks(Selection(gids="2:8", part="2/2")) == [3, 5, 7]


def test_more_parts_than_tasks() -> None:
    assert tasks(Selection(part="9/12"), plan(3)) == []


def test_what_belongs_to_a_task_goes_with_it() -> None:
    part = Selection(gids="3:6").of(plan())
    assert part.costs_s.tolist() == [3.5, 4.5, 5.5]
    assert part.cost_groups is not None
    assert part.cost_groups.tolist() == [0, 1, 2]
    assert part.n_shards == 1


def test_ids_without_task_may_be_named() -> None:
    assert tasks(Selection(gids="0:4"), plan(left_out=(1, 2))) == [0, 3]


@pytest.mark.parametrize("text", ["8:11", "10", "99999999999999:99999999999999999"])
def test_unknown_ids_are_named(tmp_path: Path, text: str) -> None:
    gids = text
    if ":" not in text:
        gids = str(tmp_path / "gids")
        Path(gids).write_text(text)
    with pytest.raises(InvalidInputError, match=r"no gid \d+; the input has the gids 0 to 9"):
        tasks(Selection(gids=gids))


@pytest.mark.parametrize("text", ["0/3", "4/3", "1", "a/b", "1/0", "-1/2", "1/2/3"])
def test_bad_part(text: str) -> None:
    with pytest.raises(InvalidInputError, match="--part"):
        tasks(Selection(part=text))


@pytest.mark.parametrize("content", ["five", "3:1", "1.5", "-1"])
def test_bad_words_in_a_file(tmp_path: Path, content: str) -> None:
    path = tmp_path / "gids.txt"
    path.write_text(f"1 {content} 2")
    with pytest.raises(InvalidInputError, match=r"gids\.txt: .* is neither a gid nor a range"):
        tasks(Selection(gids=str(path)))


def test_neither_range_nor_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="neither a range A:B nor a readable file"):
        tasks(Selection(gids=str(tmp_path / "absent")))


def test_identity_depends_on_the_ids_alone() -> None:
    ids = np.array([1, 2, 3])
    assert identity(ids.astype(np.int64)) == identity(ids.astype(np.int32))
    assert identity(ids) != identity(ids[:2])


def test_many_ids_are_counted() -> None:
    assert shown(np.arange(7)) == "0, 1, 2, 3, 4 and 2 more"
