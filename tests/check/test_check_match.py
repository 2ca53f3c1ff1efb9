"""Entries of lists held against parties: grades one by one, the same in bulk, identities over editions."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from litso.check.entries import ENTRIES, Entry, ListIndex, full_name, identified, key_table
from litso.check.match import (
    POSSIBLE,
    STRONG,
    SUBJECT_SCHEMA,
    SURE,
    Subject,
    hold,
    screen_many,
    screen_one,
    subject_of,
    subjects,
)

BORN = date(1980, 2, 1)
IVANOV = "иванов иван иванович"
LISTED = Entry(
    0, 0, "свой", None, "ИВАНОВ И.И.", "person", [IVANOV], [], BORN, 1980, "500100732259", None, None, ["4509123456"],
    "долг", None, None, None,
)  # fmt: skip
NAMED = LISTED._replace(birth_date=None, birth_year=None, inn=None, passports=[])
FIRM = NAMED._replace(kind="organization", names=[], companies=["ромашка"], inn="7707083893")


@pytest.mark.parametrize(
    ("subject", "entry", "grade", "agrees", "differs"),
    [
        (Subject(inn="500100732259"), LISTED, SURE, ("inn",), ()),
        (Subject(name="петров петр", inn="500100732259"), LISTED, SURE, ("inn",), ()),
        (Subject(passport="4509123456", birth_date=date(1980, 2, 2)), LISTED, SURE, ("passport",), ("birth_date",)),
        (Subject(name=IVANOV, birth_date=BORN), LISTED, STRONG, ("name", "birth_date"), ()),
        (Subject(name=IVANOV, birth_date=BORN, inn="500100732270"), LISTED, POSSIBLE, ("name", "birth_date"), ("inn",)),
        (Subject(name=IVANOV, birth_date=BORN, passport="4510000000"), LISTED, STRONG, ("name", "birth_date"), ()),
        (Subject(name="иванов иван", birth_date=BORN), LISTED, POSSIBLE, ("name_part", "birth_date"), ()),
        (Subject(name="иванов иван петрович", birth_date=BORN), LISTED, POSSIBLE, ("name_part", "birth_date"), ()),
        (Subject(name=IVANOV), LISTED, POSSIBLE, ("name",), ()),
        (Subject(name=IVANOV), NAMED, POSSIBLE, ("name",), ()),
        (Subject(name=IVANOV, birth_date=date(1980, 2, 2)), LISTED, None, (), ()),
        (Subject(name=IVANOV, birth_date=BORN), NAMED._replace(birth_year=1980), POSSIBLE, ("name", "birth_year"), ()),
        (Subject(name=IVANOV, birth_date=BORN), NAMED._replace(birth_year=1981), None, (), ()),
        (Subject(name=IVANOV, inn="500100732270"), LISTED, None, (), ()),
        (Subject(name="иванов иван"), LISTED, None, (), ()),
        (Subject(birth_date=BORN), LISTED, None, (), ()),
        (Subject(), NAMED, None, (), ()),
        (Subject(company="ромашка"), FIRM, POSSIBLE, ("company",), ()),
        (Subject(company="ромашка", inn="7707083893"), FIRM, SURE, ("inn", "company"), ()),
        (Subject(company="ромашка", inn="7702070139"), FIRM, None, (), ()),
    ],
)  # fmt: skip
def test_grades(
    subject: Subject, entry: Entry, grade: str | None, agrees: tuple[str, ...], differs: tuple[str, ...]
) -> None:
    assert hold(subject, entry) == (None if grade is None else (grade, agrees, differs))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Иванов Фёдор Петрович", "иванов федор петрович"),
        ("Иванов Фёдор П", "иванов федор"),
        ("Иванов Ф П", None),
        ("Иванов", None),
        (None, None),
        ("", None),
    ],
)
def test_names_that_can_be_compared(text: str | None, name: str | None) -> None:
    assert full_name(text) == name


NAMES = st.sampled_from(
    ["Иванов Иван Иванович", "Иванов Иван", "Иванов Иван Петрович", "Фёдорова Анна", "Иванов И И", "Петров Пётр П"]
)
NUMBER = {
    "inn": st.sampled_from(["500100732259", "7707083893"]),
    "ogrn": st.sampled_from(["1027700132195", "1027700132196"]),
    "snils": st.sampled_from(["11223344595", "11223344596"]),
    "passport": st.sampled_from(["4509123456", "4510123456"]),
}
DAYS = st.sampled_from([date(1980, 2, 1), date(1980, 3, 1), date(1990, 2, 1)])
CORES = st.sampled_from(["Ромашка", "Лютик-2", "РОМАШКА"])


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


GOLDEN = st.builds(
    lambda is_person, name, company, born, numbers: {
        "kind": "person" if is_person else "organization",
        "full_name": name,
        "company": company,
        "birth_date": born,
        **numbers,
    },
    st.booleans(),
    maybe(NAMES),
    maybe(CORES),
    maybe(DAYS),
    st.fixed_dictionaries({name: maybe(values) for name, values in NUMBER.items()}),
)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    is_person = draw(st.booleans())
    names = [one for one in map(full_name, draw(st.lists(NAMES, max_size=2))) if one] if is_person else []
    cores = [one.lower() for one in draw(st.lists(CORES, max_size=2))] if not is_person else []
    born = draw(maybe(DAYS))
    numbers = {name: draw(maybe(NUMBER[name])) for name in ("inn", "ogrn", "snils")}
    return LISTED._replace(
        kind="person" if is_person else "organization", names=names, companies=cores, birth_date=born,
        birth_year=born.year if born else draw(maybe(st.sampled_from([1980, 1990]))),
        passports=draw(st.lists(NUMBER["passport"], max_size=2, unique=True)), **numbers,
    )  # fmt: skip


def index_of(listed: list[Entry]) -> ListIndex:
    rows = [one._asdict() for one in listed]
    return ListIndex(key_table(listed), pa.Table.from_pylist(rows, ENTRIES))


@settings(max_examples=40)
@given(st.lists(GOLDEN, min_size=1, max_size=6), st.lists(entries(), min_size=1, max_size=6))
def test_in_bulk_as_one_by_one_and_as_every_pair(golden: list[dict[str, Any]], listed: list[Entry]) -> None:
    listed = identified(listed)
    index = index_of(listed)
    texts = [one | {"birth_date": one["birth_date"] and one["birth_date"].isoformat()} for one in golden]
    single = [subject_of(one["kind"], one) for one in texts]
    every = {
        (number, entry.entry_id): match
        for number, subject in enumerate(single)
        for entry in listed
        if (match := hold(subject, entry))
    }
    by_keys = {
        (number, entry.entry_id): match
        for number, subject in enumerate(single)
        for entry, match in screen_one(subject, index)
    }
    frame = pl.DataFrame([{"subject": number, **one} for number, one in enumerate(golden)], schema=SUBJECT_SCHEMA)
    found = screen_many(subjects(frame), pl.DataFrame(index.keys), pl.DataFrame(index.entries))
    in_bulk = {
        (row["subject"], row["entry_id"]): (row["grade"], tuple(row["agrees"]), tuple(row["differs"]))
        for row in found.to_dicts()
    }
    assert by_keys == every
    assert in_bulk == every


def test_an_entry_is_the_same_while_what_identifies_it_is() -> None:
    first, other = identified([LISTED, NAMED])
    (again,) = identified([LISTED._replace(reason="иное", until=date(2026, 1, 1))])
    assert (again.entry_id == first.entry_id, again.row_hash == first.row_hash) == (True, False)
    assert other.entry_id != first.entry_id
    (renamed,) = identified([LISTED._replace(names=["иванов петр иванович"])])
    assert renamed.entry_id != first.entry_id
    (respelled,) = identified([LISTED._replace(name="Иванов И. И.")])
    assert respelled.entry_id == first.entry_id
    one, two = identified([NAMED, NAMED])
    assert one.entry_id == other.entry_id != two.entry_id
