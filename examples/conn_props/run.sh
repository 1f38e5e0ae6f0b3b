#!/usr/bin/env bash
# Make a small circuit, measure the properties of its connections, build a model of them, draw both.
#
#   examples/conn_props/run.sh                        100,000 synapses with 2 ranks, into out/ beside this file
#   EDGES=10000000 CELLS=5000 RANKS=8 OUT=/scratch/connections run.sh     other sizes, ranks, folder
#   PROPERTIES="conductance u_syn" run.sh             these properties only
#
# Calling this again with the same values continues an interrupted run, or finds it complete.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
EDGES=${EDGES:-100000}
CELLS=${CELLS:-600}
RANKS=${RANKS:-2}
PROPERTIES=${PROPERTIES:-}
OUT=${OUT:-$HERE/out}
PYTHON=${PYTHON:-python3}

"$PYTHON" -c 'import matplotlib' 2>/dev/null || {
    echo "the pictures need matplotlib: pip install '.[conn-props,mpich]' in the project's folder" >&2
    exit 3
}
mkdir -p "$OUT"
OUT=$(cd "$OUT" && pwd)

"$PYTHON" "$HERE/make_circuit.py" "$OUT/circuit" --edges "$EDGES" --cells "$CELLS"

selected=()
for name in $PROPERTIES; do
    selected+=(--sel-prop "$name")
done

region-grower-hpc conn-props extract \
    --nb-processes "$RANKS" \
    --circuit "$OUT/circuit/circuit_config.json" \
    --min-sample-size-per-group 5 \
    "${selected[@]}" \
    --out "$OUT/data.h5"

region-grower-hpc conn-props build \
    --nb-processes "$RANKS" \
    --data "$OUT/data.h5" \
    --distr-types "$HERE/distr_types.json" \
    --data-types '{"n_rrp_vesicles": "int", "n_syn_per_conn": "int", "syn_type_id": "int"}' \
    --data-bounds '{"conductance": [0.05, null], "u_syn": [0, 1]}' \
    --out "$OUT/model.json"

region-grower-hpc conn-props plot \
    --nb-processes "$RANKS" \
    --data "$OUT/data.h5" \
    --model "$OUT/model.json" \
    --out-dir "$OUT/figures"

"$PYTHON" "$HERE/show_model.py" "$OUT/data.h5" "$OUT/model.json"

cat <<END

Outputs in $OUT
  circuit          the circuit (SONATA)
  data.h5          statistics of each property and pathway
  model.json       the model, for region_grower_hpc.conn_props.ConnPropsModel and
                   connectome-manipulator
  model.quality.csv      how well each of its distributions fits the data
  failures.csv     values that were left out, and distributions that could not be taken
  figures          data against model, of each property; begin with data_vs_model_overview.png
END
