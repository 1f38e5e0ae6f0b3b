"""The stub of the compiled module names what the module has, with the same parameters."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

from region_grower_hpc.native import _kernels

STUB = Path(_kernels.__file__).with_name("_kernels.pyi")

Names = dict[str, Any]


def names_of_stub(body: list[ast.stmt]) -> Names:
    """Parameters of functions and members of classes, by name."""
    names: Names = {}
    for node in body:
        if isinstance(node, ast.ClassDef):
            names[node.name] = names_of_stub(node.body)
        elif isinstance(node, ast.FunctionDef):
            decorators = {ast.unparse(decorator) for decorator in node.decorator_list}
            names[node.name] = "property" if "property" in decorators else parameters(node.args)
    return names


def parameters(arguments: ast.arguments) -> list[str]:
    """Names of parameters; pybind11 calls those that have none arg0, arg1, ..."""
    unnamed = [argument.arg for argument in arguments.posonlyargs]
    own = unnamed[:1] if unnamed[:1] == ["self"] else []
    own += [f"arg{i}" for i in range(len(unnamed) - len(own))]
    own += [argument.arg for argument in arguments.args]
    if arguments.kwonlyargs:
        own += ["*", *(argument.arg for argument in arguments.kwonlyargs)]
    return own


def names_of_module(owner: Any) -> Names:
    names: Names = {}
    for name in vars(owner):
        if name.startswith("_") and name not in ("__init__", "__call__", "__deepcopy__"):
            continue
        member = getattr(owner, name)
        if isinstance(member, type):
            names[name] = names_of_module(member)
        elif isinstance(member, property):
            names[name] = "property"
        elif ") ->" in member.__doc__.split("\n")[0]:  # else Python's own __init__
            names[name] = documented_parameters(member.__doc__)
    return names


def documented_parameters(text: str) -> list[str]:
    """Names of parameters in the first line of what pybind11 writes for a function."""
    line = text.split("\n")[0]
    inside = line[line.index("(") + 1 : line.rindex(") ->")]
    before = ""
    while inside != before:
        before, inside = inside, re.sub(r"\[[^\[\]]*\]|\([^()]*\)", "", inside)
    return [re.split("[:=]", part)[0].strip() for part in inside.split(",") if part]


def test_stub_and_module_have_the_same_names_and_parameters() -> None:
    stub = names_of_stub(ast.parse(STUB.read_text(encoding="utf-8")).body)
    assert stub == names_of_module(_kernels)


def test_parameters_are_read_from_both_sides() -> None:
    module = names_of_module(_kernels)
    assert module["grow"][:2] == ["recipe", "bit_generator"]
    assert module["Distribution"]["draws"] == ["self", "bit_generator", "count", "positive"]
    assert module["CellConstraints"]["select"] == ["self", "arg0", "arg1"]
    assert module["tip_diameters"][:2] == ["section_type", "*"]
    assert module["Grown"]["neuron"] == "property"
