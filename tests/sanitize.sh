#!/bin/sh
# Build the kernels with the address and undefined-behaviour sanitizers and pass their tests.
#
# usage: PYTHON=PYTHON tests/sanitize.sh [PYTEST_ARGUMENT]...
#
# build/sanitize gets a copy of the sources, from which the sanitized module is built: that of the
# checkout stays as it is. Without arguments the tests of the kernels run but those that start
# NeuroTS, which would only be slow, and that of the page about the sources, which are not installed.
set -eu

cd "$(dirname "$0")/.."
PYTHON=$(command -v "${PYTHON:-python3}")
CXX=${CXX:-g++}
COPY=build/sanitize
# Null pointers end in the address sanitizer anyway, and the other three double the time to build.
SANITIZERS="-fsanitize=address,undefined,float-cast-overflow \
-fno-sanitize=null,alignment,object-size,vptr -fno-sanitize-recover=all"

rm -rf "$COPY"
mkdir -p "$COPY/source"
cp -Rp setup.py pyproject.toml MANIFEST.in README.md LICENSE region_grower_hpc "$COPY/source"
rm -f "$COPY"/source/region_grower_hpc/native/_kernels.*.so
RGHPC_CXXFLAGS="-O1 -g1 -fno-omit-frame-pointer -D_GLIBCXX_ASSERTIONS $SANITIZERS" \
    "$PYTHON" -m pip install --quiet --no-deps --target "$COPY/installed" "./$COPY/source"
cp -R pyproject.toml tests "$COPY/installed"
cd "$COPY/installed"

[ $# -gt 0 ] || set -- tests/native tests/synthesis/test_hard_limits.py \
    tests/synthesis/axons/test_jitter.py --ignore tests/native/test_growth_parity.py \
    --ignore tests/native/test_readme.py \
    -k "not neurots and not peer"

# The sanitizers must be loaded before Python, and libstdc++, whose exceptions they watch.
preloaded=
for library in libasan.so libubsan.so libstdc++.so; do
    preloaded="$preloaded $("$CXX" -print-file-name="$library")"
done
# Python keeps what it allocates. What memory cannot hold is an exception, as without sanitizers.
export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1
export UBSAN_OPTIONS=print_stacktrace=1
LD_PRELOAD=$preloaded exec "$PYTHON" -m pytest -q -p no:cacheprovider "$@"
