"""The ledger of official reference data: which edition was loaded, from which file, when and by whom."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from litso.store.database import Connection, rows_of
from litso.store.queries import statements


class Edition(NamedTuple):
    """An edition of one part of a kind. `published` is the day from which its age counts; the digest is in hex."""

    edition_id: int
    kind: str
    part: str
    version: str
    published: date
    rows: int
    file_name: str
    file_sha256: str
    loaded_at: datetime
    loaded_by: str


def add(
    connection: Connection,
    *,
    kind: str,
    part: str,
    version: str,
    published: date,
    rows: int,
    file_name: str,
    file_sha256: str,
    loaded_by: str,
) -> None:
    """Write an edition into the ledger; it takes the place of the former one of its part."""
    parameters = {
        "kind": kind,
        "part": part,
        "version": version,
        "published": published,
        "rows": rows,
        "file_name": file_name,
        "file_sha256": bytes.fromhex(file_sha256),
        "loaded_by": loaded_by,
    }
    connection.execute(statements("reference")["replace"], parameters)
    connection.execute(statements("reference")["add"], parameters)


def current(connection: Connection) -> list[Edition]:
    """Editions in use, by kind and part."""
    return rows_of(connection, Edition, statements("reference")["current"])
