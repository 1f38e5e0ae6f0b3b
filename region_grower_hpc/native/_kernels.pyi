"""Compiled kernels; the modules beside this one are their typed faces.

`BitGenerator` stands for numpy's own: a kernel draws from it and leaves it where the draws end. No
other thread may draw from it meanwhile.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.random import BitGenerator

_Floats = npt.NDArray[np.float32]
_Doubles = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int32]
_Longs = npt.NDArray[np.int64]
#: Offset of the first voxel and size of a voxel, each (3,) in µm.
_Grid = tuple[npt.ArrayLike, npt.ArrayLike]
#: What the recipe gives in place of a value: name and message of the error that its use raises.
_Refusal = tuple[str, str]
#: Values to choose from, or the number of the integers from 0.
_Choice = list[float] | int | _Refusal

# Failures; `args` are the name of the exception that NeuroTS raises and a message.

class GrowthFailure(Exception):
    """No attempt can succeed."""

class GrowthRetry(Exception):
    """One attempt led nowhere; the next one may succeed."""

class TooManyAttempts(Exception):
    """All attempts led nowhere, the last one with this error."""

# Distributions, soma and trunks.

class Distribution:
    """A law that numbers are drawn from."""

    @staticmethod
    def normal(mean: float, std: float) -> Distribution: ...
    @staticmethod
    def uniform(min: float, max: float) -> Distribution: ...
    @staticmethod
    def exponential(loc: float, scale: float) -> Distribution: ...
    @staticmethod
    def histogram(
        bins: Sequence[float] | _Doubles, probabilities: Sequence[float] | _Doubles
    ) -> Distribution: ...
    def draws(
        self, bit_generator: BitGenerator, count: int, positive: bool = False
    ) -> tuple[list[float], str]:
        """The numbers drawn, and the name of the error that ended the draws, if any."""

class TrunkRule:
    """How the trunks of one neurite type leave the soma."""

    def __init__(
        self,
        *,
        grow_type: str,
        placement: str,
        is_mapping: bool,
        is_3d: bool,
        directions: _Doubles,
        num_trees: Distribution | None,
        orientation_deviation: Distribution | None,
        absolute_elevation_deviation: Distribution | None,
        azimuth_cosine: Distribution | None,
        means_rad: Sequence[float],
        stds_rad: Sequence[float],
        has_list_of_means: bool,
        form: str,
        form_parameters: Sequence[float],
        values_problem: tuple[str, bool] | None,
    ) -> None: ...
    @property
    def is_mapping(self) -> bool: ...

class PlacedTrunks:
    """Soma and trunks of one neuron; `error` is empty if nothing went wrong."""

    @property
    def radius_um(self) -> float: ...
    @property
    def directions(self) -> list[_Doubles]: ...
    @property
    def points_um(self) -> _Doubles: ...
    @property
    def outward(self) -> _Doubles: ...
    @property
    def contour_um(self) -> _Doubles: ...
    @property
    def error(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def is_retried(self) -> bool: ...

def place_trunks(
    radius_um: Distribution,
    rules: Sequence[TrunkRule],
    bit_generator: BitGenerator,
    position_um: Sequence[float] | _Doubles,
    orientation: npt.ArrayLike,
    probability: Callable[[Any, Any], float] | None = None,
) -> PlacedTrunks:
    """The first part of `grow`, alone; errors are returned, not raised."""

def convex_hull(points: npt.ArrayLike) -> tuple[str, list[int]]:
    """Outcome (found, no_area, undecided) and vertices of points (n, 2), as scipy orders them."""

# Directions and boundaries.

class OrientationField:
    def __init__(
        self, raw: npt.NDArray[Any], offset_um: npt.ArrayLike, voxel_um: npt.ArrayLike
    ) -> None: ...
    def rotation(self, point_um: npt.ArrayLike) -> _Doubles | None: ...

class TriangleMesh:
    def __init__(self, triangles: npt.ArrayLike, normals: npt.ArrayLike) -> None: ...
    def first_hit(self, origin: npt.ArrayLike, direction: npt.ArrayLike, /) -> _Doubles | None: ...
    def contains(self, point: npt.ArrayLike, /) -> bool: ...
    def nearest_point(self, point: npt.ArrayLike, /) -> tuple[_Doubles, float]:
        """The point, and its distance."""

class ProbabilityRule:
    """Probability of a step, or of a trunk, of a direction (unit vector) from a point, µm.

    A deep copy is the object itself: NeuroTS makes one for every section.
    """

    def __call__(self, direction: npt.ArrayLike, current_point: npt.ArrayLike) -> float:
        """In [0, 1]; NaN only where an argument is."""

    def __deepcopy__(self, memo: Any, /) -> ProbabilityRule: ...

class DirectionRule(ProbabilityRule):
    def __init__(
        self,
        field: OrientationField,
        vector: npt.ArrayLike,
        is_across: bool,
        power: float,
        slabs_um: Sequence[tuple[float, float]],
        soma: tuple[npt.ArrayLike, float, npt.ArrayLike] | None,
    ) -> None: ...

class RepulsiveRule(ProbabilityRule):
    def __init__(
        self, mesh: TriangleMesh, grid: _Grid | None, least_um: float, scale: float
    ) -> None: ...

class AttractiveRule(ProbabilityRule):
    def __init__(
        self,
        mesh: TriangleMesh,
        grid: _Grid | None,
        least_um: float,
        most_um: float,
        power: float,
    ) -> None: ...

class Constraint:
    """One direction or boundary of a cell."""

    def __init__(
        self,
        section_types: Sequence[int],
        has_major: bool,
        has_secondary: bool,
        section_rule: ProbabilityRule | None,
        trunk_rule: ProbabilityRule | None,
        max_tries: float,
        randomness_increase: float,
    ) -> None: ...

class CellConstraints:
    """All of a cell, directions before boundaries."""

    def __init__(self, constraints: Sequence[Constraint], /) -> None: ...
    def select(self, section_type: int, is_major: bool, /) -> SectionConstraints: ...
    def trunk_probability(
        self, direction: npt.ArrayLike, soma_center_um: npt.ArrayLike, start: float, /
    ) -> float:
        """The least of `start` and the probabilities of a trunk."""

class SectionConstraints:
    """Those that steer a section."""

    def is_empty(self) -> bool: ...
    def max_tries(self) -> float: ...
    def randomness_increase(self) -> float: ...
    def probability(self, direction: npt.ArrayLike, point_um: npt.ArrayLike, /) -> float: ...

# Diameters.

class DiameterLaw:
    """A law that parameters of sampled diameters are drawn from."""

    @staticmethod
    def constant(value: float) -> DiameterLaw: ...
    @staticmethod
    def reversed_exponential(loc: float, scale: float, min: float, max: float) -> DiameterLaw: ...
    @staticmethod
    def exponential_normal(
        shape: float, loc: float, scale: float, min: float, max: float
    ) -> DiameterLaw: ...
    @staticmethod
    def gamma(shape: float, loc: float, scale: float, min: float, max: float) -> DiameterLaw: ...

class NeuriteDiametrizer:
    """Writes the diameters of all neurites of one type."""

def refused_diameters(error: str, message: str) -> NeuriteDiametrizer: ...
def untouched_diameters() -> NeuriteDiametrizer: ...
def uniform_diameters(section_type: int, diameter_um: float | _Refusal) -> NeuriteDiametrizer: ...
def neurite_mean_diameters(section_type: int) -> NeuriteDiametrizer: ...
def section_mean_diameters(section_type: int) -> NeuriteDiametrizer: ...
def smoothed_diameters(section_type: int) -> NeuriteDiametrizer: ...
def root_diameters(
    section_type: int,
    *,
    trunk_um: _Choice,
    terminal_um: _Choice,
    trunk_taper_um: _Choice,
    taper_um: _Choice,
    min_um: float | _Refusal,
    ratio: float | _Refusal,
    siblings_ratio: float | _Refusal,
    sibling_power: float | _Refusal,
) -> NeuriteDiametrizer: ...
def tip_diameters(
    section_type: int,
    *,
    trunk_um: _Choice,
    terminal_um: _Choice,
    trunk_taper_um: _Choice,
    taper_um: _Choice,
    min_um: float | _Refusal,
    ratio: float | _Refusal,
    siblings_ratio: float | _Refusal,
    sibling_power: float | _Refusal,
) -> NeuriteDiametrizer: ...
def polynomial_diameters(
    section_type: int, coefficients: list[float] | _Refusal
) -> NeuriteDiametrizer: ...
def sampled_diameters(
    section_type: int,
    *,
    trunk_um: DiameterLaw | _Refusal,
    terminal_um: DiameterLaw | _Refusal,
    taper: DiameterLaw | _Refusal,
    sibling_ratio: DiameterLaw | _Refusal,
    power_relation: DiameterLaw | _Refusal,
    most_terminal_um: float | _Refusal,
    most_tries: float | _Refusal,
    is_major_unreduced: bool,
    most_reduction: float,
    taper_increase: float | None,
) -> NeuriteDiametrizer: ...

class DiameterModel:
    """How one recipe gives neurons their diameters."""

    def __init__(
        self,
        diametrizers: Sequence[NeuriteDiametrizer],
        n_samples: int = 1,
        is_seeded: bool = False,
    ) -> None: ...
    @property
    def n_neurite_types(self) -> int: ...
    @property
    def is_seeded(self) -> bool: ...

def diametrize(
    neuron: Neuron,
    model: DiameterModel,
    apical_sections: Sequence[int],
    bit_generator: BitGenerator,
    diameter_generators: Sequence[BitGenerator],
) -> None:
    """The last part of `grow`, alone; changes the neuron."""

# Growth.

class TreeRule:
    """How the trees of one neurite type grow."""

    def __init__(
        self,
        *,
        section_type: int,
        method: str,
        metric: str,
        branching: str,
        randomness: float,
        targeting: float,
        history: float,
        step_um: Distribution,
        diagrams: Sequence[_Doubles],
        has_apical_tuft: bool,
        mean_step_um: float | None,
        bias: float,
        bias_length: float,
        major_term_um: float | None,
        num_seg: float,
    ) -> None: ...

class Recipe:
    """Both TMD files' entries of one mtype."""

    def __init__(
        self,
        *,
        soma_radius_um: Distribution,
        trunks: Sequence[TrunkRule],
        trees: Sequence[TreeRule],
        diameters: DiameterModel,
        apical_type: int,
    ) -> None: ...

