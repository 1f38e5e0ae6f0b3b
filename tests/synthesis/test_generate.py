"""generate-parameters and generate-distributions: the library functions."""

from __future__ import annotations

import json
import logging
import os
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.synthesis.generate import generate_distributions, generate_parameters
from region_grower_hpc.synthesis.reconstructions import read_sources

HEADER = "name layer mtype\n"
DC = {"models": ["generic"], "neurite_types": ["basal_dendrite"], "taper": {}}


def write_swc(path: Path, with_apical: bool) -> None:
    """Two basal dendrites with four terminations each, and one like them upwards if wanted."""
    lines = ["1 1 0 0 0 5 -1"]

    def tree(swc_type: int, dx: float, dy: float) -> None:
        def step(parent: int, x: float, y: float, radius: float) -> int:
            lines.append(f"{len(lines) + 1} {swc_type} {x} {y} {0.1 * y} {radius} {parent}")
            return len(lines)

        trunk = step(step(1, 6 * dx, 6 * dy, 1.0), 20 * dx, 20 * dy, 0.8)
        for side in (-1, 1):
            x, y = 40 * dx + 11 * side * dy, 40 * dy + 11 * side * dx
            fork = step(trunk, x, y, 0.5)
            for tip in (-1, 1):
                step(fork, x + 19 * dx + tip * (9 + side) * dy, y + 19 * dy + tip * 9 * dx, 0.3)

    tree(3, 1.0, 0.1)
    tree(3, -1.0, 0.2)
    if with_apical:
        tree(4, 0.1, 1.5)
    path.write_text("\n".join(lines) + "\n")


@pytest.fixture
def cells(tmp_path: Path) -> Path:
    write_swc(tmp_path / "basket.swc", with_apical=False)
    write_swc(tmp_path / "pyramid.swc", with_apical=True)
    return tmp_path


def dat(folder: Path, rows: str, header: str = HEADER) -> Path:
    path = folder / "cells.dat"
    path.write_text(header + rows)
    return path


def saved(path: Path, value: Any) -> Path:
    path.write_text(json.dumps(value))
    return path


BOTH = "pyramid 5 L5_UPC\nbasket 4 L4_LBC\n"


def test_the_table_knows_60_mtypes(cells: Path) -> None:
    from region_grower_hpc.synthesis.reconstructions import _mtypes_with_apical

    table = _mtypes_with_apical()
    assert len(table) == 60
    assert sum(table.values()) == 17
    assert not table["L4_SSC"]


def test_parameters_give_pyramidal_cells_an_apical_dendrite(cells: Path) -> None:
    out = cells / "parameters.json"
    generate_parameters(cells, dat(cells, BOTH), out, ext=".swc")
    entries = json.loads(out.read_text())["default"]
    assert list(entries) == ["L5_UPC", "L4_LBC"]
    assert entries["L5_UPC"]["grow_types"] == ["basal_dendrite", "apical_dendrite"]
    assert entries["L4_LBC"]["grow_types"] == ["basal_dendrite"]
    assert entries["L5_UPC"]["apical_dendrite"]["growth_method"] == "tmd_apical"
    assert entries["L5_UPC"]["diameter_params"] == {"method": "default", "models": ["simpler"]}


@pytest.mark.parametrize("nested", [True, False])
def test_given_parameters_and_diametrizer_replace_the_defaults(cells: Path, nested: bool) -> None:
    given = {"L5_UPC": {"a": 1, "diameter_params": {"method": "M1"}}, "L4_LBC": {"a": 2}}
    template = saved(cells / "tp.json", {"O0": given} if nested else given)
    out = cells / "parameters.json"
    generate_parameters(
        cells, dat(cells, BOTH), out, tmd_parameters=template, ext=".swc", region="O0"
    )
    assert json.loads(out.read_text()) == {"O0": given}

    config = saved(cells / "dc.json", {"models": ["generic"], "method": "default"})
    generate_parameters(cells, dat(cells, BOTH), out, config, template, ".swc", "O0")
    external = {"models": ["generic"], "method": "external"}
    assert json.loads(out.read_text())["O0"] == {
        "L5_UPC": {"a": 1, "diameter_params": external},
        "L4_LBC": {"a": 2, "diameter_params": external},
    }


def test_distributions_do_not_depend_on_the_number_of_processes(cells: Path) -> None:
    texts = []
    for processes in (1, 2):
        out = cells / f"{processes}.json"
        generate_distributions(
            cells, dat(cells, BOTH), out, ext=".swc", region="O0", nb_processes=processes
        )
        texts.append(out.read_text())
    assert texts[0] == texts[1]
    entries = json.loads(texts[0])["O0"]
    assert list(entries) == ["L5_UPC", "L4_LBC"]
    assert entries["L4_LBC"]["apical_dendrite"] == {}
    assert entries["L5_UPC"]["apical_dendrite"]["num_trees"]["data"]["bins"] == [1]
    assert [len(bars) for bars in entries["L4_LBC"]["basal_dendrite"]["persistence_diagram"]] == [
        4,
        4,
    ]
    assert entries["L4_LBC"]["diameter"]["method"] == "default"


