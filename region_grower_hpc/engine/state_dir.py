"""Where the state of a run lies unless `--state-dir` says otherwise."""

from __future__ import annotations

from pathlib import Path


def state_dir_of_file(main_output: Path) -> Path:
    """Where the state of a run lies whose main output is a file."""
    return main_output.with_name(main_output.name + ".rghpc")


def state_dir_of_folder(main_output: Path) -> Path:
    """Where the state of a run lies whose main output is a folder."""
    return main_output / ".rghpc"
