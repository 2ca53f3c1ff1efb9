"""Large XML documents element by element: each wanted element with its own small tree, as it streams by.

Names have no namespaces. A document that declares a type is refused: official lists have none, and entities could grow.
"""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final, NamedTuple
from xml.parsers import expat

from litso.errors import SourceUnusable

_AT_ONCE: Final = 1 << 20
_LARGEST: Final = 8 << 30
_DEEPEST: Final = 64


MALFORMED: Final = "malformed"
ENCODING: Final = "encoding"
TOO_DEEP: Final = "too_deep"
TOO_LARGE: Final = "too_large"
DOCTYPE: Final = "doctype"
_SENTENCES: Final = {
    MALFORMED: "not a well-formed XML file",
    ENCODING: "an unknown encoding",
    TOO_DEEP: "elements are nested too deeply",
    TOO_LARGE: "an element is too large",
    DOCTYPE: "declares a document type: lists of data have none",
}
_WEIGHT: Final = 100
"""Bytes of memory that an element takes at least, whatever it holds."""


class BadXml(SourceUnusable):
    """A document that cannot be read, or is not to be: `code` says why, `line` and `column` where (from 1)."""

    def __init__(self, name: str, code: str, line: int, column: int) -> None:
        super().__init__(f"{name}, line {line}, column {column}: {_SENTENCES[code]}")
        self.code, self.line, self.column = code, line, column


@dataclass(slots=True)
class Element:
    """An element: attributes, text, children, and the line on which it begins.

    position: bytes of the document before it, of an element that is in no other.
    """

    tag: str
    attributes: dict[str, str]
    line: int
    position: int = 0
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def value(self, *names: str) -> str | None:
        """The first of some attributes, or of the texts of child elements of these names, that is not empty."""
        for name in names:
            found = self.attributes.get(name) or next((one.text for one in self.children if one.tag == name), "")
            if found.strip():
                return found.strip()
        return None

    def all(self, *path: str) -> list[Element]:
        """Elements at the end of a path of child names."""
        found = [self]
        for name in path:
            found = [child for one in found for child in one.children if child.tag == name]
        return found

    def first(self, *path: str) -> Element | None:
        """The first element at the end of a path of child names."""
        return next(iter(self.all(*path)), None)


class Document(NamedTuple):
    """A document to read; `name` is what errors say."""

    name: str
    path: Path
    member: str | None

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """Its bytes as a stream."""
        if self.member is None:
            with gzip.open(self.path) if _is_gzip(self.path) else self.path.open("rb") as stream:
                yield stream  # type: ignore[misc]
            return
        with zipfile.ZipFile(self.path) as archive, archive.open(self.member) as member:
            yield member


def _is_gzip(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(2) == b"\x1f\x8b"


def documents(path: Path, ending: str = ".xml") -> list[Document]:
    """Documents of a file, of the files with the ending in a ZIP, or of those in a folder, by name."""
    try:
        if path.is_dir():
            inside = sorted(one for one in path.iterdir() if one.suffix.lower() == ending)
            return [Document(str(one), one, None) for one in inside]
        if not zipfile.is_zipfile(path):
            return [Document(str(path), path, None)]
        with zipfile.ZipFile(path) as archive:
            members = [one for one in archive.infolist() if one.filename.lower().endswith(ending)]
    except (zipfile.BadZipFile, OSError) as error:
        raise SourceUnusable(f"{path}: cannot be read: {error}") from None
    for one in members:
        if one.file_size > _LARGEST:
            raise SourceUnusable(f"{path}: {one.filename} is larger than {_LARGEST >> 30} GiB")
    return [Document(f"{path}: {one.filename}", path, one.filename) for one in members]


def elements(
    document: Document, wanted: frozenset[str], *, within: tuple[str, ...] = (), largest: int | None = None
) -> Iterator[Element]:
    """Elements of the wanted names, outermost first, each whole. Raises SourceUnusable naming line and column.

    within: names of the elements right above them. largest: bytes that one of them may hold; BadXml beyond.
    """
    reader = _Reader(document.name, wanted, within, largest)
    try:
        with document.open() as stream:
            while data := stream.read(_AT_ONCE):
                reader.feed(data)
                yield from reader.taken()
            reader.feed(b"", is_last=True)
            yield from reader.taken()
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise SourceUnusable(f"{document.name}: cannot be read: {error}") from None


class _Reader:
    """`_above`: names of open elements that are not wanted; `_open`: the wanted one and those in it."""

    def __init__(self, name: str, wanted: frozenset[str], within: tuple[str, ...], largest: int | None) -> None:
        self._name = name
        self._wanted, self._within, self._largest = wanted, within, largest
        self._above: list[str] = []
        self._open: list[Element] = []
        self._done: list[Element] = []
        self._weight = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._refuse

    def feed(self, data: bytes, *, is_last: bool = False) -> None:
        try:
            self._parser.Parse(data, is_last)
        except expat.ExpatError as error:
            raise BadXml(self._name, MALFORMED, error.lineno, error.offset + 1) from None
        except (LookupError, ValueError):
            raise BadXml(self._name, ENCODING, 1, 1) from None

    def taken(self) -> list[Element]:
        done, self._done = self._done, []
        return done

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        if ":" in tag:
            tag = tag.rpartition(":")[2]
        opened = self._open
        if len(self._above) + len(opened) >= _DEEPEST:
            raise self._bad(TOO_DEEP)
        if not opened and not self._is_wanted(tag):
            self._above.append(tag)
            return
        self._weigh(_WEIGHT + sum(map(len, attributes.values())) if attributes else _WEIGHT)
        made = Element(tag, attributes, self._parser.CurrentLineNumber)
        if opened:
            opened[-1].children.append(made)
        else:
            made.position = self._parser.CurrentByteIndex
        opened.append(made)

    def _is_wanted(self, tag: str) -> bool:
        return tag in self._wanted and (not self._within or tuple(self._above[-len(self._within) :]) == self._within)

    def _end(self, tag: str) -> None:
        if not self._open:
            self._above.pop()
            return
        closed = self._open.pop()
        if not self._open:
            self._done.append(closed)
            self._weight = 0

    def _text(self, text: str) -> None:
        if self._open:
            self._weigh(len(text))
            self._open[-1].text += text

    def _weigh(self, size: int) -> None:
        self._weight += size
        if self._largest is not None and self._weight > self._largest:
            raise self._bad(TOO_LARGE)

    def _refuse(self, *_: object) -> None:
        raise self._bad(DOCTYPE)

    def _bad(self, code: str) -> BadXml:
        return BadXml(self._name, code, self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1)
