"""The class from Python, with everything that a run can do."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from region_grower_hpc.cli import main
from region_grower_hpc.synthesis import SynthesizeMorphologies
from region_grower_hpc.synthesis.settings import SynthesisSettings
from region_grower_hpc.testing import differences, results
from tests.synthesis.full_column import add_axons, add_constraints
from tests.synthesis.small_column import SmallColumn, make_small_column


@pytest.fixture(scope="module")
def column(tmp_path_factory: pytest.TempPathFactory) -> SmallColumn:
    column = make_small_column(
        tmp_path_factory.mktemp("column") / "inputs", ("L1_DAC", "L1_DAC", "L2_TPC:A")
    )
    add_constraints(column)
    add_axons(column)
    return column


def keywords(column: SmallColumn, out: Path, **more: Any) -> dict[str, Any]:
    return {
        "input_cells": column.cells,
        "tmd_parameters": column.parameters,
        "tmd_distributions": column.distributions,
        "atlas": str(column.atlas),
        "region_structure": column.region_structure,
        "out_cells": out / "nodes.h5",
        "out_apical": out / "apical.yaml",
        "out_morph_dir": out / "morphologies",
        "out_morph_ext": ["asc", "h5"],
        "out_apical_nrn_sections": out / "nrn.yaml",
        "out_debug_data": out / "debug.pkl",
        "morph_axon": column.folder / "axons.tsv",
        "base_morph_dir": column.folder / "donors",
        "max_drop_ratio": 0.5,
        "rotational_jitter_std": 5.0,
        "scaling_jitter_std": 0.1,
        "nb_processes": 0,
        **more,
    }


def test_cells_without_donor_are_left_out(column: SmallColumn, tmp_path: Path) -> None:
    synthesis = SynthesizeMorphologies(**keywords(column, tmp_path))
    assert synthesis.task_ids.tolist() == [0, 2]
    assert synthesis.cells_data["axon_name"].tolist() == ["one", "one"]
    assert synthesis.cells_data["axon_scale"].tolist() == [1.0, 1.2]


@pytest.mark.mpi
def test_compute_and_synthesize_agree(column: SmallColumn, tmp_path: Path) -> None:
    """In one process by hand, in one by the engine, and in two ranks."""
    by_hand = SynthesizeMorphologies(**keywords(column, tmp_path / "hand"))
    computed = by_hand.compute()
    by_hand.finalize(computed)
    assert computed["debug_infos"].map(bool).all()
    found = {}
    for ranks in (0, 2):
        out = tmp_path / str(ranks)
        table = SynthesizeMorphologies(**keywords(column, out, nb_processes=ranks)).synthesize()
        assert table["name"].tolist() == computed["name"].tolist()
        found[ranks] = results(out)
    assert differences(found[0], found[2]) == []
    own = results(tmp_path / "hand")
    # The table by hand is the user's own; and there is no list of failures.
    told = set(differences(found[0], own))
    assert told <= {"debug.pkl", "nodes.failures.csv"}
    written = pickle.loads(found[0]["debug.pkl"])
    for column_name in ("apical_sections", "apical_NRN_sections", "axon_name", "seed"):
        assert written[column_name].tolist() == computed[column_name].tolist()
    for one, other in zip(written["apical_points"], computed["apical_points"], strict=True):
        np.testing.assert_array_equal(one, other)


def test_settings_as_words_and_back(column: SmallColumn, tmp_path: Path) -> None:
    """What the class gives its ranks is what it was given."""
    synthesis = SynthesizeMorphologies(
        **keywords(column, tmp_path, min_depth=30.5, seed=7, min_hard_scale=0.3)
    )
    command = main.get_command(None, "synthesize-morphologies")  # type: ignore[arg-type]
    assert command is not None
    words = synthesis.settings.to_arguments()
    context = command.make_context("synthesize-morphologies", words)
    assert SynthesisSettings.from_options(context.params) == synthesis.settings
    values = synthesis.settings.to_json()
    assert SynthesisSettings.from_json(values) == synthesis.settings
