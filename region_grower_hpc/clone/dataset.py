"""The data set of repaired morphologies: a CSV table, one row for each."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.safe_name import name_problem

#: Suffixes of morphology files, in small or capital letters.
EXTENSIONS = (".asc", ".h5", ".swc")
NAME, TYPE = "morph_name", "mtype"
HAS_AXON, HAS_BASAL, HAS_APICAL = "has_axon", "has_basal", "has_apical"
#: About a million rows.
MAX_BYTES = 1 << 30
#: Characters of a user's text in a message.
LONGEST_SHOWN = 300

_BOOLEANS = {
    **dict.fromkeys(("True", "true", "TRUE", "1", "1.0"), True),
    **dict.fromkeys(("False", "false", "FALSE", "0", "0.0"), False),
}


@dataclass(frozen=True)
class DatasetRow:
    """One morphology.

    Attributes:
        line: of the file, from 1.
        name: of the morphology; fit for the name of a file where there is no problem.
        path: of its file.
        full_type: `MTYPE` or `MTYPE:SUB`.
        has_axon, has_basal, has_apical: kinds of neurites; False for a row with a problem.
        problem: why it takes no part, as far as is known before the file is opened; None if it may.
    """

    line: int
    name: str
    path: Path
    full_type: str
    has_axon: bool
    has_basal: bool
    has_apical: bool
    problem: str | None = None

    @property
    def has_dendrites(self) -> bool:
        """Whether it has basal or apical dendrites."""
        return self.has_basal or self.has_apical


@dataclass(frozen=True)
class Dataset:
    """All rows in the order of the file.

    Attributes:
        rows: with and without problem.
        database: the morphology database of the first row without one; it exists.
    """

    rows: list[DatasetRow]
    database: Path

    @property
    def usable(self) -> Iterator[DatasetRow]:
        """Rows without problem."""
        return (row for row in self.rows if row.problem is None)


def read_dataset(path: Path, morph_path_col: str, morph_db_col: str) -> Dataset:
    """Read a data set; paths in it are relative to its folder.

    Args:
        path: of the CSV file.
        morph_path_col: column with the paths of the morphologies.
        morph_db_col: column with the path of the database.

    Raises:
        InvalidInputError: naming file, line and column: no such file, no CSV table, a column
            missing, neither true nor false, no row that can be used, or no database.
    """
    table = _Table(
        path, (NAME, TYPE, HAS_AXON, HAS_BASAL, HAS_APICAL, morph_path_col, morph_db_col)
    )
    rows: list[DatasetRow] = []
    lines: dict[str, int] = {}
    database: Path | None = None
    for line, values in table:
        name, file = values[NAME], path.parent / values[morph_path_col]
        problem = _name_problem(name, lines) or _file_problem(values[morph_path_col], file)
        axon, basal, apical = (
            problem is None and table.boolean(line, column, values[column])
            for column in (HAS_AXON, HAS_BASAL, HAS_APICAL)
        )
        lines.setdefault(name, line)
        rows.append(DatasetRow(line, name, file, values[TYPE], axon, basal, apical, problem))
        if problem is None and database is None:
            database = _database(table.where(line), morph_db_col, path, values[morph_db_col])
    if database is None:
        told = f": line {rows[0].line}, '{rows[0].name}': {rows[0].problem}" if rows else ""
        raise InvalidInputError(f"data set '{path}': it has no row that can be used{told}")
    return Dataset(rows, database)


def _name_problem(name: str, lines: dict[str, int]) -> str | None:
    if (problem := name_problem(name)) is not None:
        return f"its name {problem}"
    if any(character.isspace() for character in name):
        return "its name contains a space"
    if name in lines:
        return f"its name is that of line {lines[name]} already"
    return None


def _file_problem(text: str, file: Path) -> str | None:
    """Why a file cannot be a morphology; the text is as the user wrote it, for the message."""
    if not text:
        return "it has no morphology file"
    text = text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."
    if file.suffix.lower() not in EXTENSIONS:
        return f"the file '{text}' has an extension other than {', '.join(EXTENSIONS)}"
    try:
        return None if file.is_file() else f"the file '{text}' does not exist"
    except OSError as error:
        return f"the file '{text}' cannot be read: {error.strerror}"


def _database(where: str, column: str, path: Path, text: str) -> Path:
    database = path.parent / text
    if not text:
        raise InvalidInputError(
            f"{where}, column '{column}': it is empty: write the path of the morphology database"
        )
    try:
        exists = database.is_file()
    except OSError:
        exists = False
    if not exists:
        raise InvalidInputError(
            f"{where}, column '{column}': the morphology database '{database}' does not exist"
        )
    return database


class _Table:
    """The lines of a CSV file with some of its columns."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self._path = path
        self._reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
        line, header = next(self._records(), (1, []))
        for column in columns:
            if header.count(column) != 1:
                how = "has twice" if column in header else "lacks"
                has = ", ".join(map(repr, header))[:LONGEST_SHOWN] or "none"
                raise InvalidInputError(
                    f"{self.where(line)}: the table {how} the column '{column}'; its columns: {has}"
                )
        self._places = {column: header.index(column) for column in columns}
        self._n_columns = len(header)

    def __iter__(self) -> Iterator[tuple[int, dict[str, str]]]:
        for line, fields in self._records():
            if len(fields) != self._n_columns:
                raise InvalidInputError(
                    f"{self.where(line)}: {len(fields)} value(s) for {self._n_columns} columns: "
                    "write one for each"
                )
            yield line, {column: fields[place] for column, place in self._places.items()}

    def boolean(self, line: int, column: str, text: str) -> bool:
        if text not in _BOOLEANS:
            raise InvalidInputError(
                f"{self.where(line)}, column '{column}': {text[:LONGEST_SHOWN]!r} is neither true "
                "nor false: write True or False"
            )
        return _BOOLEANS[text]

    def where(self, line: int) -> str:
        return f"data set '{self._path}', line {line}"

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """First line and fields of each record that is left; empty lines are none."""
        try:
            while True:
                line = self._reader.line_num + 1
                fields = next(self._reader, None)
                if fields is None:
                    return
                if fields:
                    yield line, fields
        except csv.Error as error:
            raise InvalidInputError(
                f"{self.where(self._reader.line_num)}: it is no CSV: {error}"
            ) from error


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InvalidInputError(f"data set '{path}' is larger than {MAX_BYTES >> 20} MiB")
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InvalidInputError(f"data set '{path}' cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"data set '{path}' is no UTF-8 text: {error}") from error
