"""Figures of recordings and features: bytes of PDF and PNG files by their relative paths."""
