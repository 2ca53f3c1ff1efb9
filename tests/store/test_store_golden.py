"""Golden records and the crosswalk: versions, history, and bulk equal to one by one."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pytest
from store_rows import record, started, table

from litso.errors import Conflict, NotFound
from litso.store import changes, crosswalk, golden, records, search
from litso.store.database import Connection, Store
from litso.store.search import Term

ONE, TWO, THREE = (f"{digit * 8}-{digit * 4}-4{digit * 3}-8{digit * 3}-{digit * 12}" for digit in "123")
ROW = {
    "party_id": ONE,
    "kind": "person",
    "name": "Иванов Пётр",
    "golden_values": '{"full_name": "Иванов Пётр"}',
    "provenance": '{"full_name": [{"value": "Иванов Пётр", "source": "crm", "source_id": "1", "rule": "newest"}]}',
    "records": 1,
    "tokens": ["n:иванов", "n:петр"],
}


def golden_table(*rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=golden.GOLDEN_SCHEMA)


def test_a_golden_record_is_published_and_versioned(connection: Connection) -> None:
    assert golden.publish(connection, golden_table(ROW, {**ROW, "party_id": TWO})) == [ONE, TWO]
    first = golden.get(connection, ONE)
    assert (first.version, first.name, first.records) == (1, "Иванов Пётр", 1)
    assert first.provenance["full_name"][0]["source"] == "crm"
    changed = {**ROW, "golden_values": '{"full_name": "Иванова Анна"}', "name": "Иванова Анна"}
    assert golden.publish(connection, golden_table(changed, {**ROW, "party_id": TWO})) == [ONE]
    second = golden.get(connection, ONE)
    assert (second.version, second.golden_values) == (2, {"full_name": "Иванова Анна"})
    present, version = golden.versions(connection, ONE)
    assert (present.version, present.valid_from, present.valid_to) == (2, second.published_at, None)
    assert (version.version, version.golden_values) == (1, first.golden_values)
    assert (version.valid_from, version.valid_to) == (first.published_at, second.published_at)
    assert golden.get(connection, TWO).version == 1


def test_order_and_spacing_of_json_are_no_change(connection: Connection) -> None:
    values = '{"a": 1, "b": [1, 2]}'
    golden.publish(connection, golden_table({**ROW, "golden_values": values}))
    assert golden.publish(connection, golden_table({**ROW, "golden_values": '{"b":[1,2],"a":1}'})) == []


def one_by_one(connection: Connection, row: dict[str, Any]) -> int | None:
    document = golden.Document(**{**row, "golden_values": json.loads(row["golden_values"])})
    return golden.publish_few(connection, [document]).get(row["party_id"])


STEPS = [
    ROW,
    ROW,
    {**ROW, "golden_values": '{"full_name": "Иванов П."}'},
    {**ROW, "tokens": ["n:другой"]},
    ROW,
    {**ROW, "records": 2},
    {**ROW, "kind": "organization"},
]


def test_one_by_one_is_the_same_as_in_bulk(connection: Connection) -> None:
    for step in STEPS:
        published = golden.publish(connection, golden_table(step))
        version = one_by_one(connection, {**step, "party_id": TWO})
        bulk, single = golden.get(connection, ONE), golden.get(connection, TWO)
        assert bulk[1:] == single[1:]
        assert version == (bulk.version if published else None)
        assert golden.versions(connection, ONE) == golden.versions(connection, TWO)
        hits = search.find(connection, [[Term(step["tokens"][0])]])
        assert {hit.party_id for hit in hits} == {ONE, TWO}


def test_batches_are_published_as_one_table(connection: Connection) -> None:
    rows = [{**ROW, "party_id": party_id} for party_id in (ONE, TWO, THREE)]
    assert golden.publish_batches(connection, map(golden_table, rows), 3) == [ONE, TWO, THREE]
    changed = [{**row, "records": 5} for row in rows[:2]]
    assert sorted(golden.publish_batches(connection, map(golden_table, [*changed, rows[2]]), 3)) == [ONE, TWO]


def test_a_withdrawn_record_leaves_its_last_version_and_counts_on(connection: Connection) -> None:
    golden.publish(connection, golden_table(ROW))
    assert golden.withdraw(connection, [ONE]) == 1
    assert golden.find(connection, ONE) is None
    assert [version.version for version in golden.versions(connection, ONE)] == [1]
    golden.publish(connection, golden_table({**ROW, "party_id": TWO}))
    golden.publish(connection, golden_table(ROW))
    assert golden.get(connection, ONE).version == 2


def test_a_version_that_is_not_the_callers_conflicts(connection: Connection) -> None:
    golden.publish(connection, golden_table(ROW))
    assert golden.get(connection, ONE, version=1).version == 1
    with pytest.raises(Conflict, match="version 1, not 2"):
        golden.get(connection, ONE, version=2)
    with pytest.raises(NotFound):
        golden.get(connection, TWO)
    assert golden.find(connection, "x") is None
    assert set(golden.find_many(connection, [ONE, TWO])) == {ONE}


# Search -----------------------------------------------------------------------------------------------------------

TOKENS = ["n:иванов", "n:о'брайен", "a:12\\3", "e:a b@c.ru", "h:5 а", "t:79271234567", "n:" + "ы" * 600, "w:«!&|:*()"]


@pytest.mark.parametrize("token", [token for token in TOKENS if len(token) < 500])
def test_a_record_is_found_by_each_of_its_tokens(connection: Connection, token: str) -> None:
    golden.publish(
        connection, golden_table({**ROW, "tokens": TOKENS}, {**ROW, "party_id": TWO, "tokens": ["n:петров"]})
    )
    for term in (Term(token), Term(token[:4], is_prefix=True)):
        assert [hit.party_id for hit in search.find(connection, [[term]])] == [ONE]
    assert search.find(connection, [[Term(token + "x")]]) == []


def test_all_groups_and_any_term_of_a_group(connection: Connection) -> None:
    rows = {ONE: ["n:иванов", "n:иван"], TWO: ["n:иванов", "n:петр"], THREE: ["n:сидоров", "n:петр"]}
    golden.publish(
        connection, golden_table(*({**ROW, "party_id": key, "tokens": tokens} for key, tokens in rows.items()))
    )

    def found(*question: list[Term], limit: int = 9) -> list[str]:
        return sorted(hit.party_id for hit in search.find(connection, question, limit=limit))

    assert found([Term("n:иванов")]) == [ONE, TWO]
    assert found([Term("n:иванов")], [Term("n:петр")]) == [TWO]
    assert found([Term("n:сид", True), Term("n:иван")]) == [ONE, THREE]
    assert len(found([Term("n:иванов")], limit=1)) == 1
    assert found([], []) == []
    [hit] = search.find(connection, [[Term("n:сидоров")]])
    assert (sorted(hit.tokens), hit.name, hit.kind, hit.records) == (sorted(rows[THREE]), "Иванов Пётр", "person", 1)


def test_words_with_a_typing_error_are_found(connection: Connection) -> None:
    search.add_words(connection, ["константинопольский", "ленинградская", "иванов"])
    search.add_words(connection, ["иванов", "петров"])
    assert search.similar_words(connection, "канстантинопольский") == ["константинопольский"]
    assert search.similar_words(connection, "ленинградскя") == ["ленинградская"]
    assert search.similar_words(connection, "щщщщщщ") == []


# Crosswalk --------------------------------------------------------------------------------------------------------


def with_records(connection: Connection, *source_ids: str) -> None:
    rows = [record(source_id, record_id=place + 1) for place, source_id in enumerate(source_ids)]
    records.write_new(connection, started(connection), table(rows))


def assignment(parties: dict[int, str]) -> pa.Table:
    return pa.table({"record_id": list(parties), "party_id": list(parties.values())})


def present(connection: Connection) -> dict[str, str]:
    rows = [row for batch in crosswalk.read_current(connection) for row in batch.to_pylist()]
    return {row["source_id"]: row["party_id"] for row in rows}


def test_the_crosswalk_moves_and_remembers(store: Store) -> None:
    with store.transaction() as connection:
        with_records(connection, "a", "b", "c")
        assert crosswalk.publish(connection, assignment({1: ONE, 2: ONE})) == 2
    with store.transaction() as connection:
        assert crosswalk.publish(connection, assignment({1: ONE, 2: TWO, 3: THREE}), "model") == 2
        assert present(connection) == {"a": ONE, "b": TWO, "c": THREE}
    with store.transaction() as connection:
        assert crosswalk.set_parties(connection, {2: ONE, 1: ONE}, "undo") == 1
        assert crosswalk.publish(connection, assignment({})) == 0
        history = crosswalk.history_of_record(connection, "billing", "b")
        assert [(row.party_id, row.reason) for row in history] == [(ONE, "undo"), (TWO, "model"), (ONE, "load")]
        assert history[0].until is None
        assert [row.since for row in history[:2]] == [row.until for row in history[1:]]
        assert {row.source_id for row in crosswalk.history_of_party(connection, ONE)} == {"a", "b"}


def test_a_deleted_record_belongs_to_nobody(store: Store) -> None:
    with store.transaction() as connection:
        with_records(connection, "a", "b")
        crosswalk.publish(connection, assignment({1: ONE, 2: ONE}))
    with store.transaction() as connection:
        assert crosswalk.end(connection, [1]) == 1
        assert crosswalk.end(connection, [1]) == 0
        assert present(connection) == {"b": ONE}


# The change feed --------------------------------------------------------------------------------------------------


def test_changes_are_read_in_order_from_any_place(connection: Connection) -> None:
    (first,) = changes.append(connection, [("party.created", ONE, {"records": ["crm/1"]})], load_id=7)
    many = pa.table({"type": ["party.created", "party.merged"], "party_id": [TWO, ONE], "data": ['{"into": 2}', None]})
    assert changes.append_many(connection, many, load_id=8) == 2
    assert changes.append_many(connection, many.drop_columns("data")) == 2
    feed = changes.after(connection, 0)
    assert [change.change_id for change in feed] == sorted(change.change_id for change in feed)
    assert [change.type for change in feed[:3]] == ["party.created", "party.created", "party.merged"]
    assert [change.data for change in feed[:3]] == [{"records": ["crm/1"]}, {"into": 2}, {}]
    assert [change.load_id for change in feed] == [7, 8, 8, None, None]
    assert changes.after(connection, first, limit=1) == feed[1:2]
    assert changes.of_party(connection, ONE) == [feed[4], feed[2], feed[0]]
    assert changes.of_party(connection, ONE, before=feed[2].change_id) == feed[:1]


def test_a_reader_never_misses_a_change_that_commits_late(store: Store) -> None:
    """Two transactions append at once: the second waits, so a cursor past it has seen the first."""
    with store.session() as one, store.session() as two:
        with one.transaction():
            (early,) = changes.append(one, [("party.changed", ONE, {})])
            two.execute("set lock_timeout = '50ms'")
            with pytest.raises(Exception, match="lock timeout"), two.transaction():
                changes.append(two, [("party.changed", TWO, {})])
        with two.transaction():
            (late,) = changes.append(two, [("party.changed", TWO, {})])
    assert early < late
