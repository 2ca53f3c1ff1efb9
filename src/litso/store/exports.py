"""Exports: who asked for which list and why, who approved it, and the sealed file, which is there for a while."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from psycopg.types.json import Jsonb

from litso.errors import NotFound
from litso.store.database import Connection, row_of, rows_of, scalar
from litso.store.queries import statements
from litso.store.sealing import Box

WAITING, APPROVED, READY = "waiting", "approved", "ready"
REFUSED, FAILED, WITHDRAWN, EXPIRED = "refused", "failed", "withdrawn", "expired"
PATIENCE: Final = timedelta(days=7)
"""How long a request waits for the second person."""

_NOBODY: Final = "00000000-0000-0000-0000-000000000000"


class Export(NamedTuple):
    """An export. wanted: the filter, forgotten when the file is gone. classes: of fields shown as they are. counted:
    rows when it was asked for, rows: those of the file. decided_by: the second person, None where none was needed."""

    export_id: int
    kind: str
    wanted: dict[str, Any]
    columns: list[str]
    classes: list[str]
    format: str
    purpose: str
    reason: str
    counted: int
    status: str
    asked_by: str
    is_program: bool
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision: str
    rows: int | None
    ready_at: datetime | None
    expires_at: datetime | None
    downloads: int
    downloaded_at: datetime | None
    error: str | None


class Party(NamedTuple):
    """Which parties are wanted, beside those of a search."""

    kind: str | None = None
    territory: str | None = None
    brand: str | None = None
    source: str | None = None


def add(
    connection: Connection,
    *,
    kind: str,
    wanted: Mapping[str, Any],
    columns: Sequence[str],
    classes: Sequence[str],
    format: str,
    purpose: str,
    reason: str,
    counted: int,
    status: str,
    asked_by: str,
    is_program: bool,
) -> int:
    """Write a request down; answers its id."""
    row = {
        "kind": kind, "wanted": Jsonb(dict(wanted)), "columns": list(columns), "classes": list(classes),
        "format": format, "purpose": purpose, "reason": reason, "counted": counted, "status": status,
        "asked_by": asked_by, "is_program": is_program,
    }  # fmt: skip
    return int(scalar(connection, statements("exports")["add"], row))


def get(connection: Connection, export_id: int, *, lock: bool = False) -> Export:
    """One export; NotFound when there is none. lock: until the end of the transaction."""
    found = row_of(connection, Export, statements("exports")["lock" if lock else "get"], {"export_id": export_id})
    if found is None:
        raise NotFound(f"there is no export {export_id}")
    return found


def latest(
    connection: Connection, *, asked_by: str | None, is_program: bool, before: int | None = None, limit: int = 50
) -> list[Export]:
    """Exports, of one who asked or all, the latest first."""
    parameters = {"asked_by": asked_by, "is_program": is_program, "before": before, "limit": limit}
    return rows_of(connection, Export, statements("exports")["latest"], parameters)


def rows_alone(connection: Connection, asked_by: str, is_program: bool) -> int:
    """How many rows somebody took within a day without a second person."""
    parameters = {"asked_by": asked_by, "is_program": is_program}
    return int(scalar(connection, statements("exports")["rows_alone"], parameters))


def decide(connection: Connection, export_id: int, status: str, by: str, decision: str) -> None:
    """Note what the second person decided."""
    row = {"export_id": export_id, "status": status, "decided_by": by, "decision": decision}
    connection.execute(statements("exports")["decide"], row)


def withdraw(connection: Connection, export_id: int) -> None:
    """The asker wants it no more: its file is gone."""
    connection.execute(statements("exports")["withdraw"], {"export_id": export_id})
    connection.execute(statements("exports")["drop_parts"], {"export_id": export_id})


def fail(connection: Connection, export_id: int, error: str) -> None:
    """It cannot be made."""
    connection.execute(statements("exports")["fail"], {"export_id": export_id, "error": error})


def keep(connection: Connection, box: Box, export_id: int, pieces: Iterable[bytes], rows: int, kept: timedelta) -> None:
    """Keep the file, sealed piece by piece, in place of one that was begun before."""
    connection.execute(statements("exports")["drop_parts"], {"export_id": export_id})
    for part, piece in enumerate(pieces):
        row = {"export_id": export_id, "part": part, "sealed": box.seal(piece, _place(export_id, part))}
        connection.execute(statements("exports")["add_part"], row)
    connection.execute(statements("exports")["ready"], {"export_id": export_id, "rows": rows, "kept": kept})


def note_download(connection: Connection, export_id: int) -> list[int]:
    """Write a download down; answers the numbers of the pieces."""
    connection.execute(statements("exports")["downloaded"], {"export_id": export_id})
    return [row[0] for row in connection.execute(statements("exports")["parts"], {"export_id": export_id})]


def read_part(connection: Connection, box: Box, export_id: int, part: int) -> bytes:
    """A piece of a file; NotFound when it is gone."""
    row = connection.execute(statements("exports")["part"], {"export_id": export_id, "part": part}).fetchone()
    if row is None:
        raise NotFound(f"the file of the export {export_id} is gone")
    return box.open(row[0], _place(export_id, part))


def _place(export_id: int, part: int) -> str:
    return f"export {export_id} part {part}"


def expire(connection: Connection) -> int:
    """Forget files whose time is over, and requests that waited too long; answers how many."""
    return int(scalar(connection, statements("exports")["expire"], {"patience": PATIENCE}))


def party_ids(connection: Connection, wanted: Party, batch: int) -> Iterator[list[str]]:
    """Ids of parties by filter, batch by batch."""
    after = _NOBODY
    while True:
        parameters = {**wanted._asdict(), "after": after, "limit": batch}
        found = [row[0] for row in connection.execute(statements("exports")["parties"], parameters).fetchall()]
        if found:
            yield found
        if len(found) < batch:
            return
        after = found[-1]
