"""Rights that a register states by name: who is meant, and what becomes of the books."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
import pytest

from litso.golden.register import NAME_SCHEMA, STATED_SCHEMA, with_register
from litso.golden.roles import ROLE_SCHEMA
from litso.golden.ties import TIE_SCHEMA

HOME = "самара|ленина|5#12"
SOLD, BOUGHT = date(2024, 5, 1), date(2024, 6, 1)


def ties(*parties: str) -> pl.DataFrame:
    at = datetime(2026, 1, 1)
    rows = [(party, "self", "1", HOME, at, at, None, None, 1, [1]) for party in parties]
    return pl.DataFrame(rows, schema=TIE_SCHEMA, orient="row")


def books(*owners: str, reason: str = "books") -> pl.DataFrame:
    rows = [(party, "owner", "1", HOME, None, None, date(2020, 1, 1), reason, [7]) for party in owners]
    return pl.DataFrame(rows, schema=ROLE_SCHEMA, orient="row")


def right(surname: str, given: str, patronymic: str | None, since: date | None, until: date | None) -> pl.DataFrame:
    house, flat = HOME.split("#")
    rows = [("owner", f"{surname} {given}", None, house, flat, since, until)]
    stated = pl.DataFrame(rows, schema=STATED_SCHEMA, orient="row")
    return stated.with_columns(
        stem=pl.lit(surname), given_name=pl.lit(given), patronymic=pl.lit(patronymic, pl.String), place=pl.lit(HOME)
    )


def names(*rows: tuple[str, str, str, str | None]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=NAME_SCHEMA, orient="row")


def owners(roles: pl.DataFrame) -> set[tuple[str, date | None, date | None, str]]:
    return set(roles.filter(pl.col("role") == "owner").select("party_id", "since", "until", "reason").iter_rows())


IVANOV = ("ivanov", "иванов", "петр", "ильич")
GUSEV = ("gusev", "гусев", "олег", None)


def test_a_right_that_ended_ends_ownership() -> None:
    found = with_register(books("ivanov"), right("иванов", "петр", "ильич", None, SOLD), ties("ivanov"), names(IVANOV))
    assert owners(found) == {("ivanov", None, SOLD, "register_ended")}


def test_who_bought_follows_whom_the_books_still_name() -> None:
    found = with_register(
        books("ivanov"), right("гусев", "олег", "ильич", BOUGHT, None), ties("ivanov", "gusev"), names(IVANOV, GUSEV)
    )
    assert owners(found) == {
        ("ivanov", None, BOUGHT, "register_ended"),
        ("gusev", BOUGHT, None, "register"),
    }


def test_a_right_that_lasts_says_more_than_a_guess_from_addresses() -> None:
    moved = books("ivanov", reason="moved_out").with_columns(until=pl.lit(SOLD))
    found = with_register(moved, right("иванов", "петр", "ильич", BOUGHT, None), ties("ivanov"), names(IVANOV))
    assert owners(found) == {("ivanov", BOUGHT, None, "register")}


@pytest.mark.parametrize(
    ("known", "is_meant"),
    [
        ([IVANOV], True),
        ([("ivanov", "иванов", "п", None)], True),  # initials
        ([("ivanov", "иванов", "павел", "ильич")], False),
        ([("ivanov", "иванов", "петр", "сергеевич")], False),
        ([("ivanov", "иванов", "петр", None), ("other", "иванов", "петр", None)], False),  # which of the two?
        ([("ivanov", "иванов", "п", None), ("other", "иванов", "петр", "ильич")], True),
    ],
)
def test_who_is_meant(known: list[tuple[str, str, str, str | None]], is_meant: bool) -> None:
    parties = [row[0] for row in known]
    none = pl.DataFrame(schema=ROLE_SCHEMA)
    found = with_register(none, right("иванов", "петр", "ильич", BOUGHT, None), ties(*parties), names(*known))
    assert (len(owners(found)) == 1) is is_meant
