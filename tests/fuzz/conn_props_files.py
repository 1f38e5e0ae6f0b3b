"""A small circuit, and what a run of conn-props leaves of it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from click.testing import CliRunner

from region_grower_hpc.cli import main
from region_grower_hpc.conn_props.in_process import run_here
from region_grower_hpc.conn_props.inputs import forget
from region_grower_hpc.conn_props.settings import ExtractSettings
from region_grower_hpc.conn_props.sort_job import SortJob
from region_grower_hpc.conn_props.survey_job import SurveyJob
from tests.conn_props.small_circuits import config_of, write_json, write_nodes, write_properties

#: So many that some pathways have too many values to list, and that edges come in pieces.
N_NODES, N_EDGES, CHUNK_EDGES = 12, 800, 300
MOST, LEAST, BINS = 30, 2, 5
PROPERTIES = ("conductance", "n_rrp")
#: Edge populations: in any order, and by target.
MIXED, SORTED = "All__All__chemical", "All__All__sorted"
#: Options of `build`: file, option and its good content.
DOCUMENTS: dict[str, tuple[str, dict[str, Any]]] = {
    "types.json": ("--distr-types", {"conductance": "gamma", "n_rrp": "discrete"}),
    "data_types.json": ("--data-types", {"n_rrp": "int", "conductance": "float32"}),
    "bounds.json": ("--data-bounds", {"conductance": [0, None], "n_rrp": [1, 20]}),
    "shared.json": ("--shared-within", {"conductance": True, "n_rrp": False}),
}


def make_conn_props_files(folder: Path) -> None:
    """Write all files below a folder; `done` holds the outputs of a run with its state."""
    folder.mkdir()
    _write_circuit(folder)
    for name, (_, content) in DOCUMENTS.items():
        write_json(folder / name, content)
    write_json(folder / "model_config.json", _config())
    for name in ("work", "drawn"):
        (folder / name).mkdir()
    done = folder / "done"
    done.mkdir()
    _run(*extract_words(folder, done / "data.h5", "--estimate-cov"))
    _run("extract", *circuit_words(folder, done / "sorted.h5", SORTED))
    words = [word for name, (option, _) in DOCUMENTS.items() for word in (option, folder / name)]
    _run("build", "--data", done / "data.h5", "--out", done / "model.json", *words)
    _keep_pieces(folder)
    with h5py.File(done / "data.h5", "r+") as file:
        # It tells of times and folders, but content is to be the same each time.
        file.attrs["plan"] = "{}"


def extract_words(folder: Path, out: Path, *more: str) -> list[str]:
    """Words of an extraction that samples connections and sorts edges."""
    words = ["extract", *circuit_words(folder, out), "--hist-bins", str(BINS), *more]
    words += ["--sel-src", "Most", "--sel-dest", '{"layer": [1, 2]}']
    words += ["--max-sample-size-per-group", str(MOST)]
    return [*words, "--min-sample-size-per-group", str(LEAST)]


def circuit_words(folder: Path, out: Path, population: str = MIXED) -> list[str]:
    """Words of any extraction."""
    files = ["--circuit", str(folder / "circuit_config.json"), "--out", str(out)]
    return [*files, "--edges-popul-name", population, "--chunk-edges", str(CHUNK_EDGES)]


def _run(*words: str | Path) -> None:
    given = ["conn-props", *map(str, words), "--nb-processes", "0", "--log-level", "error"]
    done = CliRunner().invoke(main, given)
    if done.exit_code:
        raise RuntimeError(done.output)


def _write_circuit(folder: Path) -> None:
    draw = np.random.RandomState(1)
    write_nodes(
        folder / "nodes.h5",
        {
            "mtype": (["L1_A", "L2_B"], draw.randint(0, 2, N_NODES)),
            "synapse_class": [("EXC", "INH")[k % 2] for k in range(N_NODES)],
            "layer": np.array([1, 2] * (N_NODES // 2), dtype=np.uint8),
            "depth_um": np.linspace(0, 1, N_NODES, dtype=np.float32),
        },
        type_ids=[k % 3 for k in range(N_NODES)],
    )
    (folder / "node_types.csv").write_text(
        "node_type_id etype size\n0 cAC 1.5\n1 bNAC 2\n2 cAC 3\n"
    )
    with h5py.File(folder / "edges.h5", "w") as file:
        for population in (MIXED, SORTED):
            ids = draw.randint(0, N_NODES, (2, N_EDGES))
            ids = ids if population == MIXED else ids[:, np.argsort(ids[1], kind="stable")]
            group = file.create_group(f"edges/{population}")
            for name, values in zip(("source_node_id", "target_node_id"), ids, strict=True):
                group[name] = values.astype(np.uint64)
                group[name].attrs["node_population"] = "All"
            shape = draw.gamma(4, 0.2, N_EDGES).astype(np.float32)
            rrp = draw.randint(1, 5, N_EDGES).astype(np.uint16)
            write_properties(group, dict(zip(PROPERTIES, (shape, rrp), strict=True)))
    sets = {
        "Most": {"node_id": [*range(N_NODES - 1)]},
        "A": {"mtype": ["L1_A"]},
        "Both": ["A", "Most"],
    }
    write_json(folder / "node_sets.json", sets)
    config = config_of(
        {"All": "$NET/nodes.h5"},
        {MIXED: "${NET}/edges.h5"},
        manifest={"$NET": "."},
        node_sets_file="node_sets.json",
    )
    config["networks"]["nodes"][0]["node_types_file"] = "node_types.csv"
    config["networks"]["edges"][0]["populations"][SORTED] = {}
    write_json(folder / "circuit_config.json", config)


def _config() -> dict[str, Any]:
    """What `run` reads, with paths from the folder it lies in."""
    kwargs = {
        "edges_popul_name": SORTED,
        "hist_bins": BINS,
        "sel_props": ["conductance"],
        "sel_src": {"mtype": ["L1_A", "L2_B"]},
        "sel_dest": "Most",
        "min_sample_size_per_group": None,
        "distr_types": {"conductance": "normal", "n_syn_per_conn": "ztpoisson"},
        "data_types": {"n_syn_per_conn": "int"},
        "data_bounds": {"n_syn_per_conn": [1, None]},
        "plot_sample_size": 20,
    }
    return {
        "working_dir": "work",
        "out_dir": "drawn",
        "seed": 3,
        "circuit_config": "circuit_config.json",
        "model": {"name": "small", "fct": {"source": "conn_props", "kwargs": kwargs}},
    }


def _keep_pieces(folder: Path) -> None:
    """The sorted edges, which a run removes at its end."""
    settings = ExtractSettings(
        folder / "circuit_config.json", folder / "done" / "data.h5", MIXED, chunk_edges=CHUNK_EDGES
    )
    run_here([SurveyJob(settings), SortJob(settings)])
    forget()
    # Commands find their own state, and remove the pieces there.
    shutil.copytree(settings.work, settings.work.with_name("pieces.h5.rghpc"))
    shutil.rmtree(settings.sorted_folder)
