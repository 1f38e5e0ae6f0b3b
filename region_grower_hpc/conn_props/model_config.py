"""The peer's config of model building: which circuit, which settings, and where outputs go."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from region_grower_hpc.conn_props.failure_rows import FailureRow
from region_grower_hpc.conn_props.known_names import instead_of
from region_grower_hpc.conn_props.kwargs_checks import STEPS, Check, WrongValue, text, whole
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.json_file import read_json
from region_grower_hpc.formats.safe_name import name_problem

#: Of rows in failures.csv.
STAGE = "config"
#: The seed where a config has none.
SEED = 123456
LARGEST_SEED = 2**32 - 1

_KEYS = ("working_dir", "out_dir", "seed", "CV_folds", "circuit_config", "model")
_STEP_OF = {name: step for step, settings in STEPS.items() for name in settings}


@dataclass(frozen=True)
class ModelConfig:
    """One model to build.

    Attributes:
        name: of the model and of its files.
        circuit_config: of the circuit.
        working_dir: folder of data and models.
        out_dir: folder of figures, logs and tables.
        seed: of the random numbers.
        cv_folds: number of cross-validation folds; 0 = none.
        extract: settings that are given, by the names of `extract`; also group_by.
        build: the same of `build`; also compat and estimate_cov.
        plot: the same of `plot`.
        document: the config as it was read.
        unknown: rows for failures.csv of keys that nobody knows.
    """

    name: str
    circuit_config: Path
    working_dir: Path
    out_dir: Path
    seed: int
    cv_folds: int
    extract: Mapping[str, Any]
    build: Mapping[str, Any]
    plot: Mapping[str, Any]
    document: Mapping[str, Any]
    unknown: tuple[FailureRow, ...]

    def data_file(self, part: str = "") -> Path:
        """The data of a part: "" is the whole, else such as `__CV5-1-train`."""
        return self.working_dir / "data" / f"{self.name}{part}.h5"

    def model_file(self, part: str = "") -> Path:
        """The model of a part; that of a test part is built on the train part."""
        trained = part.removesuffix("-test") + "-train" if part.endswith("-test") else part
        return self.working_dir / "model" / f"{self.name}{trained}.json"

    @property
    def output_dir(self) -> Path:
        """Folder of what tells about the model."""
        return self.out_dir / "output" / self.name

    def figures_dir(self, part: str = "") -> Path:
        """Folder of the figures of a part."""
        return self.output_dir / part.strip("_")


def read_model_configs(path: Path) -> list[ModelConfig]:
    """The models that a file asks for.

    Args:
        path: JSON; a config of the peer's `build-model`, or a list of them. Relative paths in it
            start at the current folder, or else at the file's.

    Raises:
        InvalidInputError: no such file, no JSON, a key is missing or its value wrong, no such
            circuit, or two models with the same files.

    Source: `connectome_manipulator.model_building.model_building.main`. A key with null is as one
    that is not there; unknown ones, which the peer passes over in silence, are told in `unknown`.
    """
    document = read_json(path)
    if not isinstance(document, list):
        return [_config(document, path, str(path))]
    if not document:
        raise InvalidInputError(f"{path}: holds no config: give one, or a list of them")
    configs = [
        _config(one, path, f"{path}, config {number}")
        for number, one in enumerate(document, start=1)
    ]
    _check_distinct(configs, path)
    return configs


def _config(document: Any, path: Path, where: str) -> ModelConfig:
    top = _Level(document, where, "", _KEYS)
    model = _Level(top.required("model"), where, "model", ("name", "fct"))
    function = _Level(model.required("fct"), where, "model.fct", ("source", "kwargs"))
    if (source := function.required("source")) != "conn_props":
        raise InvalidInputError(
            f"{where}: model.fct.source: {source!r:.80} is not one this command builds: only "
            "'conn_props' is"
        )
    given = function.value.get("kwargs")
    kwargs = _Level({} if given is None else given, where, "model.fct.kwargs", tuple(_STEP_OF))
    steps: dict[str, dict[str, Any]] = {step: {} for step in STEPS}
    for name, step in _STEP_OF.items():
        if kwargs.value.get(name) is not None:
            steps[step][name] = kwargs.checked(name, STEPS[step][name])
    cv_folds = top.checked("CV_folds", whole()) if top.value.get("CV_folds") is not None else 0
    seed = (
        top.checked("seed", whole(0, LARGEST_SEED)) if top.value.get("seed") is not None else SEED
    )
    unknown = (row for level in (top, model, function, kwargs) for row in level.unknown())
    return ModelConfig(
        name=_name(model),
        circuit_config=_found(top, "circuit_config", path.parent, is_input=True),
        working_dir=_found(top, "working_dir", path.parent),
        out_dir=_found(top, "out_dir", path.parent),
        seed=seed,
        cv_folds=cv_folds if cv_folds > 1 else 0,
        **steps,
        document=document,
        unknown=tuple(unknown),
    )


class _Level:
    """An object of the config, which tells of its errors where it lies.

    Args:
        value: as the file has it.
        where: file, and number of the config in it.
        place: keys above; empty: the top.
        known: keys it may have.
    """

    def __init__(self, value: Any, where: str, place: str, known: Collection[str]) -> None:
        self.where, self.place, self.known = where, place, known
        if not isinstance(value, dict):
            raise InvalidInputError(f"{where}: {place or 'its top'} must be an object")
        self.value: dict[str, Any] = value

    def path_to(self, key: str) -> str:
        """File and keys, for messages."""
        return f"{self.where}: {self.place}.{key}" if self.place else f"{self.where}: {key}"

    def required(self, key: str) -> Any:
        """A value that must be there."""
        if self.value.get(key) is None:
            others = [one for one in self.value if one not in self.known]
            hint = f" {instead_of(key, others)}" if others else ""
            raise InvalidInputError(f"{self.path_to(key)} is missing{hint}")
        return self.value[key]

    def checked(self, key: str, check: Check) -> Any:
        """A value that is there, checked."""
        value = self.required(key)
        try:
            return check(value)
        except WrongValue as error:
            raise InvalidInputError(
                f"{self.path_to(key)}: {_shown(value)} must be {error}"
            ) from None

    def unknown(self) -> list[FailureRow]:
        """A row for each key that is not known."""
        return [
            FailureRow(
                *(STAGE, "", "", "", "unknown_key"),
                f"{self.path_to(key)} is not known and has no effect {instead_of(key, self.known)}",
            )
            for key in self.value
            if key not in self.known
        ]


def _shown(value: Any) -> str:
    """Short text of a value."""
    shown = repr(value)
    return shown if len(shown) <= 80 else f"{shown[:77]}..."


def _name(model: _Level) -> str:
    name = model.required("name")
    if (problem := name_problem(name)) is not None:
        raise InvalidInputError(
            f"{model.path_to('name')}: {_shown(name)} {problem}: files of the model have this name"
        )
    return str(name)


def _found(top: _Level, key: str, folder: Path, is_input: bool = False) -> Path:
    """A path of the config: below the current folder where it exists, or else below the config's.

    Outputs that are in neither will be made below the current folder, as by the peer.
    """
    given = Path(top.checked(key, text))
    for path in (given, folder / given):
        try:
            exists = path.exists()
        except (OSError, ValueError) as error:
            raise InvalidInputError(f"{top.path_to(key)}: {_shown(str(given))}: {error}") from error
        if exists and not is_input and not path.is_dir():
            raise InvalidInputError(f"{top.path_to(key)}: {path} is a file: name a folder")
        if exists:
            return path
    if is_input:
        tried = f"{given}" if given.is_absolute() else f"{given.absolute()}, {folder / given}"
        raise InvalidInputError(f"{top.path_to(key)}: there is no such file: {tried}")
    return given


def _check_distinct(configs: list[ModelConfig], path: Path) -> None:
    """Refuse two models that would overwrite each other."""
    owners: dict[Path, int] = {}
    for number, config in enumerate(configs, start=1):
        for one in (config.data_file().resolve(), config.output_dir.resolve()):
            if one in owners and owners[one] != number:
                raise InvalidInputError(
                    f"{path}: configs {owners[one]} and {number} both write {one}: give them "
                    "another model.name, or other folders"
                )
            owners[one] = number
