"""`python -m region_grower_hpc`: the command line."""

from region_grower_hpc.cli import main

main()
