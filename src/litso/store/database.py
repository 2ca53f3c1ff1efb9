"""The door to PostgreSQL: a pool of connections, transactions, and driver errors translated once.

Every function of the store takes a `Connection` first; the use case opens the transaction with `Store.transaction()`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from threading import Lock
from typing import Any, Final, Self, TypeVar
from urllib.parse import quote, urlsplit
from weakref import WeakSet

import msgspec
import psycopg
from psycopg import errors, sql
from psycopg.abc import Query
from psycopg.pq import PipelineStatus, TransactionStatus
from psycopg.rows import TupleRow, class_row
from psycopg.types.json import set_json_loads
from psycopg_pool import ConnectionPool, PoolTimeout

from litso.domain.scope import Scope
from litso.errors import BrokenInvariant, Conflict, Forbidden, LitsoError, Misconfigured, Transient
from litso.store.queries import statements
from litso.telemetry import traces

Connection = psycopg.Connection[TupleRow]
"""A connection whose search_path is `litso, public` and whose time zone is UTC."""

Row = TypeVar("Row")

set_json_loads(msgspec.json.decode)  # a profile reads dozens of JSON columns: five times as quick

_SESSION: Final = "-c search_path=litso,public -c timezone=UTC -c jit=off -c application_name=litso"
_OLDEST_SERVER: Final = 150000
_GIVEN_UP: Final = 10_000
"""Milliseconds after which a connection of an event loop is lost when what was sent is not confirmed."""

READER: Final = "litso_reader"
"""The role of requests by actors with limits; row security holds it."""
_OF_READER: Final = f"{_SESSION} -c role={READER}"
_UNGUARDED: Final = f"the role {READER} is not ready, so nobody with limits can be let in: see litso doctor"


class TracedCursor(psycopg.Cursor[Row]):
    """A cursor whose statements are spans, told by their names: parameters and texts are in none."""

    def execute(self, query: Query, *arguments: Any, **options: Any) -> Self:
        """As psycopg's."""
        if not traces.is_on():
            return super().execute(query, *arguments, **options)
        with traces.span(getattr(query, "name", "") or "sql", "client", db__system__name="postgresql"):
            return super().execute(query, *arguments, **options)


class Store:
    """A pool of connections to one database. Threads share it; each transaction has a connection of its own."""

    def __init__(self, url: str, *, most: int = 16) -> None:
        self.url = url
        self._pool = _pool(url, _SESSION, most)
        # Connections of the reader are their own: a statement is planned anew whenever its role changes.
        self._guarded = _pool(url, _OF_READER, most)
        self._is_guarded = False
        # So has who resolves, one transaction after the other: its statements stay planned.
        self._resolving = _pool(url, _SESSION, 1, least=0)
        self._opening = Lock()

    def open(self) -> None:
        """Connect; Misconfigured when the server does not answer or is too old."""
        with connect(self.url) as connection:
            _check_version(connection)
        self._pool.open()

    def pool_figures(self) -> dict[str, int]:
        """How the pool stands, by the names of psycopg_pool: pool_size, pool_available, requests_waiting…"""
        return self._pool.get_stats()

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()
        self._guarded.close()
        self._resolving.close()

    @contextmanager
    def transaction(self, *, patience: float | None = None) -> Iterator[Connection]:
        """One transaction: committed at the end, rolled back on any exception.

        patience: seconds to wait for a connection, 30 if not given.
        """
        with translated(), self._pool.connection(patience) as connection:
            yield connection

    @contextmanager
    def at_once(self) -> Iterator[Connection]:
        """One transaction in one round trip: its statements go to the server together, when the context ends.

        None may depend on what another answered: cursors have their answers afterwards, when all is committed.
        """
        with translated(), self._pool.connection() as connection, _together(connection):
            yield connection

    @contextmanager
    def resolving(self) -> Iterator[Connection]:
        """As `transaction`, always on the same connection, which callers have in turns."""
        with self._opening:
            self._resolving.open()
        with translated(), self._resolving.connection() as connection:
            yield connection

    def within(self, connection: Connection) -> Store:
        """This store as a part of a transaction of the caller's: what takes a store works in that transaction."""
        return _Within(self, connection)

    @contextmanager
    def session(self) -> Iterator[Connection]:
        """A connection of its own, outside the pool, for long work that commits more than once (a load).

        Each `with connection.transaction():` inside is one transaction; nothing is committed without it.
        Session locks (`locks`, `loads.start`) live as long as the session.
        """
        with translated(), connect(self.url, autocommit=True) as connection:
            yield connection

    @property
    def whole(self) -> Store:
        """The store without limits, for work whose result must not depend on who asks for it."""
        return self

    def seen_by(self, actor: str, scope: Scope) -> Store:
        """The store as an actor sees it: with limits, parties beyond them are as if they were not there."""
        return LimitedStore(self, actor, scope) if scope.is_limited else self

    @contextmanager
    def _guarded_transaction(self, patience: float | None) -> Iterator[Connection]:
        self._open_guarded()
        with translated(), self._guarded.connection(patience) as connection:
            _GUARDED.add(connection)
            yield connection

    def _open_guarded(self) -> None:
        with self._opening:
            if not self._is_guarded:
                with self.transaction() as connection:
                    if not scalar(connection, statements("reader")["is_ready"]):
                        raise Misconfigured(_UNGUARDED)
                self._guarded.open()
                self._is_guarded = True


