# shellcheck shell=bash disable=SC1091,SC2034
# The one file to edit: all scripts of this folder read it, at every start of a job.
# Paths are relative to the folder from which you submit. How to use them: docs/slurm.md

# What sbatch is asked for; add --account, --partition or --mail-type as your site wants them.
# `region-grower-hpc synthesize-morphologies ... --dry-run` suggests a size.
RESOURCES=(--ntasks=256 --mem-per-cpu=2G --time=04:00:00)
MERGE_RESOURCES=(--ntasks=16 --mem-per-cpu=2G --time=01:00:00)

# What brings region-grower-hpc into a job.
prepare() {
    # module load mpi
    source .venv/bin/activate
}

# The folder of all outputs. It must lie on a file system that all nodes share and that keeps files
# between two starts of a job: not in /tmp, and not in a scratch folder that ends with the job.
OUT=out

# The command, with its outputs below $OUT; the name nodes.h5 is what merge.sbatch looks for.
# A job that SLURM ends has 300 s to stop (--signal in the scripts), and SLURM may send the signal
# up to 60 s early. No cell may take longer than that: --task-timeout bounds it.
set_command() {
    COMMAND=(
        region-grower-hpc synthesize-morphologies
        --input-cells circuit.h5
        --tmd-parameters tmd_parameters.json
        --tmd-distributions tmd_distributions.json
        --atlas atlas
        --region-structure region_structure.yaml
        --seed 0
        --out-cells "$OUT/nodes.h5"
        --out-morph-dir "$OUT/morphologies"
        --out-apical "$OUT/apical.yaml"
        --container shards
        --task-timeout 240
    )
}

# The same for clone.sbatch, with all outputs below $OUT, which is the folder `clones` in the one above.
# Remove what you have no files of, such as --cells, --atlas and --out-cells.
set_clone_command() {
    COMMAND=(
        region-grower-hpc clone-morphologies
        --dataset dataset.csv
        --recipe builder_recipe.xml
        --placement-rules placement_rules.xml
        --transform-rules transform_rules.xml
        --seed 0
        --out-dir "$OUT"
        --container shards
        --cells circuit.h5
        --atlas atlas
        --out-cells "$OUT/nodes.h5"
        --task-timeout 240
    )
}

# The same for efeatures.sbatch, with all outputs in $OUT, which is the folder `efeatures` in the one
# above. A recording takes milliseconds: a few ranks do for thousands of them.
set_efeatures_command() {
    COMMAND=(
        region-grower-hpc extract-efeatures
        --files-metadata files_metadata.json
        --targets targets.json
        --output-directory "$OUT"
        --plot
        --task-timeout 240
    )
}

# The same for conn_props.sbatch, with all outputs in $OUT, which is the folder `conn_props` in the one
# above. A task is a million edges (--chunk-edges). After it, on any node:
#     region-grower-hpc conn-props build --data out/conn_props/data.h5 --distr-types auto --out model.json
#     region-grower-hpc conn-props plot --data out/conn_props/data.h5 --model model.json --out-dir figures
set_conn_props_command() {
    COMMAND=(
        region-grower-hpc conn-props extract
        --circuit circuit_config.json
        --out "$OUT/data.h5"
        --task-timeout 240
    )
}

# How srun and the MPI library find each other; `srun --mpi=list` shows what your SLURM has.
# MPICH, Intel MPI, MVAPICH: pmi2 in most places. Open MPI: pmix.
MPI=pmi2

# Seconds after the end of one rank at which SLURM kills the others: a killed rank ends them so.
RANK_WAIT_S=60

# Parts of array.sbatch, each with RESOURCES of its own.
N_PARTS=10

# How often a job is started again: in all, and of those after its ranks were killed. A cell that
# crashes costs one start, one that SLURM kills for want of memory costs two. Two starts in a row
# that got to no cell are the last in any case.
MAX_REQUEUES=20
MAX_CRASH_REQUEUES=10
