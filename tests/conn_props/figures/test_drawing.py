from __future__ import annotations

import hashlib
import os
import struct
import subprocess
import sys
import warnings
from pathlib import Path

import matplotlib
import numpy as np
import pytest

from region_grower_hpc.conn_props.conn_props_model import ConnPropsModel
from region_grower_hpc.conn_props.figures.drawing import (
    OVERVIEW,
    draw,
    figure_names,
    properties_left_out,
)
from region_grower_hpc.conn_props.statistics import N_SYN, Statistics
from region_grower_hpc.errors import InvalidInputError
from tests.conn_props.figures.made_statistics import (
    made_model,
    made_statistics,
    peer_model,
    peer_statistics,
)

PRINT_DIGESTS = """
from tests.conn_props.figures.test_drawing import digests
print(digests())
"""
USER_STYLE = """
font.family: monospace
font.size: 20
text.usetex: True
lines.linewidth: 7
hatch.color: red
image.cmap: jet
savefig.dpi: 30
savefig.bbox: tight
savefig.facecolor: black
figure.constrained_layout.use: True
figure.facecolor: red
axes.unicode_minus: False
"""


FEW = ("u_syn", N_SYN)


def small() -> tuple[Statistics, ConnPropsModel]:
    statistics = made_statistics(2, 3, names=FEW)
    return statistics, made_model(statistics)


def one_of_each() -> list[str]:
    maps = [f"map_{one}__u_syn" for one in ("mean", "std", "shared_within")]
    kinds = [*maps, "hist__u_syn", "AUC__u_syn", "overview"]
    return [f"data_vs_model_{one}.png" for one in kinds]


def digests() -> str:
    statistics, model = small()
    files = [draw(name, statistics, model, 50, 3) for name in one_of_each()]
    return str([hashlib.sha256(one).hexdigest()[:16] for one in files])


