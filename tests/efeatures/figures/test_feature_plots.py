from __future__ import annotations

import math
import time

import numpy as np
import pytest

from region_grower_hpc.efeatures.figures.cell_styles import cell_styles
from region_grower_hpc.efeatures.figures.feature_plots import TargetMark, feature_plots
from region_grower_hpc.efeatures.figures.feature_unit import unit_of

POINTS = {"a": ([0.1, 0.2], [1.0, 2.0]), "b": ([0.1], [3.0])}
MARK = TargetMark(0.1, 0.02, 2.0, 0.5)


def test_paths_of_one_cell_and_of_all() -> None:
    files = feature_plots("c/1", "IDrest", "AP_width", "amp_rel", {"c/1": ([1], [2])})
    path, picture = files
    folder, _, name = path.partition("/")
    assert folder.startswith("c_1_")
    assert name == f"{folder}_IDrest_AP_width_amp_rel.pdf"
    assert picture == f"{path[:-4]}.png"
    files = feature_plots(None, "IDrest", "AP_width", "amp", POINTS)
    assert list(files) == ["IDrest_AP_width_amp.pdf", "IDrest_AP_width_amp.png"]


def test_targets_unit_and_styles_are_drawn() -> None:
    def drawn(**options: object) -> bytes:
        return feature_plots(None, "p", "f", "amp", POINTS, **options)["p_f_amp.png"]  # type: ignore[arg-type]

    plain = drawn()
    assert drawn(targets=[MARK]) != plain
    assert drawn(targets=[MARK._replace(std=0.1)]) != drawn(targets=[MARK])
    assert drawn(targets=[MARK._replace(tolerance=0.01)]) != drawn(targets=[MARK])
    assert drawn(unit="mV") != plain
    assert drawn(styles=cell_styles("xab")) != plain
    assert drawn(styles=cell_styles("ab")) == plain


@pytest.mark.parametrize("values", [[None, None], [math.nan, math.inf], [1e300, -math.inf]])
def test_without_a_point_there_is_no_figure(values: list[float | None]) -> None:
    points = {"a": ([0.1, 0.2], values), "b": ([], [])}
    assert feature_plots(None, "p", "f", "amp", points, [MARK]) == {}
    assert feature_plots(None, "p", "f", "amp", {}) == {}


def test_points_and_targets_without_numbers_are_left_out() -> None:
    plain = feature_plots(None, "p", "f", "amp", POINTS, [MARK])
    points = {"a": ([0.1, None, 0.2, 0.3], [1.0, 5.0, 2.0, math.inf]), "b": ([0.1], [3.0])}
    marks = [MARK, (None, 1.0, 1.0, 1.0), (0.3, 0.1, math.nan, 0.1), (math.inf, 0.1, 1.0, 1.0)]
    assert feature_plots(None, "p", "f", "amp", points, marks) == plain
    whole = [(0.1, 0.02, 2.0, 0.0)]
    assert feature_plots(None, "p", "f", "amp", POINTS, [(0.1, 0.02, 2.0, None)]) == feature_plots(
        None, "p", "f", "amp", POINTS, whole
    )


def test_odd_names_and_constant_values_are_drawn() -> None:
    points = {"$x_{\n": ([0.1, 0.1], [5.0, 5.0]), "\ud800日本" * 20: ([0.1], [5.0])}
    files = feature_plots(None, "p\\frac$", "f" * 300, "amp", points, [(0.1, 0.0, 5.0, 0.0)])
    assert len(files) == 2
    assert all("/" not in path and len(path.encode()) < 120 for path in files)


def test_many_cells_stay_cheap() -> None:
    rng = np.random.default_rng(0)
    cells = {f"cell {at}": tuple(rng.random((2, 20))) for at in range(200)}
    begin = time.process_time()
    files = feature_plots(None, "p", "f", "amp", cells)
    # Measured: 0.1 s. The bound is for a busy machine.
    assert time.process_time() - begin < 0.6
    assert max(map(len, files.values())) < 500_000


def test_units_are_those_of_efel() -> None:
    pytest.importorskip("efel")
    assert unit_of("AP_amplitude") == "mV"
    assert unit_of("ISI_CV") == unit_of("no such feature") == ""