class Grown:
    """What one call of `grow` made."""

    @property
    def neuron(self) -> Neuron: ...
    @property
    def apical_sections(self) -> list[int]:
        """One number an apical tree; -1 where the tree has no such section."""

    @property
    def records(self) -> list[tuple[int, float, float]]:
        """Grow type, longest bar (NaN where not asked for) and factor of each scaled barcode."""

def grow(
    recipe: Recipe,
    bit_generator: BitGenerator,
    position_um: Sequence[float] | _Doubles,
    orientation: npt.ArrayLike,
    scalings: Sequence[tuple[int, float, float]],
    constraints: CellConstraints | None,
    diameter_generators: Sequence[BitGenerator],
    max_attempts: int,
    most_points: int = 20_000_000,
) -> Grown:
    """Grow one neuron in atlas coordinates; raises TooManyAttempts and GrowthFailure.

    `scalings` are what a barcode is scaled to (0 nothing, 1 layers, 2 path distance), the reference
    and the target, one a grow type. Beyond `most_points`, or as many random draws that are not
    accepted, growth is given up.
    """

# Neurons.

class Neuron:
    """Points (n, 3), diameters (n,), sections (m, 4: first point, stop, type, parent), soma."""

    def __init__(
        self,
        points: npt.ArrayLike,
        diameters: npt.ArrayLike,
        sections: npt.ArrayLike,
        soma: npt.ArrayLike,
    ) -> None: ...
    def arrays(self) -> tuple[_Floats, _Floats, _Ints, _Floats]:
        """As given to the constructor, without deleted sections."""

    def storable(self) -> tuple[_Floats, _Ints]:
        """The datasets `points` and `structure` of a MorphIO HDF5 file."""

    def is_finite(self) -> bool: ...
    def root_types(self) -> list[int]: ...
    def section_ends(self, sections: Sequence[int], /) -> _Floats: ...
    def translate(self, shift_um: Sequence[float] | _Doubles, /) -> None: ...
    def apply_hard_limits(
        self,
        limits_um: Mapping[int, tuple[float, float]],
        y_direction: Sequence[float] | _Doubles,
        least_scale: float,
    ) -> list[tuple[int, int, float, bool]]:
        """Root section, type, factor and whether it was deleted, of each neurite."""

