"""The change feed: what happened to parties, in the order of commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec
import polars as pl
import pyarrow as pa

from litso.domain.scope import EVERYTHING, Scope
from litso.store.bulk import copy_frame
from litso.store.database import Connection, array_of, rows_of, scalar
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


FEED_TYPES: Final = ("party.created", "party.changed", "party.merged", "party.split", "party.ended", "party.erased")
"""Events that leave the house; whatever else the table holds is for the history on the screen."""

CHANNEL: Final = "litso_changes"
"""PostgreSQL notifies it when events are committed."""


class Event(NamedTuple):
    """An event of the feed with what its transaction did.

    is_concerned: whether the party has or had records of the sources asked for, and is within the limits. sources,
    source_ids, moves: those records; 1 of a record that joined, -1 of one that left. before, after: the golden values
    asked for, of an event that published another golden record.
    """

    change_id: int
    type: str
    party_id: str
    at: datetime
    data: dict[str, Any]
    kind: str | None
    is_concerned: bool
    sources: list[str] | None
    source_ids: list[str] | None
    moves: list[int] | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None

    def moved(self) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """Records (source, source id) that joined, and those that left, in their order."""
        joined: list[tuple[str, str]] = []
        left: list[tuple[str, str]] = []
        for source, source_id, move in zip(self.sources or (), self.source_ids or (), self.moves or (), strict=True):
            if move:
                (joined if move > 0 else left).append((source, source_id))
        joined.sort()
        left.sort()
        return joined, left


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
    parameters = {
        "lock": CHANGES,
        "types": [kind for kind, _, _ in events],
        "parties": array_of(party for _, party, _ in events),
        "data": [msgspec.json.encode(dict(data)).decode() for _, _, data in events],
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
    written = copy_frame(connection, "change", row)
    connection.execute(statements("changes")["tell"])
    return written


def after(connection: Connection, change_id: int, *, limit: int = 1000) -> list[Change]:
    """Events after the event `change_id`, in order."""
    return rows_of(connection, Change, statements("changes")["after"], {"change_id": change_id, "limit": limit})


def read_feed(
    connection: Connection,
    change_id: int,
    *,
    fields: Sequence[str] = (),
    sources: Sequence[str] = (),
    scope: Scope = EVERYTHING,
    limit: int = 1000,
) -> list[Event]:
    """Events of the feed after `change_id`, in order, with what their transactions did to records and golden values.

    fields: golden attributes to be told of; others do not leave the store. sources: whose records to tell of, empty:
    those of all. scope: limits of whoever is told.
    """
    parameters = {
        "change_id": change_id,
        "types": list(FEED_TYPES),
        "fields": list(fields),
        "sources": list(sources),
        "territories": list(scope.territories),
        "brands": list(scope.brands),
        "limit": limit,
    }
    # A replay reads millions: their fields are the columns in order, and are not named for each.
    return [Event._make(row) for row in connection.execute(statements("changes")["feed"], parameters)]


def count_after(connection: Connection, change_id: int) -> int:
    """How many events came after an event."""
    return int(scalar(connection, statements("changes")["count_after"], {"change_id": change_id}))


def last_id(connection: Connection) -> int:
    """The id of the last event; 0 before the first."""
    return int(scalar(connection, statements("changes")["last_id"]))


def of_party(connection: Connection, party_id: str, *, before: int | None = None, limit: int = 100) -> list[Change]:
    """Events of a party, the newest first, older than the event `before`."""
    parameters = {"party_id": party_id, "before": before, "limit": limit}
    return rows_of(connection, Change, statements("changes")["of_party"], parameters)
