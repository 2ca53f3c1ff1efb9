"""The queue of background work. A running job holds a lock of its connection; when its program dies, the lock is gone
and the job waits again. So nobody has to guess by the clock whether a worker is still there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from psycopg.types.json import Jsonb

from litso.errors import Conflict, NotFound
from litso.store import locks
from litso.store.database import Connection, row_of, rows_of, scalar
from litso.store.queries import statements

CHANNEL: Final = "litso_jobs"
"""PostgreSQL notifies it when a job is asked for."""

KEPT: Final = timedelta(days=30)
MOST_ATTEMPTS: Final = 5

_LOCK_NUMBERS: Final = 0x7FFFFFFF


class Job(NamedTuple):
    """A piece of background work. status: waiting, running, done, failed or cancelled.

    done: how far it has come, of `total` (None: nobody knows); result: what it did until now.
    """

    job_id: int
    kind: str
    job_key: str
    arguments: dict[str, Any]
    status: str
    attempts: int
    due_at: datetime
    error: str | None
    asked_by: str
    asked_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    done: int
    total: int | None
    result: dict[str, Any]
    cancelled_by: str | None


def ask(
    connection: Connection,
    kind: str,
    arguments: Mapping[str, Any] | None = None,
    *,
    key: str = "",
    due_at: datetime | None = None,
    asked_by: str,
    total: int | None = None,
) -> int:
    """Ask for a job in the caller's transaction; answers its id, or that of the unfinished job of this kind and key.

    total: how much there is to do, where that is known.
    """
    told = Jsonb(dict(arguments or {}))
    row = {"kind": kind, "key": key, "arguments": told, "due_at": due_at, "asked_by": asked_by, "total": total}
    made = connection.execute(statements("jobs")["ask"], row).fetchone()
    if made is None:
        return int(scalar(connection, statements("jobs")["find_unfinished"], {"kind": kind, "key": key}))
    tell(connection)
    return int(made[0])


def tell(connection: Connection) -> None:
    """Wake the workers when this is committed."""
    connection.execute(statements("jobs")["tell"])


def schedule(connection: Connection, every: Mapping[str, timedelta]) -> None:
    """See to it that each kind of periodic work has its next job."""
    parameters = {"kinds": list(every), "every": list(every.values())}
    connection.execute(statements("jobs")["schedule"], parameters)


def claim(connection: Connection, kinds: Sequence[str]) -> Job | None:
    """Take the next job that is due; the connection holds its lock until `finish`, `fail` or `put_back`.

    The connection is a session of its own (`Store.session`).
    """
    with connection.transaction():
        found = row_of(connection, Job, statements("jobs")["claim"], {"kinds": list(kinds)})
        if found is not None:
            locks.acquire(connection, locks.JOB, found.job_id & _LOCK_NUMBERS)
    return found


def finish(connection: Connection, job_id: int) -> None:
    """The job is done."""
    _end(connection, "finish", job_id)


def fail(connection: Connection, job_id: int, error: str) -> None:
    """The job cannot be done; `error` holds no personal data."""
    _end(connection, "fail", job_id, error=error)


def put_back(connection: Connection, job_id: int, error: str, delay: timedelta) -> None:
    """Try the job again after a while."""
    _end(connection, "put_back", job_id, error=error, delay=delay)


def _end(connection: Connection, statement: str, job_id: int, **values: Any) -> None:
    connection.execute(statements("jobs")[statement], {"job_id": job_id, **values})
    locks.release(connection, locks.JOB, job_id & _LOCK_NUMBERS)


def recover(connection: Connection) -> list[int]:
    """Jobs whose worker died wait again, or have failed when that happened too often; answers their ids."""
    running = connection.execute(statements("jobs")["running"]).fetchall()
    return [job_id for job_id, attempts in running if _recover_if_dead(connection, job_id, attempts)]


def _recover_if_dead(connection: Connection, job_id: int, attempts: int) -> bool:
    if not locks.try_acquire(connection, locks.JOB, job_id & _LOCK_NUMBERS):
        return False
    error = "the worker was stopped"
    if attempts >= MOST_ATTEMPTS:
        fail(connection, job_id, f"{error} {attempts} times")
    else:
        put_back(connection, job_id, error, timedelta(0))
    return True


def get(connection: Connection, job_id: int) -> Job:
    """One job; NotFound when there is none."""
    found = row_of(connection, Job, statements("jobs")["get"], {"job_id": job_id})
    if found is None:
        raise NotFound(f"job {job_id} does not exist")
    return found


def recent(
    connection: Connection, *, asked_by: str | None = None, before: int | None = None, limit: int = 50
) -> list[Job]:
    """Jobs, of one who asked or all, the latest first."""
    parameters = {"asked_by": asked_by, "before": before, "limit": limit}
    return rows_of(connection, Job, statements("jobs")["recent"], parameters)


def come(connection: Connection, job_id: int, done: int, total: int, result: Mapping[str, Any]) -> bool:
    """Write how far a running job has come, in the transaction of that work; answers whether it is to stop."""
    row = {"job_id": job_id, "done": done, "total": total, "result": Jsonb(dict(result))}
    return bool(scalar(connection, statements("jobs")["come"], row))


def cancel(connection: Connection, job_id: int, by: str) -> None:
    """Cancel a job: one that runs stops at its next step. Conflict when it has ended, or is cancelled already."""
    if connection.execute(statements("jobs")["cancel"], {"job_id": job_id, "by": by}).rowcount == 0:
        raise Conflict(f"job {job_id} is {get(connection, job_id).status}")


def sweep(connection: Connection) -> int:
    """Forget jobs that ended long ago; answers how many."""
    return connection.execute(statements("jobs")["sweep"], {"kept": KEPT}).rowcount
