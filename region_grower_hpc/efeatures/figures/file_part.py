"""Names of cells, protocols and features as parts of file names."""

from __future__ import annotations

import hashlib

from region_grower_hpc.efeatures.output_names import is_output_name
from region_grower_hpc.formats.safe_name import name_problem

#: Bytes of a part: a file name has four of them and a suffix.
MAX_PART_BYTES = 48
_KEPT_BYTES, _DIGEST_CHARACTERS = 36, 8
#: A folder of that name would stand where a figure goes.
_FIGURE_SUFFIXES = (".pdf", ".png")


def file_part(name: str) -> str:
    """A name as it is, or an alike one that may be part of a file name.

    A name that is empty, hidden, too long, that of an output of ours, ends like a figure or has a
    slash or control characters gets `_` for what is wrong and a digest of the name at its end:
    different names stay different.
    """
    is_taken = is_output_name(name) or name.lower().endswith(_FIGURE_SUFFIXES)
    is_kept = name_problem(name) is None and not is_taken
    if is_kept and len(name.encode()) <= MAX_PART_BYTES:
        return name
    digest = hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()
    characters = ("_" if one == "/" or name_problem(f"a{one}") else one for one in name.lstrip("."))
    kept = "".join(characters).encode()[:_KEPT_BYTES].decode(errors="ignore")
    return f"{kept}_{digest[:_DIGEST_CHARACTERS]}"
