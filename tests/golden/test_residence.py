"""Homes, households and roles from ties: tables of what the sources say and what follows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import polars as pl
import pytest

from litso.golden.households import households
from litso.golden.residence import Around, account_places, placed, residences
from litso.golden.roles import roles
from litso.golden.ties import FACT_SCHEMA, RECORD_SCHEMA, TIE_SCHEMA, gather_ties

LENINA, SADOVAYA = "самара|ленина|5#12", "самара|садовая|8#44"
OLD, MID, NEW = datetime(2022, 3, 1), datetime(2023, 6, 1), datetime(2026, 5, 1)
NOBODY = pl.DataFrame(schema={"party_id": pl.String, "other": pl.String})
NO_NAMESAKES = pl.DataFrame(schema={"party_id": pl.String, "other": pl.String, "house": pl.String})
NO_RIGHTS = pl.DataFrame(schema={"place": pl.String, "stem": pl.String, "since": pl.Date, "until": pl.Date})


def tie(party: str, what: str, account: str | None, place: str | None, *at: datetime, **more: Any) -> dict[str, Any]:
    return {
        "party_id": party,
        "what": what,
        "account": account,
        "place": place,
        "first_at": min(at),
        "last_at": max(at),
        "begins": None,
        "ends": None,
        "times": len(at),
        "records": [len(party)],
        **more,
    }


def ties_of(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=TIE_SCHEMA)


def people_of(**stems: str | None) -> pl.DataFrame:
    return pl.DataFrame(list(stems.items()), schema={"party_id": pl.String, "stem": pl.String}, orient="row")


def contacts_of(*pairs: tuple[str, str]) -> pl.DataFrame:
    both = [*pairs, *((other, one) for one, other in pairs)]
    return pl.DataFrame(both, schema=NOBODY.schema, orient="row")


def whole(ties: pl.DataFrame) -> pl.DataFrame:
    return placed(ties, pl.Series([LENINA.split("#")[0], SADOVAYA.split("#")[0]]))


def homes(
    ties: pl.DataFrame,
    people: pl.DataFrame,
    contacts: pl.DataFrame = NOBODY,
    namesakes: pl.DataFrame = NO_NAMESAKES,
    rights: pl.DataFrame = NO_RIGHTS,
) -> dict[str, str]:
    found = residences(whole(ties), Around(people, contacts, namesakes, rights))
    return dict(found.select("party_id", "place").iter_rows())


def roles_of(ties: pl.DataFrame, people: pl.DataFrame) -> set[tuple[str, str, str | None, date | None]]:
    full = whole(ties)
    found = roles(full, residences(full, Around(people, NOBODY, NO_NAMESAKES, NO_RIGHTS)), people)
    return set(found.select("party_id", "role", "account", "until").iter_rows())


FAMILY = ties_of(
    tie("anna", "owner", "1", LENINA, OLD),
    tie("anna", "payer", "1", LENINA, NEW),
    tie("boris", "self", "1", LENINA, NEW),
)


def test_a_family_lives_at_its_account() -> None:
    assert homes(FAMILY, people_of(anna="петров", boris="петров")) == {"anna": LENINA, "boris": LENINA}


def test_an_address_without_flat_is_no_premise_in_a_house_with_flats() -> None:
    house = "самара|ленина|5#"
    full = whole(ties_of(tie("anna", "self", None, house, NEW), tie("boris", "self", None, "село|мира|1#", NEW)))
    assert dict(full.select("party_id", "place").iter_rows()) == {"anna": None, "boris": "село|мира|1#"}


def test_an_account_is_where_most_records_say() -> None:
    found = account_places(
        ties_of(
            tie("anna", "payer", "1", SADOVAYA, NEW),
            tie("anna", "payer", "1", LENINA, NEW, OLD, MID),
            tie("anna", "owner", "2", LENINA, OLD),
            tie("anna", "self", "2", SADOVAYA, NEW),
        )
    )
    assert dict(found.iter_rows()) == {"1": LENINA, "2": LENINA}


def test_kin_that_shares_a_phone_lives_with_the_other() -> None:
    people = people_of(anna="петров", boris="петров")
    ties = ties_of(tie("anna", "self", "1", LENINA, NEW), tie("anna", "payer", "1", LENINA, NEW))
    assert homes(ties, people) == {"anna": LENINA}
    assert homes(ties, people, contacts_of(("anna", "boris"))) == {"anna": LENINA, "boris": LENINA}


FAMILY_MOVED = ties_of(
    tie("anna", "self", "1", LENINA, OLD),
    tie("boris", "self", "1", LENINA, OLD),
    tie("boris", "owner", "2", SADOVAYA, NEW, begins=MID),
    tie("boris", "payer", "2", SADOVAYA, NEW),
    tie("heir", "self", "1", LENINA, NEW),
    tie("heir", "owner", "1", LENINA, NEW, begins=MID),
    tie("heir", "payer", "1", LENINA, NEW),
)


@pytest.mark.parametrize(("heir", "home"), [("гусев", SADOVAYA), ("петров", LENINA)])
def test_a_family_moves_together_and_stays_where_one_of_it_stays(heir: str, home: str) -> None:
    people = people_of(anna="петров", boris="петров", heir=heir)
    assert homes(FAMILY_MOVED, people) == {"anna": home, "boris": home, "heir": LENINA}


def test_one_who_left_out_the_flat_lives_with_the_only_family_of_the_name_in_the_house() -> None:
    house, ninth = LENINA.split("#")[0], f"{LENINA.split('#')[0]}#9"
    people = people_of(anna="петров", boris="петров", vera="петров")
    names = pl.DataFrame(
        [("boris", "anna", house), ("anna", "boris", house), ("boris", "vera", house), ("vera", "boris", house)],
        schema=NO_NAMESAKES.schema,
        orient="row",
    )
    said = [
        tie("anna", "owner", "1", LENINA, OLD),
        tie("anna", "payer", "1", LENINA, NEW),
        tie("anna", "self", "1", LENINA, MID),
        tie("boris", "self", None, f"{house}#", MID),
    ]
    assert homes(ties_of(*said), people) == {"anna": LENINA}
    assert homes(ties_of(*said), people, namesakes=names) == {"anna": LENINA, "boris": LENINA}
    other = tie("vera", "owner", "2", ninth, OLD)
    assert "boris" not in homes(ties_of(*said, other), people, namesakes=names)


@pytest.mark.parametrize(
    ("rights", "lives"),
    [
        ([], True),
        ([(LENINA, "петров", MID.date())], True),
        ([(LENINA, "гусев", MID.date())], False),  # sold after the last word
        ([(LENINA, "гусев", OLD.date())], True),  # rented: the stranger owned it before that word
        ([(LENINA, "гусев", MID.date()), (LENINA, "петров", MID.date())], True),  # a share of it
    ],
)
def test_where_strangers_bought_after_the_last_word_nobody_of_the_former_family_lives(
    rights: list[tuple[str, str, date]], lives: bool
) -> None:
    ties = ties_of(
        tie("anna", "self", None, LENINA, datetime(2022, 5, 1)),
        tie("anna", "payer", None, SADOVAYA, OLD),
        tie("vera", "owner", "1", LENINA, NEW),
    )
    stated = pl.DataFrame([(*right, None) for right in rights], schema=NO_RIGHTS.schema, orient="row")
    found = homes(ties, people_of(anna="петров", vera="гусев"), rights=stated)
    assert found["anna"] == (LENINA if lives else SADOVAYA)


LANDLORD = ties_of(
    tie("anna", "owner", "1", LENINA, OLD),
    tie("anna", "self", "2", SADOVAYA, NEW),
    tie("anna", "owner", "2", SADOVAYA, OLD),
    tie("tenant", "self", "1", LENINA, NEW),
    tie("tenant", "payer", "1", LENINA, NEW),
)


def test_a_landlord_lives_elsewhere_and_the_tenant_pays() -> None:
    people = people_of(anna="петров", tenant="гусев")
    assert homes(LANDLORD, people) == {"anna": SADOVAYA, "tenant": LENINA}
    found = roles_of(LANDLORD, people)
    assert {("anna", "owner", "1", None), ("tenant", "tenant", "1", None), ("tenant", "payer", "1", None)} <= found


MOVED = ties_of(
    tie("anna", "owner", "1", LENINA, OLD),
    tie("anna", "self", "1", LENINA, OLD),
    tie("anna", "self", "2", SADOVAYA, NEW),
    tie("anna", "payer", "2", SADOVAYA, NEW),
    tie("heir", "self", "1", LENINA, MID),
    tie("heir", "payer", "1", LENINA, NEW),
)


def test_one_who_moved_away_owns_no_more_whatever_the_books_say() -> None:
    found = roles_of(MOVED, people_of(anna="петров", heir="гусев"))
    assert ("anna", "owner", "1", MID.date()) in found
    assert ("anna", "resident", "1", MID.date()) in found
    assert ("anna", "resident", "2", None) in found
    assert ("heir", "resident", "1", None) in found


def test_a_mother_who_stays_keeps_her_child_from_having_moved() -> None:
    ties = ties_of(
        tie("mother", "payer", "1", LENINA, NEW),
        tie("mother", "self", "1", LENINA, NEW),
        tie("anna", "self", "1", LENINA, OLD),
        tie("anna", "self", "2", SADOVAYA, NEW, NEW),
        tie("anna", "payer", "2", SADOVAYA, NEW),
        tie("anna", "owner", "2", SADOVAYA, NEW),
        tie("husband", "self", "2", SADOVAYA, NEW),
    )
    found = roles_of(ties, people_of(mother="петров", anna="петров", husband="петров"))
    assert {("anna", "contact", "1", None), ("anna", "resident", "2", None), ("mother", "resident", "1", None)} <= found


def test_books_that_end_end_the_role() -> None:
    ties = ties_of(tie("anna", "owner", "1", LENINA, OLD, ends=MID), tie("boris", "owner", "1", LENINA, NEW))
    found = roles_of(ties, people_of(anna="петров", boris="гусев"))
    assert {("anna", "owner", "1", MID.date()), ("boris", "owner", "1", None)} <= found


def test_the_payer_is_who_paid_most_often_of_late() -> None:
    ties = ties_of(
        tie("anna", "payer", "1", LENINA, OLD, OLD, OLD, OLD),
        tie("boris", "payer", "1", LENINA, NEW, NEW),
        tie("vera", "payer", "1", LENINA, NEW),
    )
    found = {row for row in roles_of(ties, people_of(anna="а", boris="б", vera="в")) if row[1] == "payer"}
    assert found == {
        ("anna", "payer", "1", date(2022, 3, 2)),
        ("boris", "payer", "1", None),
        ("vera", "payer", "1", date(2026, 5, 2)),
    }


@pytest.mark.parametrize(
    ("stems", "ties", "shared", "groups"),
    [
        ({"a": "петров", "b": "петров"}, [("a", "1"), ("b", "2")], [], [{"a", "b"}]),
        ({"a": "петров", "b": "гусев"}, [("a", "1"), ("b", "1")], [], [{"a", "b"}]),
        ({"a": "петров", "b": "гусев"}, [("a", "1"), ("b", "2")], [], [{"a"}, {"b"}]),  # a communal flat
        ({"a": "петров", "b": "гусев"}, [("a", "1"), ("b", "2")], [("a", "b")], [{"a", "b"}]),
        ({"a": "петров", "b": "гусев"}, [("a", "1"), ("b", None)], [], [{"a", "b"}]),
    ],
)
def test_what_makes_a_household(
    stems: dict[str, str], ties: list[tuple[str, str | None]], shared: list[tuple[str, str]], groups: list[set[str]]
) -> None:
    at_home = ties_of(*(tie(party, "self", account, LENINA, NEW) for party, account in ties))
    living = pl.DataFrame({"party_id": list(stems), "place": LENINA, "weight": 1.0})
    found = households(living, people_of(**stems), at_home, contacts_of(*shared))
    members = found.group_by("household_id").agg("party_id")["party_id"].to_list()
    assert sorted(map(sorted, members)) == sorted(map(sorted, groups))


def test_a_bond_is_named() -> None:
    living = pl.DataFrame({"party_id": ["a", "b", "c"], "place": [LENINA, LENINA, SADOVAYA], "weight": 1.0})
    at_home = ties_of(tie("a", "self", "1", LENINA, NEW), tie("b", "payer", "1", LENINA, NEW))
    found = households(living, people_of(a="петров", b="петров", c="петров"), at_home, contacts_of(("a", "b")))
    assert dict(found.select("party_id", "reasons").iter_rows()) == {
        "a": ["account", "contact", "surname"],
        "b": ["account", "contact", "surname"],
        "c": ["alone"],
    }


def test_ties_gather_what_records_say() -> None:
    records = pl.DataFrame(
        [
            ("anna", 1, OLD, None, "самара|ленина|5", "12", ["1"]),
            ("anna", 2, NEW, None, "самара|ленина|5", "12", ["1"]),
            ("anna", 3, NEW, None, None, None, []),
            ("boris", 2, MID, NEW, "самара|ленина|5", "12", ["1"]),
        ],
        schema=RECORD_SCHEMA,
        orient="row",
    )
    facts = pl.DataFrame(
        [(1, "payment", "1", None, None, None), (2, "account", "1", MID, None, "действует")],
        schema=FACT_SCHEMA,
        orient="row",
    )
    found = gather_ties(records, facts).sort("party_id", "what").select("party_id", "what", "begins", "ends", "records")
    assert list(found.iter_rows()) == [
        ("anna", "owner", MID, None, [2]),
        ("anna", "payer", None, None, [1]),
        ("boris", "owner", None, NEW, [2]),
    ]


def test_a_closed_account_ends_when_the_books_closed_it() -> None:
    records = pl.DataFrame([("anna", 1, MID, None, None, None, ["1"])], schema=RECORD_SCHEMA, orient="row")
    facts = pl.DataFrame([(1, "account", "1", OLD, None, "Закрыт")], schema=FACT_SCHEMA, orient="row")
    assert gather_ties(records, facts)["ends"].to_list() == [MID]
