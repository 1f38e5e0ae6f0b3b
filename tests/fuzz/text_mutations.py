"""Damage to text files: tokens, lines and encodings."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from tests.fuzz.byte_mutations import Mutation

NUMBERS = (
    *("nan", "NaN", "inf", "-inf", "Infinity", "-Infinity", "1e999", "-1e999", "1e308", "1e-320"),
    *("0", "-0.0", "-1", "1", "0.5", ".5", "1_000", "0x10", "1e5", "007", "+3", "1.", "--1"),
    *("2147483648", "-2147483649", "9223372036854775808", "99999999999999999999", "9" * 5000),
)
WORDS = (
    *(
        "null",
        "true",
        "no",
        "~",
        "None",
        "",
        "''",
        '""',
        "[]",
        "{}",
        "[[]]",
        "N/A",
        "é",
        "\U0001f9e0",
    ),
    *(
        "/",
        "..",
        "../../x",
        "/etc/passwd",
        "a/b",
        "\x00",
        "\ufeff",
        "\u202e",
        "default",
        "@[",
        "@.*",
    ),
    *("&a", "*a", "!!python/name:os.system", "<<", "---", "%", "#", "\\", "\t", "\r", "\ud7ff"),
)
_TOKEN = re.compile(r"[+-]?\d[\d.eE+-]*|\w+|\s+|.", re.DOTALL)
_NUMBER = re.compile(r"[+-]?\d[\d.eE+-]*")


def replace_tokens(draw: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """Numbers and words replaced by hostile ones or by others of the file."""
    tokens = _tokens(data)
    places = [index for index, token in enumerate(tokens) if not token.isspace()]
    for _ in range(draw.choice((1, 1, 2, 5)) if places else 0):
        place = draw.choice(places)
        likely = NUMBERS if _NUMBER.fullmatch(tokens[place]) else WORDS
        chosen = draw.choice((likely, likely, NUMBERS, WORDS, tokens))
        tokens[place] = draw.choice(chosen)
    return _encoded("".join(tokens))


def remove_tokens(draw: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """A few tokens left out."""
    tokens = _tokens(data)
    for _ in range(draw.choice((1, 1, 3))):
        if tokens:
            start = draw.randrange(len(tokens))
            del tokens[start : start + draw.choice((1, 1, 2, 8))]
    return _encoded("".join(tokens))


def repeat_tokens(draw: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """A few tokens once more, or very often."""
    tokens = _tokens(data)
    start = draw.randrange(len(tokens) + 1)
    part = tokens[start : start + draw.choice((1, 2, 8))]
    times = draw.choice((1, 2, 2000))
    return _encoded("".join([*tokens[:start], *part * times, *tokens[start:]]))


def swap_tokens(draw: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """Two tokens in each other's place."""
    tokens = _tokens(data)
    if tokens:
        one, two = (draw.randrange(len(tokens)) for _ in range(2))
        tokens[one], tokens[two] = tokens[two], tokens[one]
    return _encoded("".join(tokens))


def change_lines(draw: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """Lines left out, repeated, in another order, or indented."""
    lines = data.splitlines(keepends=True)
    if not lines:
        return data
    start = draw.randrange(len(lines))
    stop = min(len(lines), start + draw.choice((1, 1, 3, 10)))
    part = lines[start:stop]
    shuffled = draw.sample(part, len(part))
    indented = [draw.choice((b" ", b"\t")) + line for line in part]
    changed = draw.choice(([], part * 2, part * 1000, shuffled, part[::-1], indented))
    return b"".join([*lines[:start], *changed, *lines[stop:]])


def nest(draw: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """Brackets by the thousand, open or closed too."""
    opening, closing = draw.choice(
        (
            (b"[", b"]"),
            (b"{", b"}"),
            (b"(", b")"),
            (b"<a>", b"</a>"),
            (b'{"a":', b"}"),
            (b"- ", b""),
        )
    )
    depth = draw.choice((50, 1000, 30_000))
    start = draw.choice((0, draw.randrange(len(data) + 1)))
    closed = closing * draw.choice((0, depth))
    return data[:start] + opening * depth + b"1" + closed + data[start:]


def reencode(draw: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """Another encoding, a byte order mark, other ends of lines, NUL bytes, bytes of no text."""
    text = data.decode("utf-8", "replace")
    start = draw.randrange(len(data) + 1)
    strange = draw.choice((b"\0", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xe9", b"\x1a", b"\x85"))
    return draw.choice(
        (
            text.encode("utf-16"),
            text.encode("utf-16-be"),
            text.encode("utf-32"),
            b"\xef\xbb\xbf" + data,
            data.replace(b"\n", b"\r\n"),
            data.replace(b"\n", b"\r"),
            data.replace(b"\n", b""),
            data.replace(b" ", b"\t"),
            data[:start] + strange + data[start:],
        )
    )


def very_long(draw: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """One token of 200,000 characters."""
    tokens = _tokens(data)
    start = draw.randrange(len(tokens) + 1)
    tokens.insert(start, draw.choice(("a", "9", " ", '"', "\n", "\\", "&", "#")) * 200_000)
    return _encoded("".join(tokens))


def _tokens(data: bytes) -> list[str]:
    return _TOKEN.findall(data.decode("utf-8", "surrogateescape"))


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


TEXT_MUTATIONS: tuple[Mutation, ...] = (
    *(replace_tokens, replace_tokens, replace_tokens, remove_tokens, repeat_tokens, swap_tokens),
    *(change_lines, nest, reencode, very_long),
)
