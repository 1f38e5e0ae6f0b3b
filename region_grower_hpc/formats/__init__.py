"""Files, one format a module."""
