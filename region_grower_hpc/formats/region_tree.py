"""hierarchy.json: the tree of regions, checked before voxcell builds it."""

from __future__ import annotations

from typing import Any


def tree_problem(content: Any) -> str | None:
    """What of a hierarchy voxcell could not read, or would misread; None for a sound one.

    Args:
        content: of the file, `{"id": ..., "acronym": ..., "children": [...]}`, or that in the
            list `msg`, as the Allen Institute writes it.
    """
    if isinstance(content, dict) and "msg" in content:
        content = content["msg"]
        if not isinstance(content, list) or len(content) != 1:
            return "'msg' must be a list of one region"
        content = content[0]
    seen: set[int] = set()
    waiting = [(content, "the top region")]
    while waiting:
        region, where = waiting.pop()
        if not isinstance(region, dict):
            return f"{where} must be an object {{id, acronym, children}}"
        number, acronym = region.get("id"), region.get("acronym")
        if not isinstance(number, int) or isinstance(number, bool):
            return f"{where} has no 'id', which must be a whole number"
        if number in seen:
            return f"two regions have the id {number}"
        seen.add(number)
        if not isinstance(acronym, str):
            return f"the region with the id {number} has no 'acronym', which must be a text"
        children = region.get("children", [])
        if not isinstance(children, list):
            return f"'children' of the region with the id {number} must be a list"
        waiting += [(child, f"a child of region '{acronym}'") for child in children]
    return None
