"""Judgements: what they merge and split, that a veto holds through third records, that undo is exact in both planes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_sources import person, register
from test_online import FAMILY, assert_as_in_bulk, of_row, parties, upsert, wipe

from litso.errors import BadUsage, Conflict, Forbidden, NotFound
from litso.store import changes, golden
from litso.store import parties as party_store
from litso.store.database import Store
from litso.usecases.access import Actor
from litso.usecases.online import Given
from litso.usecases.stewardship import judge, undo

STEWARD = Actor("анна", "steward")


def now(store: Store) -> dict[str, str]:
    with store.transaction() as connection:
        return parties(connection)


def state(store: Store) -> tuple[Any, ...]:
    """What an undo must give back: who belongs where, and what the golden records say."""
    with store.transaction() as connection:
        shown = connection.execute(
            "select party_id, golden_values, provenance from golden order by party_id"
        ).fetchall()
        return parties(connection), shown


def groups(belonging: dict[str, str]) -> set[frozenset[str]]:
    """Which records are together, whatever the ids."""
    return {frozenset(key for key, party in belonging.items() if party == one) for one in belonging.values()}


def said(store: Store, verdict: str, left: str, right: str) -> int:
    done = judge(
        store, STEWARD, verdict=verdict, left=("crm", left), right=("crm", right), reason="сверено по документам"
    )
    return done.judgement.judgement_id


def test_same_merges_what_evidence_does_not_and_undo_gives_both_parties_back(store: Store, tmp_path: Path) -> None:
    register(store, "crm")
    upsert(store, of_row(person(1)), of_row(person(2)))
    before = state(store)
    entry = said(store, "same", "1", "2")
    merged = now(store)
    assert merged["1"] == merged["2"]
    (old,) = set(before[0].values()) - {merged["1"]}
    with store.transaction() as connection:
        assert party_store.get_current(connection, old).party_id == merged["1"]
        assert golden.get(connection, merged["1"]).records == 2
        assert [event.type for event in changes.after(connection, 0)][-2:] == ["party.merged", "party.changed"]
    assert_as_in_bulk(store, tmp_path)
    undo(store, STEWARD, entry)
    assert state(store) == before
    with store.transaction() as connection:
        assert party_store.get_current(connection, old).party_id == old
    assert_as_in_bulk(store, tmp_path)


def test_different_keeps_even_equal_records_apart_and_undo_joins_them(store: Store, tmp_path: Path) -> None:
    register(store, "crm")
    upsert(store, of_row(person(1)), of_row(person(1, id="b")))
    before = state(store)
    assert len(set(before[0].values())) == 1
    entry = said(store, "different", "1", "b")
    assert len(set(now(store).values())) == 2
    assert_as_in_bulk(store, tmp_path)
    undo(store, STEWARD, entry)
    assert state(store) == before
    assert_as_in_bulk(store, tmp_path)


def test_a_veto_holds_through_a_third_record_that_comes_later(store: Store, tmp_path: Path) -> None:
    register(store, "crm")
    upsert(store, of_row(person(1, mail="")), of_row(person(1, id="b", tel="")))
    said(store, "different", "1", "b")
    upsert(store, of_row(person(1, id="c")))
    found = now(store)
    assert found["1"] != found["b"]
    assert found["c"] in (found["1"], found["b"])
    assert_as_in_bulk(store, tmp_path)


def test_the_later_of_two_judgements_of_a_pair_counts(store: Store) -> None:
    register(store, "crm")
    upsert(store, of_row(person(1)), of_row(person(2)))
    first = said(store, "same", "1", "2")
    said(store, "different", "2", "1")
    assert len(set(now(store).values())) == 2
    with pytest.raises(Conflict):
        undo(store, STEWARD, first)


def test_what_cannot_be_judged_is_refused(store: Store) -> None:
    register(store, "crm")
    upsert(store, of_row(person(1)), of_row(person(2)))
    with pytest.raises(NotFound, match="nobody"):
        said(store, "same", "1", "nobody")
    with pytest.raises(BadUsage):
        said(store, "same", "1", "1")
    with pytest.raises(BadUsage):
        said(store, "perhaps", "1", "2")
    with pytest.raises(Forbidden):
        judge(store, Actor("пётр", "operator"), verdict="same", left=("crm", "1"), right=("crm", "2"))
    with pytest.raises(NotFound):
        undo(store, STEWARD, 4711)


pairs = st.lists(
    st.tuples(st.sampled_from(["same", "different", "unsure"]), st.integers(0, 7), st.integers(0, 7)).filter(
        lambda one: one[1] != one[2]
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, len(FAMILY) - 1), min_size=8, max_size=8), pairs)
def test_each_judgement_undone_gives_back_everything(
    store: Store, tmp_path: Path, numbers: list[int], judged: list[tuple[str, int, int]]
) -> None:
    wipe(store)
    register(store, "crm")
    upsert(store, *(Given("crm", str(place), FAMILY[number]) for place, number in enumerate(numbers)))
    before = state(store)
    for verdict, left, right in judged:
        entry = said(store, verdict, str(left), str(right))
        undo(store, STEWARD, entry)
        assert state(store) == before
    assert_as_in_bulk(store, tmp_path)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, len(FAMILY) - 1), min_size=8, max_size=8), pairs, st.randoms(use_true_random=False))
def test_judgements_undone_in_any_order_give_back_everything_online_and_in_bulk(
    store: Store, tmp_path: Path, numbers: list[int], judged: list[tuple[str, int, int]], random: Any
) -> None:
    wipe(store)
    register(store, "crm")
    upsert(store, *(Given("crm", str(place), FAMILY[number]) for place, number in enumerate(numbers)))
    before = state(store)
    distinct = {frozenset(one[1:]): one for one in judged}.values()
    entries = [said(store, verdict, str(left), str(right)) for verdict, left, right in distinct]
    assert_as_in_bulk(store, tmp_path)
    random.shuffle(entries)
    for entry in entries:
        undo(store, STEWARD, entry)
    assert state(store) == before
    assert_as_in_bulk(store, tmp_path)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.integers(0, len(FAMILY) - 1), min_size=10, max_size=10),
    pairs,
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, len(FAMILY) - 1)), min_size=1, max_size=4),
    st.randoms(use_true_random=False),
)
def test_records_that_change_while_judgements_stand_are_grouped_as_if_nobody_had_judged(
    store: Store,
    tmp_path: Path,
    numbers: list[int],
    judged: list[tuple[str, int, int]],
    later: list[tuple[int, int]],
    random: Any,
) -> None:
    """Who is with whom depends on records, model and judgements alone, not on what was judged and undone before."""
    outcomes = []
    for is_judged in (True, False):
        wipe(store)
        register(store, "crm")
        upsert(store, *(Given("crm", str(place), FAMILY[number]) for place, number in enumerate(numbers)))
        chosen = {frozenset(one[1:]): one for one in judged}.values() if is_judged else ()
        entries = [said(store, verdict, str(left), str(right)) for verdict, left, right in chosen]
        for place, number in later:
            upsert(store, Given("crm", str(place), FAMILY[number]))
        random.shuffle(entries)
        for entry in entries:
            undo(store, STEWARD, entry)
        after = now(store)
        assert_as_in_bulk(store, tmp_path)
        outcomes.append(groups(after))
    assert outcomes[0] == outcomes[1]
