"""Synthesis passes the contract that every system's job must pass."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from region_grower_hpc.synthesis.job import SynthesisJob
from region_grower_hpc.testing import JobContract
from tests.synthesis.full_column import add_axons, add_constraints, all_outputs
from tests.synthesis.small_column import SmallColumn, make_small_column

MTYPES = ("L1_DAC", "L2_TPC:A", "L1_DAC", "L1_DAC", "L2_TPC:A", "L1_DAC", "L1_DAC")
OUTSIDE = (5000.0, 0.0, 0.0)


@pytest.fixture(autouse=True, scope="class")
def inputs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> None:
    column = make_small_column(tmp_path_factory.mktemp("column") / "inputs", MTYPES)
    request.cls.column = column
    request.cls.prepare()
    column.move_cell(3, OUTSIDE)


class TestSynthesisJob(JobContract):
    """Seven cells, one of which lies outside the atlas."""

    timeout_s = 60.0

    column: SmallColumn

    @classmethod
    def prepare(cls) -> None:
        """Nothing to add to the column."""

    def job(self, out: Path) -> SynthesisJob:
        return SynthesisJob(self.column.settings(out, container="shards"))

    def command(self, out: Path) -> Sequence[str]:
        more = ("--container", "shards", "--max-failed-ratio", "0.2")
        return ["-m", "region_grower_hpc", *self.column.arguments(out, *more)]


class TestAllOfSynthesis(JobContract):
    """The same cells with grafted axons, directions, a boundary, and all outputs."""

    timeout_s = 60.0

    column: SmallColumn
    axons: Sequence[str]

    @classmethod
    def prepare(cls) -> None:
        """Write donors and a mesh."""
        add_constraints(cls.column)
        cls.axons = add_axons(cls.column)

    def job(self, out: Path) -> SynthesisJob:
        return SynthesisJob(
            self.column.settings(
                out,
                morph_axon=Path(self.axons[1]),
                base_morph_dir=Path(self.axons[3]),
                max_drop_ratio=0.5,
                rotational_jitter_std_deg=10.0,
                scaling_jitter_std=0.1,
                out_morph_ext=("asc", "h5"),
                out_debug_data=out / "debug.pkl",
                out_apical_nrn_sections=out / "nrn.yaml",
                container_path=out / "container.h5",
            )
        )

    def command(self, out: Path) -> Sequence[str]:
        more = [
            *self.axons,
            *("--max-drop-ratio", "0.5"),
            *("--rotational-jitter-std", "10", "--scaling-jitter-std", "0.1"),
            *("--max-failed-ratio", "0.2"),
            *all_outputs(out),
        ]
        return ["-m", "region_grower_hpc", *self.column.arguments(out, *more)]
