"""The two programs that are compared, called in the same way."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from cases import Case
from timed_command import CommandFailedError


@dataclass(frozen=True)
class Tool:
    """One of the programs.

    Attributes:
        name: "ours" or "peer".
        python: interpreter of its virtual environment.
        program: its console script.
        serial: value of --nb-processes for a run in one process.
        imports: statements after which a computing process is ready for its first cell.
    """

    name: str
    python: Path
    program: Path
    serial: int
    imports: str

    def command(self, *arguments: str | Path) -> list[str | Path]:
        """The program with arguments."""
        return [self.program, *arguments]

    def synthesis(
        self, case: Case, cells: Path, out: Path, *options: str, n_processes: int | None = None
    ) -> list[str | Path]:
        """The command that synthesizes `cells` with the inputs of a case into the folder `out`.

        Args:
            case: where the other inputs come from.
            cells: file of the population.
            out: existing folder.
            options: further ones of this tool.
            n_processes: computing processes; None is one, in the process of the command itself.
        """
        return self.command(
            "synthesize-morphologies",
            "--input-cells", cells,
            "--tmd-parameters", case.tmd_parameters,
            "--tmd-distributions", case.tmd_distributions,
            "--atlas", case.atlas,
            "--region-structure", case.region_structure,
            "--seed", str(case.seed),
            "--out-cells", out / "circuit.h5",
            "--out-apical", out / "apical.yaml",
            "--out-morph-dir", out / "morphologies",
            "--out-morph-ext", "h5",
            "--nb-processes", str(self.serial if n_processes is None else n_processes),
            "--hide-progress-bar",
            *options,
        )  # fmt: skip


def ours() -> Tool:
    """The program of the environment that runs this file."""
    python = Path(sys.executable)
    return _tool(
        "ours",
        python,
        "region-grower-hpc",
        1,
        "import contextlib\n"
        "with contextlib.suppress(ImportError):\n"
        "    import mpi4py.MPI\n"
        "import region_grower_hpc.engine.launch, region_grower_hpc.synthesis.job\n"
        "from region_grower_hpc.synthesis.grower_choice import make_grower\n"
        "make_grower('native')",
    )


def peer(environment: Path) -> Tool:
    """The program of the environment that make_peer_env.sh made."""
    return _tool(
        "peer",
        environment.absolute() / "bin" / "python",
        "region-grower",
        0,
        "import region_grower.synthesize_morphologies",
    )


def clone_peer(environment: Path) -> Tool:
    """The program of the environment that make_peer_env.sh made."""
    return _tool(
        "peer",
        environment.absolute() / "bin" / "python",
        "morphology-workflows",
        1,
        "import morphology_workflows.tasks.workflows",
    )


def efeatures_peer(environment: Path) -> Tool:
    """The environment that make_peer_env.sh made; its program is its interpreter."""
    return _interpreter(environment, "bluepyefe", "bluepyefe.extract")


def conn_props_peer(environment: Path) -> Tool:
    """The environment that make_peer_env.sh made; its program is its interpreter."""
    return _interpreter(
        environment, "connectome_manipulator", "connectome_manipulator.model_building.conn_props"
    )


def _interpreter(environment: Path, package: str, module: str) -> Tool:
    python = environment.absolute() / "bin" / "python"
    if not any(environment.glob(f"lib/python*/site-packages/{package}")):
        name = package.replace("_", "-")
        raise CommandFailedError(f"{environment} has no {name}: install {name} there")
    return Tool("peer", python, python, 1, f"import {module}")


def _tool(name: str, python: Path, program: str, serial: int, imports: str) -> Tool:
    script = python.parent / program
    if not script.exists():
        raise CommandFailedError(f"{script} does not exist: install {program} there")
    return Tool(name, python, script, serial, imports)
