"""Our command `conn-props extract` without its last pass, which fits and writes the data file.

    python conn_props_of_ours.py OPTIONS_OF_EXTRACT...

All else is the command: start-up, the passes with their journals, statistics and histograms of all
pathways in OUT.rghpc/binned.h5.
"""

from __future__ import annotations

import sys

from region_grower_hpc.cli import main
from region_grower_hpc.conn_props import passes

if __name__ == "__main__":
    all_passes = passes.extraction_passes
    passes.extraction_passes = lambda *arguments: all_passes(*arguments)[:-1]
    sys.argv = ["region-grower-hpc", "conn-props", "extract", *sys.argv[1:]]
    main()
