"""The audit of reads: every read of personal data is written before it is shown. Ids and field names, never values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from litso.errors import NotFound
from litso.store.database import Connection, row_of, rows_of
from litso.store.queries import statements

ACTIONS: Final = ("profile", "search", "match", "records", "export", "reveal", "check", "feed")


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
    version: int | None


def write(
    connection: Connection,
    *,
    actor: str,
    action: str,
    party_id: str | None = None,
    fields: Sequence[str] = (),
    purpose: str = "",
    found: int | None = None,
    version: int | None = None,
) -> None:
    """Write a read of personal data: by whom, of whom, which fields, what for, how many were found.

    version: of the golden record that is shown, so that what was seen can be shown again.
    """
    row = {
        "actor": actor,
        "action": action,
        "party_id": party_id,
        "fields": list(fields),
        "purpose": purpose,
        "found": found,
        "version": version,
    }
    connection.execute(statements("access")["write"], row)


def write_many(
    connection: Connection, *, actor: str, action: str, purpose: str, read: Sequence[tuple[str, Sequence[str], int]]
) -> None:
    """Write that golden records are read at once: (party, fields, version) of each."""
    if not read:
        return
    parameters = {
        "actor": actor,
        "action": action,
        "purpose": purpose,
        "parties": [party for party, _, _ in read],
        "fields": [",".join(fields) for _, fields, _ in read],
        "versions": [version for _, _, version in read],
    }
    connection.execute(statements("access")["write_many"], parameters)


def write_fed(connection: Connection, *, actor: str, purpose: str, told: Sequence[tuple[str, Sequence[str]]]) -> None:
    """Write that a consumer is told of golden values: (party, fields) of each event."""
    if not told:
        return
    parameters = {
        "actor": actor,
        "purpose": purpose,
        "parties": [party for party, _ in told],
        "fields": [",".join(fields) for _, fields in told],
    }
    connection.execute(statements("access")["write_fed"], parameters)


def get(connection: Connection, access_id: int) -> Access:
    """One read; NotFound when there is none."""
    found = row_of(connection, Access, statements("access")["get"], {"access_id": access_id})
    if found is None:
        raise NotFound(f"there is no entry {access_id} in the access log")
    return found


def of_party(connection: Connection, party_id: str, *, limit: int = 100, with_checks: bool = False) -> list[Access]:
    """Who read a party, the latest first; reads of its checks are for compliance only."""
    parameters = {"party_id": party_id, "limit": limit, "with_checks": with_checks}
    return rows_of(connection, Access, statements("access")["of_party"], parameters)


def recent(
    connection: Connection,
    *,
    actor: str | None = None,
    before: int | None = None,
    limit: int = 100,
    with_checks: bool = False,
) -> list[Access]:
    """Reads, the latest first, of one actor or all, older than the read `before`."""
    parameters = {"actor": actor, "before": before, "limit": limit, "with_checks": with_checks}
    return rows_of(connection, Access, statements("access")["recent"], parameters)
