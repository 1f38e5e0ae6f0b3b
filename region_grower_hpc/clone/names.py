"""Names of the morphologies that are made of others, and seeds that come from names."""

from __future__ import annotations

import hashlib


def graft_name(recipient: str, donor: str) -> str:
    """Of dendrites of one morphology with the axon of another."""
    return f"dend-{recipient}_axon-{donor}"


def scaled_name(parent: str, y_scale: float) -> str:
    """Of a copy that is scaled along y."""
    return f"{parent}_-_Scale_x1.000_y{y_scale:.3f}_z1.000"


def clone_name(parent: str, index: int | str) -> str:
    """Of a clone, numbered from 0 through all rows of its parent; with "" as they all begin."""
    return f"{parent}_-_Clone_{index}"


def seed_of_name(name: str) -> int:
    """The seed that the peer takes from a name, 0 to 2^32 - 2.

    Source: `morphology_workflows.utils.seed_from_name`.
    """
    digest = hashlib.md5(name.encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest, "big") % (2**32 - 1)
