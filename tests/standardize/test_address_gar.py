"""The State Address Register: a small archive is written, read, indexed and asked."""

from __future__ import annotations

import random
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import small_gar
from litso.errors import SourceUnusable
from litso.sources.gar_archive import members, open_archive, rows
from litso.standardize.address import COLUMNS, parse, parse_column
from litso.standardize.address.gar import GarIndex
from litso.standardize.address.gar_column import match_column
from litso.usecases.reference_gar import build_region, regions
from small_gar import guid


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> GarIndex:
    folder = tmp_path_factory.mktemp("gar")
    return small_gar.index_of(small_gar.write(small_gar.files(), folder / "gar.zip"), folder)


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


def test_an_empty_index_knows_nothing() -> None:
    assert GarIndex([]).match(parse("Тула, ул. Лесная, 3")).address == parse("Тула, ул. Лесная, 3")


OTHERS = ["", "нет данных", "Тула, а/я 5", "Калуга, ул. Лесная, 3", "Тула, мкр Северный, 5", "300041, Тула",
          "Казахстан, г. Тула, ул. Тихий"]  # fmt: skip


def test_a_column_is_matched_as_its_values(index: GarIndex) -> None:
    texts = [text for text, *_ in FOUND] + OTHERS
    texts += [f"{text}, кв {flat}" for text in texts[:8] for flat in (1, 2)]
    random.Random(5).shuffle(texts)
    column = match_column(parse_column(pl.Series(texts * 2)), index)
    for text, row in zip(texts * 2, column.iter_rows(named=True), strict=True):
        alone = index.match(parse(text)).address
        assert {**row, "problems": tuple(row["problems"])} == {name: getattr(alone, name) for name in COLUMNS}


FRAGMENTS = [
    "300041", "Россия", "Казахстан", "Тульская обл", "Киреевский р-н", "г. Тула", "Тула", "Москва", "п. Косая Гора",
    "с. Покровское", "Центральный р-н", "мкр Северный", "СНТ Вишня", "кв-л 5", "ул. Кирова", "ул. Леснвя", "Лесная",
    "пер. Тихий", "ул. Тихий", "Поварская", "Садовая ул.", "д. 3", "7 к 2 стр 3", "12к1", "уч. 15", "кв. 7", "под. 2",
    "эт. 3", "а/я 5", "до востребования", "вход со двора", "лит. А",
]  # fmt: skip


@given(st.lists(st.lists(st.sampled_from(FRAGMENTS), max_size=7).map(", ".join), min_size=1, max_size=30))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_column_is_matched_as_its_values(index: GarIndex, texts: list[str]) -> None:
    column = match_column(parse_column(pl.Series(texts)), index)
    for text, row in zip(texts, column.iter_rows(named=True), strict=True):
        alone = index.match(parse(text)).address
        assert {**row, "problems": tuple(row["problems"])} == {name: getattr(alone, name) for name in COLUMNS}


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=7).map(", ".join))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_matched_address_is_found_again(index: GarIndex, text: str) -> None:
    """The line of a house that was found, read anew, is the same house."""
    first = index.match(parse(text)).address
    if first.qc_house == 2 and first.qc == 0:
        assert index.match(parse(first.result)).address.fias_id == first.fias_id


def test_an_address_of_a_region_that_is_not_loaded_is_left_alone(index: GarIndex) -> None:
    """«с. Покровское» is in the register, but not in that region."""
    text = "Орловская обл, с. Покровское, ул. Мира, 4"
    assert index.match(parse(text)).address == parse(text)


def test_a_house_is_looked_for_only_in_the_very_place(index: GarIndex) -> None:
    """A quarter that the register does not know: the town's own house 3 is another one."""
    assert index.match(parse("Тула, мкр Северный, 3")).address.qc_house == 10


class Broken(NamedTuple):
    change: dict[str, str]
    message: str