def size_of(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def test_bytes_are_the_same_in_any_process_and_style(tmp_path: Path) -> None:
    (tmp_path / "matplotlibrc").write_text(USER_STYLE)
    environment = {**os.environ, "MATPLOTLIBRC": str(tmp_path), "PYTHONHASHSEED": "7"}
    root = Path(__file__).parents[3]
    command = [sys.executable, "-c", PRINT_DIGESTS]
    other = subprocess.run(
        command, env=environment, cwd=root, capture_output=True, text=True, check=True
    )
    assert other.stdout.strip() == digests()


def test_settings_of_the_user_come_back_and_no_window_is_made() -> None:
    statistics, model = small()
    names = {**matplotlib.rcParams}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        draw("data_vs_model_hist__u_syn.png", statistics, model, 20)
    assert {**matplotlib.rcParams} == names
    pyplot = sys.modules.get("matplotlib.pyplot")
    assert pyplot is None or not pyplot.get_fignums()


def test_seed_and_sample_size_change_the_draws_alone() -> None:
    statistics, model = small()
    for name, is_changed in (("hist", True), ("AUC", True), ("map_mean", False)):
        file = f"data_vs_model_{name}__u_syn.png"
        first, other = (draw(file, statistics, model, 50, seed) for seed in (0, 1))
        assert (first != other) == is_changed
        assert (first != draw(file, statistics, model, 51)) == is_changed


@pytest.mark.shared
@pytest.mark.parametrize("case", ["small_full", "unit_all"])
def test_the_peers_files_and_an_overview(shared_data: Path, case: str) -> None:
    folder = shared_data / "conn_props"
    statistics, model = peer_statistics(folder, case), peer_model(folder, f"{case}__mix")
    expected = {OVERVIEW}
    for name in statistics.quantities:
        kinds = ["map_mean", "map_std", "map_shared_within", "hist", "AUC"]
        if name == N_SYN:
            kinds.remove("map_shared_within")
        expected |= {f"data_vs_model_{kind}__{name}.png" for kind in kinds}
    assert set(figure_names(statistics, model)) == expected
    assert properties_left_out(statistics, model) == []
    width, height = size_of(draw(OVERVIEW, statistics, model, 20))
    assert 1000 < width < 4000
    assert 1000 < height < 4000


@pytest.mark.parametrize("shape", [(1, 1), (2, 130)])
def test_any_grid_fits_a_page(shape: tuple[int, int]) -> None:
    statistics = made_statistics(*shape, names=FEW)
    model = made_model(statistics)
    for name in (OVERVIEW, "data_vs_model_map_mean__u_syn.png"):
        width, height = size_of(draw(name, statistics, model, 10))
        assert max(width, height) < 5000


def test_a_property_without_data_in_the_pathway_has_maps_only() -> None:
    statistics, model = small()
    quantity = statistics.quantities["u_syn"]
    assert quantity.counts is not None
    quantity.counts[...] = 0
    assert properties_left_out(statistics, model) == ["u_syn"]
    names = [one for one in figure_names(statistics, model) if one.endswith("__u_syn.png")]
    assert names == [one for one in one_of_each() if "map" in one]
    assert size_of(draw(OVERVIEW, statistics, model, 10))
    with pytest.raises(KeyError):
        draw("data_vs_model_hist__u_syn.png", statistics, model)


def test_statistics_that_are_not_known_have_no_figure() -> None:
    statistics, model = small()
    quantity = statistics.quantities["u_syn"]
    quantity.std = quantity.shared_within = quantity.edges = None
    names = [one for one in figure_names(statistics, model) if one.endswith("__u_syn.png")]
    assert names == ["data_vs_model_map_mean__u_syn.png"]
    assert size_of(draw(OVERVIEW, statistics, model, 10))


def test_types_that_the_model_lacks_are_drawn_without_it() -> None:
    statistics = made_statistics(3, 3, names=FEW)
    model = made_model(made_statistics(2, 3, names=FEW))
    n_conn, counts = statistics.n_conn, statistics.n_syn.counts
    assert n_conn is not None
    assert counts is not None
    counts[2, 2] = 1000  # largest, but not in the model
    for kind in ("map_std__u_syn", "hist__u_syn", "overview"):
        assert size_of(draw(f"data_vs_model_{kind}.png", statistics, model, 10))
    none = made_model(made_statistics(1, 1, names=FEW))
    none.src_types[0] = "other"
    statistics.m_types[0][0] = "another"
    assert len(properties_left_out(statistics, none)) == len(statistics.quantities)


def test_names_with_signs_of_formulas_are_shown_as_they_are() -> None:
    statistics = made_statistics(2, 2, names=[N_SYN])
    statistics.m_types[0][0] = "$\\frac{"
    model = made_model(statistics)
    for name in figure_names(statistics, model):
        assert size_of(draw(name, statistics, model, 10))


def test_bad_input_is_named() -> None:
    statistics, model = small()
    with pytest.raises(InvalidInputError, match="plot_sample_size: must be 1 or more, not 0"):
        draw(OVERVIEW, statistics, model, 0)
    quantity = statistics.quantities.pop("u_syn")
    statistics.quantities["u/syn"] = quantity
    with pytest.raises(InvalidInputError, match="has no property 'u/syn'"):
        figure_names(statistics, model)
    types = {name: "normal" for name in statistics.quantities}
    with pytest.raises(InvalidInputError, match="'u/syn' cannot name a file"):
        figure_names(statistics, made_model(statistics, types))


def test_missing_pathways_differ_from_all_colours() -> None:
    """Hatched ground: the picture of a map changes where a value is taken away."""
    statistics, model = small()
    name = "data_vs_model_map_mean__u_syn.png"
    before = draw(name, statistics, model)
    mean = statistics.quantities["u_syn"].mean
    assert mean is not None
    mean[0, 0] = np.nan
    assert draw(name, statistics, model) != before
