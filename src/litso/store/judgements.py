"""The judgement ledger: what stewards decided about pairs of records. Entries are added and undone, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

import pyarrow as pa

from litso.errors import BadUsage, Conflict, NotFound
from litso.store.bulk import read_table
from litso.store.database import Connection, row_of, rows_of
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
    operation_id: int | None = None
    superseded_by: int | None = None

    @property
    def sides(self) -> tuple[SourceKey, SourceKey]:
        """The two records that it is about."""
        return (self.left_source, self.left_id), (self.right_source, self.right_id)


class Verdict(NamedTuple):
    """What is to be entered about a pair of records."""

    verdict: str
    left: SourceKey
    right: SourceKey
    reason: str = ""


def add(
    connection: Connection, *, verdict: str, left: SourceKey, right: SourceKey, author: str, reason: str = ""
) -> int:
    """Add an entry (same, different, unsure) and answer its id; an active entry of the pair is undone by it."""
    (number,) = add_many(connection, [Verdict(verdict, left, right, reason)], author)
    return number


def add_many(
    connection: Connection, entries: Sequence[Verdict], author: str, operation_id: int | None = None
) -> list[int]:
    """Add entries, each of another pair, and answer their ids; active entries of the pairs are undone by them."""
    pairs = [sorted((entry.left, entry.right)) for entry in entries]
    if any(left == right for left, right in pairs):
        raise BadUsage("a judgement is about two different records")
    rows = {
        "verdicts": [entry.verdict for entry in entries],
        "left_sources": [left[0] for left, _ in pairs],
        "left_ids": [left[1] for left, _ in pairs],
        "right_sources": [right[0] for _, right in pairs],
        "right_ids": [right[1] for _, right in pairs],
        "reasons": [entry.reason for entry in entries],
    }
    added = connection.execute(
        statements("judgements")["add"], {**rows, "author": author, "operation": operation_id}
    ).fetchall()
    numbers = [row[0] for row in added]
    connection.execute(statements("judgements")["supersede"], {"judgements": numbers})
    return numbers


def undo(connection: Connection, judgement_id: int, author: str) -> list[Judgement]:
    """Undo an entry; answers it, and the one that counts again. Conflict when it is undone already."""
    changed = undo_many(connection, [judgement_id], author)
    if not changed:
        get(connection, judgement_id)
        raise Conflict(f"judgement {judgement_id} is undone already")
    return changed


def undo_many(connection: Connection, judgement_ids: Sequence[int], author: str) -> list[Judgement]:
    """Undo those entries that are active; answers them, then those that they had taken the place of."""
    parameters = {"judgements": list(judgement_ids), "author": author}
    undone = rows_of(connection, Judgement, statements("judgements")["undo"], parameters)
    again = {"judgements": [one.judgement_id for one in undone]}
    return [*undone, *rows_of(connection, Judgement, statements("judgements")["revive"], again)]


def of_operation(connection: Connection, operation_id: int) -> list[Judgement]:
    """Entries of an operation, in order."""
    return rows_of(connection, Judgement, statements("judgements")["of_operation"], {"operation": operation_id})


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
