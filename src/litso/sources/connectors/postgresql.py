"""Tables and queries of PostgreSQL 10 or newer, and of what speaks its protocol."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import psycopg
from psycopg import errors
from psycopg.types.string import TextLoader

from litso.errors import LitsoError, SourceUnusable, Transient
from litso.sources.connectors.sql_source import (
    BATCH,
    NUMBER,
    OFF,
    OTHER,
    PARAMETER,
    REQUIRE,
    TIME,
    VERIFY,
    Answer,
    Column,
    Server,
    SqlSettings,
    SqlSource,
    driver_text,
    parse_sql,
)
from litso.sources.mapping import Mapping
from litso.sources.yaml_tree import Tree

_PORT: Final = 5432
_CONNECT_SECONDS: Final = 15
_SSL_MODES: Final = {VERIFY: "verify-full", REQUIRE: "require", OFF: "disable"}
_SESSION: Final = "-c timezone=UTC -c datestyle=ISO -c intervalstyle=iso_8601 -c application_name=litso"
_READING: Final = " -c default_transaction_read_only=on -c statement_timeout=30min"
_WRONG: Final = (errors.UndefinedTable, errors.UndefinedColumn, errors.InsufficientPrivilege, errors.SyntaxError)
"""What a person has to put right; the server tells it in names of tables and columns alone."""
_TIMES: Final = ("timestamp", "date")
_NUMBERS: Final = ("int2", "int4", "int8", "numeric", "oid", "xid8")
_REFUSED: Final = re.compile(r"password|authentication|pg_hba|role .* does not exist|no password supplied|пароль", re.I)
_NO_DATABASE: Final = re.compile(r"database .* does not exist")
_NO_TLS: Final = re.compile(r"SSL|certificate", re.I)


@dataclass(frozen=True, slots=True)
class PostgresqlSettings:
    """postgresql: a server, and what is read of it."""

    sql: SqlSettings

    def open(self, mapping: Mapping) -> SqlSource:
        """The connector of a source."""
        return SqlSource(Postgresql, self.sql, mapping)


def parse(tree: Tree) -> PostgresqlSettings:
    """The settings under «postgresql»."""
    return PostgresqlSettings(parse_sql(tree, _PORT))


class Postgresql:
    """A PostgreSQL database: one repeatable read transaction, server-side cursors, values as text."""

    def __init__(self, server: Server) -> None:
        self.title = title_of(server)
        self._connection = connected(server, _READING)
        self._connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        self._cursor: psycopg.ServerCursor[Any] | None = None

    def version(self) -> str:
        """The version of the server."""
        return f"PostgreSQL {self._connection.info.parameter_status('server_version')}"

    def ask(self, query: str, parameters: Sequence[str] = ()) -> Answer:
        """Ask through a cursor of the server."""
        with translated(self.title):
            if self._cursor is not None:
                self._cursor.close()
            self._cursor = self._connection.cursor(name="litso")
            self._cursor.execute(driver_text(query), list(parameters))
            columns = tuple(_column(one) for one in self._cursor.description or ())
        return Answer(columns, self._batches(self._cursor))

    def _batches(self, cursor: psycopg.ServerCursor[Any]) -> Iterator[Sequence[tuple[str | None, ...]]]:
        while True:
            with translated(self.title):
                rows = cursor.fetchmany(BATCH)
            if not rows:
                return
            yield rows

    def quoted(self, name: str) -> str:
        """A name in double quotes."""
        return '"' + name.replace('"', '""') + '"'

    def from_cursor(self, column: Column, overlap: timedelta | int) -> str:
        """Compare as the type of the column."""
        back = f" - interval '{overlap.total_seconds():.6f} seconds'" if isinstance(overlap, timedelta) else ""
        back = f" - {overlap}" if isinstance(overlap, int) and overlap else back
        return f"{self.quoted(column.name)} >= cast({PARAMETER} as {column.type}){back}"

    def close(self) -> None:
        """End the transaction and the connection."""
        self._connection.close()


# What readers and writers share ---------------------------------------------------------------------------------


def title_of(server: Server) -> str:
    """How messages call a server."""
    return f"PostgreSQL {server.host}:{server.port}/{server.database}"


def connected(server: Server, session: str = "") -> psycopg.Connection[Any]:
    """A connection that gives every value as the text that the server writes. session: further options."""
    title = title_of(server)
    try:
        connection = psycopg.connect(
            host=server.host,
            port=server.port,
            dbname=server.database,
            user=server.user,
            password=server.password.read(),
            sslmode=_SSL_MODES[server.tls],
            sslrootcert=str(server.ca) if server.ca else "system" if server.tls == VERIFY else None,
            connect_timeout=_CONNECT_SECONDS,
            options=_SESSION + session,
        )
    except psycopg.OperationalError as error:
        raise _not_connected(title, str(error)) from None
    for info in connection.adapters.types:
        for oid in filter(None, (info.oid, info.array_oid)):
            connection.adapters.register_loader(oid, TextLoader)
    return connection


@contextmanager
def translated(title: str) -> Iterator[None]:
    """Driver errors as errors of Litso, without values of rows."""
    try:
        yield
    except LitsoError:
        raise
    except _WRONG as error:
        raise SourceUnusable(f"{title}: {error.diag.message_primary}.") from None
    except psycopg.OperationalError as error:
        told = error.diag.message_primary or "соединение потеряно"
        raise Transient(f"{title}: {told}.") from None
    except psycopg.Error as error:
        raise SourceUnusable(f"{title}: запрос не выполнен ({error.sqlstate or type(error).__name__}).") from None


def _not_connected(title: str, told: str) -> LitsoError:
    """Why there is no connection: what a person has to put right stops the source, anything else may pass."""
    if _REFUSED.search(told):
        return SourceUnusable(f"{title}: сервер не принимает имя пользователя или пароль.")
    if _NO_DATABASE.search(told):
        return SourceUnusable(f"{title}: такой базы на сервере нет.")
    if _NO_TLS.search(told):
        return SourceUnusable(f"{title}: нет защищённого соединения: проверьте tls и ca.")
    return Transient(f"{title}: сервер не отвечает.")


def _column(described: psycopg.Column) -> Column:
    info = psycopg.adapters.types.get(described.type_code)
    name = info.name if info else "text"
    kind = TIME if name.startswith(_TIMES) else NUMBER if name in _NUMBERS else OTHER
    return Column(described.name, name, kind)
