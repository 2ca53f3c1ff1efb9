"""Operations: what a steward did at once. The judgements and pins that belong to one are in their own ledgers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from psycopg.types.json import Jsonb

from litso.errors import NotFound
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
