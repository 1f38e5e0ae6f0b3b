#!/usr/bin/env bash
# Install the pinned region-grower into a virtual environment of its own.
#
#   benchmarks/make_peer_env.sh DIR                      then: python benchmarks/bench.py --peer DIR
#   PYTHON=python3.11 benchmarks/make_peer_env.sh DIR    with another interpreter
set -euo pipefail

if [ $# -ne 1 ]; then
    echo "usage: $0 DIR" >&2
    exit 2
fi
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PYTHON=${PYTHON:-python3}

"$PYTHON" -m venv "$1"
"$1/bin/python" -m pip install --quiet --requirement "$HERE/peer-constraints.txt"
"$1/bin/region-grower" --version
