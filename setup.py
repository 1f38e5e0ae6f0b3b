"""Builds the native kernels; everything else is metadata in pyproject.toml."""

import os
from pathlib import Path

import numpy
from pybind11.setup_helpers import ParallelCompile, Pybind11Extension
from setuptools import setup

NATIVE = Path("region_grower_hpc/native/src")
NUMPY = Path(numpy.__file__).parent

# numpy ships its random distributions for others to link; libnpymath moved in numpy 2
LIBRARIES = [
    NUMPY / "random/lib/libnpyrandom.a",
    next(NUMPY.glob("*core/lib/libnpymath.a")),
]

# `make sanitize` adds its own. Sums are never contracted: results must not depend on the processor.
FLAGS = ["-ffp-contract=off", "-fno-math-errno", *os.environ.get("RGHPC_CXXFLAGS", "-O2").split()]

ParallelCompile("RGHPC_BUILD_JOBS", default=len(os.sched_getaffinity(0))).install()

setup(
    ext_modules=[
        Pybind11Extension(
            "region_grower_hpc.native._kernels",
            sorted(str(path) for path in NATIVE.glob("*.cpp")),
            depends=sorted(str(path) for path in NATIVE.glob("*.hpp")),
            include_dirs=[numpy.get_include(), str(NATIVE)],
            extra_objects=[str(path) for path in LIBRARIES],
            extra_compile_args=FLAGS,
            extra_link_args=[flag for flag in FLAGS if flag.startswith("-fsanitize")],
            cxx_std=17,
        )
    ]
)