def swc_text(points: npt.ArrayLike, structure: npt.ArrayLike, creator: str) -> bytes: ...
def asc_text(points: npt.ArrayLike, structure: npt.ArrayLike, creator: str) -> bytes: ...

# Jitter.

def turn_sections(
    points: _Floats,
    sections: npt.ArrayLike,
    angles_rad: npt.ArrayLike,
    n_parent_points: int,
    sgesdd: object,
) -> None:
    """Turn sections in place; `sgesdd` is the capsule of scipy.linalg.cython_lapack."""

def stretch_sections(
    points: _Floats,
    sections: npt.ArrayLike,
    section_factors: npt.ArrayLike | None,
    segment_factors: npt.ArrayLike | None,
) -> None:
    """Stretch sections in place."""

def principal_direction(vectors: npt.ArrayLike, sgesdd: object) -> _Floats: ...

# Clones.

def clone_jitter(
    points: npt.ArrayLike,
    structure: npt.ArrayLike,
    angles_rad: npt.ArrayLike,
    factors: npt.ArrayLike,
    sign: str,
) -> _Floats: ...
def clone_post_order(structure: npt.ArrayLike) -> _Ints: ...
def clone_direction_counts(points: npt.ArrayLike, structure: npt.ArrayLike) -> _Ints: ...

