"""The model of connection and synapse properties: what is drawn for each connection."""

from __future__ import annotations

import logging
import operator
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from region_grower_hpc import __version__
from region_grower_hpc.conn_props.distribution import Drawn, Floats, Spec
from region_grower_hpc.conn_props.distributions import DISTRIBUTIONS
from region_grower_hpc.conn_props.entry_checks import (
    check_entries,
    checked_types,
    pathway,
    type_problem,
)
from region_grower_hpc.conn_props.known_names import instead_of
from region_grower_hpc.conn_props.model_file import read_model_file, write_model_file
from region_grower_hpc.conn_props.plain_values import plain
from region_grower_hpc.conn_props.property_covariance import PropertyCovariance, remapped
from region_grower_hpc.conn_props.statistics import N_SYN
from region_grower_hpc.conn_props.value_limits import limited
from region_grower_hpc.conn_props.zero_truncated_poisson import draw_zero_truncated, rate_of_mean
from region_grower_hpc.errors import InvalidInputError

if TYPE_CHECKING:
    import pandas as pd

logger = logging.getLogger(__name__)

_REQUIRED = ("src_types", "tgt_types", "prop_stats")


class ConnPropsModel:
    """Distributions of properties, and of synapses per connection, for pairs of m-types.

    Random values come from the global stream of numpy, as those of the peer: equal seeds give
    equal values.

    Args:
        src_types: types of sources, a list.
        tgt_types: types of targets.
        prop_stats: property -> source type -> target type -> entry: `type`, the attributes of that
            type, `shared_within`, `dtype`, `lower_bound`, `upper_bound`.
        prop_cov: empty, or `props` (names of correlated properties) and `cov` (source type ->
            target type -> matrix).
        others: keys that begin with `__` are kept and saved; any other is told and left out.

    Raises:
        InvalidInputError: an argument is missing or wrong: names property and pathway.

    Source: `model_types.ConnPropsModel` of connectome-manipulator 1.0.4.
    """

    def __init__(
        self,
        src_types: Any = None,
        tgt_types: Any = None,
        prop_stats: Any = None,
        prop_cov: Any = None,
        **others: Any,
    ) -> None:
        given = {"src_types": src_types, "tgt_types": tgt_types, "prop_stats": prop_stats}
        for key in _REQUIRED:
            if given[key] is None:
                raise InvalidInputError(f"a connection-property model needs '{key}'")
        self.src_types = checked_types(plain(src_types), "src_types")
        self.tgt_types = checked_types(plain(tgt_types), "tgt_types")
        self.prop_stats = plain(prop_stats)
        self.prop_cov = plain({} if prop_cov is None else prop_cov)
        check_entries(self.prop_stats, self.src_types, self.tgt_types)
        self.prop_names = list(self.prop_stats)
        self._covariance = PropertyCovariance.of(
            self.prop_cov, self.prop_names, self.src_types, self.tgt_types
        )
        self._notes = {key: plain(one) for key, one in others.items() if key.startswith("__")}
        unused = [key for key in others if not key.startswith("__")]
        if unused:
            logger.warning("not part of a model, left out: %s", ", ".join(unused))

    @staticmethod
    def init_model(model_spec: Mapping[str, Any]) -> ConnPropsModel:
        """A model from `{"file": path}`, or from the dictionary that such a file holds.

        Raises:
            InvalidInputError: neither, or the model is wrong.
        """
        if not isinstance(model_spec, Mapping):
            raise InvalidInputError(f"a model must be given as a dictionary, not {model_spec!r}")
        if "file" not in model_spec:
            return ConnPropsModel.model_from_dict(model_spec)
        if len(model_spec) > 1:
            raise InvalidInputError("a model given by 'file' must have no other key")
        return ConnPropsModel.model_from_file(model_spec["file"])

    @staticmethod
    def model_from_file(model_file: str | Path) -> ConnPropsModel:
        """A model from a JSON file, of ours or of the peer.

        Raises:
            InvalidInputError: naming the file and what is wrong in it.
        """
        path = Path(model_file)
        values = read_model_file(path)
        try:
            return ConnPropsModel.model_from_dict(values)
        except InvalidInputError as error:
            raise InvalidInputError(f"{path}: {error}") from error

    @staticmethod
    def model_from_dict(model_dict: Mapping[str, Any]) -> ConnPropsModel:
        """A model from the dictionary that a model file holds.

        Raises:
            InvalidInputError: it is one of another class, or wrong.
        """
        values = {key: one for key, one in model_dict.items() if key != "data_keys"}
        kind = values.pop("model", None)
        if kind != ConnPropsModel.__name__:
            raise InvalidInputError(
                f"'model' is {kind!r}, not '{ConnPropsModel.__name__}': a model of another kind"
            )
        return ConnPropsModel(**values)

    def save_model(self, model_path: str | Path, model_name: str) -> None:
        """Replace the file `model_name`.json in the folder `model_path`."""
        write_model_file(Path(model_path) / f"{model_name}.json", self.get_model_dict())

    def get_model_dict(self) -> dict[str, Any]:
        """All that a model file holds."""
        versions = {"region_grower_hpc": __version__, "python": platform.python_version()}
        return {
            **self.get_param_dict(),
            "data_keys": [],
            "model": ConnPropsModel.__name__,
            **self._notes,
            "__version_info__": versions,
        }

    def get_param_dict(self) -> dict[str, Any]:
        """What the model is made of: `src_types`, `tgt_types`, `prop_stats`, `prop_cov`."""
        return {
            "src_types": self.src_types,
            "tgt_types": self.tgt_types,
            "prop_stats": self.prop_stats,
            "prop_cov": self.prop_cov,
        }

    def get_prop_names(self) -> list[str]:
        """Names of the properties in order, `n_syn_per_conn` among them if the model has it."""
        return self.prop_names

    def get_src_types(self) -> list[Any]:
        """Types of sources."""
        return self.src_types

    def get_tgt_types(self) -> list[Any]:
        """Types of targets."""
        return self.tgt_types

    def get_distr_props(self, prop_name: str, src_type: Any, tgt_type: Any) -> dict[str, Any]:
        """The entry of a property and a pathway.

        Raises:
            InvalidInputError: the model has no such property or type.
        """
        _known(prop_name, self.prop_names, "property")
        self._check_pathway(src_type, tgt_type)
        entry: dict[str, Any] = self.prop_stats[prop_name][src_type][tgt_type]
        return entry

    def get_prop_cov_names(self) -> list[str]:
        """Names of correlated properties."""
        return [] if self._covariance is None else list(self._covariance.names)

    def get_prop_cov_mat(self, src_type: Any, tgt_type: Any) -> Floats:
        """Matrix of the correlated properties in a pathway, in the order of their names.

        Raises:
            InvalidInputError: the model has no correlated properties, or no such type.
        """
        if self._covariance is None:
            raise InvalidInputError("the model has no correlated properties: 'prop_cov' is empty")
        self._check_pathway(src_type, tgt_type)
        return self._covariance.matrices[src_type][tgt_type].copy()

    @staticmethod
    def zero_truncated_poisson(lam: float, size: int = 1) -> Drawn:
        """(size,) random numbers of the Poisson distribution of rate `lam` without its zero."""
        return draw_zero_truncated(lam, size)

    @staticmethod
    def compute_ztpoisson_lambda(mean: float) -> float:
        """Rate of the Poisson distribution whose mean without zeros is `mean`, at least 1."""
        if not mean >= 1:
            raise InvalidInputError(
                f"the mean of a Poisson without zeros is at least 1, not {mean}"
            )
        return float(rate_of_mean(mean))

    @staticmethod
    def draw_from_distribution(distr_spec: Spec, size: int = 1) -> Drawn:
        """(size,) random values of an entry, before bounds and dtype.

        Raises:
            InvalidInputError: there is no such type, or the attributes define no distribution.
        """
        wrong = type_problem(distr_spec)
        if wrong is not None:
            raise InvalidInputError(wrong)
        return DISTRIBUTIONS[distr_spec["type"]].draw(distr_spec, size)

    @staticmethod
    def remap_distribution(values: Any, distr_spec: Spec) -> Drawn:
        """Standard normal values mapped to an entry by survival function, with bounds and dtype."""
        return remapped(values, distr_spec)

    def draw(self, prop_name: str, src_type: Any, tgt_type: Any, size: int = 1) -> Drawn:
        """Random values of one property.

        Args:
            prop_name: of the property; n_syn_per_conn: whole numbers of at least 1.
            src_type: of the source.
            tgt_type: of the target.
            size: number of synapses of one connection, which have one value if the property is
                shared within connections; for n_syn_per_conn the number of connections.

        Returns:
            (size,) within the bounds of the entry and in its dtype.

        Raises:
            InvalidInputError: no such property or type, or the entry defines no distribution.
        """
        spec = self.get_distr_props(prop_name, src_type, tgt_type)
        is_shared = prop_name != N_SYN and spec.get("shared_within", True)
        try:
            values = self.draw_from_distribution(spec, 1 if is_shared else size)
        except InvalidInputError as error:
            raise InvalidInputError(
                f"property '{prop_name}', {pathway(src_type, tgt_type)}: {error}"
            ) from error
        if prop_name == N_SYN:
            values = np.maximum(np.round(values).astype(np.int64), np.int64(1))
        elif is_shared:
            values = np.repeat(values, size)
        return limited(values, spec)

    def draw_cov(self, src_type: Any, tgt_type: Any, size: int = 1) -> list[Drawn] | Floats:
        """Random values of the correlated properties of one connection.

        Returns:
            A (size, 1) array of each property in the order of `get_prop_cov_names`; without any, a
            (size, 0) array, with a warning.

        Raises:
            InvalidInputError: no such type, or the entries cannot be correlated.
        """
        if self._covariance is None:
            logger.warning("the model has no correlated properties")
            return np.zeros((size, 0), dtype=np.float64)
        specs = [self.get_distr_props(name, src_type, tgt_type) for name in self._covariance.names]
        return self._covariance.draw(src_type, tgt_type, specs, size)

    def apply(
        self, *, src_type: Any, tgt_type: Any, n_syn: int | None = None, **_: Any
    ) -> pd.DataFrame:
        """Random values of all properties of one connection.

        Args:
            src_type: of the source.
            tgt_type: of the target.
            n_syn: number of synapses; None: drawn.

        Returns:
            A data frame of n_syn rows and one column a property, in the order of the model,
            correlated ones last.

        Raises:
            InvalidInputError: no such type, `n_syn` is none or below 1, or an entry of the pathway
                defines no distribution.
        """
        import pandas as pd

        self._check_pathway(src_type, tgt_type)
        n_rows = self._n_syn(src_type, tgt_type, n_syn)
        together = self.get_prop_cov_names()
        columns = {
            name: self.draw(name, src_type, tgt_type, n_rows)
            for name in self.prop_names
            if name != N_SYN and name not in together
        }
        if together:
            drawn = self.draw_cov(src_type, tgt_type, n_rows)
            columns |= {name: one[:, 0] for name, one in zip(together, drawn, strict=True)}
        return pd.DataFrame(columns, index=range(n_rows))

    def _n_syn(self, src_type: Any, tgt_type: Any, n_syn: Any) -> int:
        if n_syn is None:
            if N_SYN not in self.prop_names:
                raise InvalidInputError(f"the model has no '{N_SYN}': give 'n_syn'")
            n_syn = int(self.draw(N_SYN, src_type, tgt_type, 1)[0])
        try:
            number = operator.index(n_syn)
        except TypeError as error:
            raise InvalidInputError(f"'n_syn' must be a whole number, not {n_syn!r}") from error
        if number < 1:
            raise InvalidInputError(
                f"'n_syn' must be at least 1, not {number}, in {pathway(src_type, tgt_type)}"
            )
        return number

    def _check_pathway(self, src_type: Any, tgt_type: Any) -> None:
        _known(src_type, self.src_types, "source type")
        _known(tgt_type, self.tgt_types, "target type")

    def __str__(self) -> str:
        with_n_syn = "with" if N_SYN in self.prop_names else "without"
        lines = [
            f"{type(self).__name__} ({with_n_syn} {N_SYN}), "
            f"{len(self.src_types)} x {len(self.tgt_types)} types"
        ]
        lines += [f"  {name}: {self._told_types(name)}" for name in self.prop_names]
        if self._covariance is not None:
            lines.append(f"  correlated: {', '.join(self._covariance.names)}")
        return "\n".join(lines)

    def _told_types(self, prop_name: str) -> str:
        by_source = self.prop_stats[prop_name]
        kinds = {by_source[src][tgt]["type"] for src in self.src_types for tgt in self.tgt_types}
        return "/".join(sorted(kinds))


def _known(name: Any, known: list[Any], kind: str) -> None:
    if name not in known:
        raise InvalidInputError(
            f"the model has no {kind} '{name}' {instead_of(str(name), map(str, known))}"
        )
