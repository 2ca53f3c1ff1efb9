"""Write-backs: programmes, their runs, what became of each row, and which values in sources are ours."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from litso.domain.returning import Change, Outcome, Task
from litso.errors import Conflict, NotFound
from litso.golden.policy import LIST_ATTRIBUTES, QUALITY_OF
from litso.golden.returning import provenance_of, told_by
from litso.store import locks
from litso.store.database import Connection, row_of, rows_of, scalar
from litso.store.queries import statements
from litso.store.sealing import Box

SQL: Final = "sql"
HTTP: Final = "http"
FILE: Final = "file"
WAYS: Final = (SQL, HTTP, FILE)

ACTIVE: Final = "active"
PAUSED: Final = "paused"

WRITE: Final = "write"
UNDO: Final = "undo"

INTENDED: Final = "intended"
HANDED: Final = "handed"
STANDING: Final = "standing"
UNDONE: Final = "undone"
"""States of a value of ours: on its way, in a file that somebody is to load, in the source, taken back there."""

CHANGED: Final = "changed"
RESTORED: Final = "restored"
REPLACED: Final = "replaced"
"""Why a value is ours no more: the source has another one, has its former one again, has a later one of ours."""

RUNS_KEPT: Final = timedelta(days=365)

_STATEMENTS: Final = "writebacks"


class Writeback(NamedTuple):
    """A programme that returns golden values to a source.

    every: minutes between its runs by the worker. written, troubles: rows of its last run.
    """

    writeback_id: int
    name: str
    source: str
    purpose: str
    way: str
    place: str
    method: str
    has_token: bool
    fields: dict[str, str]
    rule: str
    kinds: list[str]
    every: int | None
    status: str
    created_by: str
    created_at: datetime
    last_run: int | None
    last_at: datetime | None
    last_status: str | None
    written: int
    troubles: int


class Run(NamedTuple):
    """A run: how many rows came to each end; kept: how many values the rule left alone, by reason."""

    run_id: int
    what: str
    undoes: int | None
    status: str
    kept: dict[str, int]
    file_name: str
    told: str
    started_by: str
    started_at: datetime
    finished_at: datetime | None
    written: int
    handed: int
    conflict: int
    missing: int
    refused: int
    returned: int


class Row(NamedTuple):
    """What became of a row of the source."""

    row_id: int
    run_id: int
    source: str
    source_id: str
    party_id: str
    version: int
    key: dict[str, str]
    changes: list[dict[str, Any]]
    outcome: str
    why: str
    at: datetime

    @property
    def task(self) -> Task:
        """What was to be changed."""
        return Task(self.key, tuple(Change(**one) for one in self.changes))


class Live(NamedTuple):
    """A value of ours in a source, and the payload of its record as it was last read."""

    written_id: int
    row_id: int
    source_id: str
    column_name: str
    former: str | None
    value: str | None
    state: str
    is_returned: bool
    payload: str | None


class Difference(NamedTuple):
    """A record whose values are not those of its party, or that has values of ours.

    golden, origins: the golden values and the first entries of their provenance, by attribute. has: whether the record
    says the golden value itself; qc: how sure its own is. ours: by column the values of ours, oldest first, as (value,
    state, is_returned). declined: pairs (column, value) that the source has got rid of. tried: what the latest row
    about this version of the record was to change, if it failed.
    """

    source_id: str
    version: int
    payload: str
    updated_at: datetime | None
    party_id: str
    golden_version: int
    golden: dict[str, str | None]
    origins: dict[str, dict[str, Any]]
    qc: dict[str, int | None]
    has: dict[str, bool]
    ours: dict[str, list[tuple[str | None, str, bool]]]
    declined: list[tuple[str, str | None]]
    tried: list[dict[str, Any]] | None


# Programmes -----------------------------------------------------------------------------------------------------


def add(
    connection: Connection,
    *,
    name: str,
    source: str,
    purpose: str,
    way: str,
    place: str,
    method: str,
    fields: Mapping[str, str],
    rule: str,
    kinds: Sequence[str],
    every: int | None,
    created_by: str,
) -> int:
    """Add a write-back; answers its id. Conflict when the name is taken."""
    row = {
        "name": name, "source": source, "purpose": purpose, "way": way, "place": place, "method": method,
        "fields": Jsonb(dict(fields)), "rule": rule, "kinds": list(kinds), "every": every, "created_by": created_by,
    }  # fmt: skip
    made = connection.execute(statements(_STATEMENTS)["add"], row).fetchone()
    if made is None:
        raise Conflict("there is a write-back of this name already")
    return int(made[0])


def list_all(connection: Connection) -> list[Writeback]:
    """Every write-back, by name."""
    return rows_of(connection, Writeback, statements(_STATEMENTS)["list_all"], {"name": None})


def get(connection: Connection, name: str) -> Writeback:
    """A write-back; NotFound when there is none of this name."""
    found = row_of(connection, Writeback, statements(_STATEMENTS)["list_all"], {"name": name})
    if found is None:
        raise NotFound(f"there is no write-back {name!r}")
    return found


def due(connection: Connection) -> list[str]:
    """Write-backs that are to run now by themselves."""
    return [row[0] for row in connection.execute(statements(_STATEMENTS)["due"])]


def set_status(connection: Connection, writeback_id: int, status: str) -> None:
    """Pause or resume a write-back."""
    connection.execute(statements(_STATEMENTS)["set_status"], {"writeback_id": writeback_id, "status": status})


def remove(connection: Connection, writeback_id: int) -> None:
    """Forget a write-back and its runs; which values are ours stays known."""
    connection.execute(statements(_STATEMENTS)["remove"], {"writeback_id": writeback_id})


def set_token(connection: Connection, box: Box, writeback_id: int, token: str) -> None:
    """Keep, sealed, how the service lets us in."""
    row = {"writeback_id": writeback_id, "token": box.seal(token.encode(), _place(writeback_id))}
    connection.execute(statements(_STATEMENTS)["set_token"], row)


def token(connection: Connection, box: Box, writeback_id: int) -> str:
    """How the service lets us in."""
    sealed = scalar(connection, statements(_STATEMENTS)["token"], {"writeback_id": writeback_id})
    return box.open(bytes(sealed), _place(writeback_id)).decode()


def _place(writeback_id: int) -> str:
    return f"writeback {writeback_id}"


# Runs -----------------------------------------------------------------------------------------------------------


def try_lock(connection: Connection, writeback_id: int) -> bool:
    """Be the only one who runs the write-back, as long as the connection lives."""
    return locks.try_acquire(connection, locks.WRITEBACK, writeback_id)


def begin_run(
    connection: Connection, writeback_id: int, started_by: str, *, what: str = WRITE, undoes: int | None = None
) -> int:
    """Open a run, for the holder of the lock; answers its id."""
    row = {"writeback_id": writeback_id, "what": what, "undoes": undoes, "started_by": started_by}
    return int(scalar(connection, statements(_STATEMENTS)["begin_run"], row))


def unfinished(connection: Connection, writeback_id: int) -> list[int]:
    """Runs that were cut off, by a fault or with their program, for the holder of the lock."""
    rows = connection.execute(statements(_STATEMENTS)["unfinished"], {"writeback_id": writeback_id}).fetchall()
    return [row[0] for row in rows]


def end_run(connection: Connection, run_id: int, status: str, kept: Mapping[str, int], told: str = "") -> None:
    """Close a run."""
    row = {"run_id": run_id, "status": status, "kept": Jsonb(dict(kept)), "told": told}
    connection.execute(statements(_STATEMENTS)["end_run"], row)


def set_file(connection: Connection, run_id: int, file_name: str) -> None:
    """The file that a run handed out."""
    connection.execute(statements(_STATEMENTS)["set_file"], {"run_id": run_id, "file_name": file_name})


def runs(connection: Connection, writeback_id: int, *, limit: int = 20) -> list[Run]:
    """The last runs of a write-back, the newest first."""
    parameters = {"writeback_id": writeback_id, "run_id": None, "limit": limit}
    return rows_of(connection, Run, statements(_STATEMENTS)["runs"], parameters)


def get_run(connection: Connection, writeback_id: int, run_id: int) -> Run:
    """A run of a write-back; NotFound when it has none of this number."""
    parameters = {"writeback_id": writeback_id, "run_id": run_id, "limit": 1}
    found = row_of(connection, Run, statements(_STATEMENTS)["runs"], parameters)
    if found is None:
        raise NotFound(f"there is no run {run_id} of this write-back")
    return found


def sweep(connection: Connection) -> int:
    """Forget runs of long ago, but those whose values still stand; answers how many."""
    return connection.execute(statements(_STATEMENTS)["sweep"], {"kept": RUNS_KEPT}).rowcount


# Rows -----------------------------------------------------------------------------------------------------------


def add_row(connection: Connection, run_id: int, source: str, found: Difference, task: Task) -> int:
    """Begin with a row of the source; answers its id."""
    row = {
        "run_id": run_id, "source": source, "source_id": found.source_id, "party_id": found.party_id,
        "version": found.version, "key": Jsonb(dict(task.key)),
        "changes": Jsonb([one._asdict() for one in task.changes]),
    }  # fmt: skip
    return int(scalar(connection, statements(_STATEMENTS)["add_row"], row))


def add_undoing_row(connection: Connection, run_id: int, former: Row, task: Task) -> int:
    """Begin with taking back what a row wrote; answers the id of the new row."""
    row = {
        "run_id": run_id, "source": former.source, "source_id": former.source_id, "party_id": former.party_id,
        "version": former.version, "key": Jsonb(former.key), "changes": Jsonb([one._asdict() for one in task.changes]),
    }  # fmt: skip
    return int(scalar(connection, statements(_STATEMENTS)["add_row"], row))


def intend(
    connection: Connection,
    row_id: int,
    source: str,
    found: Difference,
    changes: Sequence[Change],
    payload: Mapping[str, str],
) -> None:
    """Say, before anything is written, which values are going to be ours."""
    for one in changes:
        row = {
            "row_id": row_id, "source": source, "source_id": found.source_id, "column": one.column,
            "attributes": list(told_by(one.attribute)), "former": payload.get(one.column),
            "former_at": found.updated_at, "value": one.after,
        }  # fmt: skip
        connection.execute(statements(_STATEMENTS)["intend"], row)


def settle(connection: Connection, row_id: int, outcome: Outcome, state: str | None) -> None:
    """Write down what became of a row. state: of its values, None when none of them went anywhere."""
    parameters = {"row_id": row_id, "outcome": outcome.what, "why": outcome.why, "state": state}
    connection.execute(statements(_STATEMENTS)["settle"], parameters)
    connection.execute(statements(_STATEMENTS)["drop_intentions" if state is None else "stand"], parameters)


def take_back(connection: Connection, row_id: int) -> None:
    """What the row of an undoing run says is done: the values of the row that it undoes are taken back."""
    connection.execute(statements(_STATEMENTS)["take_back"], {"row_id": row_id})


def rows(
    connection: Connection, run_id: int, *, outcome: str | None = None, after: int = 0, limit: int = 100
) -> list[Row]:
    """Rows of a run in order, or those that came to one end."""
    parameters = {"run_id": run_id, "outcome": outcome, "after": after, "limit": limit}
    return rows_of(connection, Row, statements(_STATEMENTS)["rows"], parameters)


# What is ours in the sources ------------------------------------------------------------------------------------


def live(connection: Connection, source: str, source_ids: Collection[str] | None = None) -> list[Live]:
    """Values of ours in a source, of some records or of all; those of a column in the order in which they came."""
    if not scalar(connection, statements(_STATEMENTS)["any_live"], {"source": source}):
        return []
    parameters = {"source": source, "source_ids": None if source_ids is None else list(source_ids)}
    return rows_of(connection, Live, statements(_STATEMENTS)["live"], parameters)


def live_columns(connection: Connection, row_id: int) -> set[str]:
    """Columns in which the values of a row are the last ones of ours."""
    return {row[0] for row in connection.execute(statements(_STATEMENTS)["live_of_row"], {"row_id": row_id})}


def mark_returned(connection: Connection, written_ids: Collection[int]) -> None:
    """A load brought these values: they are in the source."""
    connection.execute(statements(_STATEMENTS)["mark_returned"], {"written_ids": list(written_ids)})


def end(connection: Connection, written_ids: Collection[int], why: str) -> None:
    """These values are ours no more."""
    connection.execute(statements(_STATEMENTS)["end"], {"written_ids": list(written_ids), "why": why})


def dates(connection: Connection, parties: Collection[str] | None) -> dict[tuple[str, str], dict[str, datetime]]:
    """(source, source key) → attribute → how old the value is that ours took the place of in the source."""
    parameters = {"parties": None if parties is None else list(parties)}
    found: dict[tuple[str, str], dict[str, datetime]] = {}
    for source, source_id, attribute, at in connection.execute(statements(_STATEMENTS)["dates"], parameters):
        found.setdefault((source, source_id), {})[attribute] = at
    return found


# What differs ---------------------------------------------------------------------------------------------------


def differences(
    connection: Connection, source: str, fields: Mapping[str, str], kinds: Sequence[str]
) -> Iterator[Difference]:
    """Live records of a source whose values of these golden attributes differ, or that have values of ours, in order.

    The connection is in a transaction, which is read from the server as it is used.
    """
    with connection.cursor(name="writeback", row_factory=dict_row) as cursor:
        cursor.itersize = 1000
        cursor.execute(_differing(tuple(fields)), {"source": source, "kinds": list(kinds)})
        for row in cursor:
            names = {name: row[f"qc {name}"] for name in fields}
            yield Difference(
                source_id=row["source_id"],
                version=row["version"],
                payload=row["payload"],
                updated_at=row["updated_at"],
                party_id=row["party_id"],
                golden_version=row["golden_version"],
                golden={name: row[f"golden {name}"] for name in fields},
                origins={name: row[f"origin {name}"] or {} for name in fields},
                qc=names,
                has={name: bool(row[f"has {name}"]) for name in fields},
                ours={column: [tuple(one) for one in found] for column, found in (row["ours"] or {}).items()},
                declined=[(column, value) for column, value in row["declined"] or ()],
                tried=row["tried"],
            )


def _differing(attributes: tuple[str, ...]) -> sql.Composed:
    parts: list[sql.Composable] = []
    differs: list[sql.Composable] = []
    for name in attributes:
        golden = _golden(name)
        has = _has(name)
        origin = sql.SQL("g.provenance -> {} -> 0").format(sql.Literal(provenance_of(name)))
        qc = _quality(provenance_of(name))
        for title, what in (("golden", golden), ("has", has), ("qc", qc), ("origin", origin)):
            parts.append(sql.SQL("{} as {}").format(what, sql.Identifier(f"{title} {name}")))
        differs.append(sql.SQL("({} is not null and not coalesce({}, false))").format(golden, has))
    joined = {"columns": sql.SQL(", ").join(parts), "differs": sql.SQL(" or ").join(differs)}
    return statements(_STATEMENTS)["differing"].format(**joined)


def _quality(attribute: str) -> sql.Composable:
    """How sure the record's own value is."""
    if attribute not in QUALITY_OF:
        return sql.SQL("null::smallint")
    return sql.SQL("r.{}").format(sql.Identifier(QUALITY_OF[attribute]))


def _golden(attribute: str) -> sql.Composed:
    """The golden value as a text; the best one of a list."""
    if attribute in LIST_ATTRIBUTES:
        return sql.SQL("g.golden_values -> {} ->> 0").format(sql.Literal(attribute))
    return sql.SQL("g.golden_values ->> {}").format(sql.Literal(attribute))


def _has(attribute: str) -> sql.Composed:
    """Whether the record says the golden value itself."""
    if attribute in LIST_ATTRIBUTES:
        return sql.SQL("{} = any(r.{})").format(_golden(attribute), sql.Identifier(attribute))
    return sql.SQL("{} = r.{}::text").format(_golden(attribute), sql.Identifier(attribute))
