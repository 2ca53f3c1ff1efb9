"""Forward migrations: `migrations/NNNN_name.sql`, each applied once, in one transaction, under one lock.

The ledger `schema_migration` remembers what was applied and a digest of it. A store of a newer program is refused.
`schema.sql` holds the whole schema as it is after the last migration; a test proves them equal.
"""

from __future__ import annotations

import hashlib
import re
from importlib.resources import files
from typing import Final, NamedTuple

import psycopg
from psycopg import sql

from litso.errors import Misconfigured
from litso.store import reader
from litso.store.database import Connection, connect, translated
from litso.store.locks import MIGRATION, hold
from litso.store.queries import statements

_FILE: Final = re.compile(r"(\d{4})_(\w+)\.sql")


class Migration(NamedTuple):
    """One step of the schema."""

    version: int
    name: str
    text: str

    @property
    def digest(self) -> bytes:
        """SHA-256 of the text: an applied migration never changes."""
        return hashlib.sha256(self.text.encode()).digest()


def migrations() -> list[Migration]:
    """Every migration of this program, in order."""
    folder = files("litso.store").joinpath("migrations")
    found = [(match, entry) for entry in folder.iterdir() if (match := _FILE.fullmatch(entry.name))]
    return sorted(Migration(int(match[1]), match[2], entry.read_text(encoding="utf-8")) for match, entry in found)


def migrate(url: str, steps: list[Migration] | None = None) -> list[Migration]:
    """Bring the store to the version of this program; answers what was applied (nothing when it is there already)."""
    chosen = migrations() if steps is None else steps
    with translated(), connect(url, autocommit=True) as connection:
        _run(connection, statements("migrate")["create_schema"])
        with hold(connection, MIGRATION):
            pending = _pending(connection, chosen)
            for step in pending:
                _apply(connection, step)
            if steps is None:
                reader.prepare(connection)
    return pending


def check_version(connection: Connection) -> None:
    """Misconfigured unless the store has exactly the version of this program."""
    if connection.execute(statements("migrate")["find_ledger"]).fetchone() is None:
        raise Misconfigured("the store is not set up: run `litso init`")
    if _pending(connection, migrations()):
        raise Misconfigured("the store is older than the program: run `litso init`")


def store_version(connection: Connection) -> int:
    """Number of the last migration applied; 0 for a store without one."""
    return max(_applied(connection), default=0)


def _applied(connection: Connection) -> dict[int, bytes]:
    return dict(connection.execute(statements("migrate")["applied"]).fetchall())


def _pending(connection: Connection, steps: list[Migration]) -> list[Migration]:
    applied = _applied(connection)
    newest = max((step.version for step in steps), default=0)
    if max(applied, default=0) > newest:
        raise Misconfigured(f"the store has version {max(applied)}, this program knows {newest}: install a newer Litso")
    for step in steps:
        if applied.get(step.version, step.digest) != step.digest:
            raise Misconfigured(f"migration {step.version} of the store differs from the one of this program")
    return [step for step in steps if step.version not in applied]


def _apply(connection: Connection, step: Migration) -> None:
    record = {"version": step.version, "name": step.name, "digest": step.digest}
    try:
        with connection.transaction():
            _run(connection, sql.SQL(step.text))
            connection.execute(statements("migrate")["record"], record)
    except psycopg.errors.ProgrammingError as error:
        reason = error.diag.message_primary
        raise Misconfigured(f"migration {step.version} ({step.name}) cannot be applied: {reason}") from error


def _run(connection: Connection, script: sql.SQL) -> None:
    """Run several statements at once."""
    connection.execute(script, prepare=False)