class LimitedStore(Store):
    """A store behind row security: its transactions read what the scope of one actor lets through."""

    def __init__(self, whole: Store, actor: str, scope: Scope) -> None:
        self.url = whole.url
        self._whole = whole
        self._limits = {
            "actor": actor, "limits": str(scope), "brands": text_array(scope.brands),
            "territories": text_array(scope.territories),
        }  # fmt: skip

    @property
    def whole(self) -> Store:
        """The store without limits."""
        return self._whole

    def open(self) -> None:
        """The whole store is open already."""

    def close(self) -> None:
        """The whole store closes."""

    def within(self, connection: Connection) -> Store:
        """As of any store: the transaction has its limits already."""
        return self._whole.within(connection)

    @contextmanager
    def transaction(self, *, patience: float | None = None) -> Iterator[Connection]:
        """One transaction under the limits; what it may write stands in `litso.store.reader`, for more see `beyond`."""
        with self._whole._guarded_transaction(patience) as connection:
            connection.execute(statements("scope")["limit"], self._limits)
            yield connection

    @contextmanager
    def at_once(self) -> Iterator[Connection]:
        """As of any store: the limits go to the server with the first statement."""
        with self._whole._guarded_transaction(None) as connection, _together(connection):
            connection.execute(statements("scope")["limit"], self._limits)
            yield connection

    @contextmanager
    def resolving(self) -> Iterator[Connection]:
        """A transaction under the limits."""
        with self.transaction() as connection:
            yield connection

    @contextmanager
    def session(self) -> Iterator[Connection]:
        """Long work is for those who see everything."""
        raise Forbidden("this is for actors without limits")
        yield

    def seen_by(self, actor: str, scope: Scope) -> Store:
        """Limits are told once."""
        raise BrokenInvariant("a store with limits is not limited anew")


@contextmanager
def _together(connection: Connection) -> Iterator[None]:
    """What is executed goes to the server when the context ends; it is one transaction, though none is begun: it lasts
    up to the end of what is sent together."""
    connection.autocommit = True
    try:
        with connection.pipeline():
            yield
    finally:
        if not connection.closed:
            connection.autocommit = False


_GUARDED: Final[WeakSet[Connection]] = WeakSet()


@contextmanager
def beyond(connection: Connection) -> Iterator[Connection]:
    """The same transaction as the owner of the tables, for work whose result must not depend on who asks: resolution,
    the ledgers, what is derived from all. What the actor may touch is checked before, what is shown is read after.
    """
    if connection not in _GUARDED:
        yield connection
        return
    connection.execute(statements("scope")["widen"])
    _GUARDED.discard(connection)
    try:
        yield connection
    finally:
        _GUARDED.add(connection)
        # After a failed statement the transaction ends, and this with it. What is sent together has not failed yet.
        info = connection.info
        if info.pipeline_status is PipelineStatus.ON or info.transaction_status is TransactionStatus.INTRANS:
            connection.execute(statements("scope")["narrow"])


def _pool(url: str, options: str, most: int, *, least: int = 1) -> ConnectionPool[Connection]:
    return ConnectionPool(
        url,
        min_size=least,
        max_size=most,
        open=False,
        kwargs={"options": options, "cursor_factory": TracedCursor},
        timeout=30,
        name="litso",
    )


class _Within(Store):
    """The store inside one transaction: each of its own is a savepoint there."""

    def __init__(self, outer: Store, connection: Connection, *, is_whole: bool = False) -> None:
        self.url, self._outer, self._connection, self._is_whole = outer.url, outer, connection, is_whole

    @property
    def whole(self) -> Store:
        """The same transaction without limits."""
        return _Within(self._outer, self._connection, is_whole=True)

    def seen_by(self, actor: str, scope: Scope) -> Store:
        """The same transaction with its limits, which are those of the actor already."""
        return _Within(self._outer, self._connection)

    def within(self, connection: Connection) -> Store:
        """As of any store."""
        return self._outer.within(connection)

    @contextmanager
    def session(self) -> Iterator[Connection]:
        """Long work commits more than once."""
        raise BrokenInvariant("long work has no place within a transaction")
        yield

    @contextmanager
    def at_once(self) -> Iterator[Connection]:
        """A part of the transaction, in one round trip."""
        with self.transaction() as connection, connection.pipeline():
            yield connection

    @contextmanager
    def resolving(self) -> Iterator[Connection]:
        """A part of the transaction."""
        with self.transaction() as connection:
            yield connection

    @contextmanager
    def transaction(self, *, patience: float | None = None) -> Iterator[Connection]:
        """A part of the transaction that is rolled back alone when it fails."""
        del patience
        limits = beyond(self._connection) if self._is_whole else nullcontext()
        with translated(), self._connection.transaction(), limits:
            yield self._connection


