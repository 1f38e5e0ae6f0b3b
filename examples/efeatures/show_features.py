"""Show what was found: rheobases, features of a few protocols, and where the pictures are.

    python show_features.py OUT [--protocol NAME]...

OUT is the output directory of extract-efeatures.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py

SHOWN = ("IDrest_200", "IV_-100", "APWaveform_300", "SpikeRec_20")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("out", type=Path, help="output directory of extract-efeatures")
    parser.add_argument("--protocol", action="append", help=f"default: {', '.join(SHOWN)}")
    arguments = parser.parse_args()
    for line in cells(arguments.out):
        print(line)
    features = json.loads((arguments.out / "features.json").read_text(encoding="utf-8"))
    for name in arguments.protocol or SHOWN:
        if name not in features:
            parser.error(f"{name} is not in {arguments.out}; there are: {', '.join(features)}")
        print()
        for line in table(name, features[name]["soma"]):
            print(line)
    pages = sorted((arguments.out / "figures").glob("*/*_recordings_*.png"))
    others = sorted((arguments.out / "figures").glob("*.png"))
    print(f"\nPictures: {len(pages)} pages of recordings, such as")
    for path in pages[:1]:
        print(f"  {path}")
    print(f"and {len(others)} of features of all cells, such as")
    for path in others[:1]:
        print(f"  {path}")


def cells(out: Path) -> Iterator[str]:
    """A line a cell: its recordings, its rheobase and what it was held with."""
    with h5py.File(out / "efeatures.h5") as file:
        names = file["cells/name"].asstr()[:]
        currents = zip(file["cells/rheobase"][:], file["cells/holding_current"][:], strict=True)
        owners = list(file["recordings/cell"].asstr()[:])
        spikes = file["recordings/spikecount"][:]
        for name, (rheobase_na, holding_na) in zip(names, currents, strict=True):
            counts = [count for owner, count in zip(owners, spikes, strict=True) if owner == name]
            yield (
                f"{name}: {len(counts)} recordings with {sum(counts):.0f} spikes, "
                f"rheobase {rheobase_na:.3f} nA, holding current {holding_na:.3f} nA"
            )


def table(name: str, rows: list[dict[str, Any]]) -> Iterator[str]:
    """Mean, standard deviation and number of values of each feature of a protocol."""
    width = max(len(row["efeature_name"]) for row in rows)
    yield f"{name:{width}}  {'mean':>9} {'std':>9}  n"
    for row in rows:
        mean, std = row["val"]
        yield f"{row['efeature_name']:{width}}  {mean:9.4g} {std:9.3g}  {row['n']}"


if __name__ == "__main__":
    main()
