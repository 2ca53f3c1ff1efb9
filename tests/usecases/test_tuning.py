"""Tuning: a rehearsal foresees what applying does, and a rollback gives the same partition, ids and golden records."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from small_sources import person, register, settings_in
from test_online import assert_as_in_bulk, of_row, parties, upsert

from litso.errors import BadUsage, Conflict, Forbidden
from litso.store import changes, crosswalk, tuning
from litso.store import parties as party_store
from litso.store.database import Store
from litso.store.invariants import Finding, check_invariants
from litso.usecases.access import Actor
from litso.usecases.reconciliation import current_model
from litso.usecases.stewardship import judge
from litso.usecases.tuning import Wanted, rehearse
from litso.usecases.tuning_apply import apply, rollback

STEWARD = Actor("анна", "steward")
STRICT, LOOSE = 22.0, -9.0


def town(store: Store) -> None:
    """Persons with records that say more or less: some of them fall apart under a stricter threshold."""
    register(store, "crm")
    for number in range(8):
        rows = [person(number)]
        rows.append(person(number, id=f"{number}b", mail="", ls=""))
        rows.append(person(number, id=f"{number}c", tel="", mail="", ls="", adres=""))
        rows.append(person(number, id=f"{number}d", bdate="", mail="", ls="", fio="Иванов П С"))
        upsert(store, *map(of_row, rows[: 2 + number % 3]))


def state(store: Store) -> tuple[Any, ...]:
    """Who belongs where, what every id means, and what the golden records say."""
    with store.transaction() as connection:
        shown = connection.execute(
            "select party_id, kind, name, golden_values, provenance, records from golden order by party_id"
        ).fetchall()
        redirects = connection.execute(
            "select party_id, redirect_to from party where minted_at <= %s", [_BEGUN[store.url]]
        ).fetchall()
        homes = connection.execute("select record_id, party_id from home order by record_id").fetchall()
        return parties(connection), shown, sorted(redirects), crosswalk.partition_hash(connection), homes


_BEGUN: dict[str, Any] = {}


def begin(store: Store) -> None:
    with store.transaction() as connection:
        _BEGUN[store.url] = connection.execute("select clock_timestamp()").fetchone()[0]  # type: ignore[index]


def broken(store: Store) -> list[Finding]:
    with store.transaction() as connection:
        return [finding for finding in check_invariants(connection) if finding.violations]


@pytest.mark.parametrize("threshold", [STRICT, LOOSE])
def test_applied_as_rehearsed_and_rolled_back_to_the_same_hash(store: Store, tmp_path: Path, threshold: float) -> None:
    town(store)
    begin(store)
    before = state(store)
    settings = settings_in(tmp_path)
    found = rehearse(store, settings, STEWARD, Wanted(threshold=threshold))
    figures = found.outlook
    assert state(store) == before
    assert figures["merges"] + figures["splits"] + figures["regroups"] > 0
    assert figures["parties_now"] == len(set(before[0].values()))
    assert (figures["parties_then"] > figures["parties_now"]) == (threshold == STRICT)

    applied = apply(store, settings, STEWARD, found.tuning_id, chunk=1)
    after = state(store)
    assert (applied.status, applied.hash_before, applied.hash_after) == ("applied", before[3], after[3])
    assert len(set(after[0].values())) == figures["parties_then"]
    moved = sum(after[0][key] != party for key, party in before[0].items())
    with store.transaction() as connection:
        assert moved == figures["records_moved"] == tuning.count_moves(connection, found.tuning_id)
        assert current_model(connection)[0].threshold == threshold
        assert tuning.progress(connection, found.tuning_id).chunk > 1
    assert not broken(store)
    assert_as_in_bulk(store, tmp_path)

    back = rollback(store, settings, STEWARD, found.tuning_id)
    assert (back.status, back.hash_restored) == ("rolled_back", before[3])
    assert state(store) == before
    assert not broken(store)
    assert_as_in_bulk(store, tmp_path)


def test_judgements_stand_through_a_tuning_and_its_rollback(store: Store, tmp_path: Path) -> None:
    town(store)
    begin(store)
    for verdict, left, right in (("same", "1", "2"), ("different", "4", "4b"), ("same", "5b", "6"), ("same", "1", "7")):
        judge(store, STEWARD, verdict=verdict, left=("crm", left), right=("crm", right))
    settings = settings_in(tmp_path)
    before = state(store)
    assert before[4]
    found = rehearse(store, settings, STEWARD, Wanted(threshold=STRICT))
    apply(store, settings, STEWARD, found.tuning_id, chunk=1)
    during = state(store)[0]
    assert during["1"] == during["2"] == during["7"]
    assert during["4"] != during["4b"]
    assert not broken(store)
    assert_as_in_bulk(store, tmp_path)
    rollback(store, settings, STEWARD, found.tuning_id)
    after = state(store)
    assert after[0] == before[0]
    assert after[1] == before[1]
    assert after[3:] == before[3:]
    assert_as_in_bulk(store, tmp_path)


def test_ids_that_were_minted_redirect_after_a_rollback(store: Store, tmp_path: Path) -> None:
    town(store)
    begin(store)
    settings = settings_in(tmp_path)
    before = state(store)
    with store.transaction() as connection:
        latest = changes.after(connection, 0, limit=1000)[-1].change_id
    found = rehearse(store, settings, STEWARD, Wanted(threshold=STRICT))
    apply(store, settings, STEWARD, found.tuning_id)
    during = state(store)
    rollback(store, settings, STEWARD, found.tuning_id)
    fresh = set(during[0].values()) - set(before[0].values())
    assert len(fresh) == found.outlook["ids_new"] > 0
    with store.transaction() as connection:
        heirs = {party: party_store.get_current(connection, party).party_id for party in fresh}
        told = [event.type for event in changes.after(connection, latest, limit=1000)]
    for key, party in during[0].items():
        if party in fresh:
            assert heirs[party] == before[0][key]
    assert told.count("party.split") == told.count("party.merged") == len(fresh)


def test_an_interrupted_application_goes_on_and_can_be_taken_back_half_way(store: Store, tmp_path: Path) -> None:
    town(store)
    begin(store)
    settings = settings_in(tmp_path)
    before = state(store)
    found = rehearse(store, settings, STEWARD, Wanted(threshold=STRICT))
    half = apply(store, settings, STEWARD, found.tuning_id, chunk=1, most=2)
    assert half.status == "applying"
    with store.transaction() as connection:
        assert tuning.progress(connection, found.tuning_id).chunk == 2
    rollback(store, settings, STEWARD, found.tuning_id)
    assert state(store) == before

    again = rehearse(store, settings, STEWARD, Wanted(threshold=STRICT))
    apply(store, settings, STEWARD, again.tuning_id, chunk=1, most=2)
    assert apply(store, settings, STEWARD, again.tuning_id, chunk=1).status == "applied"
    assert_as_in_bulk(store, tmp_path)


def test_records_that_arrive_meanwhile_keep_the_partition_right(store: Store, tmp_path: Path) -> None:
    town(store)
    settings = settings_in(tmp_path)
    found = rehearse(store, settings, STEWARD, Wanted(threshold=STRICT))
    upsert(store, of_row(person(1, id="late", mail="", ls="")))
    apply(store, settings, STEWARD, found.tuning_id, chunk=1, most=2)
    upsert(store, of_row(person(2, id="later", mail="", ls="")), of_row(person(77)))
    apply(store, settings, STEWARD, found.tuning_id)
    assert_as_in_bulk(store, tmp_path)
    upsert(store, of_row(person(4, id="4e", bdate="")), of_row(person(5, id="5b", mail="new@mail.ru")))
    rollback(store, settings, STEWARD, found.tuning_id)
    assert_as_in_bulk(store, tmp_path)
    assert not broken(store)


def test_what_cannot_be_done_is_refused(store: Store, tmp_path: Path) -> None:
    town(store)
    settings = settings_in(tmp_path)
    with pytest.raises(BadUsage, match="already"):
        rehearse(store, settings, STEWARD, Wanted(threshold=0.0))
    with pytest.raises(BadUsage, match="model or a threshold"):
        rehearse(store, settings, STEWARD, Wanted())
    with pytest.raises(BadUsage, match=r"new\.json"):
        rehearse(store, settings, STEWARD, Wanted(model="{}", name="new.json"))
    with pytest.raises(Forbidden):
        rehearse(store, settings, Actor("пётр", "operator"), Wanted(threshold=3.0))
    first = rehearse(store, settings, STEWARD, Wanted(threshold=STRICT))
    second = rehearse(store, settings, STEWARD, Wanted(threshold=LOOSE))
    with pytest.raises(Conflict, match="nothing to take back"):
        rollback(store, settings, STEWARD, first.tuning_id)
    apply(store, settings, STEWARD, first.tuning_id)
    with pytest.raises(Conflict, match="another model"):
        apply(store, settings, STEWARD, second.tuning_id)
    with pytest.raises(Conflict, match="applied"):
        apply(store, settings, STEWARD, first.tuning_id)
