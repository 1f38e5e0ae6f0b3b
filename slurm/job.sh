# shellcheck shell=bash
# What the scripts of this folder do inside a job. Nothing here is to be edited: see settings.sh.

# The name of this job. Without the number of the task, the last task of an array would mean all.
job=$SLURM_JOB_ID
[ -n "${SLURM_ARRAY_TASK_ID:-}" ] && job=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID
# Counts the starts that ended in a crash: SLURM_RESTART_COUNT counts all.
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
    local crashes
    crashes=$(cat "$crash_file" 2>/dev/null || echo 0)
    if [ "$crashes" -ge "$MAX_CRASH_REQUEUES" ]; then
        echo "slurm: ranks were killed in $((crashes + 1)) starts (MAX_CRASH_REQUEUES): not requeued"
        return
    fi
    echo "$((crashes + 1))" >"$crash_file" && requeue
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
