"""The change feed: what happened to parties, in the order of commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import polars as pl
import pyarrow as pa
from psycopg.types.json import Jsonb

from litso.store.bulk import copy_frame
from litso.store.database import Connection, rows_of, scalar
from litso.store.locks import CHANGES, lock
from litso.store.queries import statements


class Change(NamedTuple):
    """An event about a party: party.created, party.changed, party.merged, party.split…"""

    change_id: int
    type: str
    party_id: str
    at: datetime
    load_id: int | None
    judgement_id: int | None
    data: dict[str, Any]


def append(
    connection: Connection,
    events: Sequence[tuple[str, str, Mapping[str, Any]]],
    *,
    load_id: int | None = None,
    judgement_id: int | None = None,
) -> list[int]:
    """Append (type, party id, data) events, in order; answers their ids.

    Call it late: from here to its end the transaction is alone in appending, so that a reader who has seen an event has
    seen all with smaller ids.
    """
    if not events:
        return []
    lock(connection, CHANGES)
    parameters = {
        "types": [kind for kind, _, _ in events],
        "parties": [party for _, party, _ in events],
        "data": [Jsonb(dict(data)) for _, _, data in events],
        "load_id": load_id,
        "judgement_id": judgement_id,
    }
    return [row[0] for row in connection.execute(statements("changes")["append"], parameters).fetchall()]


def append_many(connection: Connection, changes: pa.Table, *, load_id: int | None = None) -> int:
    """Append events in bulk, in order: `type`, `party_id`, `data` (JSON text, may be absent). Call it late."""
    lock(connection, CHANGES)
    frame = pl.DataFrame(changes)
    if "data" not in frame.columns:
        frame = frame.with_columns(data=pl.lit("{}"))
    row = frame.select("type", "party_id", pl.col("data").fill_null("{}"), pl.lit(load_id, pl.Int64).alias("load_id"))
    return copy_frame(connection, "change", row)


def after(connection: Connection, change_id: int, *, limit: int = 1000) -> list[Change]:
    """Events after the event `change_id`, in order."""
    return rows_of(connection, Change, statements("changes")["after"], {"change_id": change_id, "limit": limit})


def last_id(connection: Connection) -> int:
    """The id of the last event; 0 before the first."""
    return int(scalar(connection, statements("changes")["last_id"]))


def of_party(connection: Connection, party_id: str, *, before: int | None = None, limit: int = 100) -> list[Change]:
    """Events of a party, the newest first, older than the event `before`."""
    parameters = {"party_id": party_id, "before": before, "limit": limit}
    return rows_of(connection, Change, statements("changes")["of_party"], parameters)
