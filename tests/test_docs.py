"""The documents tell what the program does."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
import urllib.parse
from pathlib import Path

import click
import pytest

from region_grower_hpc.cli import COMMANDS
from region_grower_hpc.errors import ExitCode

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
SYNTHESIS = ROOT / "docs" / "synthesis.md"
EFEATURES = ROOT / "docs" / "efeatures.md"
CONN_PROPS = ROOT / "docs" / "conn_props.md"
#: The page that tells the options of a command, where it is not that of synthesis.
PAGES = {
    "clone-morphologies": ROOT / "docs" / "clone.md",
    "extract-efeatures": EFEATURES,
    "plot-recordings": EFEATURES,
    "conn-props": CONN_PROPS,
    "compare": ROOT / "docs" / "compare.md",
    "status": ROOT / "docs" / "inspection.md",
    "rerun": ROOT / "docs" / "inspection.md",
}
DOCUMENTS = [
    README,
    ROOT / "CHANGELOG.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "examples").rglob("*.md")),
]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def code_blocks(path: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text(path), re.M | re.S)


def anchors(path: Path) -> set[str]:
    """Anchors of a page's headings, as GitHub makes them."""
    prose = re.sub(r"^```.*?^```$", "", text(path), flags=re.M | re.S)
    headings = re.findall(r"^#+ (.+)$", prose, re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in headings}


def command(name: str) -> click.Command:
    module, function, _ = COMMANDS[name]
    loaded = getattr(importlib.import_module(module), function)
    assert isinstance(loaded, click.Command)
    return loaded


def parts(name: str) -> dict[str, click.Command]:
    """The commands below one that has such, by name; else itself."""
    whole = command(name)
    return dict(whole.commands) if isinstance(whole, click.Group) else {"": whole}


def options(name: str, *below: str) -> set[str]:
    """Long names of a command's options, or of the commands below it."""
    return {
        word
        for part, one in parts(name).items()
        if not below or part in below
        for parameter in one.params
        if isinstance(parameter, click.Option)
        for word in parameter.opts
        if word.startswith("--")
    }


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_relative_links_resolve(path: Path) -> None:
    for link in re.findall(r"\]\(([^)]+)\)", text(path)):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = urllib.parse.unquote(link).partition("#")
        target = (path.parent / name).resolve() if name else path
        assert target.exists(), f"{named(path)}: {link}"
        assert target.is_relative_to(ROOT), f"{named(path)}: {link} leaves the repository"
        if anchor:
            assert anchor in anchors(target), f"{named(path)}: {link}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_commands_and_their_options_exist(path: Path) -> None:
    for block in code_blocks(path, "sh"):
        joined = block.replace("\\\n", " ")
        for name, rest in re.findall(r"region-grower-hpc ([a-z-]+)(.*)", joined):
            assert name in COMMANDS, f"{named(path)}: {name}"
            below = [one for one in parts(name) if one]
            called = rest.split()[:1] if below else []
            assert set(called) <= set(below), f"{named(path)}: {name} {called}"
            unknown = set(re.findall(r"--[a-z][a-z-]*", rest)) - options(name, *called)
            assert not unknown, f"{named(path)}: {name} {unknown}"


def test_readme_lists_all_commands() -> None:
    listed = set(re.findall(r"^\| `([a-z][a-z-]+)` \|", text(README), re.M))
    assert listed == set(COMMANDS)


def test_make_targets_exist() -> None:
    makefile = text(ROOT / "Makefile")
    for path in DOCUMENTS:
        blocks = "\n".join(code_blocks(path, "sh"))
        spans = "\n".join(re.findall(r"`(make [^`\n]+)`", text(path)))
        for target in re.findall(r"^make ([a-z0-9-]+)", f"{blocks}\n{spans}", re.M):
            pattern = re.sub(r"\d+$", "%", target)
            assert re.search(rf"^({target}|{pattern}):", makefile, re.M), f"{path}: make {target}"


def test_exit_codes_are_those_of_the_program() -> None:
    section = text(README).partition("## Exit codes")[2].partition("\n## ")[0]
    listed = [int(code) for code in re.findall(r"^\| (\d+) \|", section, re.M)]
    assert listed == sorted(ExitCode)


@pytest.mark.parametrize("page", sorted({SYNTHESIS, *PAGES.values()}), ids=named)
def test_every_option_is_documented_and_no_other(page: Path) -> None:
    names = [name for name in COMMANDS if PAGES.get(name, SYNTHESIS) == page]
    everyones = set().union(*(options(name) for name in COMMANDS))
    known = set().union(*(options(name) for name in names))
    told = set(re.findall(r"(?<![\w(-])--[a-z][a-z-]*[a-z]", text(page)))
    assert told - everyones == set()
    assert known - told == set()


@pytest.mark.parametrize("name", list(COMMANDS))
def test_defaults_in_the_table_are_those_of_the_command(name: str) -> None:
    """Numbers and file names in the column "default" of docs/synthesis.md."""
    halves = text(SYNTHESIS).partition("## Options of generate-parameters")
    page = halves[2] if name.startswith("generate") else halves[0] + halves[2]
    page = text(PAGES[name]) if name in PAGES else page
    rows = dict(re.findall(r"^\| `(--[a-z-]+)[^|]*?(?:\\\|[^|]*)*\| (.*) \|", page, re.M))
    for parameter in (one for part in parts(name).values() for one in part.params):
        default = parameter.default
        if not isinstance(default, int | float | Path) or isinstance(default, bool):
            continue
        row = rows[next(word for word in parameter.opts if word.startswith("--"))]
        shown = f"{default:g}" if isinstance(default, float) else str(default)
        assert shown in row.split(" | "), f"{parameter.name}: {shown} is not in: {row}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_python_compiles(path: Path) -> None:
    for number, block in enumerate(code_blocks(path, "python")):
        compile(block, f"{path.name}, block {number}", "exec")