@pytest.mark.parametrize("name", ["pyramid", "basket"])
def test_an_unknown_mtype_is_judged_by_its_files(
    cells: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    with caplog.at_level(logging.WARNING):
        (sources,) = read_sources(cells, dat(cells, f"{name} 5 L5_NEW\n"), ".swc")
    assert ("apical_dendrite" in sources.neurite_types) == (name == "pyramid")
    assert "L5_NEW" in caplog.text


def test_a_list_without_header_is_warned_about(
    cells: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        listed = read_sources(cells, dat(cells, BOTH, header=""), ".swc")
    assert [sources.mtype for sources in listed] == ["L4_LBC"]
    assert "looks like a cell (pyramid 5 L5_UPC)" in caplog.text


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("pyramid 5\n", ["cells.dat", "line 2", "2 column(s)"]),
        ("pyramid 5 L5_UPC\n\nlost 5 L5_UPC\n", ["lost.swc", "line 4"]),
        ("", ["cells.dat", "no cells"]),
        ("basket 5 L5_UPC\n", ["L5_UPC", "basket.swc", "apical_dendrite"]),
        ("broken 5 L5_NEW\n", ["broken.swc", "not a readable morphology"]),
        ("stub 5 L4_LBC\n", ["L4_LBC", "stub.swc", "more than two terminations"]),
    ],
)
def test_a_bad_list_is_refused(cells: Path, rows: str, words: list[str]) -> None:
    (cells / "broken.swc").write_text("1 1 zero\n")
    (cells / "stub.swc").write_text("1 1 0 0 0 5 -1\n2 3 6 0 0 1 1\n3 3 20 0 0 1 2\n")
    out = cells / "out.json"
    with pytest.raises(InvalidInputError) as refused:
        generate_distributions(cells, dat(cells, rows), out, ext=".swc")
    for word in words:
        assert word in str(refused.value)
    assert not out.exists()


@pytest.mark.parametrize(
    ("config", "word"),
    [
        ("{", "not valid JSON"),
        ("[1]", "must hold a JSON object"),
        ('{"models": ["best"]}', "'models' must be a list"),
        (json.dumps(DC), "'terminal_threshold'"),
        (None, "cannot be read"),
    ],
)
def test_a_bad_diametrizer_configuration_is_refused(
    cells: Path, config: str | None, word: str
) -> None:
    path = cells / "dc.json"
    if config is not None:
        path.write_text(config)
    with pytest.raises(InvalidInputError, match=word) as refused:
        generate_distributions(cells, dat(cells, BOTH), cells / "out.json", path, ".swc")
    assert "dc.json" in str(refused.value)


def test_an_mtype_missing_in_the_given_parameters_is_named(cells: Path) -> None:
    template = saved(cells / "tp.json", {"L5_UPC": {}})
    with pytest.raises(InvalidInputError, match=r"tp\.json: no parameters for mtype 'L4_LBC'"):
        generate_parameters(
            cells, dat(cells, BOTH), cells / "out.json", tmd_parameters=template, ext=".swc"
        )


def test_missing_folders_are_refused(cells: Path) -> None:
    rows = dat(cells, BOTH)
    with pytest.raises(InvalidInputError, match="no such folder of morphologies"):
        generate_parameters(cells / "absent", rows, cells / "out.json", ext=".swc")
    with pytest.raises(InvalidInputError, match="no such folder, to write"):
        generate_parameters(cells, rows, cells / "absent" / "out.json", ext=".swc")
    with pytest.raises(InvalidInputError, match=r"absent\.dat: cannot be read"):
        generate_parameters(cells, cells / "absent.dat", cells / "out.json", ext=".swc")


# Key figures of the files that `region-grower generate-distributions` 1.6.0 (with the versions of
# the specification's section 15) writes for shared/data/synthesis/donors; EXTERNAL with
# `-dc diametrizer_config.json`.
PEER_DONORS = {
    "soma": {"norm": {"mean": 7.612013339996338, "std": 1.0462194681167603}},
    "bars": {"basal_dendrite": [3, 5, 5, 4, 6, 11, 10], "apical_dendrite": [11, 16, 14]},
    "min_bar_length": {"basal_dendrite": 5.992567777633667, "apical_dendrite": 9.999996185302734},
    "basal_trees": {"bins": [2, 3, 4, 5, 6], "weights": [1, 1, 0, 0, 1]},
    "simpler": {
        "basal_dendrite": [0.15373912193624573, 0.8674682809831761],
        "apical_dendrite": [0.526886336326462, -0.7212992315843115, 1.9373480289578313],
    },
    "external_basal_trunk": {
        "a": 1.7657988980005381,
        "loc": 0.6402237738309384,
        "scale": 0.31443441815387657,
        "min": 0.45000001788139343,
        "max": 2.3600000143051147,
        "num_value": 11,
    },
}


