"""Properties of one connection that are drawn together, from a Gaussian copula.

Source: `ConnPropsModel.draw_cov` and `remap_distribution` of connectome-manipulator 1.0.4, after
Chindemi et al. 2022, A calcium-based plasticity model for predicting long-term potentiation and
depression in the neocortex.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.distribution import Drawn, Floats, Spec
from region_grower_hpc.conn_props.distributions import DISTRIBUTIONS
from region_grower_hpc.conn_props.entry_checks import pathway, type_problem
from region_grower_hpc.conn_props.known_names import instead_of
from region_grower_hpc.conn_props.statistics import N_SYN
from region_grower_hpc.conn_props.value_limits import limited
from region_grower_hpc.errors import InvalidInputError


@dataclass(frozen=True)
class PropertyCovariance:
    """Correlated properties and the matrices of their normal scores.

    Attributes:
        names: of n properties, in the order of the matrices.
        matrices: source type -> target type -> (n, n), ones on the diagonal.
    """

    names: tuple[str, ...]
    matrices: Mapping[Any, Mapping[Any, Floats]]

    @classmethod
    def of(
        cls,
        prop_cov: Any,
        prop_names: Sequence[str],
        src_types: Sequence[Any],
        tgt_types: Sequence[Any],
    ) -> PropertyCovariance | None:
        """From the `prop_cov` of a model; None if that is empty.

        Raises:
            InvalidInputError: a key, property or pathway is missing, n_syn_per_conn is among the
                properties, or a matrix is not square, not symmetric or not 1 on its diagonal.
        """
        if not isinstance(prop_cov, Mapping):
            raise InvalidInputError(f"'prop_cov' must be a dictionary, not {prop_cov!r}")
        if not prop_cov:
            return None
        for key in ("props", "cov"):
            if not prop_cov.get(key):
                raise InvalidInputError(f"'prop_cov' needs '{key}': add it, or leave it all empty")
        names = _checked_names(prop_cov["props"], prop_names)
        matrices: dict[Any, dict[Any, Floats]] = {}
        for src_type in src_types:
            for tgt_type in tgt_types:
                value = _matrix_of(prop_cov["cov"], src_type, tgt_type)
                matrix = _checked_matrix(value, len(names), pathway(src_type, tgt_type))
                matrices.setdefault(src_type, {})[tgt_type] = matrix
        return cls(names, matrices)

    def draw(self, src_type: Any, tgt_type: Any, specs: Sequence[Spec], size: int) -> list[Drawn]:
        """Values of all correlated properties of one connection, from numpy's global stream.

        Args:
            src_type: of the source.
            tgt_type: of the target.
            specs: entries of the properties, in the order of `names`.
            size: number of synapses.

        Returns:
            A (size, 1) array of each property, as the peer; one value repeated if they are shared
            within the connection.

        Raises:
            InvalidInputError: some are shared and some are not, or an entry cannot be correlated.
        """
        where = pathway(src_type, tgt_type)
        shared = [bool(spec.get("shared_within", True)) for spec in specs]
        if len(set(shared)) > 1:
            told = ", ".join(f"{name}: {one}" for name, one in zip(self.names, shared, strict=True))
            raise InvalidInputError(
                f"correlated properties must have one 'shared_within', but {where} has {told}"
            )
        matrix = self.matrices[src_type][tgt_type]
        scores = np.random.multivariate_normal(
            np.zeros(len(self.names), dtype=np.float64), matrix, size=1 if shared[0] else size
        )
        if shared[0]:
            scores = np.repeat(scores, size, axis=0)
        columns = []
        for at, (name, spec) in enumerate(zip(self.names, specs, strict=True)):
            try:
                columns.append(remapped(scores[:, [at]], spec))
            except InvalidInputError as error:
                raise InvalidInputError(f"property '{name}', {where}: {error}") from error
        return columns


def remapped(scores: NDArray[np.float64], spec: Spec) -> Drawn:
    """Normal scores as values of a distribution of the same survival function, bounds and dtype.

    Args:
        scores: any shape, standard normal.
        spec: an entry of the model: normal, truncnorm, gamma or poisson.

    Raises:
        InvalidInputError: another type, or attributes that define no distribution with spread.
    """
    from scipy.special import ndtr

    wrong = type_problem(spec)
    if wrong is not None:
        raise InvalidInputError(wrong)
    tail = 1.0 - ndtr(np.asarray(scores, dtype=np.float64))
    return limited(DISTRIBUTIONS[spec["type"]].isf(tail, spec), spec)


def _checked_names(names: Any, prop_names: Sequence[str]) -> tuple[str, ...]:
    if not isinstance(names, list):
        raise InvalidInputError(f"'props' of 'prop_cov' must be a list of names, not {names!r}")
    for at, name in enumerate(names):
        if name == N_SYN:
            raise InvalidInputError(
                f"'{N_SYN}' cannot be correlated with properties: take it out of 'prop_cov'"
            )
        if name not in prop_names:
            raise InvalidInputError(
                f"'prop_cov' names the property '{name}', which the model has not "
                f"{instead_of(str(name), prop_names)}"
            )
        if name in names[:at]:
            raise InvalidInputError(f"'prop_cov' names the property '{name}' twice")
    return tuple(names)


def _matrix_of(matrices: Any, src_type: Any, tgt_type: Any) -> Any:
    by_target = matrices.get(src_type) if isinstance(matrices, Mapping) else None
    if not isinstance(by_target, Mapping) or tgt_type not in by_target:
        raise InvalidInputError(
            f"'prop_cov' has no matrix of {pathway(src_type, tgt_type)}: add it"
        )
    return by_target[tgt_type]


def _checked_matrix(value: Any, size: int, where: str) -> Floats:
    try:
        matrix = np.array(value, dtype=np.float64)
    except (TypeError, ValueError):
        matrix = np.empty(0, dtype=np.float64)
    if matrix.shape != (size, size):
        wrong = f"must be {size} x {size} numbers, as there are properties"
    elif not np.all(np.diag(matrix) == 1.0):
        wrong = "must have ones on its diagonal"
    elif not np.array_equal(matrix, matrix.T):
        wrong = "must be symmetric"
    else:
        return matrix
    raise InvalidInputError(f"the matrix of {where} in 'prop_cov' {wrong}")
