"""The State Address Register (ГАР) as it is published: a zip of XML files, a folder for each region, read as a stream.

Only what addresses need is read: objects with their former names, both hierarchies, houses, plots, postal codes. An
archive may hold one region or all of them; no file of it is ever unpacked as a whole.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple
from xml.parsers import expat
from zlib import error as zlib_error

from litso.errors import SourceUnusable

Row = dict[str, str]
Progress = Callable[[int, int], None]
"""Called with (bytes of a file read, bytes of the file)."""

_CHUNK: Final = 1 << 20
_MEMBER: Final = re.compile(r"(?:^|/)(?:(\d\d)/)?AS_([A-Z_]+?)_(\d{8})_[0-9A-Fa-f-]+\.XML$", re.IGNORECASE)
_VERSION: Final = re.compile(r"(\d{4})\D?(\d\d)\D?(\d\d)|(\d\d)\.(\d\d)\.(\d{4})")
_HOUSE_TYPES: Final = {"1": "влд", "2": "д", "3": "двлд", "5": "зд", "7": "стр", "8": "соор", "10": "к"}
"""Short types of houses by their id, where the archive has no dictionary of its own."""


class Member(NamedTuple):
    """A file of the register in its archive. `crc` tells it from another edition's."""

    name: str
    size: int
    crc: int


def open_archive(path: Path) -> zipfile.ZipFile:
    """The archive. Raises SourceUnusable for a file that is none."""
    try:
        return zipfile.ZipFile(path)
    except zipfile.BadZipFile:
        raise SourceUnusable(f"{path}: not a zip archive, or its end is missing") from None
    except OSError as error:
        raise SourceUnusable(f"{path}: cannot be read: {error.strerror}") from None


def members(archive: zipfile.ZipFile) -> dict[str, dict[str, Member]]:
    """Files of the register by region («72»; dictionaries under «») and kind («ADDR_OBJ»)."""
    found: dict[str, dict[str, Member]] = {}
    for info in archive.infolist():
        match = _MEMBER.search(info.filename)
        if match:
            member = Member(info.filename, info.file_size, info.CRC)
            found.setdefault(match.group(1) or "", {})[match.group(2).upper()] = member
    return found


def regions_of(archive: zipfile.ZipFile) -> list[str]:
    """Codes of the regions that the archive holds; a clear error where it holds none."""
    codes = sorted(code for code, files in members(archive).items() if code and "ADDR_OBJ" in files)
    if not codes:
        raise SourceUnusable(
            f"{archive.filename}: no AS_ADDR_OBJ file in a folder of a region: it is not the register's XML export"
        )
    return codes


def published(archive: zipfile.ZipFile, code: str) -> date:
    """Day of the edition: that of `version.txt`, else that in the name of the region's file of objects."""
    name = next((name for name in archive.namelist() if name.rsplit("/", 1)[-1].lower() == "version.txt"), None)
    text = archive.read(name)[:64].decode("ascii", "replace") if name else ""
    found = _VERSION.search(text) or _VERSION.search(members(archive)[code]["ADDR_OBJ"].name.rsplit("_", 2)[-2])
    year, month, day = (found[1], found[2], found[3]) if found and found[1] else _reversed(found)
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise SourceUnusable(f"{archive.filename}: {name or code}: no day of the edition") from None


def _reversed(found: re.Match[str] | None) -> tuple[str, str, str]:
    return (found[6], found[5], found[4]) if found else ("", "", "")


def rows(
    archive: zipfile.ZipFile,
    member: Member,
    *,
    wanted: Callable[[Row], bool] = lambda row: True,
    progress: Progress = lambda done, of: None,
) -> Iterator[tuple[int, Row]]:
    """Number and attributes of the elements below the root of one XML file, as they stream by, from 1.

    Memory is that of one piece of the file. Raises SourceUnusable naming file, line and column of broken XML, and for a
    member that is damaged.
    """
    found: list[tuple[int, Row]] = []
    count = -1

    def take(_: str, attributes: Row) -> None:
        nonlocal count
        count += 1
        if count and wanted(attributes):
            found.append((count, attributes))

    parser = expat.ParserCreate()
    parser.StartElementHandler = take
    parser.StartDoctypeDeclHandler = _refuse_doctype
    for chunk in _chunks(archive, member, progress):
        try:
            parser.Parse(chunk, not chunk)
        except expat.ExpatError as error:
            message = f"{member.name}, line {error.lineno}, column {error.offset + 1}: not a well-formed XML file"
            raise SourceUnusable(message) from None
        yield from found
        found.clear()


def _chunks(archive: zipfile.ZipFile, member: Member, progress: Progress) -> Iterator[bytes]:
    """Pieces of a file, an empty one last."""
    try:
        with archive.open(member.name) as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk
                progress(stream.tell(), member.size)
    except (zipfile.BadZipFile, EOFError, OSError, RuntimeError) as error:
        raise SourceUnusable(f"{archive.filename}: {member.name} is damaged: {error}") from None
    except zlib_error:
        raise SourceUnusable(f"{archive.filename}: {member.name} is damaged") from None
    yield b""


def _refuse_doctype(*_: object) -> None:
    raise SourceUnusable("A file of the register declares a document type: the register has none")


def house_types(archive: zipfile.ZipFile) -> dict[str, str]:
    """Short types of houses by their id, from the archive's own dictionary."""
    member = members(archive).get("", {}).get("HOUSE_TYPES")
    if member is None:
        return _HOUSE_TYPES
    return {row["ID"]: row.get("SHORTNAME", "").rstrip(".") for _, row in rows(archive, member) if "ID" in row}