OBJECT_FILE = "71/AS_ADDR_OBJ_20260101_aa-bb.XML"
HOUSE_FILE = "71/AS_HOUSES_20260101_aa-bb.XML"
BROKEN = [
    Broken({OBJECT_FILE: "<ADDRESSOBJECTS>\n<OBJECT"}, "71/AS_ADDR_OBJ.*line 2, column"),
    Broken(
        {OBJECT_FILE: "<A><OBJECT OBJECTID='x' OBJECTGUID='' LEVEL='1' NAME='' TYPENAME=''/></A>"},
        "element 1: .*malformed",
    ),
    Broken({OBJECT_FILE: "<!DOCTYPE a [<!ENTITY b 'c'>]><A><OBJECT/></A>"}, "document type"),
    Broken({HOUSE_FILE: "<A><HOUSE OBJECTID='5'/></A>"}, "AS_HOUSES.*element 1: no attribute OBJECTGUID"),
]


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case.message[:20])
def test_a_broken_archive_is_a_clear_error(case: Broken, tmp_path: Path) -> None:
    archive = small_gar.write({**small_gar.files(), **case.change}, tmp_path / "gar.zip")
    with pytest.raises(SourceUnusable, match=case.message):
        build_region(small_gar.source_of(archive, tmp_path), "71", tmp_path)


@pytest.mark.parametrize("members", [{"readme.txt": ""}, {"AS_ADDR_OBJ_20260101_aa-bb.XML": "<A/>"}])
def test_an_archive_without_regions_is_refused(members: dict[str, str], tmp_path: Path) -> None:
    archive = small_gar.write(members, tmp_path / "gar.zip")
    with pytest.raises(SourceUnusable, match=r"gar\.zip.*AS_ADDR_OBJ"):
        regions(small_gar.source_of(archive, tmp_path))


@pytest.mark.parametrize("keep", [0, 40, 0.5, 0.99])
def test_a_damaged_archive_is_refused(keep: float, tmp_path: Path) -> None:
    archive = small_gar.write(small_gar.files(), tmp_path / "gar.zip")
    data = archive.read_bytes()
    archive.write_bytes(data[: int(keep * len(data)) if isinstance(keep, float) else keep])
    with pytest.raises(SourceUnusable, match=r"gar\.zip"):
        regions(small_gar.source_of(archive, tmp_path))


def test_a_member_damaged_inside_the_archive_is_named(tmp_path: Path) -> None:
    archive = small_gar.write(small_gar.files(), tmp_path / "gar.zip")
    data = bytearray(archive.read_bytes())
    with open_archive(archive) as opened:
        at = opened.getinfo(HOUSE_FILE).header_offset + 80
    data[at : at + 20] = bytes(20)
    archive.write_bytes(data)
    with pytest.raises(SourceUnusable, match="AS_HOUSES"):
        build_region(small_gar.source_of(archive, tmp_path), "71", tmp_path)


def test_what_was_staged_before_a_kill_is_not_read_again(tmp_path: Path) -> None:
    """The hierarchy is broken: what stands before it is staged, and the next try reads it from there."""
    files = small_gar.files()
    hierarchy = "71/AS_ADM_HIERARCHY_20260101_aa-bb.XML"
    broken = small_gar.write({**files, hierarchy: "<ITEMS><ITEM"}, tmp_path / "gar.zip")
    with pytest.raises(SourceUnusable, match="ADM_HIERARCHY"):
        build_region(small_gar.source_of(broken, tmp_path), "71", tmp_path)
    told: list[str] = []
    whole = small_gar.source_of(small_gar.write(files, tmp_path / "gar.zip"), tmp_path)
    build_region(whole._replace(progress=lambda stage, done, of: told.append(stage)), "71", tmp_path)
    assert "71 AS_ADM_HIERARCHY" in told
    assert "71 AS_HOUSES" not in told
    assert not (tmp_path / "work" / "gar-71").exists()


def test_rows_stream_in_pieces(tmp_path: Path) -> None:
    """A file larger than a piece gives every element once, with its number."""
    many = small_gar.document(
        "PARAMS", (small_gar.element("PARAM", {"OBJECTID": at, "VALUE": "x" * 50}) for at in range(40_000))
    )
    name = "71/AS_HOUSES_PARAMS_20260101_aa-bb.XML"
    with open_archive(small_gar.write({name: many}, tmp_path / "gar.zip")) as archive:
        member = members(archive)["71"]["HOUSES_PARAMS"]
        found = [(number, row["OBJECTID"]) for number, row in rows(archive, member)]
    assert found == [(at + 1, str(at)) for at in range(40_000)]
