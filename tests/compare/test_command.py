from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from region_grower_hpc.compare.command import compare
from tests.compare.made_up import neuron, shifted, write_files


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(compare, [str(word) for word in words])


@pytest.fixture
def apical(tmp_path: Path) -> Path:
    path = tmp_path / "apical.yaml"
    path.write_text("a:\n- 1.0\n- 2.0\n- 3.0\nb: null\n", encoding="utf-8")
    return path


def test_exit_codes(tmp_path: Path) -> None:
    a = write_files(tmp_path / "a", {"a": neuron()})
    b = write_files(tmp_path / "b", {"a": shifted(neuron(), 8, 0, 1e-4)})
    assert run(a, a).exit_code == 0
    assert run(a, b).exit_code == 4
    assert run(a, b, "--atol", "1e-3").exit_code == 0
    assert run(a, b, "--rtol", "1e-3").exit_code == 0
    missing = run(a, tmp_path / "absent")
    assert missing.exit_code == 3
    assert str(tmp_path / "absent") in missing.output
    assert run(a).exit_code == 2
    assert run(a, b, "--atol", "-1").exit_code == 2


def test_text(tmp_path: Path) -> None:
    a = write_files(tmp_path / "a", {"a": neuron(), "b": neuron(1)})
    b = write_files(tmp_path / "b", {"a": shifted(neuron(), 8, 0, 1), "b": neuron(1)})
    lines = run(a, b).output.splitlines()
    assert lines[0] == f"A: {a}"
    assert lines[3].startswith("  a: coordinates: section 2 point 0 x: ")
    assert lines[5:] == [
        "morphologies compared: 2, matched by name (1 equal in every bit, 1 different)",
        "what differs first: coordinates 1",
        "coordinates: 1 of 72 differ, by up to 1 µm (a)",
        "diameters: all 24 equal",
        "DIFFERENT",
    ]
    assert run(a, b, "--atol", "2").output.splitlines()[-1] == "EQUAL within atol 2 µm, rtol 0"


def test_json(tmp_path: Path) -> None:
    a = write_files(tmp_path / "a", {"a": neuron(), "b": neuron(1)})
    b = write_files(tmp_path / "b", {"a": shifted(neuron(), 8, 0, float("nan"))})
    file = tmp_path / "report.json"
    assert run(a, b, "--json", file).exit_code == 4
    content = json.loads(file.read_text(encoding="utf-8"), parse_constant=pytest.fail)
    assert content["equal"] is False
    assert content["compared"] == 1
    assert content["parts"] == {"coordinates": 1, "missing": 1}
    assert content["coordinates"]["largest"] == "Infinity"
    assert content["differences"][1] == {"cell": "b", "part": "missing", "text": "only in A"}


def test_apical_points(tmp_path: Path, apical: Path) -> None:
    assert run(apical, apical).exit_code == 0
    other = tmp_path / "other.yaml"
    other.write_text("a: [1.0, 2.0005, 3.0]\nb: [4.0, 5.0, 6.0]\nc: null\n", encoding="utf-8")
    lines = run(apical, other).output.splitlines()
    assert lines[3:6] == [
        "  a: apical point: y 2.0 in A, 2.0005 in B",
        "  b: apical point: null in A, [4.0, 5.0, 6.0] in B",
        "  c: missing: only in B",
    ]
    assert "  a: " not in run(apical, other, "--atol", "1e-3").output


def test_section_numbers(tmp_path: Path) -> None:
    a, b = tmp_path / "a.yaml", tmp_path / "b.yaml"
    a.write_text("a: [6]\nb: [1, null]\n", encoding="utf-8")
    b.write_text("a: [7]\nb: [1, null]\n", encoding="utf-8")
    assert "  a: apical point: 6 in A, 7 in B" in run(a, b).output.splitlines()
    assert run(b, b).exit_code == 0


def test_empty_and_damaged_yaml(tmp_path: Path, apical: Path) -> None:
    empty, bad = tmp_path / "empty.yaml", tmp_path / "bad.yaml"
    empty.write_text("", encoding="utf-8")
    assert run(empty, empty).exit_code == 0
    for text in ("a: [", "a: text", "- 1", "a: [text]"):
        bad.write_text(text, encoding="utf-8")
        result = run(apical, bad)
        assert (result.exit_code, "bad.yaml" in result.output) == (3, True)


def test_help_loads_no_science() -> None:
    code = (
        "import sys\n"
        "from region_grower_hpc.compare.command import compare\n"
        "try: compare(['--help'])\n"
        "except SystemExit: pass\n"
        "print('\\n'.join(sys.modules), file=sys.stderr)\n"
    )
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stderr.split()}
    assert not loaded & {"numpy", "h5py", "morphio", "voxcell", "pandas", "yaml", "mpi4py"}
    assert "exit code" in done.stdout
