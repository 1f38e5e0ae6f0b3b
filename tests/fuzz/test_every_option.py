"""Every option that takes a file has a target, or a reason why not."""

from __future__ import annotations

import click
import pytest

from region_grower_hpc.cli import COMMANDS, main
from region_grower_hpc.efeatures.command import PresetOrFile
from region_grower_hpc.engine.command import JsonOrFile
from tests.fuzz.targets import TARGETS

#: Options of which a path is only written, of every command.
WRITTEN = {
    *("--out-cells", "--out-apical", "--out-morph-dir", "--out-failures", "--container-path"),
    *("--out-apical-nrn-sections", "--out-debug-data", "--parameter-filename", "--json"),
    *("--distribution-filename", "--out", "--out-dir", "--output-directory"),
}
#: Options of texts that are no paths.
TEXTS = {"--region", "--part", "--cross-mtype", "--morph-path-col", "--morph-db-col"}
TEXTS |= {"--protocols-rheobase", "--edges-popul-name", "--sel-prop", "--group-by"}
#: Types of options that are or may be paths.
FILES = (click.Path, click.types.StringParamType, JsonOrFile, PresetOrFile)
REASONS = {
    "--atlas-cache": "accepted and not used",
    "--dask-config": "a JSON text that is only parsed; a file is not opened",
    "--state-dir": "what runs leave; tests/fault damages it, and costs.json is a target",
    "merge OUT": "written",
    "merge PARTS": "results of runs with digests of their own: tests/fault",
    "status DIR": "what runs leave themselves",
    "status PLACES": "what runs leave themselves",
    "rerun DIR": "what runs leave themselves",
    "rerun PLACE": "what runs leave themselves",
}


def _commands() -> dict[str, click.Command]:
    """All commands as they are typed; a group stands for those in it."""
    context = click.Context(main)
    found: dict[str, click.Command] = {}
    for name in COMMANDS:
        command = main.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            found |= {f"{name} {inner}": one for inner, one in command.commands.items()}
        else:
            found[name] = command
    return found


def _parameters() -> list[tuple[str, click.Parameter]]:
    return [(name, one) for name, command in _commands().items() for one in command.params]


def _spelling(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Option):
        return max(parameter.opts, key=len)
    return str(parameter.name).upper()


@pytest.mark.parametrize("command", _commands())
def test_each_file_of_a_command_has_a_target(command: str) -> None:
    tried = {option for target in TARGETS.values() for option in target.options}
    missing = [
        f"{command} {spelling}"
        for name, parameter in _parameters()
        if name == command and isinstance(parameter.type, FILES)
        if (spelling := _spelling(parameter)) not in WRITTEN | TEXTS
        and spelling not in REASONS
        and not {f"{command} {spelling}", f"* {spelling}"} & (tried | set(REASONS))
    ]
    assert missing == []


def test_targets_name_options_that_exist() -> None:
    known = {f"{name} {_spelling(parameter)}" for name, parameter in _parameters()}
    known |= {f"* {_spelling(parameter)}" for _, parameter in _parameters()}
    named = {option for target in TARGETS.values() for option in target.options}
    assert named - known == set()
