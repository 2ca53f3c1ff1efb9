"""The State Address Register: a small archive is written here, read, indexed and asked."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID, uuid5

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from litso.errors import SourceUnusable
from litso.standardize.address import parse
from litso.standardize.address.gar import GarIndex, GarTables, tables
from litso.standardize.address.gar_file import read_region, regions_of, rows

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


def path(key: int) -> str:
    parent = OBJECTS[key][3] if key in OBJECTS else 0
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


def files() -> dict[str, str]:
    """Members of the archive: file → text."""
    objects = [address_object(key, kind, name, DEAD) for key, (kind, name) in FORMER.items()]
    objects += [address_object(key, kind, name, LIVE) for key, (_, kind, name, _) in OBJECTS.items()]
    houses = [
        element(
            "HOUSE",
            {"OBJECTID": key, "OBJECTGUID": guid(key), "HOUSENUM": number, "HOUSETYPE": kind}
            | {f"ADDTYPE{at}": block[0] for at, block in enumerate(blocks, 1)}
            | {f"ADDNUM{at}": block[1] for at, block in enumerate(blocks, 1)}
            | LIVE,
        )
        for key, (number, kind, blocks, _) in HOUSES.items()
    ]
    steads = [
        element("STEAD", {"OBJECTID": key, "OBJECTGUID": guid(key), "NUMBER": number} | LIVE)
        for key, (number, _) in STEADS.items()
    ]
    hierarchy = [step(key, parent, path(key)) for key, (_, _, _, parent) in OBJECTS.items()]
    hierarchy += [step(key, house[3], f"{path(house[3])}.{key}") for key, house in HOUSES.items()]
    hierarchy += [step(key, stead[1], f"{path(stead[1])}.{key}") for key, stead in STEADS.items()]
    codes = {
        key: element("PARAM", {"OBJECTID": key, "TYPEID": 5, "VALUE": value, "ENDDATE": "2079-06-06"})
        for key, value in POSTAL_CODES.items()
    }
    return {
        "AS_HOUSE_TYPES_20260101_aa-bb.XML": document(
            "HOUSETYPES",
            [element("HOUSETYPE", {"ID": 2, "SHORTNAME": "д."}), element("HOUSETYPE", {"ID": 5, "SHORTNAME": "зд."})],
        ),
        "71/AS_ADDR_OBJ_20260101_aa-bb.XML": document("ADDRESSOBJECTS", objects),
        "71/AS_HOUSES_20260101_aa-bb.XML": document("HOUSES", houses),
        "71/AS_STEADS_20260101_aa-bb.XML": document("STEADS", steads),
        "71/AS_ADM_HIERARCHY_20260101_aa-bb.XML": document("ITEMS", hierarchy),
        "71/AS_MUN_HIERARCHY_20260101_aa-bb.XML": document("ITEMS", hierarchy),
        "71/AS_ADDR_OBJ_PARAMS_20260101_aa-bb.XML": document("PARAMS", [codes[10], codes[20]]),
        "71/AS_HOUSES_PARAMS_20260101_aa-bb.XML": document("PARAMS", [codes[100]]),
    }


def archive(members: dict[str, str]) -> zipfile.ZipFile:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name, text in members.items():
            out.writestr(name, text)
    return zipfile.ZipFile(target)


@pytest.fixture(scope="module")
def built() -> GarTables:
    source = archive(files())
    return tables(read_region(source, code) for code in regions_of(source))


@pytest.fixture(scope="module")
def index(built: GarTables) -> GarIndex:
    return GarIndex(built)


FOUND = [
    # text, object found, level, house code, postal code, line, corrections
    ("Тула, ул. Лесная, 3", 100, 8, 2, "300042", "г Тула, ул Лесная, д 3", ()),
    ("Тула, Лесная ул., 5-а, кв 7", 101, 8, 2, "300041", "г Тула, ул Лесная, д 5А, кв 7", ()),
    ("Тула, ул. Лесная, 12к1", 102, 8, 2, "300041", "г Тула, ул Лесная, д 12 к 1", ()),
    ("Тула, ул. Лесная, 5", 20, 7, 3, "300041", "г Тула, ул Лесная, д 5", ()),
    ("Тула, ул. Лесная, 77", 20, 7, 10, "300041", "г Тула, ул Лесная, д 77", ()),
    ("Тула, ул. Лесная", 20, 7, None, "300041", "г Тула, ул Лесная", ()),
    ("Тула, ул. Кирова, 7 к 2 стр 3", 103, 8, 2, None, "г Тула, ул Металлургов, д 7 к 2 стр 3", ("street_renamed",)),
    ("Тула, ул. Леснвя, 3", 100, 8, 2, "300042", "г Тула, ул Лесная, д 3", ("street_respelled",)),
    ("Тула, ул. Тихий, 9", 104, 8, 2, None, "г Тула, пер Тихий, д 9", ("street_type",)),
    ("Тула, ул. Королева", 24, 7, None, None, "г Тула, ул Академика Королёва", ()),
    ("Тула, п. Косая Гора, ул. Гагарина", 23, 7, None, None, "г Тула, п Косая Гора, ул Гагарина", ()),
    ("Тульская обл, Киреевский р-н, с. Покровское, ул. Мира, 4", 105, 8, 2, None,
     "Тульская обл, Киреевский р-н, с Покровское, ул Мира, д 4", ()),
    ("Тульская обл, Щекинский р-н, с. Покровское, 8", 107, 8, 2, None,
     "Тульская обл, Щекинский р-н, с Покровское, д 8", ()),
    ("Тула, СНТ Вишня, уч. 15", 200, 75, 2, None, "г Тула, снт Вишня, уч 15", ()),
    ("Тула, СНТ Вишня, ул. Садовая", 25, 7, None, None, "г Тула, снт Вишня, ул Садовая", ()),
    ("Москва, Поварская, 13", 106, 8, 2, None, "г Москва, ул Поварская, д 13", ()),
    ("Тула", 10, 4, None, "300000", "г Тула", ()),
    ("Тульская обл", 1, 1, None, None, "Тульская обл", ()),
]  # fmt: skip


@pytest.mark.parametrize(("text", "key", "level", "code", "postal", "line", "corrections"), FOUND)
def test_found(
    index: GarIndex,
    text: str,
    key: int,
    level: int,
    code: int | None,
    postal: str | None,
    line: str,
    corrections: object,
) -> None:
    match = index.match(parse(text))
    assert (match.address.fias_id, match.address.fias_level) == (guid(key), level)
    assert match.address.qc_house == code
    assert (match.address.postal_code, match.address.result) == (postal, line)
    assert match.corrections == corrections


@pytest.mark.parametrize(
    "text",
    ["ул. Лесная, 3", "Тульская обл, с. Покровское, 8", "Калуга, ул. Лесная, 3", "нет данных", "Тула, ул. Кирпичная"],
)
def test_what_is_unknown_or_doubtful_gets_no_house(index: GarIndex, text: str) -> None:
    before = parse(text)
    after = index.match(before).address
    assert after.fias_level != 8
    assert (after.street, after.house, after.result) == (before.street, before.house, before.result)


def test_a_house_that_is_not_registered_is_told(index: GarIndex) -> None:
    assert index.match(parse("Тула, ул. Лесная, 77, кв 1")).address.qc_complete == 10
    assert index.match(parse("Тула, ул. Лесная, 3, кв 1")).address.qc_complete == 0


def test_divisions(index: GarIndex) -> None:
    match = index.match(parse("Тульская обл, Киреевский р-н, с. Покровское, ул. Мира, 4"))
    names = ["Тульская", "Киреевский", "Покровское", "Мира"]
    assert [step.name for step in match.administrative] == names
    assert [step.name for step in match.municipal] == names
    assert match.administrative[2].fias_id == guid(12)


def test_keys_of_a_renamed_street_meet(index: GarIndex) -> None:
    old, new = (index.match(parse(f"Тула, ул. {name}, 7")).address.house_key for name in ("Кирова", "Металлургов"))
    assert old == new is not None


def test_saved_tables_are_mapped_back(built: GarTables, tmp_path: Path) -> None:
    for name, table in (("objects", built.objects), ("houses", built.houses)):
        pq.write_table(table, tmp_path / f"{name}.parquet")
    back = GarTables(*(pq.read_table(tmp_path / f"{name}.parquet", memory_map=True) for name in ("objects", "houses")))
    assert GarIndex(back).match(parse("Тула, ул. Лесная, 3")).address.fias_id == guid(100)


def test_an_empty_index_knows_nothing() -> None:
    empty = tables([])
    assert empty.houses.num_rows == 0
    assert isinstance(empty.objects, pa.Table)
    assert GarIndex(empty).match(parse("Тула, ул. Лесная, 3")).address == parse("Тула, ул. Лесная, 3")


def test_progress_is_told() -> None:
    told: list[tuple[str, int]] = []
    read_region(archive(files()), "71", lambda member, count: told.append((member, count)))
    assert ("71/AS_HOUSES_20260101_aa-bb.XML", len(HOUSES)) in told


BROKEN = [
    ({"readme.txt": ""}, "AS_ADDR_OBJ"),
    ({"71/AS_ADDR_OBJ_20260101_aa-bb.XML": "<ADDRESSOBJECTS><OBJECT"}, "line 1"),
    ({"71/AS_ADDR_OBJ_20260101_aa-bb.XML": "<A><OBJECT OBJECTID='x' NAME='' TYPENAME=''/></A>"}, "element 1"),
    ({"71/AS_ADDR_OBJ_20260101_aa-bb.XML": "<!DOCTYPE a [<!ENTITY b 'c'>]><A><OBJECT/></A>"}, "document type"),
]


@pytest.mark.parametrize(("members", "message"), BROKEN)
def test_a_broken_archive_is_a_clear_error(members: dict[str, str], message: str) -> None:
    with pytest.raises(SourceUnusable, match=message):
        read_all(archive(members))


def read_all(source: zipfile.ZipFile) -> None:
    for code in regions_of(source):
        read_region(source, code)


def test_rows_stream_in_pieces() -> None:
    """A file larger than a piece gives every element once."""
    many = document("PARAMS", (element("PARAM", {"OBJECTID": at, "VALUE": "x" * 50}) for at in range(40_000)))
    source = archive({"71/AS_HOUSES_PARAMS_20260101_aa-bb.XML": many})
    keys = [row["OBJECTID"] for row in rows(source, "71/AS_HOUSES_PARAMS_20260101_aa-bb.XML")]
    assert keys == [str(at) for at in range(40_000)]
