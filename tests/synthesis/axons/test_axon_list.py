from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.synthesis.axons.axon_list import (
    AxonChoices,
    check_drop_ratio,
    load_axon_list,
)

MTYPES = np.array([0, 0, 1, 1, 1], dtype=np.int32)
NAMES = ["L1_DAC", "L3_TPC:A"]


def written(folder: Path, text: str) -> Path:
    path = folder / "axons.tsv"
    path.write_text(text)
    return path


def choices(*codes: int) -> AxonChoices:
    return AxonChoices(["a"], np.array(codes, dtype=np.int32), np.full(len(codes), np.nan))


def refusal(path: Path, n_cells: int) -> str:
    with pytest.raises(InvalidInputError) as caught:
        load_axon_list(path, n_cells)
    assert str(path) in str(caught.value)
    return str(caught.value)


def test_rows_in_any_order(tmp_path: Path) -> None:
    path = written(tmp_path, "\tmorphology\tscale\n2\tb\t1.25\n0\tc\t0.1\n1\tb\tN/A\n")
    read = load_axon_list(path, 3)
    assert read.names == ["b", "c"]
    assert read.codes.dtype == np.int32
    assert read.codes.tolist() == [1, 0, 0]
    np.testing.assert_array_equal(read.scales, [0.1, np.nan, 1.25])


@pytest.mark.parametrize("missing", ["N/A", "NaN", "null", "None", "NA"])
def test_what_pandas_takes_for_missing_is_no_axon(tmp_path: Path, missing: str) -> None:
    read = load_axon_list(written(tmp_path, f"gid morphology scale\n0 {missing} 2\n1 007 2\n"), 2)
    assert read.names == ["007"]
    assert read.codes.tolist() == [-1, 0]
    assert read.has_axon.tolist() == [False, True]
    assert np.isnan(read.scales[0])


def test_scale_may_be_absent(tmp_path: Path) -> None:
    read = load_axon_list(written(tmp_path, "\tmorphology\n0\ta\n1\ta\n"), 2)
    assert read.codes.tolist() == [0, 0]
    assert np.isnan(read.scales).all()


def test_no_cells(tmp_path: Path) -> None:
    read = load_axon_list(written(tmp_path, "\tmorphology\tscale\n"), 0)
    assert read.names == []
    assert len(read.codes) == len(read.scales) == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\tscale\n0\t1\n1\t1\n", "no column 'morphology'"),
        ("", "is no table"),
        ("\tmorphology\n0 a 3 4\n1 a\n", "is no table"),
        ("\tmorphology\n0\ta\n0\ta\n", "more than one row for gid 0"),
        ("\tmorphology\n1\ta\n", "no row; write N/A where there is no axon, for gid 0"),
        ("\tmorphology\n0\ta\n1\ta\n7\ta\n", "no cell has gid 7: .* 0 to 1"),
        ("\tmorphology\n0\ta\n-1\ta\n", "no cell has gid -1"),
        ("\tmorphology\n0\ta\nx\ta\n", "no cell has gid x"),
        ("\tmorphology\n0\ta\n0.5\ta\n", "no cell has gid 0.5"),
        ("\tmorphology\tscale\n0\ta\t1\n1\ta\tbig\n", "gid 1 has scale 'big'"),
        ("\tmorphology\tscale\n0\ta\t1\n1\ta\t0\n", "gid 1 has scale 0: .* positive"),
        ("\tmorphology\tscale\n0\ta\t-2\n1\ta\t1\n", "gid 0 has scale -2"),
        ("\tmorphology\tscale\n0\ta\tinf\n1\ta\t1\n", "gid 0 has scale inf"),
    ],
)
def test_wrong_lists_are_refused(tmp_path: Path, text: str, message: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(InvalidInputError, match=message):
        load_axon_list(path, 2)
    refusal(path, 2)


def test_absent_and_binary_files_are_refused(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "none.tsv", 1)
    binary = tmp_path / "list.tsv"
    binary.write_bytes(b"\tmorphology\n0\t\xff\xfe\n")
    assert "is no table" in refusal(binary, 1)


def test_of_many_gids_only_the_first_are_named(tmp_path: Path) -> None:
    message = refusal(written(tmp_path, "\tmorphology\n0\ta\n"), 1000)
    assert "1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 989 more" in message


def test_too_many_without_axon_are_refused_by_mtype(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_drop_ratio(choices(-1, 0, -1, -1, 0), MTYPES, NAMES, 0.5, tmp_path / "list.tsv")
    assert "list.tsv" in str(caught.value)
    assert "L3_TPC:A (2 of 3, 66.7%)" in str(caught.value)
    assert "L1_DAC" not in str(caught.value)


def test_the_highest_ratio_is_named_first(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"L3_TPC:A \(2 of 3, 66.7%\), L1_DAC \(1 of 2"):
        check_drop_ratio(choices(-1, 0, -1, -1, 0), MTYPES, NAMES, 0, tmp_path / "list.tsv")


def test_few_without_axon_are_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    check_drop_ratio(choices(-1, 0, -1, 0, 0), MTYPES, NAMES, 0.5, tmp_path / "list.tsv")
    assert "N/A morphologies for 2 position(s)" in caplog.text
    assert "L1_DAC (1 of 2, 50.0%), L3_TPC:A (1 of 3, 33.3%)" in caplog.text
    assert "gids 0, 2" in caplog.text


def test_nothing_to_tell_when_all_have_axons(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    check_drop_ratio(choices(0, 0, 0, 0, 0), MTYPES, NAMES, 0, tmp_path / "list.tsv")
    assert not caplog.records


@pytest.mark.shared
def test_the_list_of_the_axon_case(shared_data: Path) -> None:
    read = load_axon_list(shared_data / "synthesis" / "axon" / "axon_morphs.tsv", 8)
    assert read.names == ["C170797A-P1", "C280199C-P3", "C280998A-P3"]
    assert read.codes.tolist() == [0, 1, 2, 0, 1, -1, 0, 1]
    np.testing.assert_array_equal(
        read.scales, [0.8, 0.857, 0.914, 0.971, 1.029, np.nan, 1.143, 1.2]
    )
