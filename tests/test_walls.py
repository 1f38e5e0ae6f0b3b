"""The walls of the house: who may import whom, and what the command line must not load."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import region_grower_hpc

PACKAGE = Path(region_grower_hpc.__file__).parent
SYSTEMS = {
    path.name
    for path in PACKAGE.iterdir()
    if path.is_dir() and path.name not in {"engine", "formats", "native", "__pycache__"}
}
SCIENCE = {
    "diameter_synthesis",
    "efel",
    "igor2",
    "libsonata",
    "matplotlib",
    "morphio",
    "neo",
    "neurom",
    "neurots",
    "nrrd",
    "pandas",
    "scipy",
    "rtree",
    "sklearn",
    "tmd",
    "trimesh",
    "voxcell",
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def imports(path: Path) -> set[str]:
    """Full names of all modules that a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def roots(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(path)}


def room(name: str) -> str | None:
    """The room of a module of ours: engine, formats, a system."""
    parts = name.split(".")
    return parts[1] if parts[0] == "region_grower_hpc" and len(parts) > 1 else None


def place(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_only_comm_imports_mpi4py(path: Path) -> None:
    assert "mpi4py" not in roots(path) or place(path) == "engine/comm.py"


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_only_cli_and_commands_import_click(path: Path) -> None:
    assert "click" not in roots(path) or path.name in {"cli.py", "command.py"}


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_rooms_import_downwards_only(path: Path) -> None:
    here = path.relative_to(PACKAGE).parts[0]
    reached = {room(name) for name in imports(path)} - {
        None,
        here,
        "errors",
        "names_on_use",
        "__version__",
    }
    if here == "engine":
        # Whole files, digests: nothing of neurons. Not formats that need a science library.
        allowed = {
            f"region_grower_hpc.formats.{name}"
            for name in ("atomic", "digest", "failed_write", "json_file", "yaml_file")
        }
        modules = {name for name in imports(path) if name.startswith("region_grower_hpc.formats.")}
        assert {".".join(name.split(".")[:3]) for name in modules} <= allowed
        assert reached <= {"formats"}
        assert not roots(path) & SCIENCE
    elif here in {"formats", "native"}:
        assert reached <= {"native"}
    elif here in SYSTEMS:
        assert reached <= {"engine", "formats", "native"}
    elif here == "cli.py":
        assert reached <= {"engine"}
    elif here == "errors.py":
        assert not reached


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_commands_are_imported_by_the_front_end_alone(path: Path) -> None:
    if path.name == "cli.py":
        return
    for name in imports(path):
        if name.endswith(".command") or ".command." in name:
            assert path.name == "command.py", f"{place(path)} imports {name}"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["synthesize-morphologies", "--help"],
        ["compare", "--help"],
        ["status", "--help"],
        ["rerun", "--help"],
        ["clone-morphologies", "--help"],
        ["extract-efeatures", "--help"],
        ["plot-recordings", "--help"],
    ],
)
def test_help_loads_no_science(arguments: list[str]) -> None:
    code = (
        "import sys\n"
        "from region_grower_hpc.cli import main\n"
        f"try: main({arguments!r})\n"
        "except SystemExit: pass\n"
        "print('\\n'.join(sys.modules), file=sys.stderr)\n"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stderr.split()
    assert not {name.split(".")[0] for name in loaded} & (SCIENCE | {"numpy", "h5py", "mpi4py"})


def test_there_is_no_utils() -> None:
    assert not [path for path in MODULES if path.name in {"utils.py", "helpers.py", "misc.py"}]
