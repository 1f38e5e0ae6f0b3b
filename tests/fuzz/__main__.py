"""Try damaged files: `python -m tests.fuzz --files 10000`, or one of them again by --case."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from tests.fuzz.campaign import all_formats, keep, kinds_of_defects, replay, table, try_format
from tests.fuzz.good_files import make_good_files
from tests.fuzz.targets import TARGETS
from tests.fuzz.zygote import run_cases


@click.command()
@click.option("--files", default=200, show_default=True, help="Damaged files of each format.")
@click.option("--seed", default=0, show_default=True, help="Another one gives other files.")
@click.option("--format", "formats", multiple=True, type=click.Choice(all_formats()))
@click.option("--target", "names", multiple=True, type=click.Choice(list(TARGETS)))
@click.option("--case", type=int, help="The number of one file of a target.")
@click.option("--keep", "kept", default="fuzz-defects", type=click.Path(path_type=Path))
def fuzz(
    files: int,
    seed: int,
    formats: tuple[str, ...],
    names: tuple[str, ...],
    case: int | None,
    kept: Path,
) -> None:
    """Damage good files at random and give them to their readers."""
    with tempfile.TemporaryDirectory(prefix="fuzz") as scratch:
        good = Path(scratch) / "good"
        make_good_files(good)
        if case is not None:
            for name in names:
                for outcome in run_cases(TARGETS[name], seed, [case], good, 1):
                    keep(outcome, seed, good, kept)
                    click.echo(f"{outcome.kind} ({outcome.cpu_s:.2f} s)\n{outcome.told}")
            return
        chosen = formats or tuple(dict.fromkeys(TARGETS[name].format for name in names or TARGETS))
        tallies = {}
        for format_ in chosen:
            tally = tallies[format_] = try_format(format_, files, seed, good, kept, names)
            click.echo(f"{format_}: {dict(tally.counts)} in {tally.seconds:.0f} s")
            for cause, outcomes in kinds_of_defects(tally).items():
                click.echo(f"  {len(outcomes)}x {cause}\n     {replay(outcomes[0], seed)}")
        click.echo(table(tallies))


fuzz()
