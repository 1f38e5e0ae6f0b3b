"""YAML files of users: plain values only, with errors that say where a file is broken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from region_grower_hpc.errors import InvalidInputError

#: Values that a file may stand for beyond those that it holds, by aliases (`*name`).
MAX_BY_ALIASES = 100_000
#: Lists in lists that libyaml may be given.
MAX_DEPTH = 200


def read_yaml(path: Path, *, fast: bool = False) -> Any:
    """Read a YAML file of one document.

    Args:
        path: of the file.
        fast: by libyaml where PyYAML has it, for large files.

    Raises:
        InvalidInputError: no such file, no text, not YAML (with line and column), nested too
            deeply, a key twice in one mapping, aliases that lead to themselves or stand for far
            more values than the file holds, or a number that Python cannot read.
    """
    import yaml

    loader_class = getattr(yaml, "CSafeLoader", yaml.SafeLoader) if fast else yaml.SafeLoader
    try:
        text = path.read_text(encoding="utf-8")
        if fast and _is_deeper(text, loader_class):
            raise InvalidInputError(f"{path}: not valid YAML: nested too deeply")
        loader = loader_class(text)
        try:
            root = loader.get_single_node()
            if root is None:
                return None
            problem = _problem(root)
            if problem is not None:
                raise InvalidInputError(f"{path}{problem}")
            return loader.construct_document(root)
        finally:
            loader.dispose()
    except OSError as error:
        raise InvalidInputError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"{path}: not valid YAML: not UTF-8 text: {error}") from error
    except yaml.YAMLError as error:
        raise InvalidInputError(
            f"{path}{_place(getattr(error, 'problem_mark', None))}: not valid YAML: "
            f"{_one_line(getattr(error, 'problem', None) or error)}"
        ) from error
    except RecursionError as error:
        raise InvalidInputError(f"{path}: not valid YAML: nested too deeply") from error
    except (ValueError, TypeError, AttributeError, KeyError, OverflowError) as error:
        # of PyYAML's constructors: a date or a number that there is not
        raise InvalidInputError(
            f"{path}: not valid YAML: a value cannot be read: {_one_line(error)}"
        ) from error


def _is_deeper(text: str, loader_class: Any) -> bool:
    """Whether a text is nested so deeply that libyaml's composer, which recurses, would crash."""
    import yaml

    depth = 0
    for event in yaml.parse(text, Loader=loader_class):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return False


def _problem(root: Any) -> str | None:
    """What makes the nodes of a document unusable: its place and words; None for nothing.

    Bottom-up without recursion: the size of a node is known when those of its children are.
    """
    import yaml

    sizes: dict[int, int] = {}
    open_nodes: set[int] = set()
    waiting = [(root, False)]
    while waiting:
        node, has_sizes = waiting.pop()
        if has_sizes:
            open_nodes.discard(id(node))
            sizes[id(node)] = 1 + sum(sizes[id(child)] for child in _children(node))
            continue
        if id(node) in sizes:
            continue
        if id(node) in open_nodes:
            return f"{_place(node.start_mark)}: an alias (*name) leads to what it is a part of"
        if isinstance(node, yaml.MappingNode) and (twice := _repeated_key(node)) is not None:
            key = _one_line(twice.value)
            return f"{_place(twice.start_mark)}: key '{key}' is twice in one mapping: remove one"
        open_nodes.add(id(node))
        waiting.append((node, True))
        waiting += [(child, False) for child in _children(node)]
    if sizes[id(root)] > len(sizes) + MAX_BY_ALIASES:
        return ": its aliases (*name) stand for far more values than it holds: write them out"
    return None


def _children(node: Any) -> list[Any]:
    import yaml

    if isinstance(node, yaml.MappingNode):
        return [child for pair in node.value for child in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _repeated_key(node: Any) -> Any:
    import yaml

    seen: set[tuple[str, str]] = set()
    for key, _ in node.value:
        if isinstance(key, yaml.ScalarNode):
            if (key.tag, key.value) in seen:
                return key
            seen.add((key.tag, key.value))
    return None


def _place(mark: Any) -> str:
    return "" if mark is None else f", line {mark.line + 1}, column {mark.column + 1}"


def _one_line(told: object) -> str:
    text = " ".join(str(told).split())
    return text if len(text) <= 200 else f"{text[:197]}..."
