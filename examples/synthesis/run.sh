#!/usr/bin/env bash
# Synthesize the cells of a small cortical column and draw them.
#
#   examples/synthesis/run.sh                          60 cells with 2 ranks, into out/ beside this file
#   CELLS=1000 RANKS=8 OUT=/scratch/column run.sh      another number of cells, ranks, another folder
#
# Calling it again with the same CELLS and OUT continues an interrupted run, or finds it complete.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CELLS=${CELLS:-60}
RANKS=${RANKS:-2}
OUT=${OUT:-$HERE/out}
PYTHON=${PYTHON:-python3}

"$PYTHON" -c 'import matplotlib' 2>/dev/null || {
    echo "the picture needs matplotlib: pip install '.[mpich,plot]' in the project's folder" >&2
    exit 3
}
mkdir -p "$OUT"
OUT=$(cd "$OUT" && pwd)

"$PYTHON" "$HERE/make_example.py" "$OUT/inputs" --cells "$CELLS"

region-grower-hpc synthesize-morphologies \
    --nb-processes "$RANKS" \
    --input-cells "$OUT/inputs/cells.h5" \
    --tmd-parameters "$HERE/tmd_parameters.json" \
    --tmd-distributions "$HERE/tmd_distributions.json" \
    --atlas "$OUT/inputs/atlas" \
    --region-structure "$OUT/inputs/region_structure.yaml" \
    --seed 0 \
    --out-cells "$OUT/nodes.h5" \
    --out-apical "$OUT/apical.yaml" \
    --out-morph-dir "$OUT/morphologies" \
    --container shards \
    --container-path "$OUT/morphologies.h5" \
    --out-failures "$OUT/failures.csv"

"$PYTHON" "$HERE/draw_column.py" "$OUT/nodes.h5" "$OUT/morphologies.h5" \
    --atlas "$OUT/inputs/atlas" \
    --region-structure "$OUT/inputs/region_structure.yaml" \
    --out "$OUT/column.png"

cat <<END

Outputs in $OUT
  nodes.h5          the cells with the names of their morphologies (SONATA)
  morphologies.h5   all morphologies: morphio.Collection("morphologies.h5").load(name)
  apical.yaml       where the apical dendrites begin to branch into tufts
  failures.csv      cells that could not be synthesized
  column.png        the picture
Picture: $OUT/column.png
END
