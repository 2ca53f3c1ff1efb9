"""Looks into an XLSX before it is opened: a small file may hold a bomb of zeros or billions of empty cells."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final
from xml.parsers import expat

from litso.errors import SourceUnusable

MAX_UNPACKED: Final = 2 << 30
MAX_RATIO: Final = 250
"""A sheet of equal rows packs 1:50; a bomb 1:1000."""
_HARMLESS: Final = 32 << 20
"""Unpacked bytes that cannot hurt, whatever the ratio."""
MAX_CELLS: Final = 40_000_000
"""The reader keeps the rectangle from the first to the last cell in memory."""
_MAX_PARTS: Final = 10_000
_CHUNK: Final = 1 << 20

_CELL: Final = re.compile(r"([A-Za-z]{1,3})(\d{1,7})")


def guard_xlsx(path: Path) -> None:
    """Raise SourceUnusable if the file is damaged or would not fit the memory when unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            _check_declared(path, parts)
            unpacked = 0
            for part in parts:
                if part.flag_bits & 1:
                    raise SourceUnusable(f"{path}: файл защищён паролем.")
                unpacked += _check_part(path, archive, part)
                _check_size(path, unpacked)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise SourceUnusable(f"{path}: это не XLSX, или файл повреждён или передан не полностью.") from error


def _check_declared(path: Path, parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > _MAX_PARTS:
        raise SourceUnusable(f"{path}: в файле XLSX {len(parts)} частей: он опасен и не будет открыт.")
    _check_size(path, sum(part.file_size for part in parts))


def _check_size(path: Path, unpacked: int) -> None:
    packed = max(path.stat().st_size, 1)
    if unpacked > MAX_UNPACKED or (unpacked > _HARMLESS and unpacked > MAX_RATIO * packed):
        raise SourceUnusable(
            f"{path}: файл XLSX распаковывается в {unpacked // packed} раз: это похоже на архивную бомбу."
        )


def _check_part(path: Path, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """Unpack a part in pieces and answer its true size; a sheet is also measured."""
    sheet = _SheetSize(path) if part.filename.startswith("xl/worksheets/") else None
    size = 0
    with archive.open(part) as stream:
        for chunk in _pieces(stream):
            size += len(chunk)
            _check_size(path, size)
            if sheet is not None:
                sheet.feed(chunk)
    return size


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK):
        yield chunk


class _SheetSize:
    """Counts the rows and columns that the cells of a sheet span."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._row = self._column = self._rows = self._columns = 0
        self._parser: Any = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._start

    def feed(self, chunk: bytes) -> None:
        try:
            self._parser.Parse(chunk, False)
        except expat.ExpatError:
            raise SourceUnusable(f"{self._path}: лист XLSX повреждён.") from None
        if self._rows * self._columns > MAX_CELLS:
            raise SourceUnusable(
                f"{self._path}: лист XLSX слишком велик ({self._rows} × {self._columns} ячеек): сохраните его как CSV."
            )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name.endswith(" c") or name == "c":
            place = _CELL.match(attributes.get("r", ""))
            self._column = _column_number(place[1]) if place else self._column + 1
            self._rows = max(self._rows, int(place[2]) if place else self._row)
            self._columns = max(self._columns, self._column)
        elif name.endswith(" row") or name == "row":
            given = attributes.get("r", "")
            self._row = int(given) if given.isdecimal() and len(given) < 8 else self._row + 1
            self._column = 0


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
