"""Tables of dBASE (DBF), as banks, social services and some publishers still give their lists: records as texts."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from litso.errors import SourceUnusable

_HEADER: Final = struct.Struct("<BBBBIHH20x")
_FIELD: Final = struct.Struct("<11sc4xBB14x")
_END: Final = 0x0D
_DELETED: Final = b"*"
_CODE_PAGE_AT: Final = 29
_CODE_PAGES: Final = {0x57: "cp1251", 0xC9: "cp1251", 0x65: "cp866", 0x26: "cp866"}
_OTHERWISE: Final = "cp866"


class _Field(NamedTuple):
    name: str
    start: int
    length: int


class DbfTable(NamedTuple):
    """The fields of a table in their order, and how its records are stored."""

    path: Path
    fields: tuple[_Field, ...]
    encoding: str
    records: int
    header: int
    length: int


def open_dbf_table(path: Path) -> DbfTable:
    """Read the header. Raises SourceUnusable for a file that is no such table, or is cut off."""
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            data = stream.read(1 << 16)
    except OSError as error:
        raise SourceUnusable(f"{path}: cannot be read: {error.strerror}") from None
    if len(data) < _HEADER.size + 1:
        raise SourceUnusable(f"{path}: not a DBF table")
    _, _, _, _, count, header, length = _HEADER.unpack_from(data)
    fields = tuple(_fields(path, data, header))
    if not fields or length != 1 + sum(field.length for field in fields):
        raise SourceUnusable(f"{path}: not a DBF table: its fields do not fill a record")
    if size < header + count * length:
        raise SourceUnusable(f"{path}, record {(size - header) // length + 1}: the file is cut off here")
    return DbfTable(path, fields, _CODE_PAGES.get(data[_CODE_PAGE_AT], _OTHERWISE), count, header, length)


def dbf_records(path: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Number (from 1) and texts of each record by field name; deleted ones are left out, dates are YYYYMMDD.

    Raises SourceUnusable for a file that is no such table, or is cut off.
    """
    yield from records_of(open_dbf_table(path))


def records_of(table: DbfTable, encoding: str | None = None) -> Iterator[tuple[int, Mapping[str, str]]]:
    """As `dbf_records`, of a table that is open; `encoding` instead of the one that its header names."""
    with table.path.open("rb") as stream:
        stream.seek(table.header)
        for number in range(1, table.records + 1):
            record = stream.read(table.length)
            if record[:1] != _DELETED:
                yield number, {field.name: _text(record, field, encoding or table.encoding) for field in table.fields}


def _text(record: bytes, field: _Field, encoding: str) -> str:
    return (
        record[field.start : field.start + field.length].decode(encoding, errors="replace").replace("\0", " ").strip()
    )


def _fields(path: Path, data: bytes, header: int) -> list[_Field]:
    fields, at, start = [], _HEADER.size, 1
    while at + 1 < min(header, len(data)) and data[at] != _END:
        if at + _FIELD.size > len(data):
            raise SourceUnusable(f"{path}: not a DBF table")
        raw, _, length, _ = _FIELD.unpack_from(data, at)
        fields.append(_Field(raw.split(b"\0")[0].decode("ascii", errors="replace").upper(), start, length))
        start, at = start + length, at + _FIELD.size
    return fields
