"""Source records: diff, versions, deletions, and what is read back equals what was written."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_rows import keys, record, started, table

from databases import cloned_database
from litso.domain.record import CUSTOM_PREFIX, QC_KINDS, STANDARD_LISTS, STANDARD_TEXT, standard_schema
from litso.store import records
from litso.store.database import Connection, Store

FIRST = {"a": 1, "b": 2, "c": 3}


def write(connection: Connection, load_id: int, found: records.Diff, hashes: dict[str, int], payload: str) -> None:
    """What a load does with a diff: rows are nodes of their own."""
    named = list(hashes)
    rows = [
        record(named[row["row"]], record_id=row["record_id"], node_id=row["record_id"], payload=payload,
               content_hash=hashes[named[row["row"]]], status=row["status"])
        for row in found.rows.to_pylist()
    ]  # fmt: skip
    new = [row for row in rows if row.pop("status") == records.INSERTED]
    old = [row for row in rows if row not in new]
    statuses = dict(zip(named, found.rows["status"].to_pylist(), strict=True))
    records.write_new(connection, load_id, table(new))
    records.write_changed(
        connection, load_id, table([row for row in old if statuses[row["source_id"]] != records.UNCHANGED])
    )
    records.delete(connection, load_id, found.deleted)


def load(connection: Connection, hashes: dict[str, int], payload: str = "{}", *, full: bool = True) -> dict[str, str]:
    load_id = started(connection)
    found = records.diff(connection, "billing", keys(hashes), full=full)
    write(connection, load_id, found, hashes, payload)
    return dict(zip(hashes, found.rows["status"].to_pylist(), strict=True)) | dict.fromkeys(
        (str(gone) for gone in found.deleted), "deleted"
    )


def test_a_first_load_inserts_everything(connection: Connection) -> None:
    assert set(load(connection, FIRST).values()) == {"inserted"}
    assert records.count_live(connection, "billing") == 3


def test_what_a_full_load_would_delete_is_counted_beforehand(connection: Connection) -> None:
    assert records.count_deleted(connection, "billing", keys({"a": 1}), full=True) == 0
    load(connection, FIRST)
    assert records.count_deleted(connection, "billing", keys(FIRST), full=True) == 0
    assert (
        records.count_deleted(connection, "billing", keys({next(iter(FIRST)): 1, "new": 2}), full=True)
        == len(FIRST) - 1
    )


def test_the_same_rows_again_change_nothing(connection: Connection) -> None:
    load(connection, FIRST)
    before = records.find_many(connection, [("billing", key) for key in FIRST])
    assert set(load(connection, FIRST).values()) == {"unchanged"}
    after = records.find_many(connection, [("billing", key) for key in FIRST])
    assert sorted(after) == sorted(before)


def test_a_changed_row_becomes_a_new_version(connection: Connection) -> None:
    load(connection, FIRST, '{"v": "old"}')
    assert load(connection, {"a": 10, "b": 2, "c": 3}, '{"v": "new"}')["a"] == "changed"
    changed = records.find(connection, "billing", "a")
    untouched = records.find(connection, "billing", "b")
    assert changed is not None
    assert untouched is not None
    assert (changed.version, changed.payload) == (2, '{"v": "new"}')
    assert (untouched.version, untouched.payload) == (1, '{"v": "old"}')
    [version] = records.versions(connection, changed.record_id)
    assert (version.version, version.payload, version.valid_to) == (1, '{"v": "old"}', changed.received_at)


def test_a_row_that_is_only_standardized_anew_is_no_version(connection: Connection) -> None:
    load(connection, FIRST)
    assert load(connection, {"a": 10, "b": 2, "c": 3})["a"] == "changed"
    same = records.find(connection, "billing", "a")
    assert same is not None
    assert same.version == 1
    assert records.versions(connection, same.record_id) == []


def test_only_a_full_load_notices_deletions(connection: Connection) -> None:
    load(connection, FIRST)
    load(connection, {"a": 1}, full=False)
    assert records.count_live(connection, "billing") == 3
    load(connection, {"a": 1})
    assert records.count_live(connection, "billing") == 1
    gone = records.find(connection, "billing", "b")
    assert gone is not None
    assert gone.deleted_at is not None
    assert gone.node_id is None
    assert records.read_standard(connection)["source_id"].to_pylist() == ["a"]


def test_a_record_that_returns_is_the_same_record(connection: Connection) -> None:
    load(connection, FIRST)
    before = records.find(connection, "billing", "b")
    load(connection, {"a": 1})
    assert load(connection, FIRST)["b"] == "returned"
    after = records.find(connection, "billing", "b")
    assert before is not None
    assert after is not None
    assert (after.record_id, after.version, after.deleted_at) == (before.record_id, 2, None)


def test_sources_do_not_see_each_other(connection: Connection) -> None:
    load(connection, FIRST)
    load_id = started(connection, "crm")
    found = records.diff(connection, "crm", keys({"a": 1}), full=True)
    assert found.rows["status"].to_pylist() == ["inserted"]
    assert len(found.deleted) == 0
    row = record("a", source="crm", record_id=found.rows["record_id"][0].as_py(), node_id=None)
    records.write_new(connection, load_id, table([row]))
    assert records.count_live(connection, "billing") == 3


def test_diff_keeps_the_order_of_the_keys_and_reserves_ids_of_its_own(connection: Connection) -> None:
    load(connection, {"b": 2})
    found = records.diff(connection, "billing", keys({"z": 1, "b": 2, "y": 3}), full=False)
    assert found.rows["row"].to_pylist() == [0, 1, 2]
    assert found.rows["status"].to_pylist() == ["inserted", "unchanged", "inserted"]
    assert len(set(found.rows["record_id"].to_pylist())) == 3
    assert (found.count("inserted"), found.count("inserted", "unchanged")) == (2, 3)


@pytest.mark.parametrize(
    "source_id", ["", "O'Brien", 'a"b', "a,b", "a\\b", "строка\nвторая", " пробел ", "NULL", "\\N", "\\."]
)
def test_keys_of_any_shape_are_told_apart(connection: Connection, source_id: str) -> None:
    hashes = {source_id: 1, "other": 2}
    assert load(connection, hashes) == {source_id: "inserted", "other": "inserted"}
    assert load(connection, hashes) == {source_id: "unchanged", "other": "unchanged"}


def test_hashes_depend_on_row_and_recipe() -> None:
    one, same, other = records.content_hashes(["x", "x", "y"])
    assert one == same != other
    assert records.content_hashes(["x"], "mapping 2")[0] != one
    assert records.content_hashes(["x"]).tolist() == [one]
    assert len(records.content_hashes([])) == 0


# One record online is the same as one record in bulk ------------------------------------------------------------


def state(connection: Connection) -> dict[str, Any]:
    found = records.find(connection, "billing", "a")
    assert found is not None
    past = [version.payload for version in records.versions(connection, found.record_id)]
    moments = ("received_at", "record_id", "load_id", "node_id")
    standard = {name: value for name, value in found.standard.items() if name not in moments}
    return {"standard": standard, "payload": found.payload, "versions": past}


def test_put_does_what_a_load_does(connection: Connection, server_url: str, template: str) -> None:
    first = record("a", full_name="Иванов Иван", phones=["+79270000001"], node_id=5, content_hash=1, payload="1")
    second = {
        **first,
        "full_name": "Иванов Пётр",
        CUSTOM_PREFIX + "occupation": "врач",
        "content_hash": 2,
        "payload": "2",
    }
    load_id = started(connection)
    kept = records.put(connection, load_id, first)
    assert records.put(connection, load_id, second) == kept
    with cloned_database(server_url, template) as url:
        opened = Store(url)
        opened.open()
        with opened.transaction() as other:
            load_id = started(other)
            records.write_new(other, load_id, table([{**first, "record_id": 1}]))
            records.write_changed(other, load_id, table([{**second, "record_id": 1}], ("occupation",)))
            assert state(other) == state(connection)
        opened.close()


# What is read is what was written -------------------------------------------------------------------------------

texts = st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\x00\x1f"), max_size=8)
lists = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="\x00\x1f"), min_size=1, max_size=6), max_size=3
)
standard_rows = st.fixed_dictionaries(
    {
        **dict.fromkeys(STANDARD_TEXT, texts),
        **dict.fromkeys((*STANDARD_LISTS, "problems"), lists),
        **{f"qc_{kind}": st.none() | st.integers(0, 20) for kind in QC_KINDS},
        "birth_date": st.none() | st.dates(date(1850, 1, 1), date(2030, 1, 1)),
        "updated_at": st.none() | st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1)),
        CUSTOM_PREFIX + "occupation": texts,
        CUSTOM_PREFIX + "it's": texts,
    }
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(standard_rows, min_size=1, max_size=5))
def test_standard_records_are_read_as_they_were_written(store: Store, rows: list[dict[str, Any]]) -> None:
    customs = ("occupation", "it's")
    full = [record(str(place), **row, record_id=place, node_id=place + 1) for place, row in enumerate(rows)]
    with store.transaction() as connection:
        connection.execute("truncate source_record")
        records.write_new(connection, started(connection), table(full, customs))
        read = records.read_standard(connection, customs=customs)
        some = records.read_standard(connection, customs=customs, node_ids=[1])
    wanted = table(full, customs).select(["record_id", "node_id", *standard_schema(customs).names])
    assert read.sort_by("record_id").to_pylist() == wanted.to_pylist()
    assert some.to_pylist() == wanted.slice(0, 1).to_pylist()


def test_nothing_to_read_has_the_schema(connection: Connection) -> None:
    read = records.read_standard(connection, customs=("x",))
    assert read.num_rows == 0
    assert read.schema.names == ["record_id", "node_id", *standard_schema(("x",)).names]


def test_names_of_custom_attributes(connection: Connection) -> None:
    load_id = started(connection)
    one = record("1", record_id=1, **{CUSTOM_PREFIX + "b": "x", CUSTOM_PREFIX + "a": None})
    two = record("2", record_id=2, **{CUSTOM_PREFIX + "b": None, CUSTOM_PREFIX + "a": "y"})
    records.write_new(connection, load_id, table([one, two], ("a", "b")))
    assert records.customs(connection) == ("a", "b")


def test_a_record_moves_to_another_node(connection: Connection) -> None:
    load_id = started(connection)
    record_id = records.put(connection, load_id, record("1", node_id=7, content_hash=1, payload="{}"))
    assert records.move_to_nodes(connection, {record_id: 8}) == 1
    assert records.move_to_nodes(connection, {record_id: 8}) == 0
    assert records.read_standard(connection)["node_id"] == pa.chunked_array([[8]])
