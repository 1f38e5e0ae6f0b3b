"""Commands of clone runs of both tools, and what they must have written."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from clone_inputs import CloneCase
from cpu_per_cell import points_of_morphologies
from timed_command import CommandFailedError, Timing, timed
from tools import Tool

PEER_SCRIPT = Path(__file__).parent / "clone_of_peer.py"
PEER_SETTINGS = """\
[core]
autoload_range = false
[CollectAnnotations]
annotation_path = annotations
[Clone]
dataset_df = dataset.csv
result_path = {out}
generate_report = False
nb_processes = 1
[CloneMorphologies]
cross_mtypes = ["{cross_mtype}"]
y_scales = {y_scales}
parallel_factory_type = serial
[MakeCloneRelease]
clone_path = {out}/release
"""


#: A file system in memory, and the room that the largest outputs need there.
MEMORY, ROOM_BYTES = Path("/dev/shm"), 8 << 30


@dataclass(frozen=True)
class CloneRun:
    """What one run cost, and the points of all morphologies in clone/."""

    timing: Timing
    n_points: int


def new_folder(work: Path) -> Path:
    """A folder for the outputs of one run, not yet there.

    It lies in memory where there is room, for both tools: what a disk costs at the moment is not
    what is compared. Else below the folder `work`.
    """
    return Path(tempfile.mkdtemp(prefix="clones-", dir=MEMORY if _has_room() else work)) / "out"


def discard(out: Path) -> None:
    """Remove our outputs from memory; from a disk only the large files, of which there are few.

    The many small ones go in the end, with the folder of all measurements: for a minute after their
    removal ext4 is slow at creating others, which would count for the next run.
    """
    if out.is_relative_to(MEMORY):
        shutil.rmtree(out.parent)
        return
    for path in out.glob("clone/shards/*.h5"):
        path.unlink()


def _has_room() -> bool:
    return MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM_BYTES


def our_command(
    tool: Tool, case: CloneCase, out: Path, *options: str, n_processes: int | None = 0
) -> list[str | Path]:
    """Our command with the inputs of a case.

    Args:
        tool: ours.
        case: inputs.
        out: folder of the outputs.
        options: further ones.
        n_processes: ranks that the command starts itself, 0 for none; None leaves that to a
            launcher.
    """
    words: list[str | Path] = [
        "clone-morphologies",
        "--dataset", case.dataset,
        "--recipe", case.recipe,
        "--placement-rules", case.placement_rules,
        "--annotations", case.annotations,
        "--cross-mtype", case.cross_mtype,
        "--out-dir", out,
        *options,
    ]  # fmt: skip
    if case.transform_rules.exists():
        words += ["--transform-rules", case.transform_rules]
    for scale in case.y_scales:
        words += ["--y-scale", str(scale)]
    if n_processes is not None:
        words += ["--nb-processes", str(n_processes)]
    return tool.command(*words)


def run_ours(tool: Tool, case: CloneCase, out: Path, *options: str) -> CloneRun:
    """Our command in one process."""
    timing = timed(our_command(tool, case, out, *options))
    return CloneRun(timing, count_points("ours", case, out / "clone"))


def run_peer_without_release(tool: Tool, case: CloneCase, out: Path) -> CloneRun:
    """The peer's clone task alone, in one process."""
    scales = [str(scale) for scale in case.y_scales]
    words: list[str | Path] = [tool.python, PEER_SCRIPT, case.dataset, out, case.cross_mtype]
    return CloneRun(timed([*words, *scales]), count_points("peer", case, out / "data" / "clone"))


def run_peer_workflow(tool: Tool, case: CloneCase, out: Path) -> CloneRun:
    """The peer's whole workflow, with release; only its release uses further processes."""
    out.mkdir()
    settings = PEER_SETTINGS.format(
        out=out, cross_mtype=case.cross_mtype, y_scales=list(case.y_scales)
    )
    (case.folder / "luigi.cfg").write_text(settings, encoding="utf-8")
    timing = timed(tool.command("Clone"), folder=case.folder)
    folder = out / "CloneMorphologies" / "data" / "clone"
    check_release("peer", case, out)
    return CloneRun(timing, count_points("peer", case, folder))


def count_points(name: str, case: CloneCase, folder: Path) -> int:
    """Points of all morphologies, which must be all there: unequal work is not to be compared."""
    n_points = points_of_morphologies(folder)
    if len(n_points) != case.n_morphologies:
        raise CommandFailedError(
            f"{name}: {len(n_points)} of {case.n_morphologies} morphologies in {folder}"
        )
    return sum(n_points)


def check_release(name: str, case: CloneCase, out: Path) -> None:
    """Each format must hold each morphology."""
    for extension in ("asc", "h5", "swc"):
        found = len(list((out / "release" / extension).rglob(f"*.{extension}")))
        if found != case.n_morphologies:
            raise CommandFailedError(
                f"{name}: {found} of {case.n_morphologies} morphologies released as {extension}"
            )
