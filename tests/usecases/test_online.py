"""Records one by one: the same parties as in bulk, in any order, through growing blocks, judgements and undo."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_sources import load_rows, person, register, settings_in

from litso.errors import BadUsage, Forbidden, NotFound
from litso.store import changes, golden, nodes, records
from litso.store.database import Connection, Store
from litso.usecases.access import Actor
from litso.usecases.online import Given, Upserted, match, upsert_records
from litso.usecases.reconciliation import rejudge

ROBOT = Actor("crm", "integrator", is_service=True)


def upsert(store: Store, *given: Given) -> list[Upserted]:
    with store.transaction() as connection:
        return upsert_records(connection, ROBOT, given)


def one(source_id: str, **attributes: str) -> Given:
    return Given("crm", source_id, attributes)


def of_row(row: dict[str, str], source: str = "crm") -> Given:
    names = {
        "fio": "full_name",
        "bdate": "birth_date",
        "tel": "phone",
        "mail": "email",
        "adres": "address",
        "ls": "account",
    }
    return Given(source, row["id"], {names[name]: value for name, value in row.items() if name in names and value})


def wipe(store: Store) -> None:
    """Forget everything: hypothesis runs many examples on one database."""
    with store.transaction() as connection:
        query = "select tablename from pg_tables where schemaname = 'litso' and tablename <> 'schema_migration'"
        tables = ", ".join(row[0] for row in connection.execute(query).fetchall())
        connection.execute("set local session_replication_role = replica")  # the audit refuses to be emptied
        connection.execute(f"truncate {tables}")


def parties(connection: Connection) -> dict[str, str]:
    query = "select source_id, party_id::text from source_record join crosswalk using (record_id) where until is null"
    return dict(connection.execute(query).fetchall())


def graph(connection: Connection) -> tuple[set[Any], set[Any], set[Any]]:
    """Keys and links of nodes, by fingerprint."""
    print_of = dict(connection.execute("select node_id, fingerprint from node").fetchall())
    keys = {(key, print_of[node]) for key, node in connection.execute("select key, node_id from node_key").fetchall()}
    links = {
        (frozenset((print_of[link["node_a"]], print_of[link["node_b"]])), round(link["weight"] * 100))
        for link in nodes.read_links(connection).to_pylist()
    }
    hubs = {(key, print_of[node]) for key, node in connection.execute("select key, node_id from hub_key").fetchall()}
    return keys, links, hubs


ASTRAY = """
    select source_id from source_record r join node n using (node_id)
    left join crosswalk c on c.record_id = r.record_id and c.until is null
    where c.party_id is distinct from n.party_id
