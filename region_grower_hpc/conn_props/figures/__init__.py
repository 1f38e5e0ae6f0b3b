"""Figures of statistics and of the models built from them, as bytes of PNG files."""
