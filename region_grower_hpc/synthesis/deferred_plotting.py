"""Imports of science libraries that would load matplotlib only for plots nobody draws here."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

PACKAGE = "matplotlib"
PYPLOT = "matplotlib.pyplot"


@contextmanager
def deferred_plotting() -> Iterator[None]:
    """Within the block `import matplotlib.pyplot` gives a module that loads at its first use.

    diameter-synthesis imports pyplot on the way to its diameter models, which costs each rank
    0.4 s and 20 MB. After the block matplotlib is as if never imported, and whoever holds the
    deferred module can still draw with it. Where matplotlib is imported already, nothing changes.
    """
    if PACKAGE in sys.modules:
        yield
        return
    pyplot = ModuleType(PYPLOT)
    pyplot.__getattr__ = _real_pyplot_attribute  # type: ignore[method-assign]
    package = ModuleType(PACKAGE)
    package.__path__ = []
    package.pyplot = pyplot  # type: ignore[attr-defined]
    stand_ins = {PACKAGE: package, PYPLOT: pyplot}
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name, module in stand_ins.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]


def _real_pyplot_attribute(name: str) -> Any:
    if PACKAGE in sys.modules and getattr(sys.modules[PACKAGE], "__spec__", None) is None:
        raise AttributeError(f"{PYPLOT}.{name} while its import is deferred")
    return getattr(importlib.import_module(PYPLOT), name)
