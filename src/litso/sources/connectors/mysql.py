"""Tables and queries of MySQL 5.7 or newer and MariaDB 10 or newer. Needs the extra `mysql`."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from litso.errors import LitsoError, SourceUnusable, Transient
from litso.sources.connectors.extras import needed
from litso.sources.connectors.sql_source import (
    BATCH,
    NUMBER,
    OFF,
    OTHER,
    PARAMETER,
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

if TYPE_CHECKING:
    from pymysql.cursors import SSCursor

_PORT: Final = 3306
_CONNECT_SECONDS: Final = 15
_READ_SECONDS: Final = 1800
_REFUSED: Final = (1044, 1045, 1130, 1698, 2054, 2061)
_WRONG: Final = {
    1049: "такой базы на сервере нет",
    1054: "нет столбца, который назван в подключении",
    1064: "запрос написан с ошибкой",
    1142: "нет права на таблицу",
    1143: "нет права на столбец",
    1146: "такой таблицы нет",
}
_BIT: Final = "bit"


@dataclass(frozen=True, slots=True)
class MysqlSettings:
    """mysql: a server, and what is read of it."""

    sql: SqlSettings

    def open(self, mapping: Mapping) -> SqlSource:
        """The connector of a source."""
        return SqlSource(Mysql, self.sql, mapping)


def parse(tree: Tree) -> MysqlSettings:
    """The settings under «mysql»."""
    return MysqlSettings(parse_sql(tree, _PORT))


class Mysql:
    """A MySQL or MariaDB database: one consistent snapshot, answers read as they are used, values as text."""

    def __init__(self, server: Server) -> None:
        self._driver = needed("pymysql", "mysql")
        self.title = title_of(server)
        self._connection = connected(self._driver, server)
        self._cursor: SSCursor | None = None
        with translated(self._driver, self.title):
            self._do("set session transaction isolation level repeatable read")
            self._do("set session time_zone = '+00:00'")
            self._do("start transaction with consistent snapshot, read only")

    def _do(self, statement: str) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(statement)

    def version(self) -> str:
        """The version of the server."""
        return str(self._connection.get_server_info())

    def ask(self, query: str, parameters: Sequence[str] = ()) -> Answer:
        """Ask; rows are fetched from the server as they are used."""
        with translated(self._driver, self.title):
            if self._cursor is not None:
                self._cursor.close()
            self._cursor = cursor = self._connection.cursor(self._driver.cursors.SSCursor)
            self._cursor.execute(driver_text(query), list(parameters))
            columns = tuple(self._column(one) for one in self._cursor.description or ())
        return Answer(columns, self._batches(cursor, tuple(column.type == _BIT for column in columns)))

    def _batches(self, cursor: SSCursor, bits: Sequence[bool]) -> Iterator[Sequence[tuple[str | None, ...]]]:
        while True:
            with translated(self._driver, self.title):
                rows = cursor.fetchmany(BATCH)
            if not rows:
                return
            is_plain = not any(map(_has_bytes, rows))
            yield rows if is_plain else [tuple(map(_text, row, bits)) for row in rows]

    def _column(self, described: Sequence[Any]) -> Column:
        codes = self._driver.constants.FIELD_TYPE
        name = next((name for name, code in vars(codes).items() if code == described[1]), "TEXT").lower()
        kind = TIME if name in ("timestamp", "datetime", "date", "newdate") else OTHER
        kind = NUMBER if name in ("tiny", "short", "int24", "long", "longlong", "decimal", "newdecimal") else kind
        return Column(str(described[0]), name, kind)

    def quoted(self, name: str) -> str:
        """A name in backticks."""
        return "`" + name.replace("`", "``") + "`"

    def from_cursor(self, column: Column, overlap: timedelta | int) -> str:
        """Compare as a moment, a number or a text."""
        value = PARAMETER
        if isinstance(overlap, timedelta):
            value = f"cast({PARAMETER} as datetime(6)) - interval {overlap.total_seconds():.6f} second"
        elif column.kind == NUMBER:
            value = f"cast({PARAMETER} as decimal(65, 15)) - {overlap}"
        return f"{self.quoted(column.name)} >= {value}"

    def close(self) -> None:
        """End the connection, whatever of an answer is left."""
        self._connection.close()


# What readers and writers share ---------------------------------------------------------------------------------


def title_of(server: Server) -> str:
    """How messages call a server."""
    return f"MySQL {server.host}:{server.port}/{server.database}"


def connected(driver: Any, server: Server) -> Any:
    """A connection that gives every value as a text. driver: pymysql."""
    plain = {kind: way for kind, way in driver.converters.conversions.items() if not isinstance(kind, int)}
    try:
        return driver.connect(
            host=server.host,
            port=server.port,
            database=server.database,
            user=server.user,
            password=server.password.read().encode(),
            charset="utf8mb4",
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            ssl=_tls(server),
            ssl_disabled=server.tls == OFF,
            conv=plain,  # without converters of answers: every value stays a text
        )
    except (driver.MySQLError, OSError) as error:
        raise judged(driver, title_of(server), error) from None


@contextmanager
def translated(driver: Any, title: str) -> Iterator[None]:
    """Driver errors as errors of Litso, without values of rows."""
    try:
        yield
    except (driver.MySQLError, OSError) as error:
        raise judged(driver, title, error) from None


def judged(driver: Any, title: str, error: Exception) -> LitsoError:
    """What the caller of an error of the driver does next."""
    code = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    if code in _REFUSED:
        return SourceUnusable(f"{title}: сервер не принимает имя пользователя или пароль.")
    if code in _WRONG:
        return SourceUnusable(f"{title}: {_WRONG[code]}.")
    if isinstance(error, (driver.OperationalError, driver.InterfaceError, OSError)):
        return Transient(f"{title}: сервер не отвечает ({code or type(error).__name__}).")
    return SourceUnusable(f"{title}: запрос не выполнен ({code or type(error).__name__}).")


def _tls(server: Server) -> ssl.SSLContext | None:
    if server.tls == OFF:
        return None
    context = ssl.create_default_context(cafile=str(server.ca) if server.ca else None)
    if server.tls != VERIFY:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _has_bytes(row: Sequence[Any]) -> bool:
    return any(isinstance(value, bytes) for value in row)


def _text(value: str | bytes | None, is_bit: bool) -> str | None:
    """Bits as a number, bytes in hexadecimal digits."""
    if not isinstance(value, bytes):
        return value
    return str(int.from_bytes(value, "big")) if is_bit else value.hex()
