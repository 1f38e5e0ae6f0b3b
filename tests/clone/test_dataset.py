"""The table of repaired morphologies."""

from __future__ import annotations

from pathlib import Path

import pytest

from region_grower_hpc.clone import dataset as module
from region_grower_hpc.clone.dataset import Dataset, read_dataset
from region_grower_hpc.errors import InvalidInputError
from tests.clone.damaged import OF_TABLES, accepted_share

FILE, DATABASE = "repair_release_morph_path_h5", "repair_morph_db_path_h5"
HEADER = f"morph_name,{FILE},mtype,has_axon,has_basal,has_apical,{DATABASE}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sub").mkdir()
    (tmp_path / "elsewhere").mkdir()
    for name in ("sub/one.asc", "sub/two.h5", "sub/three.SWC", "db.xml", "no.txt"):
        (tmp_path / name).touch()
    return tmp_path


def read(folder: Path, *lines: str, header: str = HEADER, end: str = "\n") -> Dataset:
    path = folder / "dataset.csv"
    path.write_text(end.join([header, *lines, ""]), encoding="utf-8", newline="")
    return read_dataset(path, FILE, DATABASE)


ONE = "one,sub/one.asc,L1_DAC,True,True,False,db.xml"
TWO = "two,sub/two.h5,L4_UPC:A,False,False,True,other.xml"


def test_rows(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder / "elsewhere")
    dataset = read(folder, ONE, TWO)
    one, two = dataset.rows
    assert (one.line, one.name, one.path) == (2, "one", folder / "sub/one.asc")
    assert (one.full_type, one.has_axon, one.has_basal, one.has_apical) == (
        *("L1_DAC", True, True, False),
    )
    assert (two.line, two.full_type, two.has_axon, two.has_dendrites) == (
        *(3, "L4_UPC:A", False, True),
    )
    assert [row.problem for row in dataset.rows] == [None, None]
    assert dataset.database == folder / "db.xml"


def test_absolute_paths(folder: Path) -> None:
    row = f"one,{folder}/sub/one.asc,A,0,0,0,{folder}/db.xml"
    dataset = read(folder, row)
    assert dataset.rows[0].path == folder / "sub/one.asc"
    assert dataset.database == folder / "db.xml"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_tables_of_other_programs(folder: Path, end: str) -> None:
    header = '\ufeff"note",' + HEADER
    rows = ['"a, ""b""' + end + 'c",' + ONE, "", 'x,"two","sub/two.h5",A,1,0,1.0,db.xml']
    dataset = read(folder, *rows, header=header, end=end)
    assert [(row.line, row.name) for row in dataset.rows] == [(2, "one"), (5, "two")]
    assert (dataset.rows[1].has_axon, dataset.rows[1].has_basal) == (True, False)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *((text, True) for text in ("True", "true", "TRUE", "1", "1.0")),
        *((text, False) for text in ("False", "false", "FALSE", "0", "0.0")),
    ],
)
def test_booleans(folder: Path, text: str, value: bool) -> None:
    assert read(folder, ONE.replace("False", text)).rows[0].has_apical is value


@pytest.mark.parametrize("text", ["", "yes", "nan", " True", "2", "x" * 1000])
def test_what_is_neither_true_nor_false(folder: Path, text: str) -> None:
    with pytest.raises(InvalidInputError, match=r"dataset\.csv', line 3, column 'has_apical'"):
        read(folder, TWO.replace("other", "db"), ONE.replace("False", text))


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("gone,sub/gone.asc,A,True,True,True,db.xml", "'sub/gone.asc' does not exist"),
        ("gone,,A,True,True,True,db.xml", "no morphology file"),
        ("text,no.txt,A,True,True,True,db.xml", "extension other than .asc, .h5, .swc"),
        ("none,sub/one,A,True,True,True,db.xml", "extension other than .asc, .h5, .swc"),
        ("a folder,sub/one.asc,A,True,True,True,db.xml", "name contains a space"),
        ("a\u00a0b,sub/one.asc,A,True,True,True,db.xml", "name contains a space"),
        ("a/b,sub/one.asc,A,True,True,True,db.xml", "name contains '/'"),
        (",sub/one.asc,A,True,True,True,db.xml", "name is empty"),
        (".a,sub/one.asc,A,True,True,True,db.xml", "name begins with '.'"),
        ('"a\nb",sub/one.asc,A,True,True,True,db.xml', "name contains a control character"),
        (f"{'x' * 300},sub/one.asc,A,True,True,True,db.xml", "name has more than"),
        ("one,sub/two.h5,A,True,True,True,db.xml", "name is that of line 2 already"),
        ("dir,elsewhere.h5,A,True,True,True,db.xml", "'elsewhere.h5' does not exist"),
        (f"long,{'x' * 3000}.h5,A,True,True,True,db.xml", "cannot be read: File name too long"),
        ("nul,a\0b.h5,A,True,True,True,db.xml", "does not exist"),
        # Former steps leave the kinds of failed rows empty.
        ("bad,sub/gone.asc,,,,,", "does not exist"),
    ],
)
def test_failed_rows(folder: Path, row: str, problem: str) -> None:
    (folder / "elsewhere.h5").mkdir()
    dataset = read(folder, ONE, row, TWO)
    _, failed, other = dataset.rows
    assert problem in str(failed.problem)
    assert other.problem is None
    assert not failed.has_axon
    assert [row.name for row in dataset.usable] == ["one", "two"]


