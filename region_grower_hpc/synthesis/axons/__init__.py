"""Axons of reconstructed neurons, grafted onto grown ones."""
