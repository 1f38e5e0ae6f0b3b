"""The state that eFEL's compiled part keeps for a process: its dependency list and one trace."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import efel
from efel import cppcore

from region_grower_hpc.efeatures.efel_dependencies import TRIGGER, Dependencies, flattened

# Found in eFEL's maps as long as nobody else has initialised or emptied them.
_MARK = "region_grower_hpc"
# eFEL appends to a file in this folder if there is one; an empty name stands for none.
_NO_LOG = ""
# Four samples in steps of 1 that become steps of 0.5.
_TEST_TRACE = ([0.0, 1.0, 2.0, 3.0], [0.0, 1.0, 0.0, 1.0])


class EfelCore:
    """eFEL with a flat dependency list, see `efel_dependencies`; one a process, no threads.

    Attributes:
        dependencies: of the flat list; None: eFEL's list is not understood, use `plain` only.
    """

    def __init__(self) -> None:
        cppcore.Initialize(_own_list(), _NO_LOG)
        names: list[str] = []
        cppcore.getFeatureNames(names)
        self._is_int = {name: cppcore.featuretype(name) == "int" for name in names}
        self.dependencies = self._understood()

    def load(self, trace: Mapping[str, list[float]], settings: Mapping[str, Any]) -> None:
        """Take a trace and interpolate it; needs `dependencies`.

        Args:
            trace: T (ms), V (mV) and perhaps I (nA), all of the same length.
            settings: of `set`, `interp_step` among them.
        """
        if cppcore.getMapIntData(_MARK) != [1] and self.dependencies is not None:
            _initialise(self.dependencies.flat_list)
        cppcore.Clear()
        cppcore.setFeatureInt(_MARK, [1])
        _set(settings)
        _set_trace(trace)
        cppcore.getFeature(TRIGGER, [])

    def set(self, settings: Mapping[str, Any]) -> None:
        """Change settings of the trace that is loaded, and forget its features.

        Args:
            settings: bool, int, float, str, or list of float, by name.
        """
        for name, is_int in self._is_int.items():
            # Nothing is ever removed but by removing everything; to eFEL, empty is absent.
            (cppcore.setFeatureInt if is_int else cppcore.setFeatureDouble)(name, [])
        _set(settings)

    def feature(self, name: str) -> list[float] | None:
        """A compiled feature of the loaded trace, of the features that were asked for before it.

        Returns:
            None: it has no value.

        Raises:
            RuntimeError, AssertionError: eFEL's.
        """
        values: list[float] = []
        return values if cppcore.getFeature(name, values) >= 0 else None

    def plain(
        self, name: str, trace: Mapping[str, list[float]], settings: Mapping[str, Any]
    ) -> Any:
        """A feature of a trace by eFEL's own list, as by its own functions.

        Args:
            name: of a compiled feature or of one written in Python.
            trace: as of `load`.
            settings: as of `load`.

        Returns:
            Values, or None.

        Raises:
            Exception: whatever eFEL raises.
        """
        if cppcore.getMapIntData(_MARK) != [2]:
            cppcore.Initialize(_own_list(), _NO_LOG)
        cppcore.Clear()
        cppcore.setFeatureInt(_MARK, [2])
        _set(settings)
        _set_trace(trace)
        if name in efel.pyfeatures.all_pyfeatures:
            return getattr(efel.pyfeatures, name)()
        return self.feature(name)

    @staticmethod
    def forget_errors() -> None:
        """Drop the texts that eFEL collects of all features without a value."""
        cppcore.getgError()

    def _understood(self) -> Dependencies | None:
        """The flat list, if it makes eFEL interpolate once and compute features."""
        times, voltages = _TEST_TRACE
        try:
            self.dependencies = flattened(Path(_own_list()).read_text(encoding="utf-8"))
            if self.dependencies is None or not self._is_int.keys() >= {TRIGGER, "voltage"}:
                return None
            self.load({"T": times, "V": voltages}, {"interp_step": 0.5})
        except (OSError, UnicodeDecodeError):
            # Also where there is no room for a temporary file: eFEL's own list is slow, not wrong.
            return None
        return self.dependencies if self.feature("voltage") == [0, 0.5, 1, 0.5, 0, 0.5, 1] else None


def restore() -> None:
    """Leave eFEL as others in this process expect it: with its own list, without a trace."""
    cppcore.Initialize(_own_list(), _NO_LOG)


def _initialise(dependency_list: str) -> None:
    # eFEL reads the file here only; each process makes, and removes, its own.
    handle, name = tempfile.mkstemp(prefix="efel_", suffix=".txt")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(dependency_list)
        cppcore.Initialize(name, _NO_LOG)
    finally:
        Path(name).unlink()


def _own_list() -> str:
    return str(efel.get_settings().dependencyfile_path)


def _set(settings: Mapping[str, Any]) -> None:
    for name, value in settings.items():
        if isinstance(value, str):
            cppcore.setFeatureString(name, value)
        elif isinstance(value, int):
            cppcore.setFeatureInt(name, [int(value)])
        else:
            cppcore.setFeatureDouble(name, value if isinstance(value, list) else [value])


def _set_trace(trace: Mapping[str, Sequence[float]]) -> None:
    for name, values in trace.items():
        cppcore.setFeatureDouble(name, values)
