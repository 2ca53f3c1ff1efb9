"""Survivorship: which value wins, why, and that one party and many get the same answer."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from litso.domain.record import QC_KINDS, STANDARD_LISTS, STANDARD_TEXT, standard_schema
from litso.golden.pins import Pin
from litso.golden.policy import BITS, CRITERIA, DEFAULT_POLICY, SINGLE_ATTRIBUTES, Policy
from litso.golden.records import golden_record, golden_records


def record(source: str, source_id: str, **values: Any) -> dict[str, Any]:
    """A standard record of party "p" with everything else missing."""
    row: dict[str, Any] = dict.fromkeys((*STANDARD_TEXT, "birth_date", "updated_at"))
    row |= {"qc_" + kind: None for kind in QC_KINDS} | {name: [] for name in STANDARD_LISTS}
    row |= {"source": source, "source_id": source_id, "kind": "person", "party_id": "p", "priority": 0, "problems": []}
    return row | values


def frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    schema = standard_schema().append(pa.field("party_id", pa.string())).append(pa.field("priority", pa.int64()))
    return pl.DataFrame(pl.from_arrow(pa.Table.from_pylist(rows, schema=schema)))


def winner(rows: list[dict[str, Any]], attribute: str) -> tuple[Any, str]:
    golden = golden_records(frame(rows)).row(0, named=True)
    return golden[attribute], json.loads(golden["provenance"])[attribute][0]["rule"]


OLD, NEW = datetime(2020, 1, 1), datetime(2026, 1, 1)


@pytest.mark.parametrize(
    ("attribute", "losing", "winning", "rule"),
    [
        ("given_name", {"given_name": "И"}, {"given_name": "Иван"}, "complete"),
        ("surname", {"surname": "Иванав", "qc_name": 1}, {"surname": "Иванов", "qc_name": 0}, "quality"),
        ("snils", {"snils": "1", "priority": 1}, {"snils": "2", "priority": 9}, "trusted"),
        ("inn", {"inn": "1", "updated_at": OLD}, {"inn": "2", "updated_at": NEW}, "newest"),
        ("company", {"company": "Ромашка"}, {"company": "Ромашка плюс"}, "longest"),
        (
            "address",
            {"address": "г Самара", "priority": 99},
            {"address": "x", "street": "Мира", "house": "5"},
            "complete",
        ),
    ],
)
def test_the_better_value_wins_and_says_why(attribute: str, losing: dict, winning: dict, rule: str) -> None:
    rows = [record("a", "1", **losing), record("b", "2", **winning)]
    assert winner(rows, attribute) == (winning[attribute], rule)
    assert winner(rows[::-1], attribute) == (winning[attribute], rule)


def test_what_most_sources_say_wins_over_many_rows_of_one_source() -> None:
    wrong = [record("payments", str(n), birth_date=date(1980, 1, 2)) for n in range(5)]
    right = [record("crm", "1", birth_date=date(1980, 1, 1)), record("billing", "1", birth_date=date(1980, 1, 1))]
    assert winner(wrong + right, "birth_date") == (date(1980, 1, 1), "frequent")


def test_an_address_is_never_put_together_from_two_records() -> None:
    rows = [
        record("a", "1", address="г Самара, ул Мира, д 5", city="Самара", street="Мира", house="5"),
        record(
            "b", "1", address="г Тольятти, ул Ленина, д 7, кв 8", city="Тольятти", street="Ленина", house="7", flat="8"
        ),
    ]
    golden = golden_records(frame(rows)).row(0, named=True)
    assert (golden["city"], golden["street"], golden["house"], golden["flat"]) == ("Тольятти", "Ленина", "7", "8")


def test_every_value_of_a_list_is_kept_best_first_with_its_record() -> None:
    rows = [
        record("a", "1", phones=["+79170000001", "+79170000002"], updated_at=OLD),
        record("b", "1", phones=["+79170000002"], updated_at=NEW),
    ]
    golden = golden_records(frame(rows)).row(0, named=True)
    assert golden["phones"] == ["+79170000002", "+79170000001"]
    entries = json.loads(golden["provenance"])["phones"]
    assert [(entry["source"], entry["said_by"]) for entry in entries] == [("b", 2), ("a", 1)]


def test_quotes_and_backslashes_of_a_value_survive_in_the_provenance() -> None:
    rows = [record("a", "1", full_name='ООО "Ро\\машка"', kind="organization")]
    assert winner(rows, "full_name")[0] == 'ООО "Ро\\машка"'


names = st.sampled_from([None, "А", "Анна", "Анно", "Ольга", 'О"\\\n\x02Я'])
records = st.lists(
    st.fixed_dictionaries(
        {
            "source": st.sampled_from(["billing", "crm", "cabinet"]),
            "party_id": st.sampled_from(["p", "q"]),
            "kind": st.sampled_from(["person", "person", "organization"]),
            "surname": names,
            "given_name": names,
            "patronymic": names,
            "full_name": names,
            "address": st.sampled_from([None, "ул Мира", "ул Ленина"]),
            "street": st.sampled_from([None, "Мира"]),
            "house": st.sampled_from([None, "5", "7"]),
            "birth_date": st.sampled_from([None, date(1980, 1, 1), date(1980, 1, 2)]),
            "phones": st.lists(st.sampled_from(["+7917", "+7918", "+7919"]), unique=True),
            "accounts": st.lists(st.sampled_from(["1", "2"]), unique=True),
            "updated_at": st.sampled_from([None, OLD, NEW]),
            "priority": st.integers(-3, 3),
            "qc_name": st.sampled_from([None, 0, 1]),
            "qc_phone": st.sampled_from([None, 0, 3, 7]),
        }
    ),
    min_size=1,
    max_size=8,
)


policies = st.sampled_from(
    [
        DEFAULT_POLICY,
        Policy(
            default=tuple(CRITERIA),
            by_attribute={"phones": ("fresh", "trusted"), "surname": ("trusted", "fresh", "newest")},
            trust={"phones": {"cabinet": 2000, "crm": -5}, "surname": {"billing": 9}},
            fresh_days={"phones": 30, "surname": 4000, "birth_date": 100},
        ),
    ]
)


@settings(max_examples=25, deadline=None)
@given(records, policies, st.randoms())
def test_one_party_and_many_get_the_same_golden_records_in_any_order(
    rows: list[dict], policy: Policy, random: Any
) -> None:
    members = [record(source_id=str(place), **row) for place, row in enumerate(rows)]
    bulk = golden_records(frame(members), policy)
    shuffled = members[:]
    random.shuffle(shuffled)
    assert golden_records(frame(shuffled), policy).equals(bulk)
    for row in bulk.iter_rows(named=True):
        alone = golden_record([member for member in shuffled if member["party_id"] == row["party_id"]], policy)
        assert alone == row


@settings(max_examples=40, deadline=None)
@given(records, policies, st.data())
def test_a_value_of_another_age_than_its_record_counts_the_same_for_one_party_and_many(
    rows: list[dict], policy: Policy, data: st.DataObject
) -> None:
    members = [record(source_id=str(place), **row) for place, row in enumerate(rows)]
    keys = st.sampled_from([(row["source"], row["source_id"]) for row in members])
    ages = st.dictionaries(st.sampled_from(("surname", "phones", "address")), st.sampled_from((OLD, NEW)), min_size=1)
    told = data.draw(st.dictionaries(keys, ages))
    dates = {key: {name: at.replace(tzinfo=UTC) for name, at in found.items()} for key, found in told.items()}
    for row in golden_records(frame(members), policy, dates=dates).iter_rows(named=True):
        own = [member for member in members if member["party_id"] == row["party_id"]]
        alone = golden_record(own, policy, dates=dates)
        assert alone["provenance"] == row["provenance"]


def test_a_value_that_was_replaced_in_its_source_gets_no_newer_with_its_record() -> None:
    rows = [
        record("billing", "1", phones=["+71"], qc_phone=0, updated_at=NEW),
        record("crm", "1", phones=["+72"], qc_phone=0, updated_at=datetime(2023, 1, 1)),
    ]
    dates = {("billing", "1"): {"phones": OLD.replace(tzinfo=UTC)}}
    for known, phones in (({}, ["+71", "+72"]), (dates, ["+72", "+71"])):
        assert golden_records(frame(rows), dates=known)["phones"][0].to_list() == phones
        assert golden_record(rows, dates=known)["phones"] == phones


@given(records)
@settings(max_examples=15, deadline=None)
def test_a_golden_value_comes_from_a_source_record_of_the_party(rows: list[dict]) -> None:
    members = [record(source_id=str(place), **row) for place, row in enumerate(rows)]
    by_key = {(member["source"], member["source_id"]): member for member in members}
    for row in golden_records(frame(members)).iter_rows(named=True):
        for name in SINGLE_ATTRIBUTES:
            if name != "full_name" and row[name] is not None:
                origin = by_key[row[f"{name}_source"], row[f"{name}_source_id"]]
                assert origin["party_id"] == row["party_id"]
                assert origin[name] == row[name]


def test_every_criterion_of_the_policy_has_words_and_a_policy_orders_known_criteria() -> None:
    orders = [DEFAULT_POLICY.default, *DEFAULT_POLICY.by_attribute.values()]
    assert {name for order in orders for name in order} <= set(CRITERIA)
    assert set(BITS) == set(CRITERIA)
    assert sum(BITS.values()) <= 63


def test_a_policy_of_ones_own_changes_the_winner() -> None:
    rows = [record("a", "1", inn="1", priority=9, updated_at=OLD), record("b", "1", inn="2", updated_at=NEW)]
    newest = Policy(by_attribute={"inn": ("newest",)})
    assert golden_records(frame(rows), newest)["inn"].item() == "2"
    assert golden_records(frame(rows))["inn"].item() == "1"


def test_a_source_may_be_trusted_for_one_attribute_and_not_for_another() -> None:
    rows = [
        record("billing", "1", phones=["+79170000001"], inn="1", priority=90),
        record("cabinet", "1", phones=["+79170000002"], inn="2", priority=10),
    ]
    policy = Policy(by_attribute={"phones": ("trusted",), "inn": ("trusted",)}, trust={"phones": {"cabinet": 95}})
    golden = golden_records(frame(rows), policy).row(0, named=True)
    assert (golden["phones"][0], golden["inn"]) == ("+79170000002", "1")


@pytest.mark.parametrize(("days", "winning"), [(365, "2"), (3650, "1")])
def test_a_value_that_lags_behind_the_latest_change_is_not_fresh(days: int, winning: str) -> None:
    rows = [record("a", "1", inn="1", priority=9, updated_at=OLD), record("b", "1", inn="2", updated_at=NEW)]
    policy = Policy(by_attribute={"inn": ("fresh", "trusted")}, fresh_days={"inn": days})
    assert golden_records(frame(rows), policy)["inn"].item() == winning


PINS = {
    "p": [
        Pin(1, "surname", "Юрьева", {}, NEW),
        Pin(2, "birth_date", "1979-05-05", {}, NEW),
        Pin(3, "phones", "+7918", {}, NEW),
        Pin(4, "address", "ул Новая, д 1", {"street": "Новая", "house": "1", "house_key": "новая|1"}, NEW),
        Pin(5, "emails", "new@litso.ru", {}, NEW),
    ]
}


@settings(max_examples=25, deadline=None)
@given(records)
def test_pins_win_in_bulk_as_for_one_party_and_touch_no_other(rows: list[dict]) -> None:
    members = [record(source_id=str(place), **row) for place, row in enumerate(rows)]
    plain = golden_records(frame(members))
    bulk = golden_records(frame(members), pins=PINS)
    assert bulk.filter(party_id="q").equals(plain.filter(party_id="q"))
    assert bulk["party_id"].to_list() == plain["party_id"].to_list()
    for row in bulk.filter(party_id="p").iter_rows(named=True):
        alone = golden_record([member for member in members if member["party_id"] == "p"], pins=PINS["p"])
        assert json.loads(alone.pop("provenance")) == json.loads(row["provenance"])
        assert alone == {name: value for name, value in row.items() if name != "provenance"}
        assert (row["surname"], row["birth_date"], row["phones"][0]) == ("Юрьева", date(1979, 5, 5), "+7918")
        assert (row["street"], row["house"], row["flat"], row["emails"]) == ("Новая", "1", None, ["new@litso.ru"])
        assert len(set(row["phones"])) == len(row["phones"])
        told = json.loads(row["provenance"])
        assert told["surname"][0]["rule"] == "pin"
        said = {member["surname"] for member in members if member["party_id"] == "p"} - {None}
        assert [entry["value"] in said for entry in told["surname"][1:]] == [True] * bool(said)


def test_of_two_pins_that_meet_in_a_merge_the_latest_holds() -> None:
    pins = [Pin(7, "surname", "Старая", {}, OLD), Pin(6, "surname", "Новая", {}, NEW)]
    golden = golden_record([record("a", "1", surname="Иванова", given_name="Анна")], pins=pins)
    assert golden["name"] == "Новая Анна"
