"""Files made of an image in memory are those that libhdf5 writes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from region_grower_hpc.formats import morphology
from region_grower_hpc.formats.hdf5_image import KEPT, MorphologyImages
from region_grower_hpc.formats.morphology import MorphologyArrays
from tests.clone.small_dataset import made_up


def written(arrays: MorphologyArrays, folder: Path) -> bytes:
    path = folder / "written.h5"
    morphology.write(arrays, path)
    return path.read_bytes()


def forms() -> list[MorphologyArrays]:
    neuron = made_up(1)
    perimeters = np.arange(len(neuron.points), dtype=np.float32)
    return [
        neuron,
        made_up(2, with_axon=False),
        replace(neuron, perimeters=perimeters),
        replace(neuron, perimeters=perimeters + 1),
        replace(neuron, perimeters=perimeters, family=1),
        replace(neuron, structure=neuron.structure + np.int32([0, 0, 0])),
    ]


def test_same_bytes(tmp_path: Path) -> None:
    images = MorphologyImages()
    for _ in range(2):
        for arrays in forms():
            assert bytes(images.content(arrays)) == written(arrays, tmp_path)


def test_other_points_of_the_same_form(tmp_path: Path) -> None:
    images, neuron = MorphologyImages(), made_up(1)
    for factor in np.float32([1, 2, 3]):
        moved = replace(neuron, points=neuron.points * factor)
        assert bytes(images.content(moved)) == written(moved, tmp_path)


def test_few_forms_are_kept(tmp_path: Path) -> None:
    images = MorphologyImages()
    neurons = [made_up(1, n_sections=size) for size in (1, 3, 5, 7, 9, 11)]
    assert len(neurons) > KEPT
    for neuron in [*neurons, *reversed(neurons)]:
        assert bytes(images.content(neuron)) == written(neuron, tmp_path)


def test_what_cannot_be_stored_is_refused() -> None:
    neuron = made_up(1)
    point = MorphologyArrays(neuron.points[:1], neuron.structure[:1])
    with pytest.raises(ValueError, match="single point"):
        MorphologyImages().content(point)
