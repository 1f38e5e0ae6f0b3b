"""XML of users: bombs and other files are refused, ordinary documents are read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.xml_file import MAX_DEPTH, read_xml

BOMB = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><a>&b;</a>'
QUADRATIC = f'<!DOCTYPE a [<!ENTITY a "{"x" * 10_000}">]><a>{"&a;" * 10_000}</a>'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file.xml"


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_text(text, encoding=encoding)
    return path


def test_elements_attributes_texts_and_lines(path: Path) -> None:
    text = (
        '<a x="1">\n  <b> one &amp; &#233; </b><!-- no -->\n  <b><![CDATA[<two>]]></b><c/>\n</a>\n'
    )
    root = read_xml(write(path, text))
    assert (root.tag, dict(root.attributes), root.line, root.text) == ("a", {"x": "1"}, 1, "")
    assert [(child.text, child.line) for child in root.all("b")] == [("one & é", 2), ("<two>", 3)]
    assert root.text_of("b") == "one & é"
    assert root.text_of("c") == root.text_of("d") == ""
    assert root.first("d") is None


@pytest.mark.parametrize("encoding", ["iso-8859-1", "utf-16", "utf-8"])
def test_the_declared_encoding_counts(path: Path, encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><a>é</a>'
    assert read_xml(write(path, text, encoding)).text == "é"


@pytest.mark.parametrize("encoding", ["no-such-code", "rot13", "zlib", "utf-7", "punycode", "idna"])
def test_other_encodings_are_refused_or_read(path: Path, encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><a>plain</a>'
    with pytest.raises(InvalidInputError, match=r"file\.xml"):
        read_xml(write(path, text))


@pytest.mark.parametrize("text", [BOMB, QUADRATIC, '<!DOCTYPE a [<!ENTITY % p "x">]><a/>'])
def test_entities_with_a_text_are_refused(path: Path, text: str) -> None:
    with pytest.raises(InvalidInputError, match=r"file\.xml', line 1: it defines an entity, '"):
        read_xml(write(path, text))


def test_an_entity_of_another_file_is_tolerated_until_it_is_used(path: Path) -> None:
    (path.parent / "secret").write_text("secret")
    doctype = '<!DOCTYPE a [<!ENTITY e SYSTEM "secret"><!ENTITY % p SYSTEM "secret">]>'
    assert read_xml(write(path, f"{doctype}\n<a>1</a>")).text == "1"
    with pytest.raises(InvalidInputError, match=r"line 2: it asks for .* 'secret'"):
        read_xml(write(path, f"{doctype}\n<a>&e;</a>"))
    # What would stand in the DOCTYPE is not looked for.
    used = doctype.replace("]>", "%p;]>")
    assert read_xml(write(path, f"{used}\n<a>1</a>")).text == "1"


def test_a_doctype_of_another_file_is_not_fetched(path: Path) -> None:
    # Opening it would wait for a writer.
    os.mkfifo(path.parent / "types.dtd")
    text = '<!DOCTYPE a SYSTEM "types.dtd">\n<a>1</a>'
    assert read_xml(write(path, text)).text == "1"
    with pytest.raises(InvalidInputError, match="line 2: it uses an entity, 'e'"):
        read_xml(write(path, text.replace("1</a>", "&e;</a>")))


def test_lines_can_be_left_out(path: Path) -> None:
    text = '<!DOCTYPE a [<!ENTITY r SYSTEM "r.xml">]>\n<a>\n&r;\n<b/></a>'
    root = read_xml(write(path, text), without_lines_with="&r")
    assert [child.line for child in root.children] == [4]


@pytest.mark.parametrize("text", ["", "<a>", "<a></b>", "plain", "<a/><b/>", "\0", "<a>&x;</a>"])
def test_malformed_files(path: Path, text: str) -> None:
    with pytest.raises(InvalidInputError, match=r"file\.xml', line \d+: it is malformed: "):
        read_xml(write(path, text))


def test_a_missing_file(path: Path) -> None:
    with pytest.raises(InvalidInputError, match="cannot be read: No such file"):
        read_xml(path)


def test_depth_and_size_are_bounded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = "<a>" * MAX_DEPTH + "</a>" * MAX_DEPTH
    assert read_xml(write(path, deep)).tag == "a"
    with pytest.raises(InvalidInputError, match=f"nested more than {MAX_DEPTH} deep"):
        read_xml(write(path, f"<a>{deep}</a>"))
    with pytest.raises(InvalidInputError, match=f"nested more than {MAX_DEPTH} deep"):
        read_xml(write(path, "<a>" * 1_000_000))
    monkeypatch.setattr("region_grower_hpc.formats.xml_file.MAX_BYTES", 10)
    with pytest.raises(InvalidInputError, match="is larger than"):
        read_xml(path)
