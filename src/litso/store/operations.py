"""Operations: what a steward did at once. The judgements and pins that belong to one are in their own ledgers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import polars as pl
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from litso.errors import NotFound
from litso.store.bulk import copy_frame
from litso.store.database import Connection, row_of, rows_of, scalar
from litso.store.judgements import SourceKey
from litso.store.queries import statements


class Operation(NamedTuple):
    """A merge, a split, or judgements in bulk, and what became of it. `outlook`: what it changes, without values."""

    operation_id: int
    kind: str
    status: str
    author: str
    reason: str
    outlook: dict[str, Any]
    error: str | None
    made_at: datetime
    applied_at: datetime | None
    undone_by: str | None
    undone_at: datetime | None


def add(connection: Connection, *, kind: str, author: str, reason: str, status: str = "applied") -> int:
    """Begin an operation; answers its id."""
    row = {"kind": kind, "status": status, "author": author, "reason": reason}
    return int(scalar(connection, statements("operations")["add"], row))


def get(connection: Connection, operation_id: int, *, lock: bool = False) -> Operation:
    """One operation; NotFound when there is none. lock: until the end of the transaction."""
    query = statements("operations")["lock" if lock else "get"]
    found = row_of(connection, Operation, query, {"operation": operation_id})
    if found is None:
        raise NotFound(f"there is no operation {operation_id}")
    return found


def latest(connection: Connection, *, before: int | None = None, limit: int = 20) -> list[Operation]:
    """The last operations, the newest first, those before an id."""
    return rows_of(connection, Operation, statements("operations")["latest"], {"before": before, "limit": limit})


def of_records(connection: Connection, keys: Sequence[SourceKey], *, limit: int = 20) -> list[Operation]:
    """Merges and splits whose judgements touch one of the records, the newest first, undone ones too."""
    parameters = {"sources": [key[0] for key in keys], "ids": [key[1] for key in keys], "limit": limit}
    return rows_of(connection, Operation, statements("operations")["of_records"], parameters)


def change(
    connection: Connection,
    operation_id: int,
    status: str,
    *,
    outlook: Mapping[str, Any] | None = None,
    error: str | None = None,
    undone_by: str | None = None,
) -> None:
    """Bring an operation into another state; what is not given stays."""
    parameters = {
        "operation": operation_id,
        "status": status,
        "outlook": None if outlook is None else Jsonb(dict(outlook)),
        "error": error,
        "undone_by": undone_by,
    }
    connection.execute(statements("operations")["change"], parameters)


# Rows of bulk operations ----------------------------------------------------------------------------------------


class Row(NamedTuple):
    """A judgement that a bulk operation enters; `line`: of the file, None where the pair came from open links."""

    place: int
    line: int | None
    verdict: str
    left_source: str
    left_id: str
    right_source: str
    right_id: str
    reason: str


class Progress(NamedTuple):
    """How many rows an operation has, how many are not applied yet, and how many are undone."""

    rows: int
    waiting: int
    undone: int


class Otherwise(NamedTuple):
    """A row whose pair was judged otherwise: by which judgement, how, and by whom."""

    line: int | None
    place: int
    verdict: str
    judgement_id: int
    former: str
    author: str


class OpenLink(NamedTuple):
    """A pair of records of two parties whose nodes are linked, with the levels of its evidence."""

    kind: str
    levels: bytes
    left_source: str
    left_id: str
    right_source: str
    right_id: str


def add_rows(connection: Connection, operation_id: int, rows: Iterable[Row]) -> int:
    """Keep the rows of an operation; answers how many. Sides are in the order of the ledger."""
    schema = {"place": pl.Int32, "line": pl.Int64, **dict.fromkeys(Row._fields[2:], pl.String)}
    frame = pl.DataFrame(list(rows), schema=schema, orient="row")
    return copy_frame(connection, "operation_row", frame.with_columns(operation_id=pl.lit(operation_id)))


def progress(connection: Connection, operation_id: int) -> Progress:
    """How far an operation is."""
    found = row_of(connection, Progress, statements("operations")["progress"], {"operation": operation_id})
    return found or Progress(0, 0, 0)


def waiting(connection: Connection, operation_id: int, limit: int) -> list[Row]:
    """The next rows that are not applied, in order."""
    parameters = {"operation": operation_id, "limit": limit}
    return rows_of(connection, Row, statements("operations")["waiting"], parameters)


def mark(connection: Connection, operation_id: int, places: Sequence[int], judgement_ids: Sequence[int]) -> None:
    """Note the judgements that rows became."""
    parameters = {"operation": operation_id, "places": list(places), "judgements": list(judgement_ids)}
    connection.execute(statements("operations")["mark"], parameters)


def standing(connection: Connection, operation_id: int, limit: int) -> list[int]:
    """The last judgements of an operation that still count, the newest first."""
    parameters = {"operation": operation_id, "limit": limit}
    return [row[0] for row in connection.execute(statements("operations")["standing"], parameters).fetchall()]


def judged_otherwise(connection: Connection, operation_id: int) -> list[Otherwise]:
    """Rows whose pair has another verdict in force, in order."""
    return rows_of(connection, Otherwise, statements("operations")["judged_otherwise"], {"operation": operation_id})


def open_links(
    connection: Connection, *, above: float, below: float | None = None, source: str | None = None
) -> Iterator[OpenLink]:
    """Links between two parties with a weight in (above, below], the strongest first; judged pairs are left out.

    source: only those with a record of this source on one side.
    """
    parameters = {"above": above, "below": below, "source": source}
    with connection.cursor(row_factory=class_row(OpenLink)) as cursor:
        yield from cursor.execute(statements("operations")["open_links"], parameters)
