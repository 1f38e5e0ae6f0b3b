#!/usr/bin/env bash
# Install a pinned peer into a virtual environment of its own.
#
#   benchmarks/make_peer_env.sh synthesis DIR    region-grower:          bench.py --peer DIR
#   benchmarks/make_peer_env.sh clone DIR        morphology-workflows:   bench.py --clone-peer DIR
#   benchmarks/make_peer_env.sh efeatures DIR    bluepyefe:              bench.py --efeatures-peer DIR
#   benchmarks/make_peer_env.sh conn-props DIR   connectome-manipulator: bench.py --conn-props-peer DIR
#
# PYTHON=python3.11 before it takes another interpreter.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
case ${1:-} in
    synthesis) package=region-grower module=region_grower.synthesize_morphologies ;;
    clone) package=morphology-workflows module=morphology_workflows.tasks.workflows ;;
    efeatures) package=bluepyefe module=bluepyefe.extract ;;
    conn-props)
        package=connectome-manipulator module=connectome_manipulator.model_building.conn_props
        ;;
    *) package='' ;;
esac
if [ $# -ne 2 ] || [ -z "$package" ]; then
    echo "usage: $0 synthesis|clone|efeatures|conn-props DIR" >&2
    exit 2
fi

"${PYTHON:-python3}" -m venv "$2"
"$2/bin/python" -m pip install --quiet --requirement "$HERE/$1-peer-constraints.txt"
"$2/bin/python" -c "from importlib.metadata import version
import $module
print('$package', version('$package'))"
