"""Where the run is that a user names: by its output folder, main output file or state folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from region_grower_hpc.engine.state import StateFolder, state_dir_of_file, state_dir_of_folder
from region_grower_hpc.errors import InvalidInputError

_SUFFIX = ".rghpc"


@dataclass(frozen=True)
class RunPlace:
    """One run.

    Attributes:
        state: its state folder.
        output: its main output; None where only the state folder is known.
    """

    state: StateFolder
    output: Path | None

    def __str__(self) -> str:
        return str(self.output or self.state.path)


def find_runs(path: Path | None, state_dir: Path | None) -> list[RunPlace]:
    """The runs that a user names: several only for a folder with several main outputs.

    Args:
        path: output folder, main output file (which need not exist yet), or state folder.
        state_dir: the state folder, where the run was given one.

    Raises:
        InvalidInputError: there is no state of a run.
    """
    if state_dir is not None:
        if not state_dir.is_dir():
            raise InvalidInputError(f"--state-dir {state_dir}: there is no such folder")
        return [RunPlace(StateFolder(state_dir), path)]
    if path is None:
        raise InvalidInputError("name an output, or a state folder by --state-dir")
    if not path.name:
        path = path.absolute()  # "." and "/"
    candidates = [state_dir_of_folder(path), state_dir_of_file(path)]
    for candidate in candidates:
        if candidate.is_dir():
            return [RunPlace(StateFolder(candidate), path)]
    if _is_state(path):
        return [RunPlace(StateFolder(path), _output_of(path))]
    beside = sorted(path.glob(f"*{_SUFFIX}")) if path.is_dir() else []
    if beside:
        return [RunPlace(StateFolder(folder), _output_of(folder)) for folder in beside]
    looked = [*map(str, candidates), f"{path / ('*' + _SUFFIX)}"]
    raise InvalidInputError(
        f"there is no run of {path}: looked for {', '.join(looked)}; name the output folder or the "
        "main output of a run, or its state folder by --state-dir. A first start that still reads "
        "its inputs has no state yet"
    )


def find_run(path: Path | None, state_dir: Path | None) -> RunPlace:
    """The one run that a user names.

    Raises:
        InvalidInputError: there is none, or there are several.
    """
    runs = find_runs(path, state_dir)
    if len(runs) > 1:
        raise InvalidInputError(
            f"there are {len(runs)} runs in {path}: name the main output of one, such as {runs[0]}"
        )
    return runs[0]


def _is_state(path: Path) -> bool:
    return any((path / name).exists() for name in ("plan.json", "provenance.json"))


def _output_of(state_dir: Path) -> Path | None:
    """The main output beside whose state folder this is by its name."""
    folder = state_dir.absolute()
    if folder.name == _SUFFIX:
        return folder.parent
    if folder.name.endswith(_SUFFIX):
        return folder.with_name(folder.name.removesuffix(_SUFFIX))
    return None