def test_suffixes_in_capital_letters(folder: Path) -> None:
    dataset = read(folder, "three,sub/three.SWC,A,True,True,True,db.xml")
    assert dataset.rows[0].problem is None


def test_the_database_of_the_first_usable_row(folder: Path) -> None:
    failed = "gone,sub/gone.asc,A,True,True,True,gone.xml"
    assert read(folder, failed, ONE, TWO).database == folder / "db.xml"
    with pytest.raises(
        InvalidInputError, match=rf"line 2, column '{DATABASE}': .*other\.xml' does not exist"
    ):
        read(folder, TWO, ONE)
    with pytest.raises(InvalidInputError, match=f"line 2, column '{DATABASE}': it is empty"):
        read(folder, ONE.replace("db.xml", ""))
    with pytest.raises(InvalidInputError, match="does not exist"):
        read(folder, ONE.replace("db.xml", "x" * 3000))


@pytest.mark.parametrize("rows", [(), ("gone,sub/gone.asc,A,True,True,True,db.xml",)])
def test_no_row_that_can_be_used(folder: Path, rows: tuple[str, ...]) -> None:
    told = "line 2, 'gone': the file" if rows else "can be used$"
    with pytest.raises(InvalidInputError, match=rf"dataset\.csv': it has no row that.*{told}"):
        read(folder, *rows)


@pytest.mark.parametrize("column", HEADER.split(","))
def test_missing_and_repeated_columns(folder: Path, column: str) -> None:
    others = [other for other in HEADER.split(",") if other != column]
    with pytest.raises(InvalidInputError, match=f"line 1: the table lacks the column '{column}'"):
        read(folder, header=",".join(others))
    with pytest.raises(InvalidInputError, match=f"line 1: the table has twice the .*'{column}'"):
        read(folder, header=f"{HEADER},{column}")


@pytest.mark.parametrize("row", [f"{ONE},x", ONE.rpartition(",")[0]])
def test_ragged_rows(folder: Path, row: str) -> None:
    with pytest.raises(InvalidInputError, match=r"line 3: \d value\(s\) for 7 columns"):
        read(folder, ONE, row)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "line 1: the table lacks the column 'morph_name'; its columns: none"),
        (b"\n\n\na,b\n", "line 4: the table lacks"),
        (b"\xff\xfe\x00", "is no UTF-8 text"),
        (f'{HEADER}\n"one'.encode(), "line 2: it is no CSV"),
        (f'{HEADER}\n"one"x,a,b,c,d,e,f\n'.encode(), "line 2: it is no CSV"),
        (f"{HEADER}\n{'x' * 200_000},a,b,c,d,e,f\n".encode(), "line 2: it is no CSV: field larger"),
    ],
)
def test_what_is_no_table(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "dataset.csv"
    path.write_bytes(content)
    with pytest.raises(InvalidInputError, match=rf"dataset\.csv'.*{told}"):
        read_dataset(path, FILE, DATABASE)


def test_files_that_cannot_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (folder / "gone.csv", folder / "sub"):
        with pytest.raises(InvalidInputError, match="cannot be read"):
            read_dataset(path, FILE, DATABASE)
    monkeypatch.setattr(module, "MAX_BYTES", 10)
    with pytest.raises(InvalidInputError, match="is larger than"):
        read(folder, ONE)


def test_damaged_tables_are_refused_or_read(folder: Path) -> None:
    read(folder, ONE, TWO)
    path = folder / "dataset.csv"
    share = accepted_share(path, lambda path: read_dataset(path, FILE, DATABASE), OF_TABLES)
    assert 0 < share < 1


@pytest.mark.shared
@pytest.mark.parametrize(("case", "n"), [("example", 23), ("crossed", 3)])
def test_tables_of_the_peer(shared_data: Path, case: str, n: int) -> None:
    dataset = read_dataset(shared_data / "clone" / case / "dataset.csv", FILE, DATABASE)
    assert len(list(dataset.usable)) == len(dataset.rows) == n
    assert dataset.database.name == "neurondb.xml"
