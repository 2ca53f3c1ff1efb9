"""The schema of Litso written to a folder by pg_dump, and read back whole or not at all by pg_restore."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from psycopg import pq
from psycopg.conninfo import conninfo_to_dict

from litso.errors import Misconfigured, Transient
from litso.store.binaries import find_programs
from litso.store.database import Connection, connect, rows_of, scalar, translated
from litso.store.queries import statements

_JOBS: Final = 2
_GAP: Final = 1_000_000_000
"""How many ids of events are passed over after a restore: more than can have been given since the copy was made."""


class Standing(NamedTuple):
    """What is in the store at one moment."""

    last_change: int
    records: int
    parties: int
    judgements: int


def begin(connection: Connection) -> str:
    """From now on the transaction sees one state of the store, and so does a dump with the snapshot answered."""
    connection.execute(statements("backup")["one_state"])
    return str(scalar(connection, statements("backup")["snapshot"]))


def standing(connection: Connection) -> Standing:
    """Counts of the state that the transaction sees."""
    (found,) = rows_of(connection, Standing, statements("backup")["standing"])
    return found


def ledger(connection: Connection) -> dict[int, str]:
    """Migrations that were applied, with their digests in hex."""
    return dict(connection.execute(statements("backup")["ledger"]).fetchall())


def is_used(connection: Connection) -> bool:
    """Whether there is anything that a restore would take away."""
    return bool(scalar(connection, statements("backup")["is_used"]))


def others(connection: Connection) -> int:
    """Connections of other programs of ours."""
    return int(scalar(connection, statements("backup")["others"]))


def go_on(connection: Connection) -> None:
    """Make a restored store one that can go on: no id of an event is given twice, and nobody is signed in."""
    connection.execute(statements("backup")["leave_room"], {"gap": _GAP})
    connection.execute(statements("backup")["end_sessions"])
    connection.execute(statements("backup")["end_deliveries"])
    connection.execute(statements("backup")["analyze"])


@contextmanager
def set_aside(url: str) -> Iterator[None]:
    """The present schema is aside as long as the context; it comes back when the context fails, else it is dropped.

    A program that was killed meanwhile leaves it aside: the next call puts it back first.
    """
    _put_back(url)
    _execute(url, "set_aside")
    try:
        yield
    except BaseException:
        _put_back(url)
        raise
    _execute(url, "forget_former")


def _put_back(url: str) -> None:
    with translated(), connect(url) as connection:
        is_aside = scalar(connection, statements("backup")["is_aside"])
    if is_aside:
        _execute(url, "drop_restored", "put_back")


def _execute(url: str, *names: str) -> None:
    with translated(), connect(url) as connection:
        for name in names:
            connection.execute(statements("backup")[name])


def dump(url: str, folder: Path, snapshot: str, *, version: int, chosen: Path | None = None) -> None:
    """Write the schema as a snapshot sees it to a new folder. version: major version of the server."""
    _run(
        url, "pg_dump", "--schema=litso", "--format=directory", f"--jobs={_JOBS}", "--compress=1", "--no-owner",
        "--no-sync", f"--snapshot={snapshot}", f"--file={folder}", version=version, chosen=chosen,
    )  # fmt: skip


def read_back(url: str, folder: Path, *, version: int, chosen: Path | None = None) -> None:
    """Make the schema, which is not there, of what a folder holds, in one transaction."""
    _run(
        url, "pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", f"--dbname={_database(url)}",
        str(folder), version=version, chosen=chosen,
    )  # fmt: skip


def _run(url: str, program: str, *arguments: str, version: int, chosen: Path | None) -> None:
    command: Sequence[str | Path] = [find_programs(version, chosen) / program, "--no-password", *arguments]
    done = subprocess.run(
        command, env=_environment(url), stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
        check=False,
    )  # fmt: skip
    if done.returncode != 0:
        # Details of what the server says may hold values: the first line names the thing alone.
        told = next((line for line in done.stderr.splitlines() if "error" in line), "no reason was given")
        raise Transient(f"{program} failed: {told}")


def _database(url: str) -> str:
    return str(conninfo_to_dict(url).get("dbname", "litso"))


def _environment(url: str) -> dict[str, str]:
    """The connection in variables, where no list of processes shows its password."""
    known: Mapping[str, Any] = conninfo_to_dict(url)
    names = {option.keyword.decode(): option.envvar.decode() for option in pq.Conninfo.get_defaults() if option.envvar}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    lacking = sorted(set(known) - set(names))
    if lacking:
        raise Misconfigured(f"LITSO_DATABASE_URL: PostgreSQL's programs do not take {', '.join(lacking)}")
    return {**kept, "LC_ALL": "C", **{names[name]: str(value) for name, value in known.items()}}
