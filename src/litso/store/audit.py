"""The audit: every read of personal data, written before it is shown, and every change by somebody.

Reads are written by those who show something. Changes write themselves: triggers on the ledgers (see the schema) see
them all, whichever way they come. Ids and field names, never values. An action with a dot is a change.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from litso.errors import NotFound
from litso.store.database import Connection, row_of, rows_of
from litso.store.queries import statements

READS: Final = ("profile", "search", "match", "records", "export", "reveal", "check", "feed", "miss")
"""Actions that show personal data, and `miss`: a party was asked for that does not exist."""


class Entry(NamedTuple):
    """Somebody read or changed something."""

    audit_id: int
    at: datetime
    actor: str
    action: str
    party_id: str | None
    object: str
    fields: list[str]
    purpose: str
    scope: str
    found: int | None
    version: int | None


class Filter(NamedTuple):
    """Which entries are wanted; None: all. what: `read`, `change`, an action, or the noun of changes."""

    actor: str | None = None
    party_id: str | None = None
    what: str | None = None
    purpose: str | None = None
    since: datetime | None = None
    until: datetime | None = None


_ALL: Final = Filter()


def write(
    connection: Connection,
    *,
    actor: str,
    action: str,
    party_id: str | None = None,
    object: str = "",
    fields: Sequence[str] = (),
    purpose: str = "",
    scope: str = "",
    found: int | None = None,
    version: int | None = None,
) -> None:
    """Write an entry: by whom, of whom or of what, which fields, what for, how far it reached, how many were found.

    version: of the golden record that is shown, so that what was seen can be shown again.
    """
    row = {
        "actor": actor,
        "action": action,
        "party_id": party_id,
        "object": object,
        "fields": list(fields),
        "purpose": purpose,
        "scope": scope,
        "found": found,
        "version": version,
    }
    connection.execute(statements("audit")["write"], row)


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
    connection.execute(statements("audit")["write_many"], parameters)


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
    connection.execute(statements("audit")["write_fed"], parameters)


def acting(connection: Connection, actor: str) -> None:
    """Say for whom this transaction works: changes of tables that do not tell who made them are entered as theirs."""
    connection.execute(statements("audit")["acting"], {"actor": actor})


def get(connection: Connection, audit_id: int) -> Entry:
    """One entry; NotFound when there is none."""
    found = row_of(connection, Entry, statements("audit")["get"], {"audit_id": audit_id})
    if found is None:
        raise NotFound(f"there is no entry {audit_id} in the audit")
    return found


def of_party(connection: Connection, party_id: str, *, limit: int = 100, with_checks: bool = False) -> list[Entry]:
    """Who read or changed a party, the latest first; entries of its checks are for compliance only."""
    parameters = {"party_id": party_id, "limit": limit, "with_checks": with_checks}
    return rows_of(connection, Entry, statements("audit")["of_party"], parameters)


def recent(
    connection: Connection,
    wanted: Filter = _ALL,
    *,
    before: int | None = None,
    limit: int = 100,
    with_checks: bool = False,
) -> list[Entry]:
    """Entries, the latest first, older than the entry `before`."""
    parameters = {**wanted._asdict(), "before": before, "limit": limit, "with_checks": with_checks}
    return rows_of(connection, Entry, statements("audit")["recent"], parameters)
