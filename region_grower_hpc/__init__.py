"""Build and measure neural circuits in parallel: one command-line tool over one MPI engine."""

__version__ = "0.1.0"
