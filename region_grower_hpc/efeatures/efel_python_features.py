"""Features that eFEL has written in Python, fed with compiled ones that were computed already."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from efel import pyfeatures
from efel.pyfeatures import isi
from efel.pyfeatures import pyfeatures as various

_ACCESS = "get_cpp_feature"
# All of eFEL's; each has taken the function that gets compiled features into its own names.
_MODULES: tuple[ModuleType, ...] = (various, isi)


def python_feature_names() -> frozenset[str]:
    """Names of the features that are written in Python."""
    return frozenset(pyfeatures.all_pyfeatures)


def is_ours_to_feed(name: str) -> bool:
    """Whether a feature written in Python gets all compiled ones by the function we can replace."""
    home = getattr(getattr(pyfeatures, name, None), "__module__", None)
    modules = {module.__name__: module for module in _MODULES}
    return home in modules and hasattr(modules[home], _ACCESS)


@contextmanager
def fed_by(compiled: Callable[..., Any]) -> Iterator[Callable[[str], Any]]:
    """Gives a function that computes a feature by its name.

    Args:
        compiled: takes the name of a compiled feature, gives an array of its own or None. It takes
            the place of eFEL's function in eFEL's modules, and no longer than the context lasts.
    """
    replaced = [module for module in _MODULES if hasattr(module, _ACCESS)]
    before = [getattr(module, _ACCESS) for module in replaced]
    try:
        for module in replaced:
            setattr(module, _ACCESS, compiled)
        yield lambda name: getattr(pyfeatures, name)()
    finally:
        for module, function in zip(replaced, before, strict=True):
            setattr(module, _ACCESS, function)
