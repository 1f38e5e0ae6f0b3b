"""Neurodata Without Borders files, .nwb, in the five layouts in which recordings are published."""
