"""The load ledger. A running load holds a lock of its connection; when its program dies, the lock is gone and the next
program marks the load as failed. Nothing else of a killed load exists, as it publishes in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from psycopg.types.json import Jsonb

from litso.errors import Conflict, NotFound
from litso.store import locks
from litso.store.database import Connection, row_of, rows_of, scalar
from litso.store.queries import statements


class Counts(NamedTuple):
    """What became of the rows of a load. I6: rows_in is the sum of the others without `deleted`."""

    rows_in: int = 0
    inserted: int = 0
    changed: int = 0
    unchanged: int = 0
    deleted: int = 0
    quarantined: int = 0
    erased: int = 0


class Load(NamedTuple):
    """A line of the ledger. `gates` say why it is held, `quality` how its attributes were filled."""

    load_id: int
    source: str
    mode: str
    file_name: str | None
    file_sha256: bytes | None
    status: str
    rows_in: int
    rows_inserted: int
    rows_changed: int
    rows_unchanged: int
    rows_deleted: int
    rows_quarantined: int
    rows_erased: int
    gates: list[dict[str, Any]]
    quality: dict[str, Any]
    columns: list[str]
    arrival: dict[str, Any] | None
    error: str | None
    started_at: datetime
    finished_at: datetime | None
    started_by: str


def start(
    connection: Connection,
    *,
    source: str,
    mode: str,
    file_name: str | None = None,
    file_sha256: bytes | None = None,
    arrival: Mapping[str, Any] | None = None,
    started_by: str = "cli",
) -> int:
    """Open a load and answer its id.

    Commit at once, and do the whole load on this connection (`Store.session`): it holds the lock that says "alive".
    """
    parameters = {
        "source": source,
        "mode": mode,
        "file_name": file_name,
        "file_sha256": file_sha256,
        "arrival": None if arrival is None else Jsonb(dict(arrival)),
        "started_by": started_by,
    }
    load_id = int(scalar(connection, statements("loads")["start"], parameters))
    locks.acquire(connection, locks.LOAD, load_id)
    return load_id


def drop(connection: Connection, load_id: int) -> None:
    """Forget a running load that turned out to bring nothing."""
    connection.execute(statements("loads")["drop"], {"load_id": load_id})
    release(connection, load_id)


def write_counts(connection: Connection, load_id: int, counts: Counts) -> None:
    """Write the counts of a load."""
    connection.execute(statements("loads")["write_counts"], {"load_id": load_id, **counts._asdict()})


def write_quality(
    connection: Connection, load_id: int, quality: Mapping[str, Any], columns: Sequence[str] = ()
) -> None:
    """Write how attributes were filled, {attribute: {filled, qc: {code: n}}}, and the columns of the file."""
    row = {"load_id": load_id, "quality": Jsonb(dict(quality)), "columns": list(columns)}
    connection.execute(statements("loads")["write_quality"], row)


def hold(connection: Connection, load_id: int, gates: Sequence[Mapping[str, Any]]) -> None:
    """Stop before publishing, for a human; `gates` are [{gate, message, measured, limit}]."""
    listed = Jsonb([dict(gate) for gate in gates])
    _move(connection, load_id, "hold", "held", gates=listed)


def resume(connection: Connection, load_id: int) -> None:
    """Let a held load run again on this connection, which takes its lock; Conflict when it is not held."""
    _move(connection, load_id, "resume", "running again")
    locks.acquire(connection, locks.LOAD, load_id)


def finish(connection: Connection, load_id: int) -> None:
    """Done: say so in the transaction that publishes."""
    _move(connection, load_id, "finish", "done")


def fail(connection: Connection, load_id: int, error: str) -> None:
    """Say why the load could not go on; `error` holds no personal data."""
    _move(connection, load_id, "fail", "failed", error=error)


def reject(connection: Connection, load_id: int, rejected_by: str) -> None:
    """A human refuses a held load; Conflict when it is not held."""
    _move(connection, load_id, "reject", "rejected", error=f"rejected by {rejected_by}")


def _move(connection: Connection, load_id: int, statement: str, wanted: str, **parameters: Any) -> None:
    done = connection.execute(statements("loads")[statement], {"load_id": load_id, **parameters})
    if done.rowcount == 0:
        raise Conflict(f"load {load_id} is {get(connection, load_id).status}, it cannot become {wanted}")


def release(connection: Connection, load_id: int) -> None:
    """Give back the lock of a load that has ended or is held; the end of the connection does it as well."""
    locks.release(connection, locks.LOAD, load_id)


def get(connection: Connection, load_id: int) -> Load:
    """One load; NotFound when there is none."""
    found = row_of(connection, Load, statements("loads")["get"], {"load_id": load_id})
    if found is None:
        raise NotFound(f"load {load_id} does not exist")
    return found


def recent(
    connection: Connection, *, source: str | None = None, before: int | None = None, limit: int = 50
) -> list[Load]:
    """Loads, the newest first, of one source or all, older than the load `before`."""
    parameters = {"source": source, "before": before, "limit": limit}
    return rows_of(connection, Load, statements("loads")["recent"], parameters)


def history(connection: Connection, source: str, mode: str, limit: int = 10) -> list[Load]:
    """Earlier loads of the source in this mode that were published, the newest first: what gates compare with."""
    return rows_of(connection, Load, statements("loads")["history"], {"source": source, "mode": mode, "limit": limit})


def find_repeated(connection: Connection, source: str, mode: str, file_sha256: bytes) -> Load | None:
    """The last published load of the source, if it was of this very file in this mode."""
    parameters = {"source": source, "mode": mode, "file_sha256": file_sha256}
    return row_of(connection, Load, statements("loads")["find_repeated"], parameters)


def fail_interrupted(connection: Connection) -> list[int]:
    """Mark loads whose program died as failed; answers their ids."""
    running = [row[0] for row in connection.execute(statements("loads")["running"]).fetchall()]
    return [load_id for load_id in running if _fail_if_dead(connection, load_id)]


def _fail_if_dead(connection: Connection, load_id: int) -> bool:
    if not locks.try_acquire(connection, locks.LOAD, load_id):
        return False
    try:
        done = connection.execute(statements("loads")["fail"], {"load_id": load_id, "error": "the program was stopped"})
        return done.rowcount == 1
    finally:
        locks.release(connection, locks.LOAD, load_id)


def count_streamed(connection: Connection, source: str, counts: Counts, started_by: str) -> int:
    """Count single records that arrive over the API: each source has one such load a day; answers its id."""
    row = {"source": source, "started_by": started_by, **counts._asdict()}
    found = connection.execute(statements("loads")["count_streamed"], row).fetchone()
    return int(found[0]) if found else int(scalar(connection, statements("loads")["start_stream"], row))