"""
"""Records that do not belong to the party of their node."""


def assert_as_in_bulk(store: Store, home: Path) -> None:
    """Resolving everything anew moves nobody and finds the same links and keys."""
    with store.transaction() as connection:
        before, (keys, links, hubs) = parties(connection), graph(connection)
        assert connection.execute(ASTRAY).fetchall() == []
        touched = rejudge(connection, settings_in(home), "model")
        after, (bulk_keys, bulk_links, bulk_hubs) = parties(connection), graph(connection)
    assert after == before
    assert (touched.created, touched.merged, touched.split) == (0, 0, 0)
    assert keys == bulk_keys
    assert links == bulk_links
    assert hubs >= bulk_hubs


def test_a_record_joins_the_party_it_belongs_to_and_says_why(store: Store, tmp_path: Path) -> None:
    register(store, "crm")
    register(store, "billing")
    load_rows(store, tmp_path, "billing", [person(number) for number in range(5)])
    row = person(2, id="C2", ls="", mail="")
    (found,) = upsert(store, of_row(row))
    assert found.status == "inserted"
    assert [(evidence.source, evidence.source_id) for evidence in found.evidence] == [("billing", "2")]
    assert sum(step.weight for step in found.evidence[0].steps) == pytest.approx(found.evidence[0].weight, abs=0.02)
    assert found.quality["phone"] == 0
    with store.transaction() as connection:
        members = [(record.source, record.source_id) for record in records.of_party(connection, found.party_id or "")]
        assert members == [("billing", "2"), ("crm", "C2")]
        assert golden.get(connection, found.party_id or "").records == 2
    assert_as_in_bulk(store, tmp_path)


def test_the_same_record_again_changes_nothing_and_a_changed_one_makes_a_version(store: Store, tmp_path: Path) -> None:
    register(store, "crm")
    (first,) = upsert(store, of_row(person(1)))
    (again,) = upsert(store, of_row(person(1)))
    (changed,) = upsert(store, of_row(person(1, mail="other@mail.ru")))
    assert [first.status, again.status, changed.status] == ["inserted", "unchanged", "changed"]
    assert first.party_id == again.party_id == changed.party_id
    with store.transaction() as connection:
        assert golden.get(connection, first.party_id or "").version == 2
        assert [change.type for change in changes.after(connection, 0)] == ["party.created", "party.changed"]
    assert_as_in_bulk(store, tmp_path)


def test_a_record_equal_to_one_that_is_there_joins_its_party(store: Store, tmp_path: Path) -> None:
    register(store, "crm")
    (first,) = upsert(store, of_row(person(1)))
    (second,) = upsert(store, of_row(person(1, id="b")))
    assert first.party_id == second.party_id
    with store.transaction() as connection:
        assert parties(connection) == {"1": first.party_id, "b": first.party_id}
        assert golden.get(connection, first.party_id or "").records == 2
    assert_as_in_bulk(store, tmp_path)


def test_a_record_that_becomes_somebody_else_leaves_its_party(store: Store, tmp_path: Path) -> None:
    register(store, "crm")
    first, second = upsert(store, of_row(person(1)), of_row(person(1, id="b", mail="")))
    assert first.party_id == second.party_id
    upsert(store, of_row(person(2, id="b")))
    with store.transaction() as connection:
        now = parties(connection)
        assert first.party_id in now.values()
        assert len(set(now.values())) == 2
        assert {golden.get(connection, party).records for party in now.values()} == {1}
    assert_as_in_bulk(store, tmp_path)


def test_a_record_that_binds_two_parties_merges_them_and_its_change_splits_them_again(
    store: Store, tmp_path: Path
) -> None:
    register(store, "crm")
    left = one("a", full_name="Хворостинина Глафира Аристарховна", phone="+79271112233", birth_date="05.05.1971")
    right = one("b", full_name="Хворостинина Глафира Аристарховна", account="6399112233")
    (first,) = upsert(store, left)
    (second,) = upsert(store, right)
    bridge = one("c", full_name="Хворостинина Глафира Аристарховна", phone="+79271112233", account="6399112233",
                 birth_date="05.05.1971")  # fmt: skip
    (bound,) = upsert(store, bridge)
    assert bound.party_id == first.party_id
    assert_as_in_bulk(store, tmp_path)
    (gone,) = upsert(store, one("c", full_name="Бут Ян Янович", phone="+79279998877"))
    assert gone.party_id not in (first.party_id, second.party_id)
    assert_as_in_bulk(store, tmp_path)


def test_blocks_grow_over_their_borders_as_in_bulk(store: Store, tmp_path: Path) -> None:
    """One phone for more and more people: few, several, a hub that is split by the name."""
    register(store, "crm")
    shared = "+79277654321"
    rows = [person(number, tel=shared, id=f"{number:03}") for number in range(60)]
    for start in range(0, 60, 4):
        upsert(store, *(of_row(row) for row in rows[start : start + 4]))
        if start in (4, 8, 12, 40, 48, 52):
            assert_as_in_bulk(store, tmp_path)
    upsert(store, of_row(person(7, tel=shared, id="twin")))
    assert_as_in_bulk(store, tmp_path)
    for row in rows[:16]:
        upsert(store, of_row(row | {"tel": ""}))
    assert_as_in_bulk(store, tmp_path)


def test_names_grow_over_their_borders_as_in_bulk(store: Store, tmp_path: Path) -> None:
    """More and more people of one name: with and without a patronymic, born on other days, some twice."""
    register(store, "crm")
    names = ("Кузнецова Мария Павловна", "Кузнецова Мария", "Кузнецова Мария Ильинична")
    rows = [person(number - number % 2, fio=names[number % 3], id=f"{number:03}", tel="") for number in range(48)]
    for start in range(0, 48, 3):
        upsert(store, *(of_row(row) for row in rows[start : start + 3]))
        if start in (3, 6, 9, 12, 15, 24, 27, 36, 45):
            assert_as_in_bulk(store, tmp_path)
    for row in rows[:24]:
        upsert(store, of_row(row | {"fio": "Бут Ян Янович"}))
    assert_as_in_bulk(store, tmp_path)


FAMILY = (
    {"full_name": "Иванов Пётр Ильич", "phone": "+79270000001", "birth_date": "01.02.1980"},
    {"full_name": "Иванов Пётр Ильич", "phone": "+79270000002", "address": "г Самара, ул Мира, д 5, кв 7"},
    {"full_name": "Иванов П.И.", "address": "г Самара, ул Мира, д 5, кв 7", "account": "6311"},
    {"full_name": "Иванова Анна Сергеевна", "phone": "+79270000001", "address": "г Самара, ул Мира, д 5, кв 7"},
    {"full_name": "Петрова Анна Сергеевна", "birth_date": "03.04.1981", "phone": "+79270000001"},
    {"full_name": "Иванова Анна Сергеевна", "birth_date": "03.04.1981", "email": "anna@yandex.ru"},
    {"full_name": "Иванов Илья Петрович", "account": "6311", "email": "anna@yandex.ru"},
    {"full_name": "ООО Ромашка", "inn": "7707083893", "phone": "+79270000002"},
    {"full_name": "Ромашка ООО", "address": "г Самара, ул Мира, д 5", "inn": "7707083893"},
)

steps = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, len(FAMILY) - 1)), min_size=3, max_size=12)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps, st.integers(1, 5))
def test_any_sequence_in_any_batches_gives_the_parties_of_bulk(
    store: Store, tmp_path: Path, steps: list[tuple[str, int]], batch: int
) -> None:
    wipe(store)
    register(store, "crm")
    for start in range(0, len(steps), batch):
        latest = dict(steps[start : start + batch])
        upsert(store, *(Given("crm", key, FAMILY[number]) for key, number in latest.items()))
    assert_as_in_bulk(store, tmp_path)


def test_a_match_writes_nothing_but_the_audit(store: Store, tmp_path: Path) -> None:
    register(store, "crm")
    (known,) = upsert(store, of_row(person(1)))
    wanted = {"full_name": "Кузнецова Мария", "phone": person(1)["tel"]}
    with store.transaction() as connection:
        found = match(connection, ROBOT, wanted)
        logged = connection.execute("select action, fields from audit where action not like '%%.%%'").fetchall()
        assert records.find_many(connection, [("match", "match")]) == []
    assert [(candidate.party_id, candidate.name) for candidate in found] == [
        (known.party_id, "Кузнецова Мария Павловна")
    ]
    assert found[0].is_match
    assert logged == [("match", ["full_name", "phone"])]


@pytest.mark.parametrize("attributes", [{}, {"phone": "000"}, {"full_name": "Никто Неизвестный"}])
def test_nobody_is_nobody(store: Store, attributes: dict[str, str]) -> None:
    register(store, "crm")
    with store.transaction() as connection:
        assert match(connection, ROBOT, attributes) == []


def test_what_cannot_be_written_is_refused(store: Store) -> None:
    register(store, "crm")
    with pytest.raises(NotFound, match="nobody"):
        upsert(store, Given("nobody", "1", {}))
    with pytest.raises(BadUsage, match="shoe_size"):
        upsert(store, one("1", shoe_size="44"))
    with pytest.raises(BadUsage, match="once"):
        upsert(store, one("1"), one("1"))
    with store.transaction() as connection, pytest.raises(Forbidden):
        upsert_records(connection, Actor("анна", "operator"), [one("1")])


def test_an_empty_record_is_a_party_of_its_own(store: Store, tmp_path: Path) -> None:
    register(store, "crm")
    first, second = upsert(store, one("1"), one("2"))
    assert first.party_id != second.party_id
    assert_as_in_bulk(store, tmp_path)


def test_counts_of_the_day_are_in_the_load_ledger(store: Store) -> None:
    register(store, "crm")
    upsert(store, of_row(person(1)), of_row(person(2)))
    upsert(store, of_row(person(1)), of_row(person(2, mail="")))
    with store.transaction() as connection:
        counts: Sequence[Any] = connection.execute(
            "select mode, rows_in, rows_inserted, rows_changed, rows_unchanged from load"
        ).fetchall()
    assert counts == [("stream", 4, 2, 1, 1)]