# Histograms.

def fit_normals(
    centres: npt.ArrayLike, counts: npt.ArrayLike, starts: npt.ArrayLike
) -> tuple[_Doubles, npt.NDArray[np.uint8]]:
    """Parameters (n, 3) and outcomes (n,): 0 accepted, 1 refused, 2 undecided."""

# Connections.

def group_connections(
    source_ids: npt.ArrayLike, target_ids: npt.ArrayLike
) -> tuple[_Longs, _Longs, _Longs, _Longs | None]:
    """Source, target and offsets of each connection, and the order of edges, if it is another."""

def measure_column(
    values: npt.NDArray[Any],
    offsets: npt.ArrayLike,
    order: npt.ArrayLike | None,
    pathway: npt.ArrayLike,
    used: npt.ArrayLike | None,
    n_pathways: int,
    max_unique: int,
) -> dict[str, npt.NDArray[Any]]: ...
def bin_column(
    values: npt.NDArray[Any],
    offsets: npt.ArrayLike,
    order: npt.ArrayLike | None,
    pathway: npt.ArrayLike,
    used: npt.ArrayLike | None,
    first_only: npt.ArrayLike,
    edges: npt.ArrayLike,
) -> _Longs: ...
def cross_moments(
    columns: Sequence[_Doubles],
    offsets: npt.ArrayLike,
    order: npt.ArrayLike | None,
    pathway: npt.ArrayLike,
    used: npt.ArrayLike | None,
    n_pathways: int,
) -> tuple[dict[str, npt.NDArray[Any]], dict[str, npt.NDArray[Any]]]:
    """Count, sums and products over all edges, and over the first ones."""
