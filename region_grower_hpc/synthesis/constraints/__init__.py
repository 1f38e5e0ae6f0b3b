"""Directions and boundaries that steer growth."""
