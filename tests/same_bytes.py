"""`make test-4`: the example's cells under `mpiexec -n 4`, byte for byte those of one process."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from region_grower_hpc.testing import differences, results, run_command

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "synthesis"


def command(inputs: Path, out: Path) -> list[str]:
    """synthesize-morphologies of the example's inputs."""
    return [
        *("-m", "region_grower_hpc", "synthesize-morphologies", "--nb-processes", "1"),
        *("--input-cells", str(inputs / "cells.h5"), "--atlas", str(inputs / "atlas")),
        *("--region-structure", str(inputs / "region_structure.yaml")),
        *("--tmd-parameters", str(EXAMPLE / "tmd_parameters.json")),
        *("--tmd-distributions", str(EXAMPLE / "tmd_distributions.json")),
        *("--out-cells", str(out / "nodes.h5"), "--out-apical", str(out / "apical.yaml")),
        *("--out-morph-dir", str(out / "morphologies"), "--container", "shards"),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ranks", type=int, required=True)
    parser.add_argument("--cells", type=int, default=20)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make = [sys.executable, EXAMPLE / "make_example.py", folder / "inputs"]
        subprocess.run([*make, "--cells", str(arguments.cells)], check=True)
        for out, n_ranks in (("one", 0), ("many", arguments.ranks)):
            finished = run_command(command(folder / "inputs", folder / out), n_ranks)
            if finished.returncode:
                print(finished.stderr, file=sys.stderr)
                return finished.returncode
        different = differences(results(folder / "one"), results(folder / "many"))
    print(f"{arguments.ranks} ranks against one process: {different or 'the same bytes'}")
    return bool(different)


if __name__ == "__main__":
    sys.exit(main())
