"""Rows by the million: COPY in from Arrow and Polars, COPY out to Arrow, and indexes rebuilt after a large load.

Texts, dates and lists travel as CSV, which PostgreSQL parses quickest; tables of fixed-width columns (ids, keys, UUIDs)
as PostgreSQL's binary format, laid out by numpy in one piece.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, NamedTuple
from uuid import UUID

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv as pa_csv
from numpy.typing import NDArray
from psycopg import sql
from psycopg.copy import QueuedLibpqWriter

from litso.store.database import Connection, scalar
from litso.store.queries import statements

_ROWS_AT_ONCE: Final = 65_536
_BLOCK_OUT: Final = 32 << 20
_BINARY_HEADER: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_BINARY_END: Final = b"\xff\xff"
_WORTH_REBUILDING: Final = 20_000
_MEMORY: Final = "64MB"
LIST_SEPARATOR: Final = "\x1f"
"""Between the elements of a list that `read_batches` reads; statements write it as chr(31)."""


# In ------------------------------------------------------------------------------------------------------------


def copy_frame(connection: Connection, table: str, frame: pl.DataFrame, *, freeze: bool = False) -> int:
    """COPY the rows of a frame into the columns of the same names; answers the number of rows.

    Lists of texts become arrays. NUL, which PostgreSQL cannot store, is left out. `freeze` is for a table created or
    emptied in this transaction: its rows need no vacuum later. Columns without any value keep their default.
    """
    filled = [column.name for column in frame if column.null_count() < frame.height]
    frame = frame.select(filled or frame.columns)
    command = _copy_command(table, frame.columns, sql.SQL("csv"), freeze)
    # A thread of its own sends, so that the next piece is made while the server reads this one.
    with connection.cursor() as cursor, cursor.copy(command, writer=QueuedLibpqWriter(cursor)) as copy:
        for piece in frame.iter_slices(_ROWS_AT_ONCE):
            copy.write(_csv(piece))
    return frame.height


def copy_fixed(connection: Connection, table: str, columns: Mapping[str, NDArray[Any]], *, freeze: bool = False) -> int:
    """COPY fixed-width columns in binary: int64 → bigint, float32 → real, V16 → uuid, other V → bytea; no nulls."""
    command = _copy_command(table, list(columns), sql.SQL("binary"), freeze)
    rows = len(next(iter(columns.values())))
    with connection.cursor() as cursor, cursor.copy(command) as copy:
        copy.write(_BINARY_HEADER)
        for start in range(0, rows, _ROWS_AT_ONCE):
            copy.write(_binary([column[start : start + _ROWS_AT_ONCE] for column in columns.values()]))
        copy.write(_BINARY_END)
    return rows


def uuid_bytes(texts: pa.ChunkedArray | pa.Array | Sequence[str]) -> NDArray[np.void]:
    """UUIDs in hexadecimal, with or without hyphens, as an array of V16."""
    digits = pl.Series(texts, dtype=pl.String).str.replace_all("-", "", literal=True).str.join("").item()
    return np.frombuffer(bytes.fromhex(digits), dtype="V16")


def uuid_texts(raw: NDArray[np.void]) -> list[str]:
    """The canonical texts of an array of V16."""
    return [str(UUID(bytes=value)) for value in raw.tolist()]


def _copy_command(table: str, columns: Sequence[str], layout: sql.SQL, freeze: bool) -> sql.Composed:
    return sql.SQL("copy {} ({}) from stdin with (format {}, freeze {})").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns)), layout, sql.Literal(freeze)
    )


def _csv(piece: pl.DataFrame) -> bytes:
    lists = [name for name, kind in piece.schema.items() if isinstance(kind, pl.List)]
    buffer = io.BytesIO()
    piece.with_columns(_array_literal(name) for name in lists).write_csv(buffer, include_header=False)
    return buffer.getvalue().replace(b"\0", b"")


def _array_literal(name: str) -> pl.Expr:
    """`["a", "b"]` as `{"a","b"}`, the way PostgreSQL writes arrays."""
    escaped = pl.element().str.replace_all("\\", "\\\\", literal=True).str.replace_all('"', '\\"', literal=True)
    quoted = pl.col(name).list.eval(('"' + escaped + '"').fill_null("NULL")).list.join(",")
    return pl.concat_str(pl.lit("{"), quoted, pl.lit("}")).alias(name)


def _binary(columns: Sequence[NDArray[Any]]) -> bytes:
    """Rows in PostgreSQL's binary format: number of fields, then length and big-endian value of each."""
    layout: list[tuple[str, str]] = [("fields", ">i2")]
    for place, column in enumerate(columns):
        layout += [(f"length{place}", ">i4"), (f"value{place}", column.dtype.newbyteorder(">").str)]
    rows = np.empty(len(columns[0]), dtype=layout)
    rows["fields"] = len(columns)
    for place, column in enumerate(columns):
        rows[f"length{place}"] = column.dtype.itemsize
        rows[f"value{place}"] = column
    return rows.tobytes()


# Memory --------------------------------------------------------------------------------------------------------


def take_memory(connection: Connection) -> None:
    """Memory for each sort and hash of this transaction; what does not fit goes to disk."""
    connection.execute(sql.SQL("set local work_mem = {}").format(sql.Literal(_MEMORY)))


# Out -----------------------------------------------------------------------------------------------------------


