"""Annotations: read, written, and numbers as texts."""

from __future__ import annotations

import json
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from region_grower_hpc.clone.annotation import (
    AXON_LIMIT,
    Annotation,
    annotation_json_entry,
    annotation_xml,
    number_text,
    read_annotation,
)
from region_grower_hpc.errors import InvalidInputError
from tests.clone.damaged import OF_XML, accepted_share

#: Characters that XML 1.0 can hold.
TEXT = st.text(
    st.characters(
        exclude_categories=["Cs"],
        exclude_characters=[*map(chr, {*range(32)} - {9, 10, 13}), "\ufffe", "\uffff"],
    )
)


def write(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


def test_texts_stay_as_they_are(tmp_path: Path) -> None:
    path = write(
        tmp_path / "one.xml",
        "<?xml version='1.0'?>\n<annotations morphology='one'>\n"
        "<placement rule='L1_HAC, axon, Layer_1' y_max='12.50' y_min='-1e+1' note='&lt;ä&gt;'/>"
        "<other/>\n<placement rule='ScaleBias' percentage='5'/></annotations>",
    )
    annotation = read_annotation(path)
    assert annotation == {
        "L1_HAC, axon, Layer_1": {"y_max": "12.50", "y_min": "-1e+1", "note": "<ä>"},
        "ScaleBias": {"percentage": "5"},
    }
    assert list(annotation) == ["L1_HAC, axon, Layer_1", "ScaleBias"]


@given(
    TEXT,
    st.dictionaries(
        TEXT, st.dictionaries(st.sampled_from(("note", "other", "y_percent")), TEXT, max_size=2)
    ),
)
def test_other_readers_get_what_is_written(name: str, annotation: Annotation) -> None:
    root = ET.fromstring(annotation_xml(name, annotation))
    assert root.attrib == {"morphology": name}
    read = [dict(placement.attrib) for placement in root.findall("placement")]
    assert read == [{"rule": rule, **entry} for rule, entry in annotation.items()]


def test_own_reader_gets_what_is_written(tmp_path: Path) -> None:
    annotation = {AXON_LIMIT: {"y_min": number_text(-0.1), "y_max": "7"}, 'a "<&>\n': {}}
    path = tmp_path / "one.xml"
    path.write_bytes(annotation_xml("one", annotation))
    assert read_annotation(path) == annotation


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_number_texts_give_the_number_back(value: float) -> None:
    assert float(number_text(value)) == value


def test_number_texts_are_short() -> None:
    texts = [number_text(value) for value in (0.1, -3.0, 1e-5, 1e22, -0.0)]
    assert texts == ["0.1", "-3.0", "1e-05", "1e+22", "-0.0"]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_no_text_for_what_is_no_number(value: float) -> None:
    with pytest.raises(ValueError, match="cannot hold"):
        number_text(value)


NUMBER = "<annotations>\n<placement rule='a' {key}='{text}'/></annotations>"


@pytest.mark.parametrize("key", ["y_min", "y_max", "y_change", "percentage"])
@pytest.mark.parametrize(
    "text", ["inf", "-inf", "nan", "", " ", "1_0", "0x10", "1e999", "1e101", "١", "9" * 5000, "1 2"]
)
def test_numbers_must_be_finite(tmp_path: Path, key: str, text: str) -> None:
    path = write(tmp_path / "one.xml", NUMBER.format(key=key, text=text))
    with pytest.raises(InvalidInputError, match=rf"one\.xml', line 2, rule 'a': '{key}' is '"):
        read_annotation(path)


@pytest.mark.parametrize("text", ["1", "-.5", "+3.", "1E-7", " 2 ", "007", "1e-999"])
def test_numbers_of_all_kinds(tmp_path: Path, text: str) -> None:
    path = write(tmp_path / "one.xml", NUMBER.format(key="y_min", text=text))
    assert read_annotation(path) == {"a": {"y_min": text}}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            "<annotations>\n<placement rule='a'/>\n<placement rule='a'/></annotations>",
            "line 3: rule 'a' is there twice",
        ),
        ("<annotations>\n<placement y_min='1'/></annotations>", "line 2: the placement has no"),
        ("<rules/>", "its root is 'rules'"),
        ("<annotations>", "malformed"),
        (
            "<annotations xmlns:x='y'><placement rule='a' x:b='1'/></annotations>",
            "'x:b' is of a namespace",
        ),
        ("<annotations><placement rule='a' xmlns='y'/></annotations>", "'xmlns' is of a namespace"),
    ],
)
def test_refused_files(tmp_path: Path, content: str, told: str) -> None:
    with pytest.raises(InvalidInputError, match=rf"one\.xml'.*{told}"):
        read_annotation(write(tmp_path / "one.xml", content))


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="cannot be read"):
        read_annotation(tmp_path / "one.xml")


def test_damaged_files_are_refused_or_read(tmp_path: Path) -> None:
    annotation = {
        AXON_LIMIT: {"y_min": "-1.5", "y_max": "20", "y_change": "1e-2"},
        "ScaleBias": {"percentage": "5.0"},
    }
    path = tmp_path / "one.xml"
    path.write_bytes(annotation_xml("one", annotation))
    assert 0 < accepted_share(path, read_annotation, OF_XML) < 1


def test_writing_is_quick() -> None:
    entry = {key: number_text(-123.4567890123) for key in ("y_min", "y_max", "y_change")}
    annotation = {f"L1_HAC, axon, Layer_{layer}": entry for layer in range(4)}
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(200):
            annotation_xml("dend-one_axon-two_-_Scale_x1.000_y0.950_z1.000_-_Clone_7", annotation)
        best = min(best, (time.perf_counter() - start) / 200)
    assert best < 150e-6  # 20 us on an idle machine


@given(
    st.text(),
    st.dictionaries(st.text(), st.dictionaries(st.text(), st.text(), max_size=3), max_size=3),
)
def test_an_entry_is_what_json_writes(name: str, annotation: Annotation) -> None:
    whole = json.dumps({name: annotation}, indent=2, sort_keys=True)
    assert annotation_json_entry(name, annotation).decode() == whole[2:-2]
