"""The State Address Register (ГАР) as it is published: a zip of XML files per region, read as a stream.

Only what addresses need is read: objects with their former names, both hierarchies, houses, plots, postal codes. Memory
is bounded by the objects and houses of one region, whatever the size of the archive.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from litso.errors import SourceUnusable

Row = dict[str, str]

_CHUNK: Final = 1 << 20
_MEMBER: Final = re.compile(r"(?:^|/)(?:(\d\d)/)?AS_([A-Z_]+?)_\d{8}_[0-9A-Fa-f-]+\.XML$", re.IGNORECASE)
_POSTAL_CODE: Final = "5"
_FOREVER: Final = "2079"

BLOCK_TYPES: Final = {"1": "к", "2": "стр", "3": "соор", "4": "литера"}
"""Types of the additional numbers of a house, ADDTYPE1 and ADDTYPE2."""


@dataclass(slots=True)
class GarObject:
    """An address object: a region, an area, a town, a settlement, a quarter, a street. Paths are of object ids."""

    guid: str
    level: int
    type: str
    name: str
    former: set[tuple[str, str]] = field(default_factory=set)
    administrative: str = ""
    municipal: str = ""
    postal_code: str | None = None


@dataclass(slots=True)
class GarHouse:
    """A house or a plot: its numbers, the object it stands in, its postal code."""

    guid: str
    number: str
    type: str
    blocks: tuple[tuple[str, str], ...]
    parent: int = 0
    postal_code: str | None = None


@dataclass(slots=True)
class GarRegion:
    """Everything read of one region, by object id."""

    code: str
    objects: dict[int, GarObject] = field(default_factory=dict)
    houses: dict[int, GarHouse] = field(default_factory=dict)


def rows(archive: zipfile.ZipFile, member: str) -> Iterator[Row]:
    """Attributes of every element below the root of one XML file of the archive, as they stream by."""
    found: list[Row] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda _name, attributes: found.append(attributes)
    parser.StartDoctypeDeclHandler = _refuse_doctype
    first = True
    with archive.open(member) as stream:
        while True:
            chunk = stream.read(_CHUNK)
            try:
                parser.Parse(chunk, not chunk)
            except expat.ExpatError as error:
                message = f"{member}, line {error.lineno}, column {error.offset + 1}: not a well-formed XML file"
                raise SourceUnusable(message) from None
            yield from found[1:] if first and found else found
            first = first and not found
            found.clear()
            if not chunk:
                return


def _refuse_doctype(*_: object) -> None:
    raise SourceUnusable("A file of the register declares a document type: the register has none")


def members(archive: zipfile.ZipFile) -> dict[str, dict[str, str]]:
    """Names of the register's files by region («72»; dictionaries under «») and kind («ADDR_OBJ»)."""
    found: dict[str, dict[str, str]] = {}
    for name in archive.namelist():
        match = _MEMBER.search(name)
        if match:
            found.setdefault(match.group(1) or "", {})[match.group(2).upper()] = name
    return found


def regions_of(archive: zipfile.ZipFile) -> list[str]:
    """Codes of the regions that the archive holds; a clear error where it holds none."""
    codes = sorted(code for code, files in members(archive).items() if "ADDR_OBJ" in files)
    if not codes:
        raise SourceUnusable("This archive has no AS_ADDR_OBJ file: it is not the register's full XML export")
    return codes


def read_region(
    archive: zipfile.ZipFile, code: str, progress: Callable[[str, int], None] = lambda _file, _rows: None
) -> GarRegion:
    """Read one region. `progress` is told the file and how many rows of it have been read."""
    files = members(archive).get(code, {})
    region = GarRegion(code)
    types = _house_types(archive)
    for kind, take in (
        ("ADDR_OBJ", _take_object),
        ("HOUSES", lambda into, row: _take_house(into, row, types)),
        ("STEADS", _take_stead),
        ("ADM_HIERARCHY", _take_administrative),
        ("MUN_HIERARCHY", _take_municipal),
        ("ADDR_OBJ_PARAMS", _take_postal_code),
        ("HOUSES_PARAMS", _take_postal_code),
        ("STEADS_PARAMS", _take_postal_code),
    ):
        if kind in files:
            _read_file(archive, files[kind], region, take, progress)
    return region


