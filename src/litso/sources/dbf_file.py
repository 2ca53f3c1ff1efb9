"""Tables of dBASE (DBF), as some publishers still give their lists: records as texts."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from litso.errors import SourceUnusable

_HEADER: Final = struct.Struct("<BBBBIHH20x")
_FIELD: Final = struct.Struct("<11sc4xBB14x")
_END: Final = 0x0D
_DELETED: Final = 0x2A
_CODE_PAGE_AT: Final = 29
_CODE_PAGES: Final = {0x57: "cp1251", 0xC9: "cp1251", 0x65: "cp866", 0x26: "cp866"}
_OTHERWISE: Final = "cp866"


class _Field(NamedTuple):
    name: str
    start: int
    length: int


def dbf_records(path: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Number (from 1) and texts of each record by field name; deleted ones are left out, dates are YYYYMMDD.

    Raises SourceUnusable for a file that is no such table, or is cut off.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SourceUnusable(f"{path}: cannot be read: {error.strerror}") from None
    if len(data) < _HEADER.size + 1:
        raise SourceUnusable(f"{path}: not a DBF table")
    _, _, _, _, count, header, length = _HEADER.unpack_from(data)
    encoding = _CODE_PAGES.get(data[_CODE_PAGE_AT], _OTHERWISE)
    fields = _fields(path, data, header)
    if not fields or length != 1 + sum(field.length for field in fields):
        raise SourceUnusable(f"{path}: not a DBF table: its fields do not fill a record")
    if len(data) < header + count * length:
        raise SourceUnusable(f"{path}, record {(len(data) - header) // length + 1}: the file is cut off here")
    for number in range(count):
        begin = header + number * length
        if data[begin] == _DELETED:
            continue
        yield (
            number + 1,
            {
                field.name: data[begin + field.start : begin + field.start + field.length]
                .decode(encoding, errors="replace")
                .strip(" \0")
                for field in fields
            },
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
