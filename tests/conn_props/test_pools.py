from __future__ import annotations

import numpy as np
import pytest

from region_grower_hpc.conn_props.pools import find_pools, levels_of


def peers_pools(wanted, held, classes, layers):
    """Pathway -> level and pool, one after the other as the peer does."""
    found = {}
    for s, t in np.argwhere(wanted):
        same_source = np.arange(held.shape[0]) == s
        by_class = [np.array(one) == one[k] for one, k in zip(classes, (s, t), strict=True)]
        by_both = [
            a & (np.array(one) == one[k])
            for a, one, k in zip(by_class, layers, (s, t), strict=True)
        ]
        pools = (
            (same_source, by_both[1]),
            (same_source, by_class[1]),
            (by_both[0], by_both[1]),
            (by_class[0], by_class[1]),
            (np.ones(held.shape[0], bool), np.ones(held.shape[1], bool)),
        )
        for level, (sources, targets) in enumerate(pools):
            if held[np.ix_(sources, targets)].any():
                found[int(s), int(t)] = (
                    level,
                    *map(tuple, map(np.flatnonzero, (sources, targets))),
                )
                break
    return found


@pytest.mark.parametrize("seed", range(20))
def test_pools_are_those_found_one_by_one(seed: int) -> None:
    stream = np.random.RandomState(seed)
    n_sources, n_targets = stream.randint(1, 9, 2)
    held = stream.rand(n_sources, n_targets) < stream.rand()
    classes = tuple(stream.choice(["EXC", "INH"], n).tolist() for n in (n_sources, n_targets))
    layers = tuple(stream.choice(["1", "2", "3"], n).tolist() for n in (n_sources, n_targets))
    pools = find_pools(~held, held, classes, layers)
    found = {
        (int(s), int(t)): (pool.level, tuple(pool.sources), tuple(pool.targets))
        for pool in pools
        for s, t in zip(pool.rows, pool.columns, strict=True)
    }
    expected = peers_pools(~held, held, classes, layers)
    assert found == expected
    levels = levels_of(pools, held.shape)
    assert all(levels[pathway] == level for pathway, (level, *_) in expected.items())
    assert (levels >= 0).sum() == len(expected)


def test_layer_and_class_are_both_needed_for_level_0() -> None:
    held = np.array([[False, True, True]])
    (pool,) = find_pools(~held, held, (["E"], ["E", "I", "E"]), (["1"], ["1", "1", "2"]))
    assert pool.level == 1
    assert pool.targets.tolist() == [0, 2]
    assert pool.flat(3).tolist() == [0, 2]
