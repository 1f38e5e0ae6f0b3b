from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import warnings
from pathlib import Path

import matplotlib
from matplotlib.figure import Figure

from region_grower_hpc.efeatures.figures.cell_styles import cell_styles
from region_grower_hpc.efeatures.figures.feature_plots import feature_plots
from region_grower_hpc.efeatures.figures.impedance import impedance
from region_grower_hpc.efeatures.figures.legend import legend
from region_grower_hpc.efeatures.figures.page import page_files
from tests.efeatures.figures.sweeps import pages, step_sweep

PRINT_DIGESTS = """
from tests.efeatures.figures.test_page import digests
print(digests())
"""
USER_STYLE = """
font.family: monospace
font.size: 20
text.usetex: True
lines.linewidth: 7
lines.antialiased: False
path.simplify: False
pdf.fonttype: 42
pdf.compression: 0
savefig.dpi: 30
savefig.bbox: tight
savefig.facecolor: black
savefig.transparent: True
figure.constrained_layout.use: True
figure.facecolor: red
axes.unicode_minus: False
"""


def figures() -> dict[str, bytes]:
    """One of each kind."""
    sweep = step_sweep(id="日本 −")
    points = {"é": ([0.1, 0.2], [1.0, 2.0]), "b": ([0.1], [3.0])}
    return (
        pages("c", "IDrest", [sweep, step_sweep(-0.2)])
        | impedance("c", "SineSpec", 0, sweep, 50.0)
        | feature_plots(None, "IDrest", "AP_width", "amp", points, [(0.1, 0.02, 2.0, 0.5)])
        | legend(cell_styles(points))
    )


def digests() -> str:
    return str(sorted((k, hashlib.sha256(v).hexdigest()[:16]) for k, v in figures().items()))


def test_bytes_are_the_same_in_any_process_and_style(tmp_path: Path) -> None:
    (tmp_path / "matplotlibrc").write_text(USER_STYLE)
    root = str(Path(__file__).resolve().parents[3])
    other = subprocess.run(
        [sys.executable, "-c", PRINT_DIGESTS],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": root, "PYTHONHASHSEED": "11", "TZ": "Asia/Tokyo"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert other.stderr == ""
    assert other.stdout.strip() == digests() == digests()


def test_nothing_global_is_changed() -> None:
    before = dict(matplotlib.rcParams)
    modules = set(sys.modules)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figures()
        matplotlib.rcParams["font.size"] = 31.0
        try:
            figures()
            assert matplotlib.rcParams["font.size"] == 31.0
        finally:
            matplotlib.rcParams["font.size"] = before["font.size"]
    assert dict(matplotlib.rcParams) == before
    assert "matplotlib.pyplot" not in set(sys.modules) - modules


def test_files_hold_no_date_and_no_version() -> None:
    for content in figures().values():
        assert b"Date" not in content
        assert b"Matplotlib" not in content


def test_pages_are_numbered_where_there_are_several() -> None:
    draw = lambda: Figure(figsize=(1, 1))  # noqa: E731
    assert page_files("a", []) == {}
    assert list(page_files("a", [draw])) == ["a.pdf", "a.png"]
    assert list(page_files("a", [draw], numbered=True)) == ["a.pdf", "a_1.png"]
    assert list(page_files("a", [draw, draw])) == ["a.pdf", "a_1.png", "a_2.png"]