def _read_file(
    archive: zipfile.ZipFile,
    member: str,
    region: GarRegion,
    take: Callable[[GarRegion, Row], None],
    progress: Callable[[str, int], None],
) -> None:
    count = 0
    for row in rows(archive, member):
        try:
            take(region, row)
        except (KeyError, ValueError) as error:
            raise SourceUnusable(f"{member}, element {count + 1}: {error} is missing or not a number") from None
        count += 1
        if not count % 100_000:
            progress(member, count)
    progress(member, count)


def _house_types(archive: zipfile.ZipFile) -> dict[str, str]:
    """Short types of houses by their id, from the archive's own dictionary."""
    member = members(archive).get("", {}).get("HOUSE_TYPES")
    if member is None:
        return {"1": "влд", "2": "д", "3": "двлд", "5": "зд", "7": "стр", "8": "соор", "10": "к"}
    return {row["ID"]: row.get("SHORTNAME", "").rstrip(".") for row in rows(archive, member)}


def _live(row: Row) -> bool:
    return row.get("ISACTIVE", "1") == "1" and row.get("ISACTUAL", "1") == "1"


def _take_object(region: GarRegion, row: Row) -> None:
    """The actual record names the object; others of the same object are its former names."""
    key, name, kind = int(row["OBJECTID"]), row["NAME"].strip(), row["TYPENAME"].strip().rstrip(".")
    known = region.objects.get(key)
    if known is None:
        known = region.objects[key] = GarObject(row["OBJECTGUID"], int(row["LEVEL"]), kind, name)
        if not _live(row):
            known.former.add((kind, name))
    elif _live(row):
        known.type, known.name, known.level = kind, name, int(row["LEVEL"])
    else:
        known.former.add((kind, name))


def _take_house(region: GarRegion, row: Row, types: dict[str, str]) -> None:
    if not _live(row):
        return
    blocks = tuple(
        (BLOCK_TYPES.get(row.get(f"ADDTYPE{at}", ""), "к"), row[f"ADDNUM{at}"])
        for at in (1, 2)
        if row.get(f"ADDNUM{at}")
    )
    number, kind = row.get("HOUSENUM", ""), types.get(row.get("HOUSETYPE", ""), "д")
    region.houses[int(row["OBJECTID"])] = GarHouse(row["OBJECTGUID"], number, kind, blocks)


def _take_stead(region: GarRegion, row: Row) -> None:
    if _live(row):
        region.houses[int(row["OBJECTID"])] = GarHouse(row["OBJECTGUID"], row["NUMBER"], "уч", ())


def _take_administrative(region: GarRegion, row: Row) -> None:
    if row.get("ISACTIVE", "1") != "1":
        return
    key = int(row["OBJECTID"])
    if key in region.objects:
        region.objects[key].administrative = row["PATH"]
    elif key in region.houses:
        region.houses[key].parent = int(row.get("PARENTOBJID") or 0)


def _take_municipal(region: GarRegion, row: Row) -> None:
    if row.get("ISACTIVE", "1") != "1":
        return
    key = int(row["OBJECTID"])
    if key in region.objects:
        region.objects[key].municipal = row["PATH"]
    elif key in region.houses and not region.houses[key].parent:
        region.houses[key].parent = int(row.get("PARENTOBJID") or 0)


def _take_postal_code(region: GarRegion, row: Row) -> None:
    if row["TYPEID"] != _POSTAL_CODE or not row.get("ENDDATE", _FOREVER).startswith(_FOREVER):
        return
    key = int(row["OBJECTID"])
    owner = region.objects.get(key) or region.houses.get(key)
    if owner is not None:
        owner.postal_code = row["VALUE"]