def rows_of_section(path: Path, title: str) -> list[list[str]]:
    """Cells of the rows of all tables of a section."""
    section = re.split(r"^#+ ", text(path).partition(f"# {title}\n")[2], maxsplit=1, flags=re.M)[0]
    return [line.strip("| ").split(" | ") for line in section.splitlines() if line[:1] == "|"]


def test_classes_of_stimuli_are_told() -> None:
    from region_grower_hpc.efeatures.stimuli import STIMULI
    from region_grower_hpc.efeatures.stimuli.names import CLASS_OF_PART

    told: list[tuple[str, str]] = []
    for row in rows_of_section(EFEATURES, "Stimuli")[2:]:
        names, parts = (cell.split(", ") for cell in row[:2])
        told += zip(parts, names * len(parts) if len(names) == 1 else names, strict=True)
    assert told == list(CLASS_OF_PART)
    keys = [
        name for row in rows_of_section(EFEATURES, "Keys of step") for name in row[0].split(", ")
    ]
    assert sorted(keys[2:]) == sorted(one.name for one in STIMULI)


def test_formats_of_recordings_and_what_they_need_are_told() -> None:
    from region_grower_hpc.efeatures.readers import SUFFIXES, required_keys

    needed = {
        suffix: row[-1]
        for row in rows_of_section(EFEATURES, "Files")
        for suffix in re.findall(r"`(\.\w+)`", row[0])
    }
    assert list(needed) == list(SUFFIXES)
    for suffix, keys in needed.items():
        for key in set(required_keys(f"a{suffix}")) - {"filepath"}:
            assert f"`{key}`" in keys, f"{suffix}: {key}"


def test_stages_of_failures_of_recordings_are_told() -> None:
    from region_grower_hpc.efeatures.problem import STAGES

    rows = rows_of_section(EFEATURES, "Failures")
    assert [f"`{stage}`" for stage in STAGES] == [row[0] for row in rows[2 : 2 + len(STAGES)]]


def test_columns_of_recordings_are_told(tmp_path: Path) -> None:
    import h5py

    from region_grower_hpc.efeatures.recording_table import write_recordings

    write_recordings(tmp_path / "recordings.h5", [])
    with h5py.File(tmp_path / "recordings.h5") as file:
        names = set(file["recordings"])
    rows = rows_of_section(ROOT / "docs" / "formats.md", "Features of recordings")
    told = {name for row in rows[: 2 + len(names)] for name in re.findall(r"`(\w+)`", row[0])}
    assert names <= told


def test_types_of_distribution_and_kinds_of_settings_are_told() -> None:
    from region_grower_hpc.conn_props.distributions import DISTRIBUTIONS
    from region_grower_hpc.conn_props.kwargs_checks import STEPS

    rows = rows_of_section(CONN_PROPS, "A model")[2:]
    told = {row[0].strip("`"): set(row[1].split(", ")) - {"none"} for row in rows}
    assert told == {name: set(one.attributes) for name, one in DISTRIBUTIONS.items()}
    section = rows_of_section(CONN_PROPS, "A config of connectome-manipulator")
    kwargs = next(row[1] for row in section if row[0] == "`model.fct.kwargs`")
    assert set(re.findall(r"`(\w+)`", kwargs)) == {key for step in STEPS.values() for key in step}


def test_columns_of_the_tables_of_connections_are_told() -> None:
    from dataclasses import fields

    from region_grower_hpc.conn_props.auto_distribution import Choice
    from region_grower_hpc.conn_props.cv_scores import Score
    from region_grower_hpc.conn_props.failure_rows import COLUMNS
    from region_grower_hpc.conn_props.fit_quality import FitQuality

    page = text(ROOT / "docs" / "formats.md")
    assert f"`{','.join(COLUMNS)}`" in page
    for table in (FitQuality, Choice):
        assert f"`{','.join(one.name for one in fields(table))}`" in page
    assert f"`{','.join(one.name for one in fields(Score)[:-1])}`" in page


def test_the_job_of_the_engine_page_runs(tmp_path: Path) -> None:
    marked = re.search(
        r"<!-- runnable: squares\.py -->\n```python\n(.*?)^```$",
        text(ROOT / "docs" / "engine.md"),
        re.M | re.S,
    )
    assert marked is not None
    (tmp_path / "squares.py").write_text(marked[1], encoding="utf-8")

    def squares(*arguments: str) -> int:
        words = [sys.executable, "squares.py", *arguments]
        return subprocess.run(words, cwd=tmp_path, capture_output=True, check=False).returncode

    assert squares("out", "--count", "20") == ExitCode.DONE
    assert (tmp_path / "out" / "squares.csv").read_text().splitlines()[4] == "4,4"
    assert squares("out", "--count", "20") == ExitCode.DONE
    assert squares("out", "--count", "10") == ExitCode.FOREIGN_PLAN
    assert squares("other", "--count", "-1") == ExitCode.INVALID_INPUT