def read_batches(
    connection: Connection, query: sql.SQL | sql.Composed, schema: pa.Schema, parameters: Any = None
) -> Iterator[pa.Table]:
    """Rows of a query as Arrow tables of the schema, some tens of megabytes each; columns by place.

    A column of list type must be a text joined by LIST_SEPARATOR, a timestamp must be without time zone.
    """
    command = sql.SQL("copy ({}) to stdout with (format csv)").format(query)
    with connection.cursor() as cursor, cursor.copy(command, parameters) as copy:
        block, size = [], 0
        for row in copy:
            block.append(bytes(row))
            size += len(row)
            if size >= _BLOCK_OUT:
                yield _parsed(b"".join(block), schema)
                block, size = [], 0
    if block:
        yield _parsed(b"".join(block), schema)


def read_table(
    connection: Connection, query: sql.SQL | sql.Composed, schema: pa.Schema, parameters: Any = None
) -> pa.Table:
    """All rows of a query as one Arrow table, as `read_batches`."""
    batches = list(read_batches(connection, query, schema, parameters))
    return pa.concat_tables(batches) if batches else schema.empty_table()


def _parsed(block: bytes, schema: pa.Schema) -> pa.Table:
    lists = [field.name for field in schema if pa.types.is_list(field.type)]
    flat = {field.name: pa.string() if field.name in lists else field.type for field in schema}
    table = pa_csv.read_csv(
        pa.BufferReader(block),
        pa_csv.ReadOptions(column_names=schema.names, block_size=len(block) + 1),
        pa_csv.ParseOptions(newlines_in_values=True),
        pa_csv.ConvertOptions(
            column_types=flat, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
        ),
    )
    if not lists:
        return table.cast(schema)
    return pl.DataFrame(table).with_columns(map(_split, lists)).to_arrow().cast(schema)


def _split(name: str) -> pl.Expr:
    empty = pl.lit([], dtype=pl.List(pl.String))
    return pl.when(pl.col(name) == "").then(empty).otherwise(pl.col(name).str.split(LIST_SEPARATOR)).alias(name)


# Ids -----------------------------------------------------------------------------------------------------------


def reserve_ids(connection: Connection, table: str, column: str, count: int) -> NDArray[np.int64]:
    """Take `count` ids of an identity column, ascending; nobody else gets them, even if this transaction fails."""
    if count == 0:
        return np.empty(0, dtype=np.int64)
    parameters = {"table": table, "column": column, "count": count}
    schema = pa.schema([("first", pa.int64()), ("last", pa.int64())])
    runs = read_table(connection, statements("bulk")["reserve_ids"], schema, parameters)
    spans = zip(runs["first"].to_pylist(), runs["last"].to_pylist(), strict=True)
    return np.concatenate([np.arange(first, last + 1) for first, last in spans])


# Indexes -------------------------------------------------------------------------------------------------------


class _Index(NamedTuple):
    name: str
    definition: str
    constraint: str | None


@contextmanager
def filling(connection: Connection, incoming: Mapping[str, int]) -> Iterator[frozenset[str]]:
    """Fill tables with many rows: `incoming` says how many each will get. Gives the tables that may be frozen.

    A table that gets more rows than it has loses its indexes and constraints until the end of the context, as building
    an index anew is several times quicker than growing it. An empty one is emptied again, which spares it the log.
    Others wait for these tables until the transaction ends.
    """
    large = [table for table, rows in incoming.items() if rows >= _WORTH_REBUILDING]
    sizes = {table: _size(connection, table) for table in large}
    rebuilt = [table for table in large if incoming[table] > sizes[table]]
    emptied = frozenset(table for table in rebuilt if sizes[table] == 0)
    for table in emptied:
        connection.execute(sql.SQL("truncate {}").format(sql.Identifier(table)))
    indexes = {table: _drop_indexes(connection, table) for table in rebuilt}
    yield emptied
    for table, dropped in indexes.items():
        for index in dropped:
            _create_index(connection, table, index)
        connection.execute(sql.SQL("analyze {}").format(sql.Identifier(table)))


def _size(connection: Connection, table: str) -> int:
    """Rows of a table: exact when it is empty, else an estimate from its bytes."""
    if not scalar(connection, sql.SQL("select exists (select from {})").format(sql.Identifier(table))):
        return 0
    return max(1, int(scalar(connection, statements("bulk")["estimated_rows"], {"table": table})))


def _drop_indexes(connection: Connection, table: str) -> list[_Index]:
    rows = connection.execute(statements("bulk")["indexes"], {"table": table}).fetchall()
    for name, _, constraint in rows:
        if constraint is None:
            connection.execute(sql.SQL("drop index {}").format(sql.Identifier(name)))
        else:
            drop = sql.SQL("alter table {} drop constraint {}")
            connection.execute(drop.format(sql.Identifier(table), sql.Identifier(name)))
    return [_Index(*row) for row in rows]


def _create_index(connection: Connection, table: str, index: _Index) -> None:
    """Create an index again, by the definition that the catalog gave."""
    if index.constraint is None:
        connection.execute(index.definition.encode())
        return
    add = sql.SQL("alter table {} add constraint {} ").format(sql.Identifier(table), sql.Identifier(index.name))
    connection.execute(add.as_bytes(connection) + index.constraint.encode())
