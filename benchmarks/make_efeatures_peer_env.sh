#!/usr/bin/env bash
# Install the pinned bluepyefe, the peer of extract-efeatures, into a virtual environment of its own.
#
#   benchmarks/make_efeatures_peer_env.sh DIR         then: benchmarks/bench.py --efeatures-peer DIR
#   PYTHON=python3.11 benchmarks/make_efeatures_peer_env.sh DIR      with another interpreter
set -euo pipefail

if [ $# -ne 1 ]; then
    echo "usage: $0 DIR" >&2
    exit 2
fi
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PYTHON=${PYTHON:-python3}

"$PYTHON" -m venv "$1"
"$1/bin/python" -m pip install --quiet --requirement "$HERE/efeatures-peer-constraints.txt"
"$1/bin/python" -c 'from importlib.metadata import version
import bluepyefe.extract
print("bluepyefe", version("bluepyefe"))'
