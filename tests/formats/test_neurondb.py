"""Morphology databases in both forms."""

from __future__ import annotations

from pathlib import Path

import pytest

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.neurondb import FLAGS, NeuronDbRow, read_neurondb

ROW = """<morphology><name>{name}</name><mtype>L2_TPC</mtype><msubtype>A</msubtype>
<layer>2</layer>{more}</morphology>"""


def write(path: Path, *rows: str) -> Path:
    text = f"<neurondb><listing>{''.join(rows)}</listing></neurondb>"
    path.write_text(f'<?xml version="1.0" encoding="iso-8859-1"?>\n{text}', encoding="iso-8859-1")
    return path


def test_rows_of_xml(tmp_path: Path) -> None:
    repair = (
        "<repair><use_axon>False</use_axon><unravel/><use_for_stats> true </use_for_stats>"
        "<axon_sources><axoninput>two</axoninput><axoninput>three</axoninput></axon_sources>"
        "</repair>"
    )
    plain = (
        "<morphology><name>é</name><mtype>L1_DAC</mtype><msubtype/><layer>1</layer></morphology>"
    )
    path = write(tmp_path / "neuronDB.xml", ROW.format(name="one", more=repair), plain)
    one, other = read_neurondb(path)
    assert one.key == ("one", "L2_TPC:A", "2")
    assert [flag for flag in FLAGS if not one.flags[flag]] == ["use_axon"]
    assert one.axon_sources == ("two", "three")
    assert other == NeuronDbRow("é", "L1_DAC", "1")
    assert all(other.flags.values())


def test_rows_of_dat(tmp_path: Path) -> None:
    path = tmp_path / "neuronDB.dat"
    path.write_text("one 2 L2_TPC:A\n\none 3 L2_TPC:A\n")
    assert [row.key for row in read_neurondb(path)] == [
        ("one", "L2_TPC:A", "2"),
        ("one", "L2_TPC:A", "3"),
    ]


@pytest.mark.parametrize("name", ["../one", "/one", "..", "", ".one", "a&#10;b", "x" * 300])
def test_names_stay_in_their_folder(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / "neuronDB.xml", "\n\n" + ROW.format(name=name, more=""))
    with pytest.raises(InvalidInputError, match=r"neuronDB\.xml', line 4: the name"):
        read_neurondb(path)


def test_names_of_axon_sources_stay_in_their_folder(tmp_path: Path) -> None:
    more = "<repair><axon_sources><axoninput>../x</axoninput></axon_sources></repair>"
    with pytest.raises(InvalidInputError, match=r"the name '\.\./x'"):
        read_neurondb(write(tmp_path / "neuronDB.xml", ROW.format(name="one", more=more)))


@pytest.mark.parametrize("name", ["../one", "/one", "..", "a\0b"])
def test_names_of_dat_stay_in_their_folder(tmp_path: Path, name: str) -> None:
    path = tmp_path / "neuronDB.dat"
    path.write_text(f"one 1 L1_DAC\n{name} 1 L1_DAC\n")
    with pytest.raises(InvalidInputError, match=r"neuronDB\.dat', line 2: the name"):
        read_neurondb(path)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (ROW.format(name="one", more="<repair><unravel>1</unravel></repair>"), "'unravel' is '1'"),
        ("<morphology><name>one</name><mtype>L1_DAC</mtype></morphology>", "no 'layer'"),
        ("<morphology><name>one</name><layer>1</layer></morphology>", "no 'mtype'"),
    ],
)
def test_incomplete_rows(tmp_path: Path, row: str, told: str) -> None:
    with pytest.raises(InvalidInputError, match=told):
        read_neurondb(write(tmp_path / "neuronDB.xml", row))


def test_other_files(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("<other/>")
    (tmp_path / "b.dat").write_text("one L1_DAC\n")
    (tmp_path / "c.dat").write_bytes(b"\xff\xfe\xfd")
    for name, told in (
        ("a.xml", "its root is 'other'"),
        ("b.dat", "line 1: 2 column"),
        ("c.dat", "is no text"),
        ("d.dat", "cannot be read"),
    ):
        with pytest.raises(InvalidInputError, match=told):
            read_neurondb(tmp_path / name)
