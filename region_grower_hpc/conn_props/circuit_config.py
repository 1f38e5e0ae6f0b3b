"""SONATA circuit configs: which file holds which population."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from region_grower_hpc.conn_props.known_names import instead_of, named_few
from region_grower_hpc.conn_props.sonata_file import population_names
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.json_file import read_json

#: A variable of the manifest, as `$NAME` or `${NAME}`.
_VARIABLE = re.compile(r"\$\{?(\w+)\}?")
#: Variables may stand for variables; more steps than this are a circle.
_MOST_STEPS = 32


@dataclass(frozen=True)
class PopulationFile:
    """Where one population lies."""

    name: str
    path: Path
    types_path: Path | None
    """The CSV file of its types; None where the config names none."""


@dataclass(frozen=True)
class CircuitConfig:
    """What a circuit config says about populations; all paths are resolved."""

    path: Path
    node_sets_path: Path | None
    nodes: dict[str, PopulationFile]
    edges: dict[str, PopulationFile]

    def node_population(self, name: str) -> PopulationFile:
        """The file of a node population.

        Raises:
            InvalidInputError: there is none of that name.
        """
        if name not in self.nodes:
            raise InvalidInputError(
                f"circuit config '{self.path}': node population '{name}' is unknown "
                f"{instead_of(name, self.nodes)}"
            )
        return self.nodes[name]

    def edge_population(self, name: str | None) -> PopulationFile:
        """The file of an edge population.

        Args:
            name: None for the only one, else `default__default__chemical`, else `default`.

        Raises:
            InvalidInputError: there is none of that name, or none of the default names.
        """
        if name is not None and name not in self.edges:
            raise InvalidInputError(
                f"circuit config '{self.path}': edge population '{name}' is unknown "
                f"{instead_of(name, self.edges)}"
            )
        defaults = ("default__default__chemical", "default")
        candidates = list(self.edges) if len(self.edges) == 1 else defaults
        for one in candidates if name is None else (name,):
            if one in self.edges:
                return self.edges[one]
        if not self.edges:
            raise InvalidInputError(
                f"circuit config '{self.path}': there is no edge population in 'networks/edges'"
            )
        raise InvalidInputError(
            f"circuit config '{self.path}': there are several edge populations "
            f"({named_few(self.edges)}): name one of them (--edges-popul-name)"
        )


def read_circuit(circuit: Path | str | object) -> CircuitConfig:
    """Read a circuit config, of version 2 or older.

    Older configs do not name their populations: they are listed in the files.

    Args:
        circuit: path of the config, or a bluepysnap Circuit, whose config is read again.

    Raises:
        InvalidInputError: the file is no circuit config; the message names the key.
    """
    path = config_path(circuit)
    content = read_json(path)
    if not isinstance(content, dict):
        raise _invalid(path, "is not a JSON object")
    manifest = _manifest(path, content.get("manifest") or {})
    networks = content.get("networks")
    if not isinstance(networks, dict):
        raise _invalid(path, "'networks' is missing or no object: is it a circuit config?")
    node_sets = content.get("node_sets_file")
    return CircuitConfig(
        path=path,
        node_sets_path=_path(path, manifest, "node_sets_file", node_sets) if node_sets else None,
        nodes=_populations(path, manifest, networks, "nodes"),
        edges=_populations(path, manifest, networks, "edges"),
    )


def config_path(circuit: Path | str | object) -> Path:
    """Path of the config of a circuit.

    Args:
        circuit: the path itself, or a bluepysnap Circuit, which tells it.

    Raises:
        InvalidInputError: it is neither.
    """
    if isinstance(circuit, str | Path):
        return Path(circuit)
    path = getattr(circuit, "_circuit_config_path", None)
    if not isinstance(path, str):
        raise InvalidInputError(
            f"circuit: an object of type {type(circuit).__name__} does not tell its config file: "
            "give a bluepysnap Circuit, or the path of circuit_config.json"
        )
    return Path(path)


def _populations(
    path: Path, manifest: dict[str, str], networks: dict[str, Any], kind: str
) -> dict[str, PopulationFile]:
    entries = networks.get(kind) or []
    if not isinstance(entries, list):
        raise _invalid(path, f"'networks/{kind}' is no list")
    found: dict[str, PopulationFile] = {}
    for row, entry in enumerate(entries):
        key = f"networks/{kind}/{row}"
        if not isinstance(entry, dict):
            raise _invalid(path, f"'{key}' is no object")
        if not entry.get(f"{kind}_file"):
            raise _invalid(path, f"'{key}' has no '{kind}_file'")
        file = _path(path, manifest, f"{key}/{kind}_file", entry[f"{kind}_file"])
        types = entry.get(f"{kind[:-1]}_types_file")
        # Older configs write "NULL" for none.
        types_path = None if types in (None, "", "NULL") else _path(path, manifest, key, types)
        names = entry.get("populations")
        if names is not None and not isinstance(names, dict):
            raise _invalid(path, f"'{key}/populations' is no object of population names")
        for name in names if names is not None else population_names(file, kind):
            if name in found:
                raise _invalid(path, f"population '{name}' is twice in 'networks/{kind}'")
            found[name] = PopulationFile(name, file, types_path)
    return found


def _manifest(path: Path, manifest: Any) -> dict[str, str]:
    """Variables by their bare names; `configdir` is the folder of the config."""
    if not isinstance(manifest, dict):
        raise _invalid(path, "'manifest' is no object of variables")
    values = {"configdir": str(path.parent)}
    for name, value in manifest.items():
        if not isinstance(value, str):
            raise _invalid(path, f"'manifest/{name}' is no text")
        values[name.strip("${}")] = value
    return values


def _path(path: Path, manifest: dict[str, str], key: str, value: Any) -> Path:
    """A path of the config: variables replaced, relative to the folder of the config."""
    if not isinstance(value, str):
        raise _invalid(path, f"'{key}' is no path but {value!r}")
    text = value
    for _ in range(_MOST_STEPS):
        names = _VARIABLE.findall(text)
        if not names:
            return _usable(path, key, path.parent / text)
        for name in names:
            if name not in manifest:
                raise _invalid(
                    path,
                    f"'{key}' is '{value}', but the variable '${name}' is not in 'manifest' "
                    f"{instead_of(name, manifest)}",
                )
        text = _VARIABLE.sub(lambda match: manifest[match[1]], text)
    raise _invalid(path, f"'{key}' is '{value}', whose variables stand for each other in a circle")


def _usable(path: Path, key: str, found: Path) -> Path:
    try:
        found.is_file()
    except OSError as error:  # such as a name too long for the system
        raise _invalid(path, f"'{key}' cannot be a path: {error.strerror}") from error
    return found


def _invalid(path: Path, problem: str) -> InvalidInputError:
    return InvalidInputError(f"circuit config '{path}': {problem}")
