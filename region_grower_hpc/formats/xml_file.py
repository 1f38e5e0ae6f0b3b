"""XML files of users: read whole, without entities, and nothing but the file itself is opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

from region_grower_hpc.errors import InvalidInputError

#: A morphology database has 5 levels; every level costs stack wherever the tree is walked.
MAX_DEPTH = 100
#: About a million rows of a morphology database.
MAX_BYTES = 1 << 30


@dataclass(frozen=True)
class XmlElement:
    """An element with what it holds.

    Attributes:
        tag: its name.
        attributes: in the order of the file.
        line: where it begins, from 1.
        children: elements right below it.
    """

    tag: str
    attributes: Mapping[str, str]
    line: int
    children: list[XmlElement] = field(default_factory=list)
    _texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All characters right below it, without blanks at both ends."""
        return "".join(self._texts).strip()

    def all(self, tag: str) -> Iterator[XmlElement]:
        """The children of a name."""
        return (child for child in self.children if child.tag == tag)

    def first(self, tag: str) -> XmlElement | None:
        """The first child of a name, None without one."""
        return next(self.all(tag), None)

    def text_of(self, tag: str) -> str:
        """Text of the first child of a name; empty without one."""
        child = self.first(tag)
        return "" if child is None else child.text


def read_xml(path: Path, *, without_lines_with: str | None = None) -> XmlElement:
    """Read an XML file; the encoding is the declared one (UTF-8, UTF-16, ISO-8859-1, ASCII).

    A DOCTYPE may stand there and may name files, which are not opened. Entities that it defines
    are refused, and so is every use of one that lies in another file.

    Args:
        path: of the file.
        without_lines_with: lines that hold this text are left out, line numbers stay.

    Raises:
        InvalidInputError: naming file and line: missing, malformed, entities, too deep, too large.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _invalid(path, f"is larger than {MAX_BYTES >> 20} MiB")
        content = path.read_bytes()
    except OSError as error:
        raise InvalidInputError(f"XML file '{path}' cannot be read: {error.strerror}") from error
    if without_lines_with is not None:
        dropped = without_lines_with.encode()
        lines = content.split(b"\n")
        content = b"\n".join(b"" if dropped in line else line for line in lines)
    return _Reader(path).read(content)


class _Reader:
    """Builds the tree; refuses what would expand, or open other files."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open: list[XmlElement] = []
        self._root: XmlElement | None = None
        # Not `intern`: names of a hostile file would stay for good.
        self._parser = parser = expat.ParserCreate(intern={})
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.EntityDeclHandler = self._entity
        parser.ExternalEntityRefHandler = self._external
        parser.SkippedEntityHandler = self._skipped

    def read(self, content: bytes) -> XmlElement:
        try:
            self._parser.Parse(content, True)
        except expat.ExpatError as error:
            what = expat.ErrorString(error.code)
            raise self._error(f"is malformed: {what}", error.lineno) from error
        except (LookupError, ValueError) as error:
            raise self._error(f"has an encoding that cannot be read ({error})") from error
        if self._root is None:
            raise self._error("has no element")
        return self._root

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self._open) == MAX_DEPTH:
            raise self._error(f"has elements nested more than {MAX_DEPTH} deep")
        element = XmlElement(tag, attributes, self._parser.CurrentLineNumber)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self._root = element
        self._open.append(element)

    def _end(self, _tag: str) -> None:
        self._open.pop()

    def _text(self, text: str) -> None:
        self._open[-1]._texts.append(text)

    def _entity(
        self,
        name: str,
        _is_parameter: bool,
        value: str | None,
        _base: str | None,
        _system: str,
        _public: str | None,
        _notation: str | None,
    ) -> None:
        if value is not None:
            raise self._error(f"defines an entity, '{name}': write its text where it is used")

    def _external(
        self, context: str, _base: str | None, system: str | None, _public: str | None
    ) -> NoReturn:
        raise self._error(f"asks for the content of another file, '{system}': put it in this one")

    def _skipped(self, name: str, _is_parameter: bool) -> NoReturn:
        raise self._error(f"uses an entity, '{name}', that it does not hold")

    def _error(self, problem: str, line: int | None = None) -> InvalidInputError:
        line = self._parser.CurrentLineNumber if line is None else line
        return _invalid(self._path, problem, line)


def _invalid(path: Path, problem: str, line: int | None = None) -> InvalidInputError:
    place = "" if line is None else f", line {line}"
    return InvalidInputError(f"XML file '{path}'{place}: it {problem}")
