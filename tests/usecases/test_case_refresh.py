"""Cases follow records, links and judgements: step by step as anew, gone with their ground, back with new evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.errors import LockNotAvailable
from small_sources import load_rows, person
from test_online import FAMILY, of_row, upsert, wipe

from doubtful import HERE, NEXT_DOOR, strict
from litso.store import cases
from litso.store.database import Store
from litso.usecases.access import Actor
from litso.usecases.case_refresh import Refreshed, refresh, revalue
from litso.usecases.online import Given
from litso.usecases.stewardship import judge, undo

STEWARD = Actor("анна", "steward")
VALUES = (*FAMILY, NEXT_DOOR, {"full_name": "Иванов Пётр Ильич", "birth_date": "11.12.1990"})


def standing(store: Store) -> list[dict[str, Any]]:
    """Live cases as they are kept, without what depends on when they were derived."""
    query = """
        select subject, kind, parties, left_id, right_id, grounds, evidence, stakes, risk, value, priority
        from steward_case where state in ('open', 'second', 'escalated') order by subject
    """
    with store.transaction() as connection:
        cursor = connection.execute(query)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def states(store: Store) -> dict[str, str]:
    with store.transaction() as connection:
        return dict(connection.execute("select subject, state from steward_case").fetchall())


def assert_as_anew(store: Store) -> None:
    """What steps gave is what deriving everything anew gives: nothing is added, changed or gone."""
    before = standing(store)
    done = refresh(store, everything=True)
    assert (done.put, done.retired) == (0, 0)
    with store.transaction() as connection:
        connection.execute("delete from steward_case where state <> 'decided' and state <> 'dismissed'")
    refresh(store, everything=True)
    assert standing(store) == before


def test_a_pair_in_doubt_becomes_a_case_and_goes_with_its_ground(store: Store) -> None:
    strict(store)
    upsert(store, Given("crm", "1", HERE), Given("crm", "2", NEXT_DOOR), Given("crm", "3", FAMILY[4]))
    refresh(store)
    found = standing(store)
    assert [(one["kind"], one["left_id"], one["right_id"]) for one in found] == [("doubt", "1", "2")]
    assert len(found[0]["parties"]) == 2
    assert refresh(store) == Refreshed(0, 0, 0)
    upsert(store, Given("crm", "2", FAMILY[4]))
    assert refresh(store).retired == 1
    assert standing(store) == []
    upsert(store, Given("crm", "2", NEXT_DOOR))
    refresh(store)
    assert standing(store) == found


def test_what_is_judged_elsewhere_is_no_question_any_more(store: Store) -> None:
    strict(store)
    upsert(store, Given("crm", "1", HERE), Given("crm", "2", NEXT_DOOR))
    refresh(store)
    before = standing(store)
    for verdict in ("different", "unsure", "same"):
        done = judge(store, STEWARD, verdict=verdict, left=("crm", "1"), right=("crm", "2"))
        refresh(store)
        assert standing(store) == []
        undo(store, STEWARD, done.judgement.judgement_id)
        refresh(store)
        assert standing(store) == before


def test_a_contradiction_inside_a_party_is_a_case(store: Store) -> None:
    strict(store)
    rows = [of_row(person(1)), of_row(person(1, id="b", bdate="25.11.1990"))]
    upsert(store, *rows)
    done = judge(store, STEWARD, verdict="same", left=("crm", "1"), right=("crm", "b"))
    refresh(store)
    (found,) = standing(store)
    assert (found["kind"], len(found["parties"])) == ("split", 1)
    undo(store, STEWARD, done.judgement.judgement_id)
    refresh(store)
    assert "split" not in {one["kind"] for one in standing(store)}
    assert_as_anew(store)


def test_loads_derive_cases_and_value_them(store: Store, tmp_path: Path) -> None:
    strict(store, 15.0)
    names = {"full_name": "fio", "phone": "tel", "address": "adres"}
    here, next_door = ({names[name]: value for name, value in one.items()} for one in (HERE, NEXT_DOOR))
    rows = [
        {"id": "1", **here, "ls": "6311", "saldo": "4000"},
        {"id": "2", **next_door},
        person(3),
    ]
    load_rows(store, tmp_path, "crm", rows)
    (found,) = standing(store)
    assert found["stakes"] == {"accounts": 1, "debt": 4000, "facts": 1, "messages": 0, "consents": 0}
    assert (found["value"], found["priority"]) == (18, max(1, round(found["risk"] * 18 / 100)))
    rows[0]["saldo"] = "9000"
    load_rows(store, tmp_path, "crm", rows)
    assert standing(store)[0]["stakes"]["debt"] == 9000
    assert revalue(store) == 0
    load_rows(store, tmp_path, "crm", [rows[0], person(2), rows[2]])
    assert standing(store) == []


steps = st.lists(
    st.one_of(
        st.tuples(st.just("record"), st.integers(0, 7), st.integers(0, len(VALUES) - 1)),
        st.tuples(st.sampled_from(["same", "different", "unsure"]), st.integers(0, 7), st.integers(0, 7)).filter(
            lambda one: one[1] != one[2]
        ),
        st.tuples(st.just("undo"), st.integers(0, 7), st.just(0)),
        st.tuples(st.just("refresh"), st.just(0), st.just(0)),
    ),
    min_size=4,
    max_size=14,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, len(VALUES) - 1), min_size=8, max_size=8), steps)
def test_any_sequence_gives_the_cases_of_deriving_anew(
    store: Store, numbers: list[int], steps: list[tuple[str, int, int]]
) -> None:
    wipe(store)
    strict(store)
    upsert(store, *(Given("crm", str(place), VALUES[number]) for place, number in enumerate(numbers)))
    entries: list[int] = []
    for what, one, two in steps:
        if what == "record":
            upsert(store, Given("crm", str(one), VALUES[two]))
        elif what == "refresh":
            refresh(store)
        elif what == "undo" and entries:
            undo(store, STEWARD, entries.pop(one % len(entries)))
        elif what in ("same", "different", "unsure"):
            done = judge(store, STEWARD, verdict=what, left=("crm", str(one)), right=("crm", str(two)))
            assert done.judgement.undone_at is None
            with store.transaction() as connection:
                query = "select judgement_id from judgement where undone_at is null order by 1"
                entries = [row[0] for row in connection.execute(query)]
    refresh(store)
    assert_as_anew(store)


def test_parties_of_a_transaction_that_is_not_over_are_waited_for(store: Store) -> None:
    strict(store)
    upsert(store, Given("crm", "1", HERE), Given("crm", "2", NEXT_DOOR))
    refresh(store)
    with store.transaction() as connection:
        party = connection.execute("select party_id::text from node limit 1").fetchone()
        assert party
        cases.expect(connection, [party[0]])
    with store.transaction() as late, store.transaction() as taker:
        cases.expect(late, [party[0]])
        taker.execute("set local lock_timeout = '200ms'")
        with pytest.raises(LockNotAvailable):
            cases.take_pending(taker, 10)
        taker.rollback()
