"""Damage that only XML knows: entities, declarations, deep and wide elements."""

from __future__ import annotations

import random
from collections.abc import Sequence

from tests.fuzz.byte_mutations import Mutation

_LAUGHS = b"<!DOCTYPE neurondb [<!ENTITY a0 'ha'>%s]>" % b"".join(
    b"<!ENTITY a%d '%s'>" % (level, b"&a%d;" % (level - 1) * 10) for level in range(1, 10)
)
_DECLARATIONS = (
    _LAUGHS,
    b"<!DOCTYPE neurondb [<!ENTITY a9 '%s'>]>" % (b"x" * 100_000),
    b"<!DOCTYPE neurondb [<!ENTITY a9 SYSTEM 'file:///etc/passwd'>]>",
    b"<!DOCTYPE neurondb [<!ENTITY % p SYSTEM 'http://127.0.0.1:9/x'> %p;]>",
    b"<!DOCTYPE neurondb SYSTEM 'file:///etc/passwd'>",
    b"<!DOCTYPE neurondb [<!ENTITY a9 '&a9;'>]>",
    b"<?xml version='1.1' encoding='utf-7'?>",
    b"<?xml version='1.0' encoding='utf-16'?>",
    b"<?xml version='1.0' encoding='nowhere'?>",
    b"<?xml-stylesheet href='/etc/passwd'?>",
)
_NAMES = (
    b"../../x",
    b"/etc/passwd",
    b"a/b",
    b"&#0;",
    b"&#x202e;",
    b"..",
    b".",
    b"",
    b"x" * 5000,
    b"&a9;",
)


def declare(draw: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """A document type with entities, used or not; or another declaration."""
    declared = draw.choice(_DECLARATIONS)
    _, found, rest = data.partition(b"?>")
    body = rest if found else data
    for _ in range(draw.choice((0, 1, 50))):
        body = body.replace(b"<name>", b"<name>&a9;", 1)
    return declared + body


def rename(draw: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """A name that leads out of the folder, or is none."""
    parts = data.split(b"<name>")
    if len(parts) < 2:
        return data
    place = draw.randrange(1, len(parts))
    _, _, rest = parts[place].partition(b"<")
    parts[place] = draw.choice(_NAMES) + b"<" + rest
    return b"<name>".join(parts)


def sections(draw: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """CDATA, comments, attributes, elements in elements where a text is expected."""
    place = draw.randrange(max(1, data.count(b">"))) + 1
    parts = data.split(b">")
    added = draw.choice(
        (
            b"<![CDATA[<a>]]",
            b"<!-- -- --",
            b"<a/",
            b"<a b='c' b='d'/",
            b"<x:y/",
            b"<![CDATA[",
            b"&lt",
        )
    )
    return b">".join([*parts[:place], added, *parts[place:]])


XML_MUTATIONS: tuple[Mutation, ...] = (declare, rename, rename, sections)
