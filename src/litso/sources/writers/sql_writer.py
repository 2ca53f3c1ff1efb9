"""Rows of a table, changed one by one by compare-and-set: locked, compared with what was read, changed, read back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from litso.domain.returning import MISSING, REFUSED, WRITTEN, Outcome, Task, is_same, judged
from litso.errors import Misconfigured
from litso.sources.connectors.config import Connection
from litso.sources.connectors.mysql import MysqlSettings
from litso.sources.connectors.postgresql import PostgresqlSettings
from litso.sources.connectors.sql_source import PARAMETER, Reading, Server


class RowRefused(Exception):
    """The database does not take a change of this row; `why` is a Russian sentence without values."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Table(Protocol):
    """A database of one dialect that is open for writing."""

    title: str

    def change(self) -> AbstractContextManager[None]:
        """A transaction; it is rolled back by any exception."""
        ...

    def ask(self, query: str, parameters: Sequence[str | None]) -> list[tuple[str | None, ...]]:
        """Ask, all values as texts; () of a statement that gives no rows. RowRefused when it does not take the row."""
        ...

    def quoted(self, name: str) -> str:
        """A name in a query."""
        ...

    def close(self) -> None:
        """Let go of the server."""
        ...


Opener = Callable[[Server, str], Table]


def server_of(described: Connection) -> tuple[Server, Reading]:
    """The server of a source that is connected to a database, and what is read there; Misconfigured when it is not."""
    settings = described.settings
    if not isinstance(settings, (PostgresqlSettings, MysqlSettings)):
        raise Misconfigured(f"the source {described.source!r} is connected by {described.kind}, not to a database")
    return settings.sql.server, settings.sql.rows


class SqlWriter:
    """The way back into a table."""

    def __init__(self, opener: Opener, server: Server, table: str) -> None:
        self._table = opener(server, table)
        self._name = ".".join(map(self._table.quoted, table.split(".")))

    def write(self, task: Task) -> Outcome:
        """Change one row in a transaction of its own."""
        try:
            with self._table.change():
                return self._changed(task)
        except RowRefused as error:
            return Outcome(REFUSED, error.why)

    def close(self) -> None:
        """Let go of the server."""
        self._table.close()

    def _changed(self, task: Task) -> Outcome:
        names = {one.column: self._table.quoted(one.column) for one in task.changes}
        key = " and ".join(f"{self._table.quoted(column)} = {PARAMETER}" for column in task.key)
        values = list(task.key.values())
        columns = [*task.key, *names]
        listed = ", ".join(map(self._table.quoted, columns))
        query = f"select {listed} from {self._name} where {key}"  # noqa: S608
        rows = [dict(zip(columns, row, strict=True)) for row in self._table.ask(f"{query} for update", values)]
        if not any(all(is_same(row[column], value) for column, value in task.key.items()) for row in rows):
            return Outcome(MISSING, "В источнике нет такой строки.")
        if len(rows) > 1:
            return Outcome(REFUSED, "В таблице несколько строк с этим ключом.")
        if (found := judged(task.changes, rows[0])) is not None:
            return found
        sets = ", ".join(f"{name} = {PARAMETER}" for name in names.values())
        after = [one.after for one in task.changes]
        self._table.ask(f"update {self._name} set {sets} where {key}", [*after, *values])  # noqa: S608
        [stored] = self._table.ask(query, values) or [()]
        kept = dict(zip(columns, stored, strict=False))
        other = [one.column for one in task.changes if not is_same(kept.get(one.column), one.after)]
        if other:
            raise RowRefused(f"Столбец хранит значение не так, как оно есть: {', '.join(other)}.")
        return Outcome(WRITTEN)
