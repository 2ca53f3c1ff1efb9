"""COPY in and out keeps every value; indexes come back as they were."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from litso.errors import Transient
from litso.store.bulk import copy_fixed, copy_frame, filling, read_table, reserve_ids, uuid_bytes, uuid_texts
from litso.store.database import Connection, Store, scalar

any_text = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
cells = st.tuples(
    st.none() | any_text, st.lists(st.none() | any_text, max_size=3) | st.none(), st.none() | st.integers(-9, 9)
)
quick = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@quick
@given(st.lists(cells, min_size=1, max_size=6))
def test_copied_rows_are_what_was_given(store: Store, given_rows: list[tuple[Any, ...]]) -> None:
    schema = {"name": pl.String, "names": pl.List(pl.String), "number": pl.Int64, "place": pl.Int64}
    rows = [(*row, place) for place, row in enumerate(given_rows)]
    with store.transaction() as connection:
        connection.execute(
            "create temporary table copied (name text, names text[], number bigint, place bigint) on commit drop"
        )
        assert copy_frame(connection, "copied", pl.DataFrame(rows, schema=schema, orient="row")) == len(rows)
        assert connection.execute("select * from copied order by place").fetchall() == rows


def test_nul_is_left_out(connection: Connection) -> None:
    connection.execute("create temporary table copied (name text, names text[]) on commit drop")
    copy_frame(connection, "copied", pl.DataFrame({"name": ["a\0b"], "names": [["c\0", "d"]]}))
    assert connection.execute("select * from copied").fetchall() == [("ab", ["c", "d"])]


def test_many_rows_arrive_in_pieces(connection: Connection) -> None:
    connection.execute("create temporary table copied (number bigint, name text) on commit drop")
    frame = pl.select(number=pl.int_range(150_000), name=pl.lit("Ё"))
    assert copy_frame(connection, "copied", frame) == 150_000
    query = sql.SQL("select number, name from copied order by number")
    read = read_table(connection, query, pa.schema([("number", pa.int64()), ("name", pa.string())]))
    assert pl.DataFrame(read).equals(frame)


@quick
@given(st.lists(st.tuples(st.integers(-(2**63), 2**63 - 1), st.uuids(), st.binary(min_size=3, max_size=3)), min_size=1))
def test_fixed_columns_are_what_was_given(store: Store, rows: list[tuple[Any, ...]]) -> None:
    numbers = np.array([row[0] for row in rows], dtype=np.int64)
    columns = {
        "number": numbers,
        "id": uuid_bytes([str(row[1]) for row in rows]),
        "weight": (numbers % 97).astype(np.float32),
        "levels": np.frombuffer(b"".join(row[2] for row in rows), dtype="V3"),
    }
    with store.transaction() as connection:
        connection.execute(
            "create temporary table fixed (number bigint, id uuid, weight real, levels bytea) on commit drop"
        )
        assert copy_fixed(connection, "fixed", columns) == len(rows)
        found = connection.execute("select number, id, weight, levels from fixed").fetchall()
    assert found == [(row[0], row[1], float(row[0] % 97), row[2]) for row in rows]


def test_uuids_come_and_go_with_and_without_hyphens() -> None:
    text = "12345678-1234-4234-8234-123456789abc"
    assert uuid_texts(uuid_bytes([text, text.replace("-", "")])) == [text, text]
    assert uuid_texts(uuid_bytes(pa.chunked_array([[text], [text]]))) == [text, text]


def test_reserved_ids_are_ascending_and_nobody_elses(store: Store) -> None:
    with store.transaction() as one, store.transaction() as two:
        first = reserve_ids(one, "node", "node_id", 5)
        second = reserve_ids(two, "node", "node_id", 5)
        third = reserve_ids(one, "node", "node_id", 1)
        assert len(reserve_ids(one, "node", "node_id", 0)) == 0
        default = scalar(one, sql.SQL("insert into node (fingerprint, party_id) values "
                                      "(gen_random_uuid(), gen_random_uuid()) returning node_id"))  # fmt: skip
    taken = [*first, *second, *third, default]
    assert (np.diff(first) > 0).all()
    assert len(set(taken)) == len(taken)


# Indexes --------------------------------------------------------------------------------------------------------

TABLES = ("source_record", "node", "node_key", "link", "crosswalk", "golden", "fact", "party")


def definitions(connection: Connection) -> list[tuple[Any, ...]]:
    constraints = (
        "select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint order by 1, 2, 3"
    )
    indexes = "select tablename, indexname, indexdef from pg_indexes where schemaname = 'litso' order by 1, 2"
    nulls = "select attrelid::regclass::text, attname, attnotnull from pg_attribute where attnum > 0 order by 1, 2"
    return [row for query in (constraints, indexes, nulls) for row in connection.execute(query.encode()).fetchall()]


@pytest.mark.parametrize("rows", [1, 10_000_000])
def test_indexes_and_constraints_come_back_as_they_were(store: Store, rows: int) -> None:
    with store.transaction() as connection:
        before = definitions(connection)
        with filling(connection, dict.fromkeys(TABLES, rows)) as emptied:
            during = definitions(connection)
        assert definitions(connection) == before
        assert (during == before) == (rows == 1)
        assert emptied == (frozenset() if rows == 1 else frozenset(TABLES))


def test_a_table_that_grows_a_lot_is_indexed_anew_and_keeps_its_rows(store: Store) -> None:
    keys = {"key": np.arange(30_000), "node_id": np.arange(30_000)}
    with store.transaction() as connection:
        copy_fixed(connection, "node_key", {name: column[:10] for name, column in keys.items()})
    with store.transaction() as connection:
        with filling(connection, {"node_key": 30_000}) as emptied:
            assert emptied == frozenset()
            assert scalar(connection, sql.SQL("select count(*) from pg_indexes where tablename = 'node_key'")) == 0
            copy_fixed(connection, "node_key", {name: column[10:] for name, column in keys.items()})
        assert scalar(connection, sql.SQL("select count(*) from node_key")) == 30_000
        assert scalar(connection, sql.SQL("select count(*) from pg_indexes where tablename = 'node_key'")) == 2
        plan = connection.execute("explain select 1 from node_key where key = 7").fetchall()
    assert any(re.search("Index.* using node_key_lookup", line) for (line,) in plan)


def test_a_load_that_breaks_while_filling_leaves_the_table_whole(store: Store) -> None:
    keys = {"key": np.arange(30_000), "node_id": np.arange(30_000)}

    def break_a_load() -> None:
        with store.transaction() as connection, filling(connection, {"node_key": 30_000}):
            copy_fixed(connection, "node_key", keys, freeze=True)
            raise Transient("the connection was lost")

    with store.transaction() as connection:
        before = definitions(connection)
    with pytest.raises(Transient):
        break_a_load()
    with store.transaction() as connection:
        assert definitions(connection) == before
        assert scalar(connection, sql.SQL("select count(*) from node_key")) == 0
