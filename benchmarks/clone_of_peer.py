"""The peer's CloneMorphologies task, without release; runs in the peer's environment.

    python clone_of_peer.py DATASET.csv OUT CROSS_MTYPE Y_SCALE...

The other inputs lie beside DATASET.csv. These are the peer's own functions, in one process and
without luigi, whose scheduler would only add to its time: morphologies and annotations are
collected, then grafted, scaled and cloned, and the annotations are joined.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pandas as pd
from morphology_workflows.curation import collect  # type: ignore[import-not-found]
from morphology_workflows.tasks.clone import (  # type: ignore[import-not-found]
    CloneMorphologies,
    CollectAnnotations,
)


def main() -> None:
    dataset, out = Path(sys.argv[1]).absolute(), Path(sys.argv[2]).absolute()
    cross_mtype, *y_scales = sys.argv[3:]
    os.chdir(dataset.parent)
    rows = pd.read_csv(dataset.name, index_col="morph_name")
    for name in ("collected", "annotations", "data"):
        (out / name).mkdir(parents=True)
    for name, row in rows.iterrows():
        collected = collect(row, out / "collected")
        rows.loc[name, "morph_path"] = collected["morph_path"]
        row["morph_path"] = collected["morph_path"]
        annotated = CollectAnnotations.validation_function(row, out / "annotations", "annotations")
        rows.loc[name, "annotation_path"] = str(annotated["annotation_path"])
    rows["is_valid"], rows["ret_code"], rows["comment"] = True, 0, None
    CloneMorphologies.validation_function(
        rows,
        out / "data",
        cross_mtypes=[cross_mtype],
        placement_rules_path="placement_rules.xml",
        axon_limit_name="L1_axon_hard_limit",
        dendrite_limit_name="L1_hard_limit",
        y_scales=[float(scale) for scale in y_scales],
        transform_rules_path="transform_rules.xml",
        builder_recipe_path="builder_recipe.xml",
        clone_multiplier=1.0,
        std_angle=10.0,
        std_scale=0.2,
        parallel_factory_type="serial",
        nb_processes=1,
        morph_path_col="repair_morph_db_path_h5",
    )


if __name__ == "__main__":
    main()
