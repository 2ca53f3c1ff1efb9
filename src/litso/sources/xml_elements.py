"""Large XML documents element by element: each wanted element with its own small tree, as it streams by.

Names have no namespaces. A document that declares a type is refused: official lists have none, and entities could grow.
"""

from __future__ import annotations

import zipfile
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


@dataclass(slots=True)
class Element:
    """An element: attributes, text, children, and the line on which it begins."""

    tag: str
    attributes: dict[str, str]
    line: int
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
            with self.path.open("rb") as stream:
                yield stream
            return
        with zipfile.ZipFile(self.path) as archive, archive.open(self.member) as member:
            yield member


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


def elements(document: Document, wanted: frozenset[str]) -> Iterator[Element]:
    """Elements of the wanted names, outermost first, each whole. Raises SourceUnusable naming line and column."""
    reader = _Reader(document.name, wanted)
    try:
        with document.open() as stream:
            while data := stream.read(_AT_ONCE):
                reader.feed(data)
                yield from reader.taken()
            reader.feed(b"", is_last=True)
            yield from reader.taken()
    except (zipfile.BadZipFile, EOFError, OSError) as error:
        raise SourceUnusable(f"{document.name}: cannot be read: {error}") from None


class _Reader:
    def __init__(self, name: str, wanted: frozenset[str]) -> None:
        self._name = name
        self._wanted = wanted
        self._open: list[Element] = []
        self._done: list[Element] = []
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
            place = f"line {error.lineno}, column {error.offset + 1}"
            raise SourceUnusable(f"{self._name}, {place}: not a well-formed XML file") from None
        except (LookupError, ValueError):
            raise SourceUnusable(f"{self._name}, line 1: an unknown encoding") from None

    def taken(self) -> list[Element]:
        done, self._done = self._done, []
        return done

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if not self._open and tag not in self._wanted:
            return
        if len(self._open) >= _DEEPEST:
            raise SourceUnusable(f"{self._name}, line {self._parser.CurrentLineNumber}: elements are nested too deeply")
        made = Element(tag, attributes, self._parser.CurrentLineNumber)
        if self._open:
            self._open[-1].children.append(made)
        self._open.append(made)

    def _end(self, tag: str) -> None:
        if self._open:
            closed = self._open.pop()
            if not self._open:
                self._done.append(closed)

    def _text(self, text: str) -> None:
        if self._open:
            self._open[-1].text += text

    def _refuse(self, *_: object) -> None:
        raise SourceUnusable(f"{self._name}: declares a document type: official lists have none")
