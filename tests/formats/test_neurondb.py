"""Morphology databases in both forms."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.neurondb import (
    FLAGS,
    NeuronDbRow,
    read_neurondb,
    row_problem,
    write_neurondb_dat,
    write_neurondb_xml,
)

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


def test_etypes(tmp_path: Path) -> None:
    path = tmp_path / "neuronDB.dat"
    path.write_text("\ufeffone 2 L2_TPC:A cADpyr\ntwo 3 L3_TPC:A\n", encoding="utf-8")
    rows = read_neurondb(path)
    assert [(row.name, row.etype) for row in rows] == [("one", "cADpyr"), ("two", None)]
    more = "<etype> cADpyr </etype>"
    path = write(
        tmp_path / "neuronDB.xml",
        *(ROW.format(name=name, more=text) for name, text in (("a", more), ("b", "<etype/>"))),
    )
    assert [row.etype for row in read_neurondb(path)] == ["cADpyr", None]


def test_columns_and_characters_of_dat(tmp_path: Path) -> None:
    path = tmp_path / "neuronDB.dat"
    for line, told in (
        ("one 1 A e more", "line 2: 5 column"),
        ("one 1 A\x01", "line 2: it has a control character"),
        ("one 1\ufffe A", "line 2: it has a control character"),
    ):
        path.write_text(f"one 1 A\n{line}\n", encoding="utf-8")
        with pytest.raises(InvalidInputError, match=told):
            read_neurondb(path)


WORD = st.text(
    st.characters(
        exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"], exclude_characters="/:\ufffe\uffff"
    ),
    min_size=1,
    max_size=20,
).filter(lambda text: not text.startswith("."))
ROWS = st.lists(
    st.builds(
        NeuronDbRow,
        WORD,
        st.one_of(WORD, st.tuples(WORD, WORD).map(":".join), st.sampled_from((":", "a:", ":a"))),
        WORD,
        st.fixed_dictionaries({flag: st.booleans() for flag in FLAGS}),
        st.lists(WORD, max_size=3).map(tuple),
        st.one_of(st.none(), WORD),
    ),
    max_size=4,
)


@given(ROWS)
def test_both_forms_are_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[NeuronDbRow]
) -> None:
    folder = tmp_path_factory.mktemp("written")
    write_neurondb_xml(folder / "neuronDB.xml", iter(rows))
    write_neurondb_dat(folder / "neuronDB.dat", iter(rows))
    assert read_neurondb(folder / "neuronDB.xml") == rows
    found = read_neurondb(folder / "neuronDB.dat")
    assert [(*row.key, row.etype) for row in found] == [(*row.key, row.etype) for row in rows]
    assert all(row_problem(row) is None for row in rows)


def test_what_is_written(tmp_path: Path) -> None:
    flags = {**dict.fromkeys(FLAGS, True), "unravel": False}
    rows = [
        NeuronDbRow("a<&>", "L2_TPC:A", "2", flags, ("b", "c")),
        NeuronDbRow("é", "L1_DAC", "1"),
    ]
    xml, dat = tmp_path / "neuronDB.xml", tmp_path / "neuronDB.dat"
    write_neurondb_xml(xml, rows)
    write_neurondb_dat(dat, rows)
    assert dat.read_bytes() == "a<&> 2 L2_TPC:A\né 1 L1_DAC\n".encode()
    one, two = ET.parse(xml).getroot().findall("./listing/morphology")
    texts = {child.tag: child.text or "" for child in one}
    assert [*texts] == ["name", "mtype", "msubtype", "layer", "repair"]
    assert (texts["name"], texts["mtype"], texts["msubtype"]) == ("a<&>", "L2_TPC", "A")
    assert [child.tag for child in one.findall("./repair/*")] == [*FLAGS, "axon_sources"]
    assert one.findtext("./repair/unravel") == "false"
    assert two.findtext("./repair/unravel") == "true"
    assert [each.text for each in one.findall(".//axoninput")] == ["b", "c"]
    before = xml.read_bytes(), dat.read_bytes()
    write_neurondb_xml(xml, rows)
    write_neurondb_dat(dat, rows)
    assert (xml.read_bytes(), dat.read_bytes()) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["neuronDB.dat", "neuronDB.xml"]


def test_a_file_stays_as_it_is_until_all_rows_are_there(tmp_path: Path) -> None:
    def rows() -> Iterator[NeuronDbRow]:
        yield NeuronDbRow("one", "A", "1")
        raise RuntimeError

    for writer, name in (
        (write_neurondb_xml, "neuronDB.xml"),
        (write_neurondb_dat, "neuronDB.dat"),
    ):
        path = tmp_path / name
        path.write_text("former")
        with pytest.raises(RuntimeError):
            writer(path, rows())
        assert path.read_text() == "former"
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (NeuronDbRow("one", "L1 DAC", "1"), "its type 'L1 DAC' contains a blank"),
        (NeuronDbRow("one", "L1_DAC", "1\u00a0"), "its layer '1.xa0' contains a blank"),
        (NeuronDbRow("a b", "L1_DAC", "1"), "its name 'a b' contains a blank"),
        (NeuronDbRow("one", "L1_DAC", ""), "its layer '' is empty"),
        (NeuronDbRow("one", "L1_DAC", "1", etype="a b"), "its etype 'a b' contains a blank"),
        (NeuronDbRow("one", "L1\x01", "1"), "its type 'L1.x01' contains a control character"),
    ],
)
def test_rows_that_dat_cannot_hold(tmp_path: Path, row: NeuronDbRow, told: str) -> None:
    rows = [NeuronDbRow("fine", "L1_DAC", "1"), row]
    with pytest.raises(
        InvalidInputError, match=rf"neuronDB\.dat' cannot be written: row 2, .*{told}"
    ):
        write_neurondb_dat(tmp_path / "neuronDB.dat", rows)
    assert not list(tmp_path.iterdir())


def test_rows_that_xml_cannot_hold(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"neuronDB\.xml' cannot be written: row 1, 'one'"):
        write_neurondb_xml(tmp_path / "neuronDB.xml", [NeuronDbRow("one", "L1\x01", "1")])


@pytest.mark.shared
def test_a_database_of_the_peer_is_written_alike(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "clone" / "example" / "repair_release" / "neurondb.xml"
    rows = read_neurondb(path)
    write_neurondb_xml(tmp_path / "neuronDB.xml", rows)
    assert read_neurondb(tmp_path / "neuronDB.xml") == rows
    assert (tmp_path / "neuronDB.xml").read_text().split() == path.read_text().split()
