"""Compiled kernels behind thin typed faces: arrays in, arrays out; no file, no rank, no option."""
