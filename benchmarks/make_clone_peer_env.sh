#!/usr/bin/env bash
# Install the pinned morphology-workflows, the peer of clone-morphologies, into a virtual
# environment of its own.
#
#   benchmarks/make_clone_peer_env.sh DIR         then: benchmarks/bench.py --clone-peer DIR
#   PYTHON=python3.11 benchmarks/make_clone_peer_env.sh DIR      with another interpreter
set -euo pipefail

if [ $# -ne 1 ]; then
    echo "usage: $0 DIR" >&2
    exit 2
fi
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PYTHON=${PYTHON:-python3}

"$PYTHON" -m venv "$1"
"$1/bin/python" -m pip install --quiet --requirement "$HERE/clone-peer-constraints.txt"
"$1/bin/python" -c 'from importlib.metadata import version
import morphology_workflows.tasks.workflows
print("morphology-workflows", version("morphology-workflows"))'
