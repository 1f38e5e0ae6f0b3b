# shellcheck shell=bash
# What the scripts of this folder do inside a job. Nothing here is to be edited: see settings.sh.

# The name of this job. Without the number of the task, the last task of an array would mean all.
job=$SLURM_JOB_ID
[ -n "${SLURM_ARRAY_TASK_ID:-}" ] && job=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID
# Starts that ended in a crash (SLURM_RESTART_COUNT counts all), bytes of the journals after the last
# of them, and how many of the last ones in a row made no progress.
crash_file=.rghpc-crashes-$job

# Run a command on all ranks, and start the job again where that helps; does not return.
run_to_the_end() {
    local code
    # scancel and preemption may signal this shell too: it waits for srun, then asks for the state.
    trap : TERM USR1
    # --wait: else the others wait for a killed rank for ever. --kill-on-bad-exit would end them at
    # once, but also when all leave with 75, and srun tells 137 then.
    srun --export=ALL --mpi="$MPI" --kill-on-bad-exit=0 --wait="$RANK_WAIT_S" "$@"
    code=$?
    if [ "$code" -eq 75 ]; then requeue # stopped early, in order
    elif [ "$code" -gt 128 ]; then requeue_after_crash # 128 + signal: ranks were killed
    fi # all others would come again: 1 to 5 of the command, or srun itself did not start it
    [ "$code" -lt 75 ] && rm -f "$crash_file"
    exit "$code"
}

requeue_after_crash() {
    local crashes former idle size
    read -r crashes former idle <<<"$(cat "$crash_file" 2>/dev/null || echo 0 0 0)"
    size=$(journal_bytes)
    if [ "$size" -eq "$former" ]; then idle=$((idle + 1)); else idle=0; fi
    if [ "$idle" -ge 2 ]; then
        echo "slurm: ranks were killed in 2 starts in a row without progress: not requeued"
    elif [ "$crashes" -ge "$MAX_CRASH_REQUEUES" ]; then
        echo "slurm: ranks were killed in $((crashes + 1)) starts (MAX_CRASH_REQUEUES): not requeued"
    else
        echo "$((crashes + 1)) $size $idle" >"$crash_file" && requeue
    fi
}

# Grows with every cell that is begun or finished. A state folder is in OUT, whatever main output is.
journal_bytes() {
    find "$OUT"/.rghpc "$OUT"/*.rghpc -name '*.journal' -printf '%s\n' \
        2>/dev/null | awk '{ sum += $1 } END { print sum + 0 }'
}

requeue() {
    local count=${SLURM_RESTART_COUNT:-0} state
    # A job that was cancelled, preempted or timed out is not running any more: SLURM decides.
    state=$(squeue --noheader --jobs="$job" --format=%T)
    if [ "$state" != RUNNING ]; then
        echo "slurm: job $job is ${state:-gone}: not requeued by the script"
    elif [ "$count" -ge "$MAX_REQUEUES" ]; then
        echo "slurm: started $((count + 1)) times (MAX_REQUEUES): not requeued"
    else
        echo "slurm: requeue $((count + 1)) of at most $MAX_REQUEUES"
        scontrol requeue "$job"
    fi
}
