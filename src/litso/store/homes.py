"""Homes: the party that evidence alone gives a record, kept where judgements have put the record into another party.

They make undo exact: party ids under judgements are a function of the homes and of the groups that the judgements
leave, so when the last judgement is undone, in whatever order, every record is at home again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import pyarrow as pa

from litso.store.bulk import read_table
from litso.store.database import Connection, scalar
from litso.store.queries import statements

HOME_SCHEMA: Final = pa.schema([("record_id", pa.int64()), ("party_id", pa.string())])


def has_any(connection: Connection) -> bool:
    """Whether any record is away from home."""
    return bool(scalar(connection, statements("homes")["any"]))


def read(connection: Connection) -> pa.Table:
    """All records away from home, in HOME_SCHEMA."""
    return read_table(connection, statements("homes")["read"], HOME_SCHEMA)


def forget(connection: Connection, record_ids: Iterable[int]) -> None:
    """These records are at home, or gone."""
    connection.execute(statements("homes")["forget"], {"records": list(record_ids)})


def replace(connection: Connection, record_ids: Iterable[int], away: Mapping[int, str]) -> None:
    """Of these records, those in `away` (record → home) are away from home, the others are not."""
    forget(connection, record_ids)
    if away:
        parameters = {"records": list(away), "parties": list(away.values())}
        connection.execute(statements("homes")["keep"], parameters)


def replace_all(connection: Connection, away: Mapping[int, str]) -> None:
    """Only the records in `away` (record → home) are away from home."""
    connection.execute(statements("homes")["clear"])
    replace(connection, (), away)
