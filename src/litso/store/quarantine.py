"""Rejected rows with a reason, to be fixed and replayed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

import polars as pl

from litso.errors import Conflict, NotFound
from litso.store.bulk import copy_frame
from litso.store.database import Connection, row_of, rows_of
from litso.store.queries import statements


class RejectedRow(NamedTuple):
    """A row to be put into quarantine. `message` is a Russian sentence, `payload` the row as received."""

    source_id: str | None
    line: int | None
    column: str | None
    code: str
    message: str
    suggestion: str | None
    payload: str


class QuarantinedRow(NamedTuple):
    """A row in quarantine: open, replayed by the load `replayed_load`, or dismissed."""

    quarantine_id: int
    load_id: int
    source: str
    source_id: str | None
    line: int | None
    column_name: str | None
    code: str
    message: str
    suggestion: str | None
    payload: str
    status: str
    fixed_payload: str | None
    replayed_load: int | None
    decided_by: str | None
    decided_at: datetime | None


_SCHEMA = {
    "source_id": pl.String,
    "line": pl.Int64,
    "column_name": pl.String,
    "code": pl.String,
    "message": pl.String,
    "suggestion": pl.String,
    "payload": pl.String,
}


def known(connection: Connection, source: str, rows: Sequence[RejectedRow]) -> list[bool]:
    """Of each row whether it was put into quarantine for the same reason before, whatever was decided about it."""
    parameters = {
        "source": source,
        "codes": [row.code for row in rows],
        "payloads": [row.payload for row in rows],
    }
    return [bool(row[0]) for row in connection.execute(statements("quarantine")["known"], parameters)]


def add(connection: Connection, load_id: int, source: str, rows: Iterable[RejectedRow]) -> int:
    """Put rows into quarantine; answers how many."""
    frame = pl.DataFrame(list(rows), schema=_SCHEMA, orient="row")
    owned = frame.with_columns(load_id=pl.lit(load_id), source=pl.lit(source))
    return copy_frame(connection, "quarantine", owned) if frame.height else 0


def list_rows(
    connection: Connection,
    *,
    source: str | None = None,
    code: str | None = None,
    load_id: int | None = None,
    status: str = "open",
    after: int = 0,
    limit: int = 100,
) -> list[QuarantinedRow]:
    """Rows of one status in order of arrival, after the row `after`."""
    parameters = {
        "source": source,
        "code": code,
        "load_id": load_id,
        "status": status,
        "after": after,
        "limit": limit,
    }
    return rows_of(connection, QuarantinedRow, statements("quarantine")["list_rows"], parameters)


def counts(connection: Connection, source: str | None = None) -> list[tuple[str, str, int]]:
    """(source, code, number) of the open rows, the largest first."""
    return connection.execute(statements("quarantine")["counts"], {"source": source}).fetchall()


def get(connection: Connection, quarantine_id: int) -> QuarantinedRow:
    """One row; NotFound when there is none."""
    found = row_of(connection, QuarantinedRow, statements("quarantine")["get"], {"quarantine_id": quarantine_id})
    if found is None:
        raise NotFound(f"quarantined row {quarantine_id} does not exist")
    return found


def fix(connection: Connection, quarantine_id: int, fixed_payload: str, decided_by: str) -> None:
    """Keep a corrected row beside the received one, open until it is replayed; Conflict when it is not open."""
    parameters = {"quarantine_id": quarantine_id, "fixed_payload": fixed_payload, "decided_by": decided_by}
    _change(connection, "fix", parameters)


def dismiss(connection: Connection, quarantine_id: int, decided_by: str) -> None:
    """Give a row up; Conflict when it is not open."""
    _change(connection, "dismiss", {"quarantine_id": quarantine_id, "decided_by": decided_by})


def mark_replayed(connection: Connection, quarantine_ids: Iterable[int], load_id: int) -> int:
    """Rows that the load `load_id` took in; answers how many were still open, so that a second replay changes none."""
    parameters = {"ids": list(quarantine_ids), "load_id": load_id}
    return connection.execute(statements("quarantine")["mark_replayed"], parameters).rowcount


def _change(connection: Connection, statement: str, parameters: dict[str, object]) -> None:
    if connection.execute(statements("quarantine")[statement], parameters).rowcount == 0:
        quarantine_id = int(str(parameters["quarantine_id"]))
        raise Conflict(f"quarantined row {quarantine_id} is {get(connection, quarantine_id).status}")