def connect(url: str, *, autocommit: bool = False) -> Connection:
    """A single connection prepared as the store needs it."""
    try:
        return psycopg.connect(
            url, autocommit=autocommit, options=_SESSION, connect_timeout=30, cursor_factory=TracedCursor
        )
    except psycopg.Error as error:
        raise Misconfigured(f"LITSO_DATABASE_URL: cannot connect to PostgreSQL: {_first_line(error)}") from error


async def connect_async(url: str) -> psycopg.AsyncConnection[TupleRow]:
    """A connection of an event loop, each statement a transaction of its own; many wait for it, so that one over which
    nothing comes back is given up soon."""
    try:
        return await psycopg.AsyncConnection.connect(
            url, autocommit=True, options=_SESSION, connect_timeout=30, tcp_user_timeout=_GIVEN_UP, keepalives_idle=10
        )
    except psycopg.OperationalError as error:
        raise Transient(f"cannot connect to PostgreSQL: {_first_line(error)}") from error


def _check_version(connection: Connection) -> None:
    version = connection.info.server_version
    if version < _OLDEST_SERVER:
        raise Misconfigured(f"LITSO_DATABASE_URL: PostgreSQL {version // 10000} is too old, 15 or newer is needed")


@contextmanager
def translated() -> Iterator[None]:
    """Driver errors as errors of Litso.

    What the server says of rows holds their values, so neither it nor the driver's error goes on from here.
    """
    try:
        yield
    except LitsoError:
        raise
    except (errors.SerializationFailure, errors.DeadlockDetected, errors.LockNotAvailable) as error:
        raise Transient("the store was busy with a conflicting operation, try again") from error
    except errors.UniqueViolation as error:
        raise Conflict(f"the store already has such an entry ({error.diag.constraint_name})") from None
    except (errors.IntegrityError, errors.DataError) as error:
        place = error.diag.constraint_name or error.diag.column_name or type(error).__name__
        raise BrokenInvariant(f"the store refused the entry ({place})") from None
    except (errors.UndefinedTable, errors.UndefinedColumn, errors.InvalidSchemaName) as error:
        raise Misconfigured("the store has another version than the program: run `litso init`") from error
    except (errors.DiskFull, errors.OutOfMemory, errors.InsufficientPrivilege) as error:
        raise Misconfigured(f"PostgreSQL: {error.diag.message_primary}") from error
    except PoolTimeout as error:
        raise Transient("all connections to the store are busy") from error
    except psycopg.OperationalError as error:
        raise Transient(f"the connection to the store was lost: {_first_line(error)}") from error


def _first_line(error: psycopg.Error) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


def rows_of(
    connection: Connection, kind: type[Row], query: sql.SQL | sql.Composed, parameters: Any = None
) -> list[Row]:
    """Rows of a query as objects of a NamedTuple or dataclass whose fields are the columns."""
    return asked(connection, kind, query, parameters)()


def asked(
    connection: Connection, kind: type[Row], query: sql.SQL | sql.Composed, parameters: Any = None
) -> Callable[[], list[Row]]:
    """As `rows_of`, to be called for the rows: in a pipeline other statements can be sent before that."""
    return connection.cursor(row_factory=class_row(kind)).execute(query, parameters).fetchall


def row_of(
    connection: Connection, kind: type[Row], query: sql.SQL | sql.Composed, parameters: Any = None
) -> Row | None:
    """The first row of a query as an object, or None."""
    with connection.cursor(row_factory=class_row(kind)) as cursor:
        return cursor.execute(query, parameters).fetchone()


def scalar(connection: Connection, query: sql.SQL | sql.Composed, parameters: Any = None) -> Any:
    """First column of the only row of a query that always answers one row."""
    row = connection.execute(query, parameters).fetchone()
    if row is None:
        raise BrokenInvariant("the store did not answer a row where it must")
    return row[0]


def array_of(values: Iterable[int | str]) -> str:
    """Numbers or UUIDs as PostgreSQL writes an array: quicker than the driver makes one of a list, and of one type
    whatever the numbers, so that a statement is prepared once."""
    return "{" + ",".join(map(str, values)) + "}"


def text_array(values: Iterable[str]) -> str:
    """As `array_of`, of texts."""
    return "{" + ",".join('"' + one.replace("\\", "\\\\").replace('"', '\\"') + '"' for one in values) + "}"


def ensure_database(server_url: str, name: str) -> str:
    """URL of the database `name` on the server of `server_url`, created when it is missing."""
    with translated(), connect(server_url, autocommit=True) as connection:
        if connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone() is None:
            # Another program may create it at the same moment.
            with suppress(errors.DuplicateDatabase, errors.UniqueViolation):
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    return with_database(server_url, name)


def with_database(url: str, name: str) -> str:
    """The URL with another database."""
    return urlsplit(url)._replace(path="/" + quote(name, safe="")).geturl()
