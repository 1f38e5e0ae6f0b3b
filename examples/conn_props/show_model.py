"""Show what was made: the pathways, each property of the model, and a connection drawn from it.

    python show_model.py DATA MODEL [--source M_TYPE] [--target M_TYPE] [--seed 0]

DATA and MODEL are the files that `conn-props extract` and `conn-props build` wrote.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from region_grower_hpc.conn_props import ConnPropsModel

N_SYN = "n_syn_per_conn"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, help="statistics (HDF5)")
    parser.add_argument("model", type=Path, help="model (JSON)")
    parser.add_argument("--source", default="L4_SSC", help="m-type (L4_SSC)")
    parser.add_argument("--target", default="L3_TPC:A", help="m-type (L3_TPC:A)")
    parser.add_argument("--seed", type=int, default=0, help="of the drawn connection (0)")
    arguments = parser.parse_args()
    model = json.loads(arguments.model.read_text(encoding="utf-8"))
    for side, name in (("src", arguments.source), ("tgt", arguments.target)):
        if name not in model[f"{side}_types"]:
            parser.error(f"{name} is not in the model; there are: {model[f'{side}_types']}")
    print(pathways(model))
    for line in table(arguments.data, model):
        print(line)
    # The model draws from numpy's global stream, as that of connectome-manipulator does.
    np.random.seed(arguments.seed)
    drawn = ConnPropsModel.model_from_file(arguments.model).apply(
        src_type=arguments.source, tgt_type=arguments.target
    )
    print(f"\nA connection from {arguments.source} to {arguments.target}, drawn from the model:")
    print(drawn.to_string(float_format="%.3g"))


def pathways(model: dict[str, Any]) -> str:
    """How many pathways there are, and how many had too few connections and were filled."""
    n_sources, n_targets = len(model["src_types"]), len(model["tgt_types"])
    # Models of connectome-manipulator do not tell.
    levels = model.get("__interpolation__", {"levels": {}})["levels"]
    filled = ", ".join(f"{count} at level {level}" for level, count in levels.items() if count)
    return (
        f"{n_sources} x {n_targets} pathways between m-types, of which {sum(levels.values())} have "
        f"too few connections and were filled from others ({filled or 'none'})"
    )


def table(data: Path, model: dict[str, Any]) -> Iterator[str]:
    """A line a property: means of pathways, where connections share values, its distributions."""
    yield f"\n{'property':25} {'lowest':>9} {'highest':>9}  {'shared in':9}  distributions"
    yield f"{'':25} {'mean of a pathway':>19}"
    with h5py.File(data) as file:
        names = list(file["syn_props"].asstr()[:])
        for name, stats in model["prop_stats"].items():
            if name == N_SYN:
                mean, shared = file[f"mean/{N_SYN}"][:], ""
            else:
                mean = file["mean/properties"][..., names.index(name)]
                flags = file["shared_within/properties"][..., names.index(name)]
                shared = f"{np.nanmean(flags):.0%}"
            types = Counter(entry["type"] for row in stats.values() for entry in row.values())
            told = ", ".join(f"{kind} ({count})" for kind, count in types.most_common())
            lowest, highest = np.nanmin(mean), np.nanmax(mean)
            yield f"{name:25} {lowest:9.4g} {highest:9.4g}  {shared:>9}  {told}"


if __name__ == "__main__":
    main()
