"""Placement rules: sets, numbers, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from region_grower_hpc.clone.placement_rules import PlacementRule, PlacementRules
from region_grower_hpc.errors import InvalidInputError
from tests.clone.damaged import OF_XML, accepted_share

BELOW = '<rule id="{id}" type="below" segment_type="{segment}" y_layer="1" y_fraction="1.0"/>'
TARGET = (
    '<rule id="{id}" type="region_target" segment_type="axon" y_min_layer="2" y_min_fraction="0.1" '
    'y_max_layer="3" y_max_fraction="0.9"/>'
)
UNKNOWN = '<rule id="{id}" type="prefer_unscaled" sigma="3.5"/>'


def rules_of(folder: Path, *sets: str) -> PlacementRules:
    path = folder / "placement_rules.xml"
    path.write_text("<placement_rules>\n" + "\n".join(sets) + "</placement_rules>")
    return PlacementRules.read(path)


def global_set(*rules: str) -> str:
    return f"<global_rule_set>{''.join(rules)}</global_rule_set>"


def own_set(mtype: str, *rules: str) -> str:
    return f'<mtype_rule_set mtype="{mtype}">{"".join(rules)}</mtype_rule_set>'


def test_own_and_global_rules(tmp_path: Path) -> None:
    rules = rules_of(
        tmp_path,
        global_set(
            BELOW.format(id="limit", segment="axon"),
            UNKNOWN.format(id="ScaleBias"),
            UNKNOWN.format(id="kept"),
        ),
        own_set(
            "L1_DAC|L23_PC:A",
            TARGET.format(id="limit"),
            TARGET.format(id="own"),
            BELOW.format(id="kept", segment="axon"),
        ),
    )
    own = rules.of_type("L23_PC:A")
    assert own["own"] == PlacementRule(
        *("own", "region_target", "axon", 3),
        y_min_layer="2",
        y_min_fraction=0.1,
        y_max_layer="3",
        y_max_fraction=0.9,
    )
    assert rules.of_type("L1_DAC") == own
    assert rules.of_type("L23_PC") == {}
    # The global rule wins; one without score replaces none.
    both = rules.for_placement("L1_DAC")
    assert {id_: rule.type for id_, rule in both.items()} == {
        "limit": "below",
        "own": "region_target",
        "kept": "below",
    }
    assert list(rules.for_placement("L4_MC")) == ["limit"]
    assert rules.layers(["L4_MC"]) == ["1"]
    assert rules.layers(["L4_MC", "L1_DAC"]) == ["1", "2", "3"]


def test_numbers_of_below(tmp_path: Path) -> None:
    text = '<rule id="a" type="below" segment_type="dendrite" y_layer="SP" y_fraction="-.5" {}/>'
    default, own = (
        rules_of(tmp_path, global_set(text.format(more))).of_all["a"]
        for more in ("", 'tolerance="80"')
    )
    assert (default.y_layer, default.y_fraction, default.tolerance) == ("SP", -0.5, 30.0)
    assert own.tolerance == 80.0


def test_unknown_types_are_told_once_and_have_no_score(tmp_path: Path) -> None:
    of_dendrites = '<rule id="b" type="soft" segment_type="dendrite"/>'
    rules = rules_of(
        tmp_path,
        global_set(UNKNOWN.format(id="ScaleBias")),
        own_set("L1_DAC|L1_HAC|L1_NGC", of_dendrites),
    )
    assert len(rules.warnings) == 2
    assert (
        "placement_rules.xml': rule 'ScaleBias' is of type 'prefer_unscaled'" in rules.warnings[0]
    )
    assert "rule 'b' is of type 'soft'" in rules.warnings[1]
    # It still tells which part of an annotation it is about.
    assert rules.of_type("L1_HAC")["b"].segment_type == "dendrite"
    assert rules.of_all["ScaleBias"].segment_type is None
    assert rules.for_placement("L1_HAC") == {}


@pytest.mark.parametrize(
    ("sets", "told"),
    [
        ((global_set(TARGET.format(id="a") * 2),), "line 2: rule 'a' is twice"),
        ((global_set(UNKNOWN.format(id="a") * 2),), "line 2: rule 'a' is twice"),
        ((own_set("A|B"), own_set("C|B")), "line 3: type 'B' has a set already"),
        ((own_set("A|A"),), "type 'A' has a set already"),
        ((own_set("A|"),), "has an empty type"),
        (("<mtype_rule_set/>",), "the 'mtype_rule_set' has no 'mtype'"),
        ((global_set(), global_set()), "line 3: a second 'global_rule_set'"),
        ((global_set(BELOW.format(id="a", segment="soma")),), "'segment_type' is 'soma'"),
        ((global_set(BELOW.format(id="a", segment="")),), "'segment_type' is ''"),
        ((global_set('<rule id="a" type="x" segment_type="all"/>'),), "'segment_type' is 'all'"),
        ((global_set('<rule id="a" type="below"/>'),), "rule 'a' has no 'segment_type'"),
        ((global_set('<rule type="below"/>'),), "the 'rule' has no 'id'"),
        ((global_set('<rule id="a"/>'),), "the 'rule' has no 'type'"),
        (
            (global_set('<rule id="a" type="below" segment_type="axon" y_fraction="1"/>'),),
            "rule 'a' has no 'y_layer'",
        ),
        (
            (global_set('<rule id="a" type="region_occupy" segment_type="axon"/>'),),
            "rule 'a' has no 'y_min_layer'",
        ),
        (
            (global_set(TARGET.format(id="a").replace("0.9", "nan")),),
            "line 2: rule 'a': 'y_max_fraction' is 'nan'",
        ),
        (
            (global_set(TARGET.format(id="a").replace('"3"', '"../3"')),),
            "rule 'a': 'y_max_layer' contains '/'",
        ),
    ],
)
def test_refused_rules(tmp_path: Path, sets: tuple[str, ...], told: str) -> None:
    with pytest.raises(InvalidInputError, match=rf"placement_rules\.xml', .*{told}"):
        rules_of(tmp_path, *sets)


@pytest.mark.parametrize("tolerance", ["0", "-1", "inf", "1e101", "x", ""])
def test_refused_tolerances(tmp_path: Path, tolerance: str) -> None:
    rule = BELOW.format(id="a", segment="axon").replace("/>", f' tolerance="{tolerance}"/>')
    with pytest.raises(InvalidInputError, match=r"rule 'a'.*'tolerance'"):
        rules_of(tmp_path, global_set(rule))


def test_other_files(tmp_path: Path) -> None:
    path = tmp_path / "rules.xml"
    with pytest.raises(InvalidInputError, match=r"rules\.xml' cannot be read"):
        PlacementRules.read(path)
    path.write_text("<rules/>")
    with pytest.raises(InvalidInputError, match=r"rules\.xml': the root is 'rules'"):
        PlacementRules.read(path)


def test_damaged_files_are_refused_or_read(tmp_path: Path) -> None:
    own = own_set("A|B:C", TARGET.format(id="a"), BELOW.format(id="b", segment="axon"))
    rules_of(tmp_path, global_set(UNKNOWN.format(id="ScaleBias")), own)
    path = tmp_path / "placement_rules.xml"
    assert 0 < accepted_share(path, PlacementRules.read, OF_XML) < 1


@pytest.mark.shared
def test_rules_of_the_example(shared_data: Path) -> None:
    rules = PlacementRules.read(shared_data / "clone" / "example" / "placement_rules.xml")
    assert list(rules.of_type("L6_MC")) == [
        *("L5_MC, axon, Layer_1", "L5_MC, axon, Layer_4", "L6_MC, axon, Layer_4")
    ]
    assert list(rules.for_placement("L1_HAC")) == [
        *("L1_HAC, axon, Layer_1", "L1_hard_limit", "L1_axon_hard_limit")
    ]
    assert len(rules.warnings) == 1
