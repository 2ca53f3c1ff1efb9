"""A table of MySQL or MariaDB that is open for writing. Needs the extra `mysql`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from litso.errors import SourceUnusable
from litso.sources.connectors.extras import needed
from litso.sources.connectors.mysql import connected, title_of, translated
from litso.sources.connectors.sql_source import PARAMETER, Server, driver_text
from litso.sources.writers.sql_writer import RowRefused

_ENGINE: Final = (
    f"select engine from information_schema.tables where table_name = {PARAMETER} and table_schema = {PARAMETER}"  # noqa: S608
)
_PLAIN: Final = ("MyISAM", "Aria", "MEMORY", "CSV", "ARCHIVE")
"""Engines without transactions: between the look at a row and its change somebody else could change it."""


class MysqlTable:
    """One connection; each change is a transaction."""

    def __init__(self, server: Server, table: str) -> None:
        self._driver = needed("pymysql", "mysql")
        self.title = title_of(server)
        self._connection = connected(self._driver, server)
        database, _, name = table.rpartition(".")
        with translated(self._driver, self.title):
            self.ask("set session time_zone = '+00:00', innodb_lock_wait_timeout = 10", ())
            self.ask("set session sql_mode = concat(@@sql_mode, ',STRICT_TRANS_TABLES')", ())
            found = self.ask(_ENGINE, [name, database or server.database])
        if found and found[0][0] in _PLAIN:
            self.close()
            raise SourceUnusable(f"{self.title}: таблица {table} без транзакций ({found[0][0]}): писать в неё нельзя.")

    @contextmanager
    def change(self) -> Iterator[None]:
        """A transaction."""
        with translated(self._driver, self.title):
            self._connection.begin()
            try:
                yield
                self._connection.commit()
            except BaseException:
                if self._connection.open:
                    self._connection.rollback()
                raise

    def ask(self, query: str, parameters: Sequence[str | None]) -> list[tuple[str | None, ...]]:
        """Ask; a value that the column cannot hold is refused."""
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(driver_text(query), list(parameters))
                return list(cursor.fetchall()) if cursor.description else []
        except (self._driver.DataError, self._driver.IntegrityError) as error:
            raise RowRefused(f"База не принимает значение ({error.args[0]}).") from None

    def quoted(self, name: str) -> str:
        """A name in backticks."""
        return "`" + name.replace("`", "``") + "`"

    def close(self) -> None:
        """End the connection."""
        self._connection.close()
