"""What the user gets wrong: usage ends with 2; documents with 3, all their problems at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from region_grower_hpc.errors import ExitCode
from tests.efeatures.small_recordings import TARGETS, SmallRecordings, make_small_recordings

STEPS = {"filepath": "one_steps.h5"}
TABLE = {"filepath": "one_iv.txt", "dt": 0.1, "amplitudes": [0.1], "hypamp": 0, "ton": 1, "toff": 9}
UNITS = {"i_unit": "nA", "v_unit": "mV", "t_unit": "ms"}


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> SmallRecordings:
    return make_small_recordings(tmp_path_factory.mktemp("original") / "inputs")


@pytest.fixture
def data(original: SmallRecordings, tmp_path: Path) -> SmallRecordings:
    """Inputs to spoil."""
    return original.copy(tmp_path / "inputs")


def told(done: Result) -> list[str]:
    """The lines of the error."""
    assert done.exit_code == ExitCode.INVALID_INPUT, done.output
    assert "Traceback" not in done.output
    lines = [line for line in done.output.splitlines() if not re.search(r" - [A-Z]+ - ", line)]
    assert lines[0].startswith("Error: ")
    return [lines[0].removeprefix("Error: "), *lines[1:]]


def check_lines(found: list[str], expected: Sequence[Sequence[str]]) -> None:
    """Each line holds its words."""
    assert len(found) == len(expected), "\n".join(found)
    for line, words in zip(found, expected, strict=True):
        assert [word for word in words if word not in line] == [], line


# -- usage -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--no-such-option"], "no-such-option"),
        (["--targets", "absent.json"], "absent.json"),
        (["--files-metadata", "absent.json"], "absent.json"),
        (["--auto-targets", "preset"], "--targets and --auto-targets"),
        (["--auto-targets", "absent.json"], "absent.json"),
        (["--efel-settings", "absent.json"], "absent.json"),
        (["--rheobase-settings", "absent.json"], "absent.json"),
        (["--protocol-mode", "other"], "protocol-mode"),
        (["--rheobase-strategy", "other"], "rheobase-strategy"),
        (["--compat", "other"], "compat"),
        (["--threshold-nvalue-save", "0"], "threshold-nvalue-save"),
        (["--threshold-nvalue-save", "1.5"], "threshold-nvalue-save"),
        (["--default-std-value", "-1"], "default-std-value"),
        (["--default-std-value", "nan"], "default-std-value"),
        (["--default-std-value", "inf"], "default-std-value"),
        (["--max-failed-ratio", "1.5"], "max-failed-ratio"),
        (["left over"], "left over"),
    ],
)
def test_usage(original: SmallRecordings, tmp_path: Path, more: list[str], words: str) -> None:
    done = original.run(tmp_path / "out", *more)
    assert done.exit_code == ExitCode.USAGE, done.output
    assert words in done.output
    assert "Traceback" not in done.output
    assert not (tmp_path / "out").exists()


def test_absolute_amplitudes_need_targets(original: SmallRecordings, tmp_path: Path) -> None:
    done = original.run(tmp_path / "out", "--absolute-amplitude", auto=True)
    assert done.exit_code == ExitCode.USAGE
    assert "--absolute-amplitude needs --targets" in done.output


@pytest.mark.parametrize("command", ["extract-efeatures", "plot-recordings"])
@pytest.mark.parametrize("option", ["--files-metadata", "--output-directory"])
def test_needed_options(
    original: SmallRecordings, tmp_path: Path, command: str, option: str
) -> None:
    from click.testing import CliRunner

    from region_grower_hpc.cli import main

    given = {"--files-metadata": original.metadata_file, "--output-directory": tmp_path / "out"}
    del given[option]
    words = [str(word) for pair in given.items() for word in pair]
    done = CliRunner().invoke(main, [command, *words])
    assert done.exit_code == ExitCode.USAGE
    assert f"'{option}'" in done.output


# -- files-metadata ----------------------------------------------------------------------------

PROBLEMS: list[tuple[Any, Sequence[str]]] = [
    ({}, ["filepath", "i_file", "v_file"]),
    ({"i_file": "i.ibw"}, ["filepath", "i_file", "v_file"]),
    ({"filepath": ""}, ["filepath", "''"]),
    ({"filepath": 5}, ["filepath", "5"]),
    ([], ["[]"]),
    ({**STEPS, "i_unit": "NA"}, ["i_unit", "'NA'"]),
    ({**STEPS, "v_unit": "kV"}, ["v_unit", "'kV'"]),
    ({**STEPS, "t_unit": "minutes"}, ["t_unit", "'minutes'"]),
    ({**STEPS, "dt": "0.1"}, ["dt", "'0.1'"]),
    ({**STEPS, "dt": 0}, ["dt", "0"]),
    ({**STEPS, "ton": -5}, ["ton", "-5"]),
    ({**STEPS, "toff": None, "ljp": "14"}, ["ljp", "'14'"]),
    ({**STEPS, "v_corr": "yes"}, ["v_corr", "'yes'"]),
    ({**STEPS, "repetition": 1.5}, ["repetition", "1.5"]),
    ({**STEPS, "protocol_name": 3}, ["protocol_name", "3"]),
    ({**STEPS, "ecode": "Stp"}, ["ecode", "'Stp'", "Step"]),
    ({"filepath": "x.mat"}, ["i_unit", "v_unit", "t_unit"]),
    ({"filepath": "x.mat", "i_unit": "A", "v_unit": "V"}, ["t_unit"]),
    ({**TABLE, **UNITS, "hypamp": None}, ["hypamp"]),
    ({**UNITS, "filepath": "x.csv", "ton": 1, "hypamp": 0}, ["dt", "amplitudes", "toff"]),
    ({"v_file": "readme.dat", "i_file": "readme.dat"}, ["v_file", "suffix", ".dat"]),
    ({"filepath": "absent.dat"}, ["filepath", "suffix"]),
]


def test_all_problems_at_once(data: SmallRecordings, tmp_path: Path) -> None:
    """File, place, key and value, a line each; nothing is written."""
    (data.folder / "readme.dat").write_text("no recording\n")
    document = data.metadata
    document["one"]["IDrest"] += [entry for entry, _ in PROBLEMS]
    document["two"]["Whatever"] = [STEPS]
    document["three"] = []
    document["four"] = {"IDrest": {"filepath": "x.h5"}}
    data.write(document)
    data.write_targets(
        [
            *({**TARGETS[0], "efeature": "AP_amplitud"}, {**TARGETS[0], "tolerance": None}),
            {key: value for key, value in TARGETS[0].items() if key != "protocol"},
            {**TARGETS[0], "efel_settings": {"Treshold": -20}},
        ]
    )
    words = ("--efel-settings", '{"interp_stp": 1}', "--rheobase-settings", '{"spike_treshold": 2}')
    metadata, first = str(data.metadata_file), len(document["one"]["IDrest"]) - len(PROBLEMS)
    expected: list[Sequence[str]] = [
        [metadata, f"one/IDrest/{first + number}:", *words]
        for number, (_, words) in enumerate(PROBLEMS)
    ]
    expected += [
        [metadata, "two/Whatever/0", "'Whatever'", "ecode"],
        [metadata, "three", "[]"],
        [metadata, "four/IDrest", "must be a list"],
        ["--efel-settings", "interp_stp", "interp_step"],
        ["--rheobase-settings", "spike_treshold", "spike_threshold"],
        [str(data.targets), "target 1", "tolerance"],
        [str(data.targets), "target 2", "protocol"],
        [str(data.targets), "target 0", "AP_amplitud", "AP_amplitude"],
        [str(data.targets), "target 3", "Treshold", "Threshold"],
    ]
    check_lines(told(data.run(tmp_path / "out", *words)), expected)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", ["not valid JSON"]),
        ("", ["not valid JSON"]),
        ('{"one": {}, "one": {}}', ["one"]),
        ("[]", ["cell"]),
        ("{}", ["cell"]),
        ('{"one": {}}', ["names no recording"]),
        ('{"one": {"IDrest": []}}', ["names no recording"]),
        ('{" ": {"IDrest": [{"filepath": "x.h5"}]}}', ["' '", "name"]),
        ('{"one": {"IDrest": [{"filepath": "x.h5", "dt": NaN}]}}', ["dt", "nan"]),
        ('{"one": {"IDrest": [{"filepath": "x.h5", "amp": 1e999}]}}', ["amp", "inf"]),
        ("[" * 100_000, ["nested too deeply"]),
        ('"\\ud800"', ["cell"]),
    ],
)
@pytest.mark.parametrize("command", ["extract-efeatures", "plot-recordings"])
def test_no_metadata(
    data: SmallRecordings, tmp_path: Path, command: str, text: str, words: Sequence[str]
) -> None:
    data.metadata_file.write_text(text)
    found = told(data.run(tmp_path / "out", command=command))
    check_lines(found, [[str(data.metadata_file), *words]])
    assert not (tmp_path / "out").exists()


# -- targets and settings ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("targets", "words"),
    [
        ("{", ["not valid JSON"]),
        ([{**TARGETS[0], "amplitude": "150"}], ["target 0", "amplitude", "150"]),
        ([{**TARGETS[0], "tolerance": float("nan")}], ["target 0", "tolerance", "nan"]),
        ([5], ["target 0", "5"]),
        ([{**TARGETS[0], "efel_settings": {"Threshold": "x"}}], ["Threshold", "x"]),
        (
            {"IV": {"amplitudes": [1, 2, 3], "tolerances": [1, 2], "efeatures": ["AP_amplitude"]}},
            ["IV", "tolerances"],
        ),
        ({"IV": {"amplitudes": [1], "tolerances": [1], "efeatures": ["no"]}}, ["IV", "no"]),
    ],
)
def test_targets(data: SmallRecordings, tmp_path: Path, targets: Any, words: Sequence[str]) -> None:
    if isinstance(targets, str):
        data.targets.write_text(targets)
    else:
        data.write_targets(targets)
    found = told(data.run(tmp_path / "out"))
    check_lines(found, [[str(data.targets), *words]])


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"protocols": ["IDrest"], "amplitudes": [150]}, ["efeatures"]),
        ({"protocols": ["IDrest"], "amplitudes": [150], "efeatures": ["AP_ampl"]}, ["AP_ampl"]),
        (
            {"protocols": ["IDrest"], "amplitudes": ["x"], "efeatures": ["AP_amplitude"]},
            ["amplitudes", "x"],
        ),
    ],
)
def test_automatic_targets(
    data: SmallRecordings, tmp_path: Path, entry: Any, words: Sequence[str]
) -> None:
    import json

    data.auto_targets.write_text(json.dumps([entry]))
    found = told(data.run(tmp_path / "out", auto=True))
    check_lines(found, [[str(data.auto_targets), "0", *words]])


@pytest.mark.parametrize("option", ["--efel-settings", "--rheobase-settings"])
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not valid JSON"),
        ("[]", "object"),
        ('{"none": 1}', "none"),
        ("file", "not valid JSON"),
    ],
)
def test_settings(
    data: SmallRecordings, tmp_path: Path, option: str, text: str, words: str
) -> None:
    (tmp_path / "settings.json").write_text("not JSON")
    given = str(tmp_path / "settings.json") if text == "file" else text
    (line,) = told(data.run(tmp_path / "out", option, given))
    assert words in line
    assert option in line or "settings.json" in line


def test_settings_of_another_strategy(data: SmallRecordings, tmp_path: Path) -> None:
    """`flush_length` is none of `absolute`."""
    words = ("--rheobase-settings", '{"flush_length": 2}')
    (line,) = told(data.run(tmp_path / "out", *words))
    assert "flush_length" in line
    done = data.run(tmp_path / "out", *words, "--rheobase-strategy", "flush")
    assert done.exit_code == ExitCode.DONE, done.output


# -- outputs -----------------------------------------------------------------------------------


def test_the_output_cannot_be_written(data: SmallRecordings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (line,) = told(data.run(tmp_path / "file" / "out"))
    assert str(tmp_path / "file") in line


@pytest.mark.parametrize("name", ["recordings.h5", "features.json", "nodes.h5"])
def test_files_of_others_stay(data: SmallRecordings, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("of the user")
    done = data.run(tmp_path)
    assert name in told(done)[-1]
    assert (tmp_path / name).read_text() == "of the user"
