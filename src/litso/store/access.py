"""The audit of reads: every read of personal data is written before it is shown. Ids and field names, never values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from litso.store.database import Connection, rows_of
from litso.store.queries import statements

ACTIONS: Final = ("profile", "search", "match", "records", "export", "reveal")


class Access(NamedTuple):
    """Somebody read something."""

    access_id: int
    at: datetime
    actor: str
    action: str
    party_id: str | None
    fields: list[str]
    purpose: str
    found: int | None


def write(
    connection: Connection,
    *,
    actor: str,
    action: str,
    party_id: str | None = None,
    fields: Sequence[str] = (),
    purpose: str = "",
    found: int | None = None,
) -> None:
    """Write a read of personal data: by whom, of whom, which fields, what for, how many were found."""
    row = {
        "actor": actor,
        "action": action,
        "party_id": party_id,
        "fields": list(fields),
        "purpose": purpose,
        "found": found,
    }
    connection.execute(statements("access")["write"], row)


def of_party(connection: Connection, party_id: str, *, limit: int = 100) -> list[Access]:
    """Who read a party, the latest first."""
    return rows_of(connection, Access, statements("access")["of_party"], {"party_id": party_id, "limit": limit})


def recent(
    connection: Connection, *, actor: str | None = None, before: int | None = None, limit: int = 100
) -> list[Access]:
    """Reads, the latest first, of one actor or all, older than the read `before`."""
    parameters = {"actor": actor, "before": before, "limit": limit}
    return rows_of(connection, Access, statements("access")["recent"], parameters)
