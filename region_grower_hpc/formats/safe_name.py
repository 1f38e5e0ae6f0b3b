"""Names of users' files that become paths: they stay below the folder that they are meant for."""

from __future__ import annotations

import re
from pathlib import Path

from region_grower_hpc.errors import InvalidInputError

#: Bytes of a file name that Linux file systems allow, and of a whole path.
MAX_NAME_BYTES, MAX_PATH_BYTES = 255, 4095
#: Room for a suffix and for the name of a temporary file: `.NAME.part.h5`.
SPARE_BYTES = 16
#: Control characters, breaks of lines, and what is no character (surrogates).
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def name_problem(name: object) -> str | None:
    """Why a name cannot become that of a file; None where it can.

    A name is one part of a path: no folder, no `.` or `..`, not hidden (a leading dot is that of
    temporary files), no control character, and not longer than file systems allow.
    """
    if not isinstance(name, str):
        return "is no text"
    if not name:
        return "is empty"
    if "/" in name:
        return "contains '/', so it would lie in another folder"
    if name.startswith("."):
        return "begins with '.'"
    if _CONTROL.search(name):
        return "contains a control character"
    if len(name.encode(errors="replace")) > MAX_NAME_BYTES - SPARE_BYTES:
        return f"has more than {MAX_NAME_BYTES - SPARE_BYTES} bytes"
    return None


def check_name(name: object, where: str) -> str:
    """Return a name that may become that of a file.

    Args:
        name: as the user's file has it.
        where: file and row, for the message.

    Raises:
        InvalidInputError: `name_problem` has found something.
    """
    problem = name_problem(name)
    if problem is not None:
        raise _invalid(name, where, problem)
    return str(name)


def relative_name_problem(name: object) -> str | None:
    """Why a name with sub-folders, such as `hashed/ab/abcd`, leaves its folder; None if not."""
    if not isinstance(name, str) or not name:
        return name_problem(name)
    if len(name.encode(errors="replace")) > MAX_PATH_BYTES // 2:
        return f"has more than {MAX_PATH_BYTES // 2} bytes"
    if name.startswith("/"):
        return "begins with '/', so it would lie outside its folder"
    problems = (name_problem(part) for part in name.split("/"))
    found = next(filter(None, problems), None)
    return None if found is None else f"has a part that {found}"


def check_relative_name(name: object, where: str) -> str:
    """Return a name that may become a path below a folder.

    Raises:
        InvalidInputError: `relative_name_problem` has found something.
    """
    problem = relative_name_problem(name)
    if problem is not None:
        raise _invalid(name, where, problem)
    return str(name)


def lies_within(path: Path, folder: Path) -> bool:
    """Whether a path lies in or below a folder, symbolic links and `..` resolved."""
    return path.resolve().is_relative_to(folder.resolve())


def _invalid(name: object, where: str, problem: str) -> InvalidInputError:
    shown = repr(name) if len(repr(name)) <= 80 else f"{repr(name)[:76]}...'"
    return InvalidInputError(
        f"{where}: the name {shown} {problem}: it cannot be that of a morphology; rename it"
    )
