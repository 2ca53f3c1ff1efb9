"""A table of PostgreSQL that is open for writing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg
from psycopg import errors

from litso.sources.connectors.postgresql import connected, title_of, translated
from litso.sources.connectors.sql_source import Server, driver_text
from litso.sources.writers.sql_writer import RowRefused

_SESSION = " -c statement_timeout=60s -c lock_timeout=10s"
_OF_ROW = (psycopg.DataError, psycopg.IntegrityError, errors.RaiseException, errors.GeneratedAlways)


class PostgresqlTable:
    """One connection; each change is a transaction."""

    def __init__(self, server: Server, table: str) -> None:
        self.title = title_of(server)
        self._connection = connected(server, _SESSION)
        self._connection.autocommit = True

    @contextmanager
    def change(self) -> Iterator[None]:
        """A transaction."""
        with translated(self.title), self._connection.transaction():
            yield

    def ask(self, query: str, parameters: Sequence[str | None]) -> list[tuple[str | None, ...]]:
        """Ask; a value that the column cannot hold is refused."""
        try:
            cursor = self._connection.execute(driver_text(query), list(parameters))
            return cursor.fetchall() if cursor.description else []
        except _OF_ROW as error:
            raise RowRefused(f"База не принимает значение ({error.sqlstate}).") from None

    def quoted(self, name: str) -> str:
        """A name in double quotes."""
        return '"' + name.replace('"', '""') + '"'

    def close(self) -> None:
        """End the connection."""
        self._connection.close()
