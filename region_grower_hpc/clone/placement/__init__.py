"""Clones for the cells of a circuit: each cell gets one by how well it fits the cell's place."""
