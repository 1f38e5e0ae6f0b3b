"""CPU seconds of reading columns of an edges file with h5py, one after the other.

    python conn_props_plain_read.py EDGES_FILE PIECE DATASET...

PIECE is how many rows are read at a time; 0: whole columns. Prints the seconds of TIMES readings,
as JSON; imports and opening the file do not count.
"""

from __future__ import annotations

import json
import sys
import time

import h5py

TIMES = 3


def main() -> None:
    path, words, *names = sys.argv[1:]
    found = []
    for _ in range(TIMES):
        with h5py.File(path, "r") as file:
            started_s = time.process_time()
            for name in names:
                dataset = file[name]
                piece = int(words) or len(dataset)
                for first in range(0, len(dataset), piece):
                    dataset[first : first + piece]
            found.append(time.process_time() - started_s)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
