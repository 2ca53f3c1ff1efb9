"""What connectors of SQL databases share: settings, what is asked, and how its answer becomes pieces.

By a cursor column (`changed_at`, a growing number) a run asks for rows from the last one seen minus an overlap: a
transaction that was open then and committed late lies in it. Rows of the overlap come again and change nothing. Without
a cursor every run reads a whole snapshot. Deleted rows are told by a column of the mapping (`deleted`), by a table of
tombstones, or found by reading all keys now and then.

Values travel as the text that the server writes, so that a cursor is never rounded on its way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

import pyarrow as pa

from litso.errors import SourceUnusable
from litso.sources.connectors.port import DELTA, FULL, GONE, PRESENT, UPSERT, Found, Piece, Position, Rows
from litso.sources.connectors.secrets import Secret, secret_of
from litso.sources.mapping import Mapping
from litso.sources.yaml_tree import Tree

BATCH: Final = 10_000
"""Rows that are in memory at a time."""

VERIFY: Final = "verify"
REQUIRE: Final = "require"
OFF: Final = "off"

TIME: Final = "time"
NUMBER: Final = "number"
OTHER: Final = "other"
"""What a column can be as a cursor."""

PARAMETER: Final = "\x00"
"""Stands for the parameter in a query, which may have percent signs of its own."""

_OVERLAP_TIME: Final = timedelta(minutes=10)
_OVERLAP_NUMBER: Final = 1000


@dataclass(frozen=True, slots=True)
class Server:
    """Where a database is and how one gets in. `ca`: certificates to trust instead of those of the system."""

    host: str
    port: int
    database: str
    user: str
    password: Secret
    tls: str
    ca: Path | None


@dataclass(frozen=True, slots=True)
class Reading:
    """A table or query that is read. Without a cursor it is read whole; overlap: back from the last cursor seen."""

    table: str | None
    query: str | None
    cursor: str | None
    overlap: timedelta | int | None


@dataclass(frozen=True, slots=True)
class SqlSettings:
    """Settings of a connector of a SQL database. reconcile: how often all keys are read to find deleted rows."""

    server: Server
    rows: Reading
    tombstones: Reading | None
    reconcile: timedelta | None


class Column(NamedTuple):
    """A column of an answer: its type as the server calls it, and what it can be as a cursor."""

    name: str
    type: str
    kind: str


class Answer(NamedTuple):
    """An answer that is being read: rows of texts, a batch at a time."""

    columns: tuple[Column, ...]
    batches: Iterator[Sequence[tuple[str | None, ...]]]


class Database(Protocol):
    """An open database of one dialect: one read-only transaction, one snapshot."""

    title: str

    def version(self) -> str:
        """What the server calls itself."""
        ...

    def ask(self, query: str, parameters: Sequence[str] = ()) -> Answer:
        """Ask; the answer is read from the server as it is used. Another question ends it."""
        ...

    def quoted(self, name: str) -> str:
        """A name in a query."""
        ...

    def from_cursor(self, column: Column, overlap: timedelta | int) -> str:
        """The condition that a column is not before the parameter (a text of the server's own) minus the overlap."""
        ...

    def close(self) -> None:
        """Let go of the server."""
        ...


def driver_text(query: str) -> str:
    """A query as the drivers take it: `%s` for the parameter, other percent signs doubled."""
    return query.replace("%", "%%").replace(PARAMETER, "%s")


def parse_sql(tree: Tree, port: int) -> SqlSettings:
    """The settings under the name of a database."""
    items = tree.items(
        ("host", "port", "database", "user", "password", "tls", "ca", "table", "query", "cursor", "overlap",
         "tombstones", "reconcile")
    )  # fmt: skip
    for needed in ("host", "database", "user", "password"):
        if needed not in items:
            raise tree.problem(f"the key «{needed}» is missing")
    server = Server(
        host=items["host"].text("a host"),
        port=items["port"].whole(1, 65_535) if "port" in items else port,
        database=items["database"].text("a database"),
        user=items["user"].text("a user"),
        password=secret_of(items["password"]),
        tls=items["tls"].choice((VERIFY, REQUIRE, OFF)) if "tls" in items else VERIFY,
        ca=Path(items["ca"].text("a path")) if "ca" in items else None,
    )
    rows = _reading(tree, items)
    tombstones = None
    if "tombstones" in items:
        tombstones = _reading(items["tombstones"], items["tombstones"].items(("table", "query", "cursor", "overlap")))
    if rows.cursor is None and ("tombstones" in items or "reconcile" in items):
        raise tree.problem("without «cursor» everything is read each time, and what is gone is found by that")
    reconcile = items["reconcile"].duration() if "reconcile" in items else None
    return SqlSettings(server, rows, tombstones, reconcile)


def _reading(tree: Tree, items: dict[str, Tree]) -> Reading:
    if ("table" in items) == ("query" in items):
        raise tree.problem("either «table» or «query» is expected")
    if "overlap" in items and "cursor" not in items:
        raise items["overlap"].problem("an overlap needs a cursor")
    return Reading(
        table=items["table"].text("a table") if "table" in items else None,
        query=items["query"].text("a query").rstrip("; \n") if "query" in items else None,
        cursor=items["cursor"].text("a column") if "cursor" in items else None,
        overlap=_overlap(items["overlap"]) if "overlap" in items else None,
    )


def _overlap(tree: Tree) -> timedelta | int:
    return int(tree.text()) if tree.text("a duration or a number").isdecimal() else tree.duration()


class Opener(Protocol):
    """Opens a database of one dialect."""

    def __call__(self, server: Server) -> Database: ...


class SqlSource:
    """The connector of a SQL database."""

    def __init__(self, opener: Opener, settings: SqlSettings, mapping: Mapping) -> None:
        self.mode = DELTA if settings.rows.cursor else FULL
        self._opener, self._settings, self._mapping = opener, settings, mapping
        self._opened: Database | None = None

    def check(self) -> Found:
        """What the table or query has."""
        database = self._database()
        columns = self._columns(self._settings.rows)
        if self._settings.rows.cursor:
            _overlap_of(self._settings.rows, _cursor_of(columns, self._settings.rows))
        about = f"{database.title}: {database.version()}, {_name(self._settings.rows)}, столбцов {len(columns)}."
        return Found(about, {column.name: column.type for column in columns})

    def fetch(self, position: Position, landing: Path) -> Iterator[Piece]:
        """Deleted keys first, then rows: a row that came back is there again."""
        checkpoint = dict(position.checkpoint)
        if self._settings.tombstones is not None:
            yield from self._read(self._settings.tombstones, GONE, checkpoint, "tombstones")
        if self._settings.reconcile is not None:
            yield from self._reconciled(self._settings.reconcile, checkpoint)
        yield from self._read(self._settings.rows, UPSERT, checkpoint, "cursor")

    def settle(self) -> None:
        """Rows stay where they are."""

    def close(self) -> None:
        """Let go of the server."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def _database(self) -> Database:
        self._opened = self._opened or self._opener(self._settings.server)
        return self._opened

    def _from(self, reading: Reading) -> str:
        if reading.query is not None:
            return f"({reading.query}) litso"
        return ".".join(map(self._database().quoted, str(reading.table).split(".")))

    def _columns(self, reading: Reading) -> tuple[Column, ...]:
        answer = self._database().ask(f"select * from {self._from(reading)} where 1 = 0")  # noqa: S608
        for _ in answer.batches:
            pass
        return answer.columns

    def _read(self, reading: Reading, what: str, checkpoint: dict[str, Any], place: str) -> Iterator[Piece]:
        """Rows from where the cursor was, in its order; `checkpoint[place]` follows them."""
        database, query = self._database(), f"select * from {self._from(reading)}"  # noqa: S608
        parameters: list[str] = []
        if reading.cursor is not None:
            cursor = _cursor_of(self._columns(reading), reading)
            overlap = _overlap_of(reading, cursor)
            if checkpoint.get(place) is not None:
                query += f" where {database.from_cursor(cursor, overlap)}"
                parameters = [str(checkpoint[place])]
            query += f" order by {database.quoted(cursor.name)}"
        answer = database.ask(query, parameters)
        names = [column.name for column in answer.columns]
        shape = {column.name: column.type for column in answer.columns} if what == UPSERT else {}
        place_of_cursor = names.index(cursor.name) if reading.cursor is not None else None
        is_first = True
        for batch in answer.batches:
            if place_of_cursor is not None:
                seen = [row[place_of_cursor] for row in batch if row[place_of_cursor] is not None]
                checkpoint[place] = seen[-1] if seen else checkpoint.get(place)
            yield Rows(_table(names, batch), _name(reading), dict(checkpoint), shape, what)
            is_first = False
        if is_first and what == UPSERT and reading.cursor is None:
            yield Rows(_table(names, ()), _name(reading), dict(checkpoint), shape)

    def _reconciled(self, period: timedelta, checkpoint: dict[str, Any]) -> Iterator[Piece]:
        """Every key that there is, when it is time."""
        last, now = checkpoint.get("reconciled"), datetime.now(UTC)
        checkpoint["reconciled"] = now.isoformat()
        if last is None:
            return  # the first run loads all that there is
        if now - datetime.fromisoformat(last) < period:
            checkpoint["reconciled"] = last
            return
        database, rows = self._database(), self._settings.rows
        keys = ", ".join(map(database.quoted, self._mapping.key))
        answer = database.ask(f"select {keys} from {self._from(rows)}")  # noqa: S608
        names = [column.name for column in answer.columns]
        is_first = True
        for batch in answer.batches:
            yield Rows(_table(names, batch), _name(rows), dict(checkpoint), what=PRESENT)
            is_first = False
        if is_first:
            yield Rows(_table(names, ()), _name(rows), dict(checkpoint), what=PRESENT)


def _name(reading: Reading) -> str:
    return reading.table or "запрос"


def _cursor_of(columns: Sequence[Column], reading: Reading) -> Column:
    for column in columns:
        if column.name == reading.cursor:
            return column
    listed = ", ".join(column.name for column in columns[:20])
    raise SourceUnusable(f"{_name(reading)}: нет столбца курсора «{reading.cursor}». Есть: {listed}.")


def _overlap_of(reading: Reading, cursor: Column) -> timedelta | int:
    """How far back from the last cursor seen; zero for a text, from which nothing can be taken."""
    usual: dict[str, timedelta | int] = {TIME: _OVERLAP_TIME, NUMBER: _OVERLAP_NUMBER}
    overlap = usual.get(cursor.kind, 0) if reading.overlap is None else reading.overlap
    if isinstance(overlap, timedelta) != (cursor.kind == TIME) or (cursor.kind == OTHER and overlap):
        wanted = "длительность" if cursor.kind == TIME else "число"
        raise SourceUnusable(f"{_name(reading)}: overlap столбца «{cursor.name}» ({cursor.type}) — {wanted}.")
    return overlap


def _table(names: Sequence[str], rows: Sequence[tuple[str | None, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return pa.table([pa.array(column, pa.string()) for column in columns], names=list(names))
