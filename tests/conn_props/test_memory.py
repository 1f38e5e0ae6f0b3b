"""The memory of a rank depends on --chunk-edges, and not on how many edges there are."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

from region_grower_hpc.conn_props.in_process import run_here
from region_grower_hpc.conn_props.inputs import forget
from region_grower_hpc.conn_props.passes import extraction_jobs
from region_grower_hpc.conn_props.settings import ExtractSettings
from tests.conn_props.random_circuit import EDGES, make_random_circuit

#: Passes that hold edges.
PASSES = ("sort-edges", "measure-blocks", "bin-values")


def peaks_bytes(folder: Path, n_edges: int, chunk_edges: int) -> dict[str, int]:
    """Most memory of each pass over edges in no order."""
    circuit = make_random_circuit(folder / "circuit", n_edges, 200, "random")
    settings = ExtractSettings(circuit.config, folder / "data.h5", EDGES, chunk_edges=chunk_edges)
    settings.work.mkdir(exist_ok=True)
    forget()
    peaks = {}
    for job in extraction_jobs(settings):
        tracemalloc.start()
        run_here([job])
        peaks[job.name] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return {name: peaks[name] for name in PASSES}


def test_memory_follows_chunks_and_not_the_file(tmp_path: Path) -> None:
    few = peaks_bytes(tmp_path / "few", 25_000, 6_250)
    many = peaks_bytes(tmp_path / "many", 100_000, 6_250)
    at_once = peaks_bytes(tmp_path / "at-once", 100_000, 100_000)
    for name in PASSES:
        assert many[name] < 1.5 * few[name], (name, few, many)
        # Of 42 bytes an edge, several times.
        assert many[name] < 6_250 * 600, (name, many)
        assert at_once[name] > 4 * many[name], (name, many, at_once)
