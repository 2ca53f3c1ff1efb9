"""Small changes to a larger store: only what they touch is resolved, with the result of resolving everything anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_sources import load_rows, person, register
from test_online import assert_as_in_bulk, parties, wipe

from litso.store import changes, facts, golden
from litso.store.database import Store
from litso.usecases.increment import Cause, Settled, publish_touched

TOWN = 520


def filled(store: Store, home: Path) -> list[dict[str, str]]:
    """A store in which five rows are a small change."""
    wipe(store)
    register(store, "crm")
    rows = [person(number) for number in range(TOWN)]
    assert "resolving" in load_rows(store, home, "crm", rows, "full").seconds
    return rows


def of(number: int, place: int, what: str) -> dict[str, str]:
    """A row that is new, of a person that is there, of another one, or nearly as before."""
    values: dict[str, dict[str, str]] = {
        "new": {"id": f"n{place}"},
        "moved": {"adres": "г Самара, ул Новая, д 7, кв 9"},
        "other": {**person(number + 100), "id": str(number)},
        "thin": {"bdate": "", "mail": "", "adres": "", "ls": ""},
        "phone": {"tel": person(number + 1)["tel"]},
        "stranger": {**person(TOWN + place), "id": f"s{place}"},
    }
    return person(number, **values[what])


edits = st.lists(
    st.tuples(st.integers(0, TOWN - 101), st.sampled_from(["new", "moved", "other", "thin", "phone", "stranger"])),
    min_size=1,
    max_size=4,
    unique_by=lambda one: one[0],
)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(edits, min_size=1, max_size=2), st.booleans())
def test_a_small_delta_gives_what_resolving_everything_anew_gives(
    store: Store, tmp_path: Path, deltas: list[list[tuple[int, str]]], is_full: bool
) -> None:
    rows = {row["id"]: row for row in filled(store, tmp_path)}
    for turn, delta in enumerate(deltas):
        changed = [of(number, 10 * turn + place, what) for place, (number, what) in enumerate(delta)]
        rows |= {row["id"]: row for row in changed}
        if is_full:
            rows.pop(str(TOWN - 1 - turn), None)
            done = load_rows(store, tmp_path, "crm", rows.values(), "full")
            assert done.counts.deleted == 1
        else:
            done = load_rows(store, tmp_path, "crm", changed)
        assert "settling" in done.seconds
        with store.transaction() as connection:
            assert parties(connection).keys() == rows.keys()
        assert_as_in_bulk(store, tmp_path)


def test_a_delta_tells_what_happened_and_brings_its_facts(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path)
    with store.transaction() as connection:
        before = changes.after(connection, 0, limit=10_000)[-1].change_id
        members = golden.get(connection, parties(connection)["5"]).records
    joins, stranger = person(5, id="n", saldo="99,00", mail=""), person(TOWN, saldo="7,00")
    done = load_rows(store, tmp_path, "crm", [joins, stranger])
    assert (done.counts.inserted, done.touched.created, done.touched.changed) == (2, 1, 1)
    with store.transaction() as connection:
        found = parties(connection)
        assert found["n"] == found["5"]
        assert golden.get(connection, found["n"]).records == members + 1
        told: Any = sorted((one.type, one.party_id) for one in changes.after(connection, before))
        assert told == [("party.changed", found["5"]), ("party.created", found[str(TOWN)])]
        owed = facts.of_party(connection, found[str(TOWN)], [stranger["ls"]])
    assert [float(one.amount or 0) for one in owed] == [7.0]


def test_parties_are_published_together_as_one_by_one(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path)
    with store.transaction() as connection:
        chosen = sorted(set(parties(connection).values()))[:60]
    outcomes = []
    for at_once in (60, 20):
        with store.transaction() as connection:
            connection.execute("delete from golden")
            for start in range(0, 60, at_once):
                touched = set(chosen[start : start + at_once])
                done = publish_touched(connection, (), touched, Settled([], [], {}, {}, []), Cause())
                assert set(done.changed) == touched
            outcomes.append(connection.execute(
                "select party_id, kind, name, golden_values, provenance, records, search from golden order by party_id"
            ).fetchall())  # fmt: skip
    assert len(outcomes[0]) == 60
    assert outcomes[0] == outcomes[1]
