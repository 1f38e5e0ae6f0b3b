"""Random orientations of trunks, in all ways that NeuroTS knows."""

from __future__ import annotations

from typing import Any

from numpy.random import Generator

#: Ways that go together in one cell: null or a list, modes, modes of 3D angles.
FAMILIES = ("legacy", "modes", "3d")

_MODES = ("use_predefined", "sample_around_primary_orientation", "sample_pairwise_angles")
_MODES_3D = ("normal_pia_constraint", "pia_constraint", "apical_constraint")


def random_orientation(rng: Generator, family: str, may_follow_apical: bool) -> dict[str, Any]:
    """Entries of a neurite type that place its trunks.

    Args:
        rng: source of all choices.
        family: of FAMILIES, one for all types of a cell.
        may_follow_apical: whether an apical dendrite is placed before.
    """
    if family == "legacy":
        return _without_mode(rng)
    # of no effect beside a mode
    entries = {"trunk_absolute_orientation": True} if rng.random() < 0.1 else {}
    if family == "modes":
        mode = str(rng.choice([*_MODES, "uniform"]))
        values = {
            "use_predefined": {"orientations": _vectors(rng, 3)},
            "sample_around_primary_orientation": {"primary_orientation": _vectors(rng, 1)[0]},
        }
        return {**entries, "orientation": {"mode": mode, "values": values.get(mode, {})}}
    mode = str(rng.choice(_MODES_3D if may_follow_apical else _MODES_3D[:2]))
    law = {"direction": _around_pia(rng)} if mode == _MODES_3D[0] else _angle_law(rng)
    return {**entries, "orientation": {"mode": mode, "values": law}}


def _without_mode(rng: Generator) -> dict[str, Any]:
    kind = str(rng.choice(["none", "listed", "absolute"], p=[0.5, 0.3, 0.2]))
    if kind == "none":
        absolute = {"trunk_absolute_orientation": True} if rng.random() < 0.1 else {}
        return {**absolute, "orientation": None}
    if kind == "listed":
        return {"orientation": _vectors(rng, int(rng.integers(1, 8)))}
    # one vector is valid, of more an error is expected
    n_vectors = 1 if rng.random() < 0.95 else 2
    return {"orientation": _vectors(rng, n_vectors), "trunk_absolute_orientation": True}


def _vectors(rng: Generator, count: int) -> list[list[float]]:
    vectors: list[list[float]] = rng.normal(size=(count, 3)).round(3).tolist()
    return vectors


def _around_pia(rng: Generator) -> dict[str, Any]:
    if rng.random() < 0.2:
        return {"mean": [0.3, 1.2], "std": [0.1, 0.4]}
    return {"mean": float(rng.choice([0.0, 0.6, 2.5])), "std": float(rng.choice([0.0, 0.2, 1.0]))}


def _angle_law(rng: Generator) -> dict[str, Any]:
    forms: dict[str, list[float]] = {
        "flat": [],
        "step": [float(rng.uniform(-1, 2)), float(rng.uniform(0.1, 2))],
        "double_step": [float(rng.uniform(0, 2)), 0.4, float(rng.uniform(-2, 0)), 0.7],
    }
    form = str(rng.choice(list(forms)))
    return {"form": form, "params": forms[form]}
