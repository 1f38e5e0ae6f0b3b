"""Location and scale of normal curves, against the peer's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import curve_fit
from scipy.stats import norm

from region_grower_hpc.conn_props.normal_fit import (
    NormFit,
    bin_centres,
    fitted,
    fitted_all,
    scipy_fit,
)
from region_grower_hpc.conn_props.settings import Method

#: Of the shared circuits; the others are float32.
DOUBLE_PROPERTIES = ("n_rrp_vesicles", "syn_type_id", "g_step", "rand_id")


def _expected(path: Path, quantity: str, column: int | None) -> tuple[npt.NDArray[Any], ...]:
    """Counts, edges, mean, std, norm_loc, norm_scale of all pathways that have them."""
    place = () if column is None else (slice(None), slice(None), column)
    with np.load(path) as data:
        names = ("hist/{}/counts", "hist/{}/edges", "mean/{}", "std/{}", "norm_loc/{}")
        arrays = [data[name.format(quantity)][place] for name in (*names, "norm_scale/{}")]
    present = np.isfinite(arrays[2])
    return tuple(array[present] for array in arrays)


def _cases(path: Path) -> list[tuple[npt.NDArray[Any], ...]]:
    with np.load(path) as data:
        properties = [str(name) for name in data["syn_props"]]
    cases = [_expected(path, "n_syn_per_conn", None)]
    for column, name in enumerate(properties):
        counts, edges, *others = _expected(path, "properties", column)
        dtype = np.float64 if name in DOUBLE_PROPERTIES else np.float32
        if np.array_equal(edges.astype(dtype), edges):  # else another circuit's type
            edges = edges.astype(dtype)
        cases.append((counts, edges, *others))
    return cases


@pytest.mark.shared
@pytest.mark.parametrize("method", ["compiled", "scipy"])
@pytest.mark.parametrize("case", ["unit_all", "multi_AB", "small_select", "small_sample"])
def test_fits_are_the_peers(shared_data: Path, case: str, method: Method) -> None:
    path = shared_data / "conn_props" / "expected" / f"{case}.npz"
    for counts, edges, mean, std, loc, scale in _cases(path):
        found_loc, found_scale, norm_fit = fitted_all(counts, edges, mean, std, method)
        np.testing.assert_allclose(found_loc, loc, rtol=1e-6)
        np.testing.assert_allclose(found_scale, scale, rtol=1e-6)
        replaced = (loc == mean) & (scale == std)
        np.testing.assert_array_equal(norm_fit == NormFit.REPLACED, replaced)


@pytest.mark.shared
def test_compiled_fits_of_all_pathways_are_the_peers(shared_data: Path) -> None:
    path = shared_data / "conn_props" / "expected" / "small_full.npz"
    for counts, edges, mean, std, loc, scale in _cases(path):
        found_loc, found_scale, _ = fitted_all(counts, edges, mean, std)
        np.testing.assert_allclose(found_loc, loc, rtol=1e-6)
        np.testing.assert_allclose(found_scale, scale, rtol=1e-6)


def test_scipy_form_has_the_bits_of_the_peers_formula() -> None:
    rng = np.random.default_rng(1)
    n_accepted = 0
    for _ in range(8):
        values = rng.normal(rng.uniform(-3.0, 3.0), rng.uniform(0.1, 2.0), 300)
        counts, edges = np.histogram(values, bins=51)
        centres = bin_centres(edges)
        found = scipy_fit(centres, counts, float(centres.mean()))
        parameters, _ = curve_fit(
            lambda x, loc, scale, area: area * norm(loc=loc, scale=scale).pdf(x),
            centres,
            counts,
            p0=[centres.mean(), 1.0, 1.0],
            bounds=([centres[0], 0.0, 0.0], [centres[-1], np.inf, np.inf]),
            max_nfev=200,
        )
        if found is not None:
            assert found == tuple(parameters[:2])
            n_accepted += 1
    assert n_accepted >= 5


def test_centres_are_computed_in_the_dtype_of_the_edges() -> None:
    edges = np.array([0.1, 0.2, 0.4], np.float32)
    centres = bin_centres(edges)
    assert centres.dtype == np.float32
    assert centres[0] == np.mean(edges[:2])


def test_missing_histograms_stay_missing() -> None:
    counts, edges = np.histogram(np.random.default_rng(2).normal(2.0, 0.5, 500), bins=51)
    loc, scale, norm_fit = fitted_all(
        np.stack([np.zeros_like(counts), counts]),
        np.stack([np.full_like(edges, np.nan), edges]),
        np.array([np.nan, 1.0]),
        np.array([np.nan, 7.0]),
    )
    assert norm_fit.tolist() == [NormFit.MISSING, NormFit.FITTED]
    np.testing.assert_array_equal(np.isnan(loc), [True, False])
    np.testing.assert_array_equal(np.isnan(scale), [True, False])
    assert loc[1] == pytest.approx(2.0, abs=0.1)
    assert scale[1] == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize("method", ["compiled", "scipy"])
@pytest.mark.parametrize(
    "edges",
    [np.array([0.0, 1.0]), np.array([0.0, 1.0, 2.0, 3.0]), np.array([-np.inf, 0.0, 1.0, 2.0, 3.0])],
)
def test_where_no_fit_is_possible_mean_and_std_stand(
    edges: npt.NDArray[np.float64], method: Method
) -> None:
    counts = np.arange(1, edges.size)
    assert fitted(counts, edges, 1.25, 0.5, method) == (1.25, 0.5, NormFit.REPLACED)


def test_undecided_fits_are_scipys() -> None:
    counts, edges = np.histogram(np.random.default_rng(5).normal(1.0, 1e-4, 500), bins=51)
    by_both = [fitted(counts, edges, 1.0, 1e-4, method) for method in ("compiled", "scipy")]
    assert by_both[0] == by_both[1]
