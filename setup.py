"""Builds the native kernels; everything else is metadata in pyproject.toml."""

from setuptools import setup

setup()
