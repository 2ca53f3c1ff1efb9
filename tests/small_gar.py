"""A small State Address Register in the format in which the real one is published, written by hand for the tests."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from uuid import UUID, uuid5

from litso.standardize.address.gar import GarIndex
from litso.standardize.address.gar_tables import GarTables
from litso.usecases.reference_gar import build_region, regions
from litso.usecases.reference_kinds import Source
from litso.usecases.registers import mapped

SPACE = UUID("00000000-0000-0000-0000-000000000071")


def guid(key: int) -> str:
    return str(uuid5(SPACE, str(key)))


# object id: level, type, name, parent
OBJECTS = {
    1: (1, "обл", "Тульская", 0),
    2: (2, "р-н", "Киреевский", 1),
    3: (2, "р-н", "Щекинский", 1),
    10: (5, "г", "Тула", 1),
    11: (6, "п", "Косая Гора", 10),
    12: (6, "с", "Покровское", 2),
    13: (6, "с", "Покровское", 3),
    14: (7, "снт", "Вишня", 10),
    20: (8, "ул", "Лесная", 10),
    21: (8, "ул", "Металлургов", 10),
    22: (8, "пер", "Тихий", 10),
    23: (8, "ул", "Гагарина", 11),
    24: (8, "ул", "Академика Королёва", 10),
    25: (8, "ул", "Садовая", 14),
    26: (8, "ул", "Мира", 12),
    30: (1, "г", "Москва", 0),
    31: (8, "ул", "Поварская", 30),
}
FORMER = {21: ("ул", "Кирова")}
# object id: number, type, blocks, parent
HOUSES = {
    100: ("3", "2", (), 20),
    101: ("5А", "2", (), 20),
    102: ("12", "5", (("1", "1"),), 20),
    103: ("7", "2", (("1", "2"), ("2", "3")), 21),
    104: ("9", "2", (), 22),
    105: ("4", "2", (), 26),
    106: ("13", "2", (), 31),
    107: ("8", "2", (), 13),
}
STEADS = {200: ("15", 14)}
POSTAL_CODES = {10: "300000", 20: "300041", 100: "300042"}


DAY = "20260101"
REGIONS = {"71": "1", "77": "30"}
"""Code of a region → id of its object."""


def parent_of(key: int) -> int:
    return (OBJECTS.get(key) or HOUSES.get(key) or STEADS[key])[-1]


def path(key: int) -> str:
    """Ids of the objects above one, and its own, as the register writes them."""
    parent = parent_of(key)
    return f"{path(parent)}.{key}" if parent else str(key)


def element(name: str, values: dict[str, object]) -> str:
    return f"<{name} " + " ".join(f'{key}="{value}"' for key, value in values.items()) + "/>"


def document(root: str, elements: Iterable[str]) -> str:
    return f'\ufeff<?xml version="1.0" encoding="utf-8"?><{root}>' + "".join(elements) + f"</{root}>"


LIVE = {"ISACTUAL": 1, "ISACTIVE": 1, "ENDDATE": "2079-06-06"}
DEAD = {"ISACTUAL": 0, "ISACTIVE": 0, "ENDDATE": "2015-01-01"}


def address_object(key: int, kind: str, name: str, state: dict[str, object]) -> str:
    values = {"OBJECTID": key, "OBJECTGUID": guid(key), "NAME": name, "TYPENAME": kind, "LEVEL": OBJECTS[key][0]}
    return element("OBJECT", values | state)


def step(key: int, parent: int, way: str) -> str:
    return element("ITEM", {"OBJECTID": key, "PARENTOBJID": parent, "PATH": way, "ISACTIVE": 1})


def region_files(code: str) -> dict[str, str]:
    """Files of one region: name → text."""
    own = {key for key in (*OBJECTS, *HOUSES, *STEADS) if path(key).split(".")[0] == REGIONS[code]}
    objects = [address_object(key, kind, name, DEAD) for key, (kind, name) in FORMER.items() if key in own]
    objects += [address_object(key, kind, name, LIVE) for key, (_, kind, name, _) in OBJECTS.items() if key in own]
    houses = [
        element(
            "HOUSE",
            {"OBJECTID": key, "OBJECTGUID": guid(key), "HOUSENUM": number, "HOUSETYPE": kind}
            | {f"ADDTYPE{at}": block[0] for at, block in enumerate(blocks, 1)}
            | {f"ADDNUM{at}": block[1] for at, block in enumerate(blocks, 1)}
            | LIVE,
        )
        for key, (number, kind, blocks, _) in HOUSES.items()
        if key in own
    ]
    steads = [
        element("STEAD", {"OBJECTID": key, "OBJECTGUID": guid(key), "NUMBER": number} | LIVE)
        for key, (number, _) in STEADS.items()
        if key in own
    ]
    hierarchy = [step(key, parent_of(key), path(key)) for key in sorted(own)]
    codes = {
        key: element("PARAM", {"OBJECTID": key, "TYPEID": 5, "VALUE": value, "ENDDATE": "2079-06-06"})
        for key, value in POSTAL_CODES.items()
        if key in own
    }
    return {
        f"{code}/AS_ADDR_OBJ_{DAY}_aa-bb.XML": document("ADDRESSOBJECTS", objects),
        f"{code}/AS_HOUSES_{DAY}_aa-bb.XML": document("HOUSES", houses),
        f"{code}/AS_STEADS_{DAY}_aa-bb.XML": document("STEADS", steads),
        f"{code}/AS_ADM_HIERARCHY_{DAY}_aa-bb.XML": document("ITEMS", hierarchy),
        f"{code}/AS_MUN_HIERARCHY_{DAY}_aa-bb.XML": document("ITEMS", hierarchy),
        f"{code}/AS_ADDR_OBJ_PARAMS_{DAY}_aa-bb.XML": document(
            "PARAMS", [codes[key] for key in codes if key in OBJECTS]
        ),
        f"{code}/AS_HOUSES_PARAMS_{DAY}_aa-bb.XML": document("PARAMS", [codes[key] for key in codes if key in HOUSES]),
    }


def files() -> dict[str, str]:
    """All files of the archive: name → text."""
    types = [element("HOUSETYPE", {"ID": key, "SHORTNAME": name}) for key, name in ((2, "д."), (5, "зд."))]
    found = {"version.txt": "2026.01.02", f"AS_HOUSE_TYPES_{DAY}_aa-bb.XML": document("HOUSETYPES", types)}
    for code in REGIONS:
        found |= region_files(code)
    return found


def write(members: Mapping[str, str], target: Path) -> Path:
    """An archive of some files, each time the same to the byte."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name, text in members.items():
            out.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
    return target


def source_of(archive: Path, folder: Path) -> Source:
    """The archive as a file to load."""
    return Source(archive, folder / "work", None, 1, lambda stage, done, of: None)


def index_of(archive: Path, folder: Path) -> GarIndex:
    """Every region of an archive, built, saved and mapped back."""
    source = source_of(archive, folder)
    found = []
    for code in regions(source):
        home = folder / code
        home.mkdir(parents=True)
        build_region(source, code, home)
        found.append(GarTables(*(mapped(home / f"{name}.arrow") for name in GarTables._fields)))
    return GarIndex(found)
