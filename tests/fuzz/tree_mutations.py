"""Damage to the values of JSON, YAML and TOML files, which stay well-formed."""

from __future__ import annotations

import copy
import json
import math
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tests.fuzz.byte_mutations import Mutation

NUMBERS: tuple[Any, ...] = (
    *(math.nan, math.inf, -math.inf, 1e308, -1e308, 5e-324, -0.0, 0, -1, 1, 2, 0.5, 1.5, 1e9),
    *(2**31, 2**53 + 1, 2**63, -(2**63) - 1, 10**30, 10**400, True, False),
)
OTHERS: tuple[Any, ...] = (
    *(
        None,
        "",
        "a",
        "1",
        "nan",
        "\0",
        "é",
        "../x",
        "/etc/passwd",
        "a/b",
        "@.*",
        "@(a+)+$",
        "x" * 5000,
    ),
    *(
        [],
        {},
        [[]],
        [None],
        [1],
        [math.nan],
        [1, "a"],
        {"a": 1},
        {"": {}},
        [[[[]]]],
        list(range(99)),
    ),
)
_Where = tuple[Any, ...]


def tree_mutation(read: Callable[[str], Any], write: Callable[[Any], str]) -> Mutation:
    """A mutation of the values of a format."""

    def mutate(draw: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
        try:
            tree, other = (read(each.decode()) for each in (data, draw.choice([data, *others])))
        except Exception:  # what is damaged already stays so
            return data
        for _ in range(draw.choice((1, 1, 1, 2, 4))):
            tree = _changed(draw, tree, other)
        try:
            return write(tree).encode("utf-8", "surrogatepass")
        except Exception:  # the format holds no such value
            return data

    return mutate


def _changed(draw: random.Random, tree: Any, other: Any) -> Any:
    places = list(_places(tree))
    if not places:
        return draw.choice((*NUMBERS, *OTHERS))
    # Deep places are many: half the draws go by level.
    level = draw.choice(sorted({len(place) for place in places}))
    likely = [place for place in places if len(place) == level]
    place = draw.choice(draw.choice((places, likely)))
    tree = copy.deepcopy(tree)
    inner = tree
    for key in place[:-1]:
        inner = inner[key]
    last, old = place[-1], inner[place[-1]]
    kind = draw.randrange(8)
    if kind == 0:
        del inner[last]
    elif kind == 1 and isinstance(inner, dict):
        names = [key for key in _keys(tree) if isinstance(key, str)]
        inner[draw.choice((*names, "", "a", "default", 1, None, "../x"))] = inner.pop(last)
    elif kind == 2:
        inner[last] = draw.choice(([old], {"a": old}, [old, old], str(old), [old] * 1000))
    elif kind == 3:
        inner[last] = copy.deepcopy(_value_at(draw, other))
    elif isinstance(old, int | float) and draw.random() < 0.8:
        inner[last] = draw.choice(NUMBERS)
    else:
        inner[last] = draw.choice((*NUMBERS, *OTHERS))
    return tree


def _value_at(draw: random.Random, tree: Any) -> Any:
    places = list(_places(tree))
    for key in draw.choice(places) if places else ():
        tree = tree[key]
    return tree


def _places(value: Any, place: _Where = ()) -> Iterator[_Where]:
    """Paths to all values; of long lists to the first and last few."""
    if isinstance(value, dict | list):
        items = list(value.items() if isinstance(value, dict) else enumerate(value))
        for key, item in items if len(items) < 12 else (*items[:4], *items[-4:]):
            yield (*place, key)
            yield from _places(item, (*place, key))


def _keys(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value[:4]:
            yield from _keys(item)


change_json: Mutation = tree_mutation(json.loads, lambda tree: json.dumps(tree, indent=1))


def _read_yaml(text: str) -> Any:
    import yaml

    if "*" in text:
        raise ValueError("what aliases stand for may be without end")
    return yaml.safe_load(text)


def _write_yaml(tree: Any) -> str:
    import yaml

    return yaml.safe_dump(tree, sort_keys=False, allow_unicode=True)


change_yaml: Mutation = tree_mutation(_read_yaml, _write_yaml)


def repeat_key(draw: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """A key twice in one object of JSON."""
    quoted = data.split(b'"')
    if len(quoted) < 4:
        return data
    names = quoted[1::2]
    one, two = draw.choice(names), draw.choice(names)
    return data.replace(b'"' + one + b'"', b'"' + two + b'"', draw.choice((1, -1)))


def yaml_specials(draw: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """What YAML can do that nobody needs here: anchors, tags, documents, directives, dates."""
    laughs = b"a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + b"".join(
        b"a%d: &a%d [%s]\n" % (level, level, b", ".join([b"*a%d" % (level - 1)] * 9))
        for level in range(1, 10)
    )
    merges = b"m0: &m0 {x: 1}\n" + b"".join(
        b"m%d: &m%d\n  <<: [%s]\n" % (level, level, b", ".join([b"*m%d" % (level - 1)] * 9))
        for level in range(1, 10)
    )
    top = (
        *(laughs, merges, b"l: &l [*l]\n", b"l: &l {k: *l}\n", b"&l [*l]: 1\n", b"--- 1\n---\n"),
        *(
            b"%YAML 9.9\n---\n",
            b"%TAG ! tag:x,2000:\n---\n",
            b"? [a, b]\n: 1\n",
            b"? {a: 1}\n: 2\n",
        ),
        *(b"!!python/object/apply:os.system ['true']\n", b"!!set {a, b}\n", b"x: !!binary aGk=\n"),
        *(b"x: 2001-99-99\n", b"x: 2001-12-14t21:59:43.10-05:00\n", b"1: 2\n", b"null: 1\n"),
        *(b"x: 0b1\n", b"x: 190:20:30.15\n", b"x: !!int a\n", b"x: !!float a\n", b"x: =\n"),
        *(b"x: !!timestamp a\n", b"x: !!bool a\n", b"x: !!omap [1]\n", b"x: !!pairs 1\n"),
    )
    word = draw.choice(
        (b"*a", b"!!python/name:os.system ''", b"&b 1", b"!!binary aGk=", b"2001-01-01")
    )
    if draw.random() < 0.5:
        return draw.choice(top) + data
    parts = data.split(b": ")
    place = draw.randrange(len(parts))
    parts[place] = word + b" " + parts[place]
    return b": ".join(parts)


JSON_MUTATIONS: tuple[Mutation, ...] = (*([change_json] * 12), repeat_key)
YAML_MUTATIONS: tuple[Mutation, ...] = (*([change_yaml] * 10), yaml_specials, yaml_specials)
