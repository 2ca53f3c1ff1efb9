"""Sources that run by themselves: how each is reached, where it was left, and what became of its runs.

A checkpoint moves in the transaction that publishes the rows before it. Who runs a source holds a lock of its
connection; a run whose program died is told by the next one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from zlib import crc32

from psycopg.types.json import Jsonb

from litso.errors import NotFound
from litso.store import jobs, locks
from litso.store.database import Connection, row_of, rows_of, scalar
from litso.store.loads import Counts
from litso.store.queries import statements

ACTIVE: Final = "active"
PAUSED: Final = "paused"
STOPPED: Final = "stopped"

JOB: Final = "run-source"
RUNS_KEPT: Final = timedelta(days=90)

_STATEMENTS: Final = "connections"


class SourceConnection(NamedTuple):
    """How a source is reached, and where it was left. spec: the YAML as given; alarms: open, {at, code, message}."""

    source: str
    kind: str
    spec: str
    status: str
    told: str
    epoch: int
    checkpoint: dict[str, Any]
    shape: dict[str, str]
    alarms: list[dict[str, str]]
    failures: int
    next_at: datetime | None
    arrived_at: datetime | None
    created_by: str
    created_at: datetime
    updated_at: datetime


class Run(NamedTuple):
    """A run of a source. status: running, done, held, failed (tried again) or stopped (with the source)."""

    run_id: int
    source: str
    status: str
    rows_in: int
    rows_inserted: int
    rows_changed: int
    rows_deleted: int
    rows_quarantined: int
    loads: list[int]
    told: str
    started_by: str
    started_at: datetime
    finished_at: datetime | None


def put(
    connection: Connection,
    *,
    source: str,
    kind: str,
    spec: str,
    is_scheduled: bool,
    anew: bool,
    forget: bool,
    created_by: str,
) -> None:
    """Connect a source, or change how it is reached; one with a schedule is due at once.

    anew: it is another place; forget: load what was loaded again.
    """
    row = {
        "source": source,
        "kind": kind,
        "spec": spec,
        "anew": anew or forget,
        "created_by": created_by,
    }
    connection.execute(statements(_STATEMENTS)["put"], row)
    if forget:
        connection.execute(statements(_STATEMENTS)["forget_marks"], {"source": source})
    if is_scheduled:
        hasten(connection, source)


def remove(connection: Connection, source: str) -> None:
    """Let the source run by itself no more."""
    connection.execute(statements(_STATEMENTS)["remove"], {"source": source})


def find(connection: Connection, source: str) -> SourceConnection | None:
    """How the source is reached, if it runs by itself."""
    return row_of(connection, SourceConnection, statements(_STATEMENTS)["get"], {"source": source})


def get(connection: Connection, source: str) -> SourceConnection:
    """How the source is reached; NotFound when it does not run by itself."""
    found = find(connection, source)
    if found is None:
        raise NotFound(f"source {source!r} is not connected: litso source connect FILE.yaml")
    return found


def list_all(connection: Connection) -> list[SourceConnection]:
    """Every connected source, by name."""
    return rows_of(connection, SourceConnection, statements(_STATEMENTS)["list_all"])


def set_status(connection: Connection, source: str, status: str, told: str = "") -> None:
    """Pause, stop or resume a source. told: why."""
    row = {"source": source, "status": status, "told": told}
    connection.execute(statements(_STATEMENTS)["set_status"], row)


def postpone(connection: Connection, source: str, told: str, next_at: datetime) -> None:
    """The source waits, and why."""
    connection.execute(statements(_STATEMENTS)["postpone"], {"source": source, "told": told, "next_at": next_at})


def accept(connection: Connection, source: str) -> None:
    """A person has looked: alarms are closed, columns that changed are accepted, bad files are tried again."""
    connection.execute(statements(_STATEMENTS)["accept"], {"source": source})
    connection.execute(statements(_STATEMENTS)["forget_bad"], {"source": source})


def close_alarms(connection: Connection, source: str) -> None:
    """What the alarms tell of was decided."""
    connection.execute(statements(_STATEMENTS)["close_alarms"], {"source": source})


def alarm(connection: Connection, source: str, code: str, message: str) -> None:
    """Open an alarm, unless it is open already. `message`: a Russian sentence without personal data."""
    connection.execute(statements(_STATEMENTS)["alarm"], {"source": source, "code": code, "message": message})


# Where it was left ----------------------------------------------------------------------------------------------


def known_marks(connection: Connection, source: str, marks: Collection[str]) -> set[str]:
    """Which of the marks say of something that it was dealt with."""
    rows = connection.execute(statements(_STATEMENTS)["known_marks"], {"source": source, "marks": list(marks)})
    return {row[0] for row in rows}


def arrive(connection: Connection, load_id: int) -> None:
    """The load is published, in this transaction: its source goes on from where the load leaves it."""
    connection.execute(statements(_STATEMENTS)["arrive"], {"load_id": load_id})
    mark(connection, load_id)


def mark(connection: Connection, load_id: int) -> int:
    """What the load holds is dealt with, published or refused; answers how many marks it left."""
    return connection.execute(statements(_STATEMENTS)["mark"], {"load_id": load_id}).rowcount


def move(connection: Connection, source: str, arrival: Mapping[str, Any]) -> None:
    """There was nothing to load: the source goes on from there. arrival: as a load keeps it."""
    row = {
        "source": source,
        "epoch": arrival["epoch"],
        "checkpoint": Jsonb(arrival["checkpoint"]),
        "shape": Jsonb(arrival["shape"]),
    }
    connection.execute(statements(_STATEMENTS)["move"], row)
    connection.execute(statements(_STATEMENTS)["add_marks"], {"source": source, "marks": list(arrival["marks"])})


def held_load(connection: Connection, source: str) -> int | None:
    """The load of the source that waits for a person."""
    found = connection.execute(statements(_STATEMENTS)["held"], {"source": source}).fetchone()
    return int(found[0]) if found else None


# Runs -----------------------------------------------------------------------------------------------------------


def try_lock(connection: Connection, source: str) -> bool:
    """Be the only one who runs the source, as long as the connection lives."""
    return locks.try_acquire(connection, locks.COLLECTING, crc32(source.encode()) & 0x7FFFFFFF)


def begin_run(connection: Connection, source: str, started_by: str) -> int:
    """Open a run, for the holder of the lock; answers its id."""
    connection.execute(statements(_STATEMENTS)["fail_interrupted"], {"source": source})
    row = {"source": source, "started_by": started_by}
    return int(scalar(connection, statements(_STATEMENTS)["begin_run"], row))


def count(connection: Connection, run_id: int, counts: Counts, loads: Sequence[int]) -> None:
    """Add to a run what a load of it brought."""
    row = {"run_id": run_id, "loads": list(loads), **counts._asdict()}
    connection.execute(statements(_STATEMENTS)["count"], row)


def end_run(connection: Connection, source: str, run_id: int, status: str, told: str, next_at: datetime | None) -> None:
    """Close a run and say when the next one is due."""
    row = {"source": source, "run_id": run_id, "status": status, "told": told, "next_at": next_at}
    connection.execute(statements(_STATEMENTS)["end_run"], row)
    connection.execute(statements(_STATEMENTS)["after_run"], row)


def runs(connection: Connection, source: str, *, limit: int = 20) -> list[Run]:
    """The last runs of a source, the newest first."""
    return rows_of(connection, Run, statements(_STATEMENTS)["runs"], {"source": source, "limit": limit})


def sweep_runs(connection: Connection) -> int:
    """Forget runs that ended long ago, but the last one of each source; answers how many."""
    return connection.execute(statements(_STATEMENTS)["sweep"], {"kept": RUNS_KEPT}).rowcount


# Schedule -------------------------------------------------------------------------------------------------------


def schedule(connection: Connection) -> None:
    """See to it that each active source has its next job."""
    connection.execute(statements(_STATEMENTS)["schedule"])


def hasten(connection: Connection, source: str) -> None:
    """An active source is due now."""
    connection.execute(statements(_STATEMENTS)["due_now"], {"source": source})
    schedule(connection)
    connection.execute(statements(_STATEMENTS)["hasten"], {"source": source})
    jobs.tell(connection)


def overdue(connection: Connection) -> float:
    """Seconds by which the oldest other job that is due has been waiting for a worker."""
    return float(scalar(connection, statements(_STATEMENTS)["behind"]))
