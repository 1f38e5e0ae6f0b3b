#!/usr/bin/env bash
# Record a few simulated neurons, extract features of their recordings, and show them.
#
#   examples/efeatures/run.sh                         3 cells with 2 ranks, into out/ beside this file
#   CELLS=20 RANKS=4 OUT=/scratch/features run.sh     other cells, ranks, folder
#
# Calling this again with the same values continues an interrupted run, or finds it complete.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CELLS=${CELLS:-3}
RANKS=${RANKS:-2}
OUT=${OUT:-$HERE/out}
PYTHON=${PYTHON:-python3}

"$PYTHON" -c 'import efel, matplotlib' 2>/dev/null || {
    echo "this needs eFEL and matplotlib: pip install '.[mpich,efeatures,plot]' in the project's" \
        "folder" >&2
    exit 3
}
mkdir -p "$OUT"
OUT=$(cd "$OUT" && pwd)

"$PYTHON" "$HERE/simulate_recordings.py" "$OUT/recordings" --cells "$CELLS"

region-grower-hpc extract-efeatures \
    --nb-processes "$RANKS" \
    --files-metadata "$OUT/recordings/files_metadata.json" \
    --targets "$OUT/recordings/targets.json" \
    --protocols-rheobase IDthresh \
    --extract-per-cell \
    --plot \
    --output-directory "$OUT/features"

"$PYTHON" "$HERE/show_features.py" "$OUT/features"

cat <<END

Outputs in $OUT
  recordings               the recordings (NWB), and what tells the program of them
  features/features.json, protocols.json, currents.json      for models of cells
  features/cell_00, ...    the same of each cell alone
  features/efeatures.h5    every recording, its stimulus and its features
  features/nodes.h5        threshold and holding current of each cell (SONATA)
  features/failures.csv    what could not be read or measured
  features/figures         recordings and features, as PDF and PNG
END
