"""Without the packages of the extra."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from region_grower_hpc.efeatures.command import extract_efeatures, plot_recordings
from region_grower_hpc.errors import ExitCode


@pytest.mark.parametrize("command", [extract_efeatures, plot_recordings])
def test_the_way_out_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any, command: Any
) -> None:
    found = importlib.util.find_spec
    absent = {"efel", "neo"}
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name in absent else found(name)
    )
    metadata = tmp_path / "files.json"
    metadata.write_text("{}")
    with pytest.raises(SystemExit) as ended:
        command.main(["--files-metadata", str(metadata), "--output-directory", str(tmp_path / "o")])
    assert ended.value.code == ExitCode.INVALID_INPUT
    assert "efel and neo not installed: pip install" in capsys.readouterr().err
    assert not (tmp_path / "o").exists()
