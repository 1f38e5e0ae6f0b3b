"""No input can bring a program: what unpickles, evaluates or builds any object is not used."""

from __future__ import annotations

import ast
import builtins
import pickle
import stat
from pathlib import Path

import pandas as pd
import pytest

import region_grower_hpc
from region_grower_hpc.engine.limits import TaskLimits
from region_grower_hpc.engine.signals import StopRequest
from region_grower_hpc.engine.suspects import solitary
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.synthesis.debug_data import NEW_COLUMNS, read_results

PACKAGE = Path(region_grower_hpc.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
#: Functions that run what a file says.
REFUSED = {
    *("pickle.load", "pickle.loads", "pickle.Unpickler", "marshal.load", "marshal.loads"),
    *("shelve.open", "dill.load", "cloudpickle.load", "cloudpickle.loads", "joblib.load"),
    *("yaml.load_all", "yaml.full_load", "yaml.unsafe_load", "yaml.Loader", "yaml.UnsafeLoader"),
    *("yaml.FullLoader", "yaml.CLoader", "pd.read_pickle", "pandas.read_pickle", "pd.read_hdf"),
    *("pd.eval", "eval", "exec", "compile", "__import__", "os.system", "runpy.run_path"),
}
#: Where they are allowed: children and parents of one run, in a private folder.
CHILDREN = {"engine/suspects.py": {"pickle.loads"}, "testing.py": {"pickle.loads"}}
#: Reads the debug data of a run with a list of allowed classes.
CHILDREN |= {"synthesis/debug_data.py": {"pickle.Unpickler"}}


def place(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def misdeeds(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name):
            found.add(ast.unparse(node))
        if isinstance(node, ast.ImportFrom) and node.module in {"pickle", "yaml", "marshal"}:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        if not isinstance(node, ast.Call):
            continue
        function = ast.unparse(node.func)
        keywords = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
        if function == "yaml.load" and "Loader" not in keywords:
            found.add("yaml.load without Loader")
        if keywords.get("allow_pickle", "False") != "False":
            found.add("allow_pickle")
        if keywords.get("shell", "False") != "False":
            found.add("a shell")
    return found & (REFUSED | {"yaml.load without Loader", "allow_pickle", "a shell"})


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_no_module_runs_what_a_file_says(path: Path) -> None:
    found = misdeeds(ast.parse(path.read_text(encoding="utf-8")))
    assert found <= CHILDREN.get(place(path), set())


@pytest.mark.parametrize(
    "code",
    [
        *("pickle.loads(x)", "from pickle import loads", "yaml.load(x)", "eval(x)"),
        *("yaml.load(x, Loader=yaml.Loader)", "np.load(x, allow_pickle=True)"),
        *("subprocess.run(x, shell=True)", "pd.read_pickle(x)"),
    ],
)
def test_the_search_finds(code: str) -> None:
    assert misdeeds(ast.parse(code))


def test_the_files_of_children_lie_in_a_private_folder() -> None:
    with solitary(None, None, TaskLimits(), StopRequest(None)) as children:  # type: ignore[arg-type]
        assert stat.S_IMODE(children.folder.stat().st_mode) == 0o700


class Program:
    def __reduce__(self) -> object:
        return builtins.eval, ("__import__('pathlib').Path('proof').touch()",)


def test_debug_data_of_others_are_no_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "debug.pkl"
    path.write_bytes(pickle.dumps(Program()))
    with pytest.raises(InvalidInputError, match=r"debug\.pkl.*builtins\.eval"):
        read_results(path, [0])
    table = pd.DataFrame({name: pd.Series([Program()], dtype=object) for name in NEW_COLUMNS})
    path.write_bytes(pickle.dumps(table))
    with pytest.raises(InvalidInputError, match=r"builtins\.eval"):
        read_results(path, [0])
    assert not (tmp_path / "proof").exists()
