"""Pins: what a steward fixed stays through loads, moves with a merge, goes with its record, returns with an undo."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from small_sources import load_rows, person, register, settings_in
from test_online import assert_as_in_bulk, of_row, parties, upsert
from test_policy import said

from litso.errors import BadUsage, Conflict, Forbidden, NotFound
from litso.store import golden, pins
from litso.store.database import Store
from litso.store.invariants import check_invariants
from litso.usecases.access import Actor
from litso.usecases.pinning import pin, read_pins, release_ended, standard_value, undo_pin
from litso.usecases.policy import rehearse
from litso.usecases.policy_apply import apply, rollback
from litso.usecases.stewardship import judge, undo

STEWARD = Actor("анна", "steward")


def party_of(store: Store, key: str) -> str:
    with store.transaction() as connection:
        return parties(connection)[key]


def shown(store: Store, key: str) -> golden.Golden:
    with store.transaction() as connection:
        return golden.get(connection, parties(connection)[key])


def fix(store: Store, key: str, attribute: str = "surname", value: str = "Юрьев", **more: Any) -> pins.Pin:
    party = party_of(store, key)
    return pin(store, STEWARD, party, attribute=attribute, value=value, reason="паспорт показан", **more)


def state(store: Store) -> tuple[Any, ...]:
    with store.transaction() as connection:
        query = "select party_id::text, name, golden_values, provenance, records from golden order by party_id"
        active = [(one.pin_id, one.party_id, one.value) for one in pins.held(connection)]
        return parties(connection), connection.execute(query).fetchall(), golden.content_hash(connection), active


def unbroken(store: Store) -> bool:
    with store.transaction() as connection:
        return not [finding for finding in check_invariants(connection) if finding.violations]


def test_a_pinned_value_stays_through_changes_and_loads_until_it_is_undone(store: Store, tmp_path: Path) -> None:
    register(store, "crm")
    upsert(store, of_row(person(1)))
    before = state(store)
    pinned = fix(store, "1")
    assert shown(store, "1").name.startswith("Юрьев ")
    entries = shown(store, "1").provenance["surname"]
    assert [(entry["rule"], entry["value"]) for entry in entries] == [("pin", "Юрьев"), ("only", "Кузнецова")]
    upsert(store, of_row(person(1, fio="Кузнецова Мария Петровна")))
    load_rows(store, tmp_path, "crm", [person(1, fio="Кузнецова Мария Павловна", mail="a@mail.ru"), person(2)], "full")
    assert shown(store, "1").name == "Юрьев Мария Павловна"
    assert unbroken(store)
    upsert(store, of_row(person(1)))
    assert undo_pin(store, STEWARD, pinned.pin_id).undone_by == "анна"
    assert next(row for row in state(store)[1] if row[1] == before[1][0][1])[2:] == before[1][0][2:]
    with pytest.raises(Conflict, match="undone already"):
        undo_pin(store, STEWARD, pinned.pin_id)
    assert unbroken(store)


def test_a_pin_moves_with_a_merge_and_returns_with_its_undo(store: Store, tmp_path: Path) -> None:
    register(store, "crm")
    upsert(store, of_row(person(1)), of_row(person(2)))
    fix(store, "1")
    fix(store, "2", "phones", "8 (927) 111-22-33")
    before = state(store)
    entry = judge(store, STEWARD, verdict="same", left=("crm", "1"), right=("crm", "2")).judgement.judgement_id
    both = shown(store, "2")
    assert both.golden_values["surname"] == "Юрьев"
    assert both.golden_values["phones"][0] == "+79271112233"
    assert unbroken(store)
    third = fix(store, "1", "surname", "Третьяков")
    assert shown(store, "2").golden_values["surname"] == "Третьяков"
    undo_pin(store, STEWARD, third.pin_id)
    fix(store, "1", "surname", "Юрьев")
    undo(store, STEWARD, entry)
    after = state(store)
    assert after[0] == before[0]
    assert [row[2]["surname"] for row in after[1]] == [row[2]["surname"] for row in before[1]]
    assert [row[2]["phones"] for row in after[1]] == [row[2]["phones"] for row in before[1]]
    assert unbroken(store)
    assert_as_in_bulk(store, tmp_path)


@pytest.mark.parametrize("seed", range(3))
def test_judgements_over_pins_undone_in_any_order_give_back_the_same_golden_records(store: Store, seed: int) -> None:
    register(store, "crm")
    upsert(store, *(of_row(person(number)) for number in range(6)))
    upsert(store, *(of_row(person(number, id=f"{number}b", mail="")) for number in range(3)))
    fix(store, "1")
    fix(store, "2b", "birth_date", "01.02.1970")
    fix(store, "4", "address", "г Самара, ул Мира, д 7, кв 8")
    before = state(store)
    random = Random(seed)
    keys = ["0", "1", "2", "3", "4", "5", "0b", "1b", "2b"]
    entries = []
    for _ in range(6):
        left, right = random.sample(keys, 2)
        verdict = random.choice(("same", "different"))
        done = judge(store, STEWARD, verdict=verdict, left=("crm", left), right=("crm", right))
        entries.append(done.judgement.judgement_id)
        assert unbroken(store)
    random.shuffle(entries)
    while entries:
        entry = entries.pop()
        try:
            undo(store, STEWARD, entry)
        except Conflict:  # a later judgement of the same pair took its place, and goes first
            entries.insert(0, entry)
    assert state(store) == before


def test_a_pin_outlives_its_record_while_the_party_lives(store: Store, tmp_path: Path) -> None:
    register(store, "crm", 9)
    register(store, "billing", 1)
    rows = [person(number) for number in range(1, 60)]
    load_rows(store, tmp_path, "crm", rows, "full")
    upsert(store, of_row(person(1, id="1x"), source="billing"))
    assert party_of(store, "1") == party_of(store, "1x")
    fix(store, "1")
    load_rows(store, tmp_path, "crm", rows[1:], "full")
    assert shown(store, "1x").golden_values["surname"] == "Юрьев"
    assert unbroken(store)
    judge(store, STEWARD, verdict="same", left=("billing", "1x"), right=("crm", "2"))
    assert shown(store, "2").golden_values["surname"] == "Юрьев"
    assert unbroken(store)
    load_rows(store, tmp_path, "crm", rows, "full")
    assert shown(store, "1").golden_values["surname"] == "Юрьев"
    assert unbroken(store)


def test_newer_evidence_against_a_pin_is_a_visible_doubt(store: Store) -> None:
    for place, source in enumerate(("billing", "crm")):
        register(store, source, place)
    upsert(store, said("billing", 1, 2020), said("crm", 1, 2021))
    fix(store, "1", "phones", "+7 927 111-22-33")

    def doubts() -> list[tuple[str, str]]:
        with store.transaction() as connection:
            (found,) = read_pins(connection, STEWARD, party_id=party_of(store, "1"), purpose="stewardship")
        return [(doubt.source, doubt.value) for doubt in found.doubts]

    assert doubts() == []
    upsert(store, said("crm", 1, 2030, tel="+79374445566"))
    assert doubts() == [("crm", "+79374445566")]
    upsert(store, said("crm", 1, 2031, tel="+79271112233"))
    assert doubts() == []


def test_a_pin_ends_by_itself_and_the_next_one_takes_its_place(store: Store) -> None:
    register(store, "crm")
    upsert(store, of_row(person(1)))
    fix(store, "1", value="Первый")
    last = fix(store, "1", value="Второй", until=datetime.now(UTC) + timedelta(days=1))
    with store.transaction() as connection:
        assert [one.value for one in pins.held(connection)] == ["Второй"]
        connection.execute("update pin set until = now() - interval '1 minute' where pin_id = %s", [last.pin_id])
    assert release_ended(store) == 1
    assert release_ended(store) == 0
    assert shown(store, "1").golden_values["surname"] == "Кузнецова"
    assert unbroken(store)


def test_pins_hold_under_another_policy_and_its_rollback(store: Store, tmp_path: Path) -> None:
    register(store, "crm")
    upsert(store, of_row(person(1)), of_row(person(2)))
    fix(store, "1")
    before = state(store)
    found = rehearse(store, settings_in(tmp_path), STEWARD, "default: [newest]")
    apply(store, STEWARD, found.trial_id)
    assert shown(store, "1").golden_values["surname"] == "Юрьев"
    assert rollback(store, STEWARD, found.trial_id).hash_restored == before[2]
    assert state(store) == before


@pytest.mark.parametrize(
    ("attribute", "value", "kind", "standard"),
    [
        ("surname", "  Де  Голль ", "person", "Де Голль"),
        ("birth_date", "05.06.1970", "person", "1970-06-05"),
        ("phones", "8 927 111 22 33", "person", "+79271112233"),
        ("emails", "Ivan@Mail.ru", "person", "ivan@mail.ru"),
        ("snils", "112-233-445 95", "person", "11223344595"),
        ("company", "Ромашка", "organization", "Ромашка"),
    ],
)
def test_a_pinned_value_is_standardized(attribute: str, value: str, kind: str, standard: str) -> None:
    assert standard_value(kind, attribute, value, "ru") == (standard, {})


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("accounts", "00012345"),
        ("full_name", "Иванов Пётр"),
        ("phones", "позвонить завтра"),
        ("phones", "+79271112233, +79271112244"),
        ("birth_date", "31.02.1970"),
        ("gender", "муж"),
        ("surname", " "),
        ("snils", "112-233-445 00"),
        ("shoe_size", "43"),
    ],
)
def test_what_is_no_value_is_not_pinned(attribute: str, value: str) -> None:
    with pytest.raises(BadUsage):
        standard_value("person", attribute, value, "ru")


def test_a_pin_needs_a_right_a_reason_a_party_and_its_present_version(store: Store) -> None:
    register(store, "crm")
    upsert(store, of_row(person(1)))
    party = party_of(store, "1")
    asked = {"attribute": "surname", "value": "Юрьев", "reason": "паспорт"}
    with pytest.raises(Forbidden):
        pin(store, Actor("оператор", "operator"), party, **asked)
    with pytest.raises(BadUsage, match="reason"):
        pin(store, STEWARD, party, **(asked | {"reason": " "}))
    with pytest.raises(BadUsage, match="lies ahead"):
        pin(store, STEWARD, party, **asked, until=datetime(2020, 1, 1, tzinfo=UTC))
    with pytest.raises(NotFound):
        pin(store, STEWARD, "nobody", **asked)
    with pytest.raises(Conflict):
        pin(store, STEWARD, party, **asked, version=99)
