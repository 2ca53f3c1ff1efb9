"""Pins: values that stewards fixed. Entries are added and undone, never changed.

A pin hangs on a source record. The party that holds it follows from where the record is: it moves with a merge, goes
with its record in a split, returns with an undo, and stays where it was when the source deletes the record.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from psycopg.types.json import Jsonb

from litso.errors import NotFound
from litso.store.database import Connection, row_of, rows_of, scalar
from litso.store.queries import statements


class Pin(NamedTuple):
    """A fixed value; `undone_at` is set when it no longer counts. `party_id`: who holds it, where that was asked."""

    pin_id: int
    source: str
    source_id: str
    attribute: str
    value: str
    parts: dict[str, Any]
    author: str
    reason: str
    pinned_at: datetime
    until: datetime | None
    undone_by: str | None
    undone_at: datetime | None
    operation_id: int | None = None
    superseded_by: int | None = None
    party_id: str | None = None


def add(
    connection: Connection,
    *,
    key: tuple[str, str],
    attribute: str,
    value: str,
    parts: Mapping[str, Any],
    author: str,
    reason: str,
    until: datetime | None = None,
    operation_id: int | None = None,
) -> int:
    """Pin a standard value on the record of a source key; answers the id of the pin.

    An active pin of the attribute on the same record is undone by it.
    """
    row = {"source": key[0], "source_id": key[1], "attribute": attribute, "value": value, "parts": Jsonb(dict(parts)),
           "author": author, "reason": reason, "until": until, "operation": operation_id}  # fmt: skip
    number = int(scalar(connection, statements("pins")["add"], row))
    connection.execute(statements("pins")["supersede"], {**row, "pin_id": number})
    return number


def undo(connection: Connection, pin_ids: Sequence[int], author: str) -> tuple[int, list[int]]:
    """Undo pins; answers how many were active, and the pins that they had taken the place of and that count again."""
    undone = release(connection, pin_ids, author)
    revived = connection.execute(statements("pins")["revive"], {"pins": list(pin_ids)}).fetchall() if undone else []
    return undone, [row[0] for row in revived]


def release(connection: Connection, pin_ids: Sequence[int], author: str) -> int:
    """Undo pins for good: none takes their place. Answers how many were active."""
    return connection.execute(statements("pins")["undo"], {"pins": list(pin_ids), "author": author}).rowcount


def of_operation(connection: Connection, operation_id: int) -> list[Pin]:
    """Pins of an operation, in order."""
    return rows_of(connection, Pin, statements("pins")["of_operation"], {"operation": operation_id})


def get(connection: Connection, pin_id: int) -> Pin:
    """One pin, undone or not; NotFound when there is none."""
    found = row_of(connection, Pin, statements("pins")["get"], {"pin_id": pin_id})
    if found is None:
        raise NotFound(f"there is no pin {pin_id}")
    return found


def held(connection: Connection, parties: Collection[str] | None = None) -> list[Pin]:
    """Active pins that some parties hold, or all of them, each with its party, in the order in which they were made.

    Costs next to nothing as long as nobody has pinned anything.
    """
    if not scalar(connection, statements("pins")["any_active"]):
        return []
    asked = None if parties is None else list(parties)
    return rows_of(connection, Pin, statements("pins")["held"], {"parties": asked})


def ended(connection: Connection) -> list[int]:
    """Active pins whose end has come."""
    return [row[0] for row in connection.execute(statements("pins")["ended"]).fetchall()]
