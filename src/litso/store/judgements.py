"""The judgement ledger: what stewards decided about pairs of records. Entries are added and undone, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

import pyarrow as pa

from litso.errors import BadUsage, Conflict, NotFound
from litso.store.bulk import read_table
from litso.store.database import Connection, row_of, rows_of, scalar
from litso.store.queries import statements

SourceKey = tuple[str, str]
"""(source, id in that source)."""

JUDGEMENT_SCHEMA: Final = pa.schema(
    [
        ("judgement_id", pa.int64()),
        ("verdict", pa.string()),
        ("left_source", pa.string()),
        ("left_id", pa.string()),
        ("right_source", pa.string()),
        ("right_id", pa.string()),
    ]
)


class Judgement(NamedTuple):
    """An entry; `undone_at` is set when it no longer counts."""

    judgement_id: int
    verdict: str
    left_source: str
    left_id: str
    right_source: str
    right_id: str
    author: str
    reason: str
    decided_at: datetime
    undone_by: str | None
    undone_at: datetime | None


def add(
    connection: Connection, *, verdict: str, left: SourceKey, right: SourceKey, author: str, reason: str = ""
) -> int:
    """Add an entry (same, different, unsure) and answer its id; an active entry of the pair is undone by it."""
    if left == right:
        raise BadUsage("a judgement is about two different records")
    first, second = sorted((left, right))
    pair = {"left_source": first[0], "left_id": first[1], "right_source": second[0], "right_id": second[1]}
    connection.execute(statements("judgements")["supersede"], {**pair, "author": author})
    row = {**pair, "verdict": verdict, "author": author, "reason": reason}
    return int(scalar(connection, statements("judgements")["add"], row))


def undo(connection: Connection, judgement_id: int, author: str) -> Judgement:
    """Undo an entry and answer it; Conflict when it is undone already."""
    parameters = {"judgement_id": judgement_id, "author": author}
    if connection.execute(statements("judgements")["undo"], parameters).rowcount == 0:
        get(connection, judgement_id)
        raise Conflict(f"judgement {judgement_id} is undone already")
    return get(connection, judgement_id)


def get(connection: Connection, judgement_id: int) -> Judgement:
    """One entry; NotFound when there is none."""
    found = row_of(connection, Judgement, statements("judgements")["get"], {"judgement_id": judgement_id})
    if found is None:
        raise NotFound(f"judgement {judgement_id} does not exist")
    return found


def active_of(connection: Connection, keys: Sequence[SourceKey]) -> list[Judgement]:
    """Active entries that touch one of the records, in order."""
    parameters = {"sources": [key[0] for key in keys], "ids": [key[1] for key in keys]}
    return rows_of(connection, Judgement, statements("judgements")["active_of"], parameters)


def of_records(connection: Connection, keys: Sequence[SourceKey]) -> list[Judgement]:
    """All entries that touch one of the records, undone ones too, in order."""
    parameters = {"sources": [key[0] for key in keys], "ids": [key[1] for key in keys]}
    return rows_of(connection, Judgement, statements("judgements")["of_records"], parameters)


def read_active(connection: Connection) -> pa.Table:
    """Every active entry, in JUDGEMENT_SCHEMA, in order."""
    return read_table(connection, statements("judgements")["read_active"], JUDGEMENT_SCHEMA)
