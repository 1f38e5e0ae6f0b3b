"""The files of the morphologies of one shard."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from region_grower_hpc.clone import outputs
from region_grower_hpc.clone.lineage import Lineage, name_of
from region_grower_hpc.clone.release import released
from region_grower_hpc.clone.settings import CloneSettings
from region_grower_hpc.engine.job import Plan, StoredResult
from region_grower_hpc.formats import atomic, container, morphology
from region_grower_hpc.formats.hdf5_image import MorphologyImages
from region_grower_hpc.formats.morphology import MorphologyArrays


def write_shard(
    settings: CloneSettings, plan: Plan, shard: int, results: Iterable[StoredResult]
) -> None:
    """Write all files of the morphologies of one shard; on return they are on the disk."""
    outputs.make_folders(settings, plan.context)
    lineage, bases = Lineage.from_arrays(plan.shared), plan.context.base_names
    contained: list[tuple[str, MorphologyArrays]] = []
    with atomic.ReplacedTogether() as together:
        files = _Files(settings, together)
        for result in results:
            ancestry = lineage[result.task]
            name = name_of(ancestry, bases, settings.y_scales)
            neuron = _neuron(result, plan.context.family_of(ancestry.base))
            for step in outputs.steps_of(ancestry):
                folder = settings.out_dir / step
                if step == outputs.GRAFTING:
                    files.write_original(folder / f"{name}.h5", result, neuron)
                elif step == outputs.SCALING or settings.writes_files:
                    files.write(folder / f"{name}.h5", neuron)
                else:
                    contained.append((name, neuron))
                if len(xml := result.arrays["xml"]):
                    together.write(folder / "annotations" / f"{name}.xml", xml.tobytes())
            if ancestry.in_clones:
                files.release(name, neuron, result)
    if not settings.writes_files:
        settings.shards_dir.mkdir(exist_ok=True)
        path = settings.shards_dir / outputs.shard_name(shard)
        with container.ContainerWriter(path) as writer:
            for name, neuron in contained:
                writer.add(name, neuron)


class _Files:
    """Writes morphologies by the suffixes of their paths.

    Args:
        settings: of the run.
        together: puts the files in place.
    """

    def __init__(self, settings: CloneSettings, together: atomic.ReplacedTogether) -> None:
        self._settings, self._together = settings, together
        self._images = MorphologyImages()

    def write(self, path: Path, neuron: MorphologyArrays) -> None:
        """Write one morphology."""
        if path.suffix == ".h5":
            self._together.write(path, self._images.content(neuron))
        else:
            self._together.write(path, morphology.text(neuron, path.suffix))

    def write_original(self, path: Path, result: StoredResult, neuron: MorphologyArrays) -> None:
        """An original as it was given, brought to HDF5 if it was not; a graft as it is."""
        arrays = result.arrays
        if "file" in arrays:
            self._together.write(path, arrays["file"].tobytes())
        elif "original_points" in arrays:
            original = MorphologyArrays(
                arrays["original_points"],
                arrays["original_structure"],
                perimeters=arrays.get("original_perimeters"),
                family=neuron.family,
            )
            self.write(path, original)
        else:
            self.write(path, neuron)

    def release(self, name: str, neuron: MorphologyArrays, result: StoredResult) -> None:
        """Write one morphology in all formats that can hold it."""
        notes = result.arrays["notes"]
        unreleased = json.loads(notes.tobytes()).get("unreleased", {}) if len(notes) else {}
        for extension in self._settings.release_extensions:
            if extension not in unreleased:
                path = self._settings.release_dir(extension) / f"{name}.{extension}"
                self.write(path, released(neuron, extension))


def _neuron(result: StoredResult, family: int) -> MorphologyArrays:
    arrays = result.arrays
    return MorphologyArrays(
        arrays["points"],
        arrays["structure"],
        perimeters=arrays.get("perimeters"),
        family=family,
    )
