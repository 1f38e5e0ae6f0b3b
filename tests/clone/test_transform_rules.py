"""Exclusions, substitutions and copies."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from region_grower_hpc.clone import transform_rules
from region_grower_hpc.clone.names import graft_name, scaled_name
from region_grower_hpc.clone.transform_rules import (
    TransformRules,
    encoded_layers,
    exclusion_warnings,
    kept_of_excluded,
    read_transform_rules,
    transformed,
)
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.neurondb import FLAGS, NeuronDbRow
from tests.clone.damaged import OF_XML, accepted_share

TYPES, LAYERS = ("L1_A", "L23_B", "L4_C:D"), ("1", "2", "3", "4")


def keys(rows: list[NeuronDbRow]) -> list[tuple[str, str, str]]:
    return [row.key for row in rows]


def by_the_letter(
    rows: list[tuple[str, str, str]], rules: TransformRules
) -> list[tuple[str, str, str]]:
    """Section 3.4, sentence by sentence."""
    result: list[tuple[str, str, str]] = []
    for name, type_, layer in rows:
        if name in rules.excluded:
            continue
        result.append((name, type_, layer))
        for copy in rules.copies.get((type_, layer), ()):
            result.append((name, type_, copy))
        for substitute in rules.substitutions.get(type_, ()):
            encoded = [substitute[1]]
            if substitute[2] == "3":
                encoded.append("3")
            for its_layer in encoded:
                result.append((name, substitute, its_layer))
                for copy in rules.copies.get((substitute, its_layer), ()):
                    result.append((name, substitute, copy))
    unique = [key for place, key in enumerate(result) if key not in result[:place]]
    return sorted(unique, key=lambda key: key[0].encode())


RULES = st.builds(
    TransformRules,
    st.frozensets(st.sampled_from("abé"), max_size=1),
    st.dictionaries(st.sampled_from(TYPES), st.lists(st.sampled_from(TYPES), max_size=3)),
    st.dictionaries(
        st.sampled_from(list(product(TYPES, LAYERS))),
        st.lists(st.sampled_from(LAYERS), max_size=3),
    ),
)
ROWS = st.lists(
    st.tuples(st.sampled_from("abé"), st.sampled_from(TYPES), st.sampled_from(LAYERS)), max_size=8
)


@given(ROWS, RULES)
def test_rows_by_the_letter(rows: list[tuple[str, str, str]], rules: TransformRules) -> None:
    found = transformed([NeuronDbRow(*row) for row in rows], rules)
    assert keys(found) == by_the_letter(rows, rules)


def test_given_rows_keep_their_flags_and_sources_unless_a_copy_came_first() -> None:
    flags = {**dict.fromkeys(FLAGS, True), "unravel": False}
    first = NeuronDbRow("a", "L1_A", "1", flags, ("b",))
    second = NeuronDbRow("a", "L1_A", "2", flags, ("b",))
    rules = TransformRules(copies={("L1_A", "1"): ("2", "3")})
    found = transformed([first, second], rules)
    assert found == [first, *(NeuronDbRow("a", "L1_A", layer) for layer in "23")]
    assert found[0].flags["unravel"] is False


@pytest.mark.parametrize(
    ("full_type", "layers"),
    [
        ("L23_PC", ("2", "3")),
        ("L3_TPC:A", ("3",)),
        ("L6", ("6",)),
        ("L33_X", ("3", "3")),
        *((text, ()) for text in ("L0_A", "L7_A", "LX_3", "L", "", "L²_A", "L١_A")),
    ],
)
def test_encoded_layers(full_type: str, layers: tuple[str, ...]) -> None:
    assert encoded_layers(full_type) == layers


def test_exclusion_is_exact_and_what_stays_is_told() -> None:
    names = [
        "a",
        scaled_name("a", 0.95),
        graft_name("a", "b"),
        graft_name("b", "a"),
        scaled_name(graft_name("b", "a"), 1.05),
        graft_name("aa", "ba"),
        "b",
        scaled_name("aa", 0.95),
    ]
    rows = [NeuronDbRow(name, "L1_A", layer) for name in names for layer in ("1", "2")]
    rules = TransformRules(frozenset({"a", "unknown", names[4]}), source="rules 'x'")
    assert {row.name for row in transformed(rows, rules)} == {*names} - {"a", names[4]}
    assert kept_of_excluded(rows, rules) == {"a": names[1:4]}
    assert exclusion_warnings(rows, rules) == [
        f"rules 'x': 'a' is excluded, what is made of it stays: {', '.join(names[1:4])}"
    ]


def test_no_rules_change_nothing_but_the_order() -> None:
    rows = [NeuronDbRow(name, "L1_A", "1") for name in ("b", "a", "B", "b")]
    assert [row.name for row in transformed(rows, TransformRules())] == ["B", "a", "b"]


def write(folder: Path, *rules: str) -> Path:
    path = folder / "transform.xml"
    path.write_text("<rules>\n" + "\n".join(rules) + "</rules>")
    return path


def test_rules_are_read_in_order(tmp_path: Path) -> None:
    rules = read_transform_rules(
        write(
            tmp_path,
            '<mtype_copy_to_layer mtype="L1_A" src_layer="1" dst_layer="3"/>',
            '<exclude name="a b"/><exclude name="c"/><exclude name="c"/><other/>',
            '<substitute from="x" to="L4_C"/><substitute from="x" to="L23_B"/>',
            '<substitute from="x" to="L4_C"/>',
            '<mtype_copy_to_layer mtype="L1_A" src_layer="1" dst_layer="2"/>',
        )
    )
    assert rules.excluded == {"a b", "c"}
    assert rules.substitutions == {"x": ("L4_C", "L23_B")}
    assert rules.copies == {("L1_A", "1"): ("3", "2")}


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("<exclude/>", "rule 'exclude': it has no 'name'"),
        ("<exclude name=''/>", "rule 'exclude': it has no 'name'"),
        ("<substitute to='L1_A'/>", "rule 'substitute': it has no 'from'"),
        ("<substitute from='L1_A'/>", "rule 'substitute': it has no 'to'"),
        ("<substitute from='a' to='fake'/>", "'to' is 'fake', which tells no layer"),
        ("<substitute from='a' to='L1 A'/>", "'to' is 'L1 A': write it without blanks"),
        ("<mtype_copy_to_layer src_layer='1' dst_layer='2'/>", "it has no 'mtype'"),
        ("<mtype_copy_to_layer mtype='a' dst_layer='2'/>", "it has no 'src_layer'"),
        ("<mtype_copy_to_layer mtype='a' src_layer='1'/>", "it has no 'dst_layer'"),
    ],
)
def test_refused_rules(tmp_path: Path, rule: str, told: str) -> None:
    with pytest.raises(InvalidInputError, match=rf"transform\.xml', line 3, .*{told}"):
        read_transform_rules(write(tmp_path, "", rule))


def test_other_files(tmp_path: Path) -> None:
    path = tmp_path / "transform.xml"
    with pytest.raises(InvalidInputError, match="cannot be read"):
        read_transform_rules(path)
    path.write_text("<placement_rules/>")
    with pytest.raises(InvalidInputError, match="the root is 'placement_rules'"):
        read_transform_rules(path)


def test_rules_that_never_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transform_rules, "MOST_ROWS", 20)
    many = [f"{layer}" for layer in range(100)]
    rows = [NeuronDbRow("a", "L1_A", layer) for layer in many]
    for rules in (
        TransformRules(copies={("L1_A", "1"): many}),
        TransformRules(substitutions={"L1_A": ["L1_B", "L1_C"]}),
    ):
        with pytest.raises(InvalidInputError, match="transform rules: the rules make more than"):
            transformed(rows, rules)


def test_damaged_files_are_refused_or_read(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        '<exclude name="a"/>',
        '<substitute from="L1_A" to="L23_B"/>',
        '<mtype_copy_to_layer mtype="L1_A" src_layer="1" dst_layer="3"/>',
    )
    rows = [NeuronDbRow("b", "L1_A", "1")]
    share = accepted_share(path, lambda path: transformed(rows, read_transform_rules(path)), OF_XML)
    assert 0 < share < 1


@pytest.mark.shared
@pytest.mark.parametrize("case", ["example"])
def test_rows_as_the_peer_makes_them(shared_data: Path, case: str) -> None:
    folder = shared_data / "clone"
    expected = json.loads((folder / "expected" / f"{case}_neurondb.json").read_text())
    rows = [NeuronDbRow(name, type_, layer) for name, layer, type_ in expected["scaling"]]
    found = transformed(rows, read_transform_rules(folder / case / "transform_rules.xml"))
    assert (
        sorted([row.name, row.layer, row.full_type] for row in found)
        == (expected["transform_rules"])
    )