@pytest.mark.shared
@pytest.mark.parity
def test_distributions_equal_those_of_neurots(shared_data: Path, tmp_path: Path) -> None:
    build_models = pytest.importorskip("diameter_synthesis.build_models")
    extract_input = pytest.importorskip("neurots.extract_input")

    donors = shared_data / "synthesis" / "donors"
    config = shared_data / "synthesis" / "diametrizer_config.json"
    names = [line.split()[0] for line in (donors / "neurondb.dat").read_text().splitlines()[1:]]
    files = [str(donors / f"{name}.h5") for name in names]
    for path in (None, config):
        out = tmp_path / "distributions.json"
        generate_distributions(donors, donors / "neurondb.dat", out, path)
        entry = json.loads(out.read_text())["default"]["L2_TPC:A"]
        direct = extract_input.distributions(
            files,
            neurite_types=["basal_dendrite", "apical_dendrite"],
            diameter_model=path
            and partial(build_models.build, config=json.loads(config.read_text())),
        )
        assert json.dumps(entry) == json.dumps(direct)  # as text: NaN is equal to NaN


@pytest.mark.shared
@pytest.mark.parity
def test_distributions_have_the_key_figures_of_the_peer(shared_data: Path, tmp_path: Path) -> None:
    donors = shared_data / "synthesis" / "donors"
    config = shared_data / "synthesis" / "diametrizer_config.json"
    entries = {}
    for key, path in (("simpler", None), ("external", config)):
        out = tmp_path / f"{key}.json"
        generate_distributions(donors, donors / "neurondb.dat", out, path)
        entries[key] = json.loads(out.read_text())["default"]["L2_TPC:A"]
    ours = entries["simpler"]
    assert ours["soma"]["size"]["norm"] == pytest.approx(PEER_DONORS["soma"]["norm"])
    for neurite_type, bars in PEER_DONORS["bars"].items():
        assert [len(d) for d in ours[neurite_type]["persistence_diagram"]] == bars
        shortest = PEER_DONORS["min_bar_length"][neurite_type]
        assert ours[neurite_type]["min_bar_length"] == pytest.approx(shortest)
        assert ours["diameter"][neurite_type] == pytest.approx(PEER_DONORS["simpler"][neurite_type])
    assert ours["basal_dendrite"]["num_trees"]["data"] == PEER_DONORS["basal_trees"]
    trunk = entries["external"]["diameter"]["trunk_diameters"]["basal_dendrite"]["params"]
    assert trunk == pytest.approx(PEER_DONORS["external_basal_trunk"], rel=1e-4)
    assert entries["external"]["diameter"]["method"] == "external"


@pytest.mark.shared
@pytest.mark.parity
def test_parameters_with_a_diametrizer_equal_those_of_the_peer(
    shared_data: Path, tmp_path: Path
) -> None:
    donors = shared_data / "synthesis" / "donors"
    config = shared_data / "synthesis" / "diametrizer_config.json"
    out = tmp_path / "parameters.json"
    generate_parameters(donors, donors / "neurondb.dat", out, config)
    entry = json.loads(out.read_text())["default"]["L2_TPC:A"]
    assert entry["diameter_params"] == json.loads(config.read_text())
    step = {"norm": {"mean": 1.0, "std": 0.2}}
    common = {"randomness": 0.24, "targeting": 0.14, "modify": None, "step_size": step,
              "metric": "path_distances"}  # fmt: skip
    assert entry["basal_dendrite"] == common | {
        "orientation": None,
        "growth_method": "tmd",
        "branching_method": "bio_oriented",
        "tree_type": 3,
    }
    assert entry["apical_dendrite"] == common | {
        "orientation": [[0.0, 1.0, 0.0]],
        "growth_method": "tmd_apical",
        "branching_method": "directional",
        "tree_type": 4,
    }
    assert entry["axon"] == {}
    assert entry["origin"] == [0.0, 0.0, 0.0]


def test_a_process_that_dies_names_its_mtypes(cells: Path) -> None:
    from region_grower_hpc.synthesis.generate import _in_processes

    listed = read_sources(cells, dat(cells, BOTH), ".swc")
    with pytest.raises(InvalidInputError, match=r"one of the mtypes .*L4_LBC"):
        _in_processes(partial(die), listed, 2)


def die(sources: Any) -> dict[str, Any]:
    """Stand for a C library that crashes on a file."""
    os._exit(139)
