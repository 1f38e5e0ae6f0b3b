"""Damage to the header and the encoding of NRRD files."""

from __future__ import annotations

import bz2
import gzip
import random
from collections.abc import Sequence

from tests.fuzz.byte_mutations import Mutation

_VALUES: dict[bytes, tuple[bytes, ...]] = {
    b"sizes": (
        *(
            b"0 0 0",
            b"-1 5 5",
            b"1 1 1",
            b"1000000 1000000 1000000",
            b"4 4",
            b"2 2 2 2",
            b"4 4 4 4 4",
        ),
        *(b"9223372036854775807 1 1", b"99999999999999999999 1 1", b"a b c", b"nan 1 1", b""),
        *(b"65536 65536 4", b"3.5 3 3", b"2147483648 2 1"),
    ),
    b"dimension": (b"0", b"1", b"2", b"3", b"4", b"-1", b"17", b"1000000000", b"a", b"3.0", b""),
    b"type": (
        *(
            b"uint8",
            b"int8",
            b"float",
            b"double",
            b"int64",
            b"uint64",
            b"short",
            b"block",
            b"a",
            b"",
        ),
        *(b"object", b"O", b"|O", b"complex", b"string", b"half", b"long long int"),
    ),
    b"encoding": (
        b"raw",
        b"gzip",
        b"gz",
        b"bzip2",
        b"bz2",
        b"ascii",
        b"text",
        b"txt",
        b"hex",
        b"",
        b"a",
    ),
    b"endian": (b"little", b"big", b"middle", b""),
    b"space directions": (
        *(
            b"(1,0,0) (0,1,0) (0,0,1)",
            b"(nan,0,0) (0,1,0) (0,0,1)",
            b"none (1,0,0) (0,1,0) (0,0,1)",
        ),
        *(b"(0,0,0) (0,0,0) (0,0,0)", b"(1e999,0,0) (0,1,0) (0,0,1)", b"(1,1,0) (0,1,0) (0,0,1)"),
        *(b"none none none", b"(1,0) (0,1)", b"a", b"", b"(-100,0,0) (0,-100,0) (0,0,-100)"),
        *(b"(1e-30,0,0) (0,1e-30,0) (0,0,1e-30)", b"(1e30,0,0) (0,1e30,0) (0,0,1e30)"),
    ),
    b"space origin": (
        b"(0,0,0)",
        b"(nan,0,0)",
        b"(1e999,0,0)",
        b"(0,0)",
        b"none",
        b"a",
        b"",
        b"(1e30,0,0)",
    ),
    b"space dimension": (b"3", b"0", b"2", b"-1", b"1000000000", b"a"),
    b"space": (b"left-posterior-superior", b"3D-right-handed", b"a", b""),
    b"kinds": (
        b"domain domain domain",
        b"quaternion domain domain domain",
        b"vector",
        b"none",
        b"",
    ),
    b"spacings": (b"1 1 1", b"nan nan nan", b"0 0 0", b"1", b"a"),
    b"data file": (
        *(b"/etc/passwd", b"LIST", b"LIST\n/etc/passwd\n/etc/passwd", b"../cells.h5", b"nowhere"),
        *(b"x%03d.raw 1 5 1", b"x%999999999d.raw 0 1000000000 1", b"%s%n 1 9 1", b"", b"\0", b"."),
        *(b"/dev/zero", b"/proc/self/mem", b"LIST 99", b"brain_regions.nrrd"),
    ),
    b"datafile": (b"/etc/passwd", b"/dev/zero"),
    b"byte skip": (
        b"-1",
        b"0",
        b"1",
        b"10",
        b"1000000000000",
        b"-2",
        b"a",
        b"-9223372036854775809",
    ),
    b"line skip": (b"-1", b"0", b"1", b"1000000000000", b"a"),
    b"block size": (b"8", b"-1", b"a"),
    b"measurement frame": (b"(1,0,0) (0,1,0) (0,0,1)", b"none", b"a"),
    b"a:=b": (b"", b"c"),
}
_BOMB_BYTES = 200 * 2**20


def change_header(draw: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """Fields with other values, missing, twice, or out of order."""
    header, gap, voxels = data.partition(b"\n\n")
    lines = header.split(b"\n")
    for _ in range(draw.choice((1, 1, 2, 3))):
        name = draw.choice(list(_VALUES))
        line = name + b": " + draw.choice(_VALUES[name])
        there = [place for place, text in enumerate(lines) if text.startswith(name + b":")]
        kind = draw.randrange(6)
        if kind == 0 and len(lines) > 1:
            del lines[draw.randrange(len(lines))]
        elif kind == 1:
            lines.insert(
                draw.randrange(len(lines) + 1), draw.choice((line, draw.choice([*lines, b""])))
            )
        elif kind == 2:
            lines[0] = draw.choice(
                (b"NRRD0001", b"NRRD0009", b"NRRD", b"nrrd0004", b"NRRD000x", b"")
            )
        elif there:
            lines[there[0]] = line
        else:
            lines.append(line)
    return b"\n".join(lines) + gap + voxels


def recode(draw: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """The voxels in another encoding than the header tells, too few or too many of them."""
    header, gap, voxels = data.partition(b"\n\n")
    try:
        raw = gzip.decompress(voxels)
    except (OSError, EOFError, ValueError):
        raw = voxels
    raw = draw.choice((raw, raw[:-1], raw[: len(raw) // 2], raw + b"\0", raw * 2, b""))
    coded, name = draw.choice(
        (
            (raw, b"raw"),
            (gzip.compress(raw, 1), b"gzip"),
            (gzip.compress(raw, 1) + gzip.compress(raw, 1), b"gzip"),
            (bz2.compress(raw), b"bzip2"),
            (b" ".join(b"%d" % byte for byte in raw[:2000]), b"ascii"),
            (raw[:2000].hex().encode(), b"hex"),
        )
    )
    if draw.random() < 0.8:
        lines = [
            b"encoding: " + name if line.startswith(b"encoding:") else line
            for line in header.split(b"\n")
        ]
        header = b"\n".join(lines)
    return header + gap + coded


def bomb(draw: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """A few bytes that unpack to far more than the header tells."""
    header, gap, _ = data.partition(b"\n\n")
    packed = _GZIP_BOMB if draw.random() < 0.5 else _BZIP2_BOMB
    if packed is _BZIP2_BOMB:
        header = header.replace(b"encoding: gzip", b"encoding: bzip2")
    return header + gap + packed


_GZIP_BOMB = gzip.compress(bytes(2**20), 9) * (_BOMB_BYTES // 2**20)
_BZIP2_BOMB = bz2.compress(bytes(_BOMB_BYTES // 8), 9) * 8


NRRD_MUTATIONS: tuple[Mutation, ...] = (*([change_header] * 12), *([recode] * 3), bomb)
