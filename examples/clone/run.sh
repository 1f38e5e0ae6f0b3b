#!/usr/bin/env bash
# Make clones of some cells of the synthesized column, and place them as the cells of a circuit.
#
#   examples/clone/run.sh                               200 cells with 2 ranks, into out/ beside this file
#   CIRCUIT=2000 PARENTS=6 RANKS=8 OUT=/scratch/clones run.sh     cells, parents a type, ranks, folder
#
# The parents are cells of the example ../synthesis, whose outputs are in SYNTHESIS; where there are
# none it runs first, with CELLS cells. Calling this again with the same values continues an
# interrupted run, or finds it complete.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
COLUMN=$HERE/../synthesis
SYNTHESIS=${SYNTHESIS:-$COLUMN/out}
CELLS=${CELLS:-60}
PARENTS=${PARENTS:-3}
CIRCUIT=${CIRCUIT:-200}
RANKS=${RANKS:-2}
OUT=${OUT:-$HERE/out}
export PYTHON=${PYTHON:-python3}

"$PYTHON" -c 'import matplotlib' 2>/dev/null || {
    echo "the picture needs matplotlib: pip install '.[mpich,plot]' in the project's folder" >&2
    exit 3
}
if [ ! -e "$SYNTHESIS/nodes.h5" ]; then
    CELLS=$CELLS RANKS=$RANKS OUT=$SYNTHESIS "$COLUMN/run.sh"
fi
mkdir -p "$OUT"
OUT=$(cd "$OUT" && pwd)
SYNTHESIS=$(cd "$SYNTHESIS" && pwd)
ATLAS=$SYNTHESIS/inputs/atlas

"$PYTHON" "$COLUMN/make_example.py" "$OUT/circuit" --cells "$CIRCUIT"
"$PYTHON" "$HERE/make_inputs.py" "$SYNTHESIS" "$OUT/circuit/cells.h5" "$OUT/inputs" \
    --parents "$PARENTS"

region-grower-hpc clone-morphologies \
    --nb-processes "$RANKS" \
    --dataset "$OUT/inputs/dataset.csv" \
    --annotations "$OUT/inputs/annotations" \
    --recipe "$OUT/inputs/builder_recipe.xml" \
    --placement-rules "$OUT/inputs/placement_rules.xml" \
    --transform-rules "$OUT/inputs/transform_rules.xml" \
    --y-scale 0.95 --y-scale 1.05 \
    --std-angle 5 \
    --clone-multiplier 2 \
    --seed 0 \
    --container shards \
    --release-ext swc \
    --out-dir "$OUT/clones" \
    --cells "$OUT/circuit/cells.h5" \
    --atlas "$ATLAS" \
    --out-cells "$OUT/nodes.h5" \
    --max-drop-ratio 0.2

"$PYTHON" "$HERE/draw_clones.py" "$OUT/nodes.h5" "$OUT/clones/clone" "$OUT/inputs" \
    --atlas "$ATLAS" \
    --region-structure "$SYNTHESIS/inputs/region_structure.yaml" \
    --out "$OUT/clones.png"

cat <<END

Outputs in $OUT
  nodes.h5                 the cells, each with the name of its clone (SONATA)
  clones/clone             clones: neuronDB.dat, annotations, morphologies.h5, which
                           morphio.Collection("morphologies.h5").load(name) reads
  clones/release/swc       the same morphologies as SWC files
  clones/failures.csv      what could not be made or placed
  clones/grafting, scaling, transform_rules     the steps before
  inputs                   data set, database, recipe and rules, as cloning reads them
  clones.png               the picture
Picture: $OUT/clones.png
END
